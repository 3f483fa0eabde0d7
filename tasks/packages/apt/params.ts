// The parameters of the task apt.

import { filePath, z } from '../../../src/index.ts'
import { oneOrMany } from '../../params/oneOrMany.ts'
import { word } from '../../params/word.ts'

/** The name of a package, with an architecture or a version if it has one. */
type DebSpec = { readonly name: string; readonly arch?: string; readonly version?: string }

const spec = /^([a-z0-9][a-z0-9+.-]+)(?::([a-z0-9-]+))?(?:=([A-Za-z0-9.+~:*?[\]-]+))?$/

export function parseSpec(text: string): DebSpec {
  const [, name = text, arch, version] = spec.exec(text) ?? []
  return { name, arch, version }
}

function specProblem(text: string): string | undefined {
  if (text === '*' || spec.test(text)) return undefined
  if (/\.deb$/.test(text)) return 'a .deb file is given as deb'
  if (/^[^=]*\//.test(text)) return 'a release is given as defaultRelease'
  if (/[<>]=?/.test(text)) return 'a comparison is not supported; name the version, as in nginx=1.2*'
  if (/^[^=]*[*?[\]^]/.test(text)) return 'a pattern is not supported; name the packages'
  return 'expected the name of a package, as in nginx, libc6:i386 or nginx=1.2*'
}

const debFile = z.union(
  [
    filePath.refine((path) => path.endsWith('.deb')),
    z.url({ protocol: /^(https?|ftp)$/ }).refine((url) => !/^\w+:\/\/[^/]*@/.test(url)),
  ],
  'expected the absolute path of a .deb file on the host, or a URL without a password',
)

export const aptParams = z
  .strictObject({
    name: oneOrMany(z.string())
      .transform((list, context) => {
        const names = [...new Set(list.flatMap((each) => each.split(',')).map((each) => each.trim()))]
        for (const name of names) {
          const problem = specProblem(name)
          if (problem) context.addIssue({ code: 'custom', message: `"${name}": ${problem}` })
        }
        return names
      })
      .optional()
      .describe('Packages, each with a version or an architecture if need be: nginx=1.2*, libc6:i386.'),
    state: z
      .enum(['present', 'latest', 'absent'])
      .default('present')
      .describe('Whether they are installed, in the latest version, or not installed.'),
    deb: oneOrMany(debFile).optional().describe('Paths of .deb files on the host, or URLs.'),
    updateCache: z
      .boolean()
      .optional()
      .describe('Read the package lists again where they are needed; default: true with cacheValidTime.'),
    cacheValidTime: z.int().min(0).default(0).describe('Seconds for which package lists are new enough.'),
    upgrade: z
      .union([z.enum(['no', 'yes', 'safe', 'full', 'dist']), z.boolean()])
      .default('no')
      .describe('yes, safe: upgrade what is installed; full, dist: remove packages too if need be.'),
    installRecommends: z
      .boolean()
      .optional()
      .describe('Install recommended packages too; default: as apt is configured.'),
    defaultRelease: word.optional().describe('The release to prefer: bookworm-backports.'),
    onlyUpgrade: z.boolean().default(false).describe('Upgrade what is installed; install nothing new.'),
    purge: z.boolean().default(false).describe('With absent: remove configuration files too.'),
    autoremove: z.boolean().default(false).describe('Remove dependencies that nothing needs any more.'),
    failOnAutoremove: z.boolean().default(false).describe('Fail rather than remove another package.'),
    allowDowngrade: z.boolean().default(false).describe('Allow an older version than the installed one.'),
    allowChangeHeldPackages: z.boolean().default(false).describe('Allow changing packages on hold.'),
    allowUnauthenticated: z.boolean().default(false).describe('Do not check signatures.'),
    dpkgOptions: oneOrMany(z.string().regex(/^[a-z][a-z,-]*$/, 'expected options such as force-confold'))
      .transform((list) => list.flatMap((each) => each.split(',')))
      .default(['force-confdef', 'force-confold'])
      .describe('Options of dpkg; the default keeps configuration files that were changed.'),
    lockTimeout: z.int().min(0).default(60).describe('Seconds to wait for another apt or dpkg.'),
  })
  .refine(
    ({ name, state, upgrade }) =>
      !name?.includes('*') || (state === 'latest' && name.length === 1 && isNo(upgrade)),
    "name: * stands for all packages, alone and with state: 'latest'",
  )
  .refine(
    ({ name, deb, upgrade, updateCache, cacheValidTime, autoremove }) =>
      name || deb || !isNo(upgrade) || updateCache || cacheValidTime > 0 || autoremove,
    'expected name, deb, upgrade, autoremove or updateCache',
  )
  .refine(
    ({ name, deb, upgrade }) => isNo(upgrade) || !(name || deb),
    'upgrade: not together with name or deb',
  )
  .refine(({ name, deb }) => !(name && deb), 'deb: not together with name; give it a task of its own')
  .refine(({ deb, state }) => !deb || state === 'present', "deb: only with state: 'present'")
  .refine(({ purge, state }) => !purge || state === 'absent', "purge: only with state: 'absent'")
  .refine(
    ({ name, state }) => state !== 'absent' || !name?.some((each) => each.includes('=')),
    "name: with state: 'absent' without a version",
  )

export type AptParams = z.output<typeof aptParams>

function isNo(upgrade: string | boolean): boolean {
  return upgrade === 'no' || upgrade === false
}

/** What apt is asked to do with what. */
type Mode = 'install' | 'remove' | 'upgrade' | 'autoremove' | 'update'

export function modeOf({ name, state, deb, upgrade, autoremove }: AptParams): Mode {
  if (!isNo(upgrade) || name?.[0] === '*') return 'upgrade'
  if (name || deb) return state === 'absent' ? 'remove' : 'install'
  return autoremove ? 'autoremove' : 'update'
}

/** Whether the package lists are read again when they are old. */
export function updatesLists({ updateCache, cacheValidTime }: AptParams): boolean {
  return updateCache ?? cacheValidTime > 0
}
