// The parameters of buildFromSource, and what follows from them.

import { absolutePath, account, checksum, Secret, z } from '../../src/index.ts'
import { ownPath, pathBelow } from '../params/paths.ts'

const address = z.string().regex(/^(?:https?|ftp):\/\/[^\s"\\<>]+$/i, 'expected an address (https://…)')
const word = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, 'expected letters, digits, ".", "_", "+" and "-"')
const flag = z.string().regex(/^[^\0\n]+$/, 'expected one line')
const archiveName = /\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz|tzst|zip)$/i

export const buildParams = z
  .strictObject({
    name: word.describe('What is built: httpd.'),
    version: word.describe('Its version, for people, and part of the digest.'),
    urls: z
      .array(address)
      .min(1, 'expected at least one address')
      .describe('Mirrors of the source, in order.'),
    checksum: checksum.describe('sha256:HEX, or another of SHA-2, of the source.'),
    via: z
      .enum(['host', 'controller'])
      .default('host')
      .describe('Who fetches the source: the host, or the controller, which brings it there.'),
    prefix: absolutePath.describe('Where it is installed.'),
    stripComponents: z
      .int()
      .min(0)
      .default(1)
      .describe('Leading folders to strip from the paths in the source.'),
    folder: pathBelow.optional().describe('Folder of the source in which to configure and make.'),
    configure: z.array(flag).default([]).describe('Flags of configure.'),
    configureCommand: z
      .union([flag, z.literal(false)])
      .default('./configure')
      .describe('The command to configure with, as shell text; false: there is none.'),
    make: z.array(flag).default([]).describe('Targets, variables and flags of make; -j is added.'),
    check: z.array(flag).optional().describe('Targets of make between make and install.'),
    install: z.array(flag).default(['install']).describe('Targets and variables of make that install.'),
    patches: z
      .array(z.string().min(1))
      .default([])
      .describe('Patches on the controller, applied by patch -p1.'),
    environment: z
      .record(
        z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable'),
        z.union([z.string(), z.instanceof(Secret)]),
      )
      .default({})
      .describe('Variables for configure and make (CC, CFLAGS); values may be secrets.'),
    installs: z
      .array(pathBelow)
      .min(1)
      .optional()
      .describe('Files below prefix that it installs into a tree of something else.'),
    keep: z
      .array(pathBelow)
      .default([])
      .describe("Paths below prefix that are the site's and survive a rebuild."),
    requires: z
      .array(absolutePath)
      .default([])
      .describe('Files on the host that it is built against: when one changes, it is rebuilt.'),
    user: account.optional().describe('The unprivileged user who builds.'),
    buildDir: ownPath.default('/var/tmp/run-playbook-build').describe('Folder to build in.'),
    share: z
      .union([z.boolean(), z.string().regex(/^[A-Za-z0-9][\w.-]*$/, 'expected a name')])
      .default(false)
      .describe('The name under which hosts of one platform share what one of them built.'),
    owner: account.optional().describe('Owner of the installed files.'),
    group: account.optional().describe('Group of the installed files.'),
  })
  .refine(({ urls }) => urls.some((url) => archiveName.test(new URL(url).pathname)), {
    path: ['urls'],
    error: 'expected the address of an archive (.tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst, .zip)',
  })
  .refine(({ prefix, installs }) => installs || ownPath.safeParse(prefix).success, {
    path: ['prefix'],
    error: 'expected a folder of its own, which is swapped as a whole (or name what it installs)',
  })
  .refine(
    ({ configure, prefix }) => prefixFlag(configure) === undefined || prefixFlag(configure) === prefix,
    {
      path: ['configure'],
      error: 'expected the same --prefix as the parameter prefix',
    },
  )

/** The parameters as the task gets them. */
export type Build = z.output<typeof buildParams>

/** The address whose name tells what kind of archive it is. */
export function archiveFile({ urls, checksum }: Build): string {
  const names = urls.map((url) => new URL(url).pathname.split('/').at(-1)!)
  const name = names.find((each) => archiveName.test(each))!.replace(/[^\w.+-]/g, '_')
  return `archive-${checksum.hex.slice(0, 12)}-${name}`
}

/** The words after the command: autoconf's --prefix too, unless it installs into something else. */
export function configureFlags({ configure, configureCommand, installs, prefix }: Build): string[] {
  const isConfigure = /(?:^|\/)[Cc]onfig(?:ure)?$/.test(configureCommand || '')
  const isAdded = isConfigure && !installs && prefixFlag(configure) === undefined
  return isAdded ? [`--prefix=${prefix}`, ...configure] : configure
}

function prefixFlag(flags: readonly string[]): string | undefined {
  return flags.find((each) => each.startsWith('--prefix='))?.slice('--prefix='.length)
}
