// The task dnf: installs, updates and removes RPM packages.

import { type Change, defineTask, output, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { word } from '../params/word.ts'
import { isRpmFile, nameProblem } from './dnfParams.ts'
import { removalStep, transactionStep } from './dnfTransaction.ts'
import { type Installed, installedScript, parseInstalled } from './installedPackages.ts'
import { inOneTransaction, packageEffects, packageState } from './packageEffects.ts'

/**
 * Installs packages by dnf, updates them, or removes them, everything in one transaction. If nothing is missing, only
 * `rpm` runs (0.03 s), not dnf, except for `state: 'latest'`.
 *
 * - `name`: a package, a list, or several separated by commas. Each may be a name (`vim`, also if the package that
 *   provides it has another name: `vim-enhanced`), a name with version, release or architecture (`httpd-2.4.62`,
 *   `glibc.i686`), a capability (`perl(JSON)`), a file that a package contains (`/usr/bin/rotatelogs`), or the path of an
 *   .rpm file on the host. `*` with `state: 'latest'` means everything installed. Groups (`@…`), patterns, comparisons and
 *   URLs are refused: whether they are installed cannot be determined reliably.
 * - `state`: `present` (default; any version), `latest`, `absent`.
 * - `enablerepo`, `disablerepo`, `exclude`: as dnf's options of that name, for this call.
 * - `disableGpgCheck`, `allowErasing`, `nobest`, `skipBroken`, `cacheOnly`: as dnf's --nogpgcheck, --allowerasing, …
 * - `weakDeps`: whether to install recommended packages; default: as dnf is configured.
 * - `updateCache`: reads the repositories' metadata again (--refresh).
 * - `releasever`: the release to take packages from.
 *
 * A dry run has dnf resolve what is missing, without touching the host: a package that no repository has is an error
 * there too.
 *
 * dnf waits for another running dnf; the option `timeout` of the task limits that.
 *
 * @throws PlaybookError E_NO_RPM (no rpm on the host), E_NO_PACKAGE (naming those that no repository has),
 *   E_NO_REPOSITORY, E_REPOSITORY (one that does not answer, or that dnf does not know), E_GPG, E_DISK_FULL,
 *   E_PACKAGE_LOCK, E_PACKAGE_CONFLICT, E_NOT_ROOT
 * @example dnf({ name: ['java-17-openjdk', 'httpd', 'vim', 'wget', 'tar'] })
 *
 * Sources: dnf(8), rpm(8); the messages are those of dnf 4.14 and dnf5.
 */
export const dnf = defineTask({
  name: 'dnf',
  summary: 'Installs, updates or removes packages by dnf.',
  params: z
    .strictObject({
      name: oneOrMany(z.string())
        .transform((list, context) => {
          const names = [...new Set(list.flatMap((each) => each.split(',')).map((each) => each.trim()))]
          for (const name of names) {
            const problem = nameProblem(name)
            if (problem) context.addIssue({ code: 'custom', message: `"${name}": ${problem}` })
          }
          return names
        })
        .describe('Packages: names, capabilities, files they contain, or .rpm files on the host.'),
      state: z
        .enum(['present', 'latest', 'absent'])
        .default('present')
        .describe('Whether they are installed, in the latest version, or not installed.'),
      enablerepo: oneOrMany(word).optional().describe('Repositories to enable for this call.'),
      disablerepo: oneOrMany(word).optional().describe('Repositories to disable for this call.'),
      exclude: oneOrMany(word).optional().describe('Packages to leave out.'),
      disableGpgCheck: z.boolean().default(false).describe('Do not check signatures.'),
      allowErasing: z.boolean().default(false).describe('Allow removing conflicting packages.'),
      nobest: z.boolean().default(false).describe('Do not insist on the newest version.'),
      skipBroken: z.boolean().default(false).describe('Leave out what cannot be installed.'),
      weakDeps: z
        .boolean()
        .optional()
        .describe('Install recommended packages too; default: as dnf is configured.'),
      updateCache: z.boolean().default(false).describe("Read the repositories' metadata again."),
      cacheOnly: z.boolean().default(false).describe('Use only the cache, without network.'),
      releasever: word.optional().describe('The release of the distribution to take packages from.'),
    })
    .refine(
      ({ name, state }) => state === 'latest' || !name.includes('*'),
      "name: * stands for all packages, with state: 'latest'",
    )
    .refine(
      ({ name, state }) => state !== 'absent' || !name.some(isRpmFile),
      "name: with state: 'absent' name the package, not its file",
    ),
  title: ({ name, state }) => `${name.join(' ')}${state === 'present' ? '' : ` ${state}`}`,
  probe: (params) => ({
    installed: output(installedScript(params), (result) => parseInstalled(result, params), {
      reads: params.name.map((name) => (isRpmFile(name) ? name : packageState(name))),
    }),
  }),
  plan: (params, { installed }) => {
    if (params.state === 'absent') return removals(installed.found)
    const missing = installed.missing.map((name) => ({
      what: `package ${name}`,
      from: 'not installed',
      to: 'installed',
      effects: packageEffects(name),
    }))
    const outdated = installed.updates.map(({ name, version }) => ({
      what: `package ${name}`,
      from: versionOf(name, installed.found),
      to: version,
      effects: packageEffects(name),
    }))
    const all = params.name.includes('*')
    return [
      ...inOneTransaction(missing, transactionStep('install', params, installed.missing)),
      ...inOneTransaction(
        outdated,
        transactionStep('upgrade', params, all ? [] : installed.updates.map(({ name }) => name)),
      ),
    ]
  },
  effects: ({ name }) => name.flatMap(packageEffects),
})

function removals(found: readonly Installed[]): readonly Change[] {
  const changes = found.map(({ name, version }) => ({
    what: `package ${name}`,
    from: version,
    to: 'not installed',
    effects: packageEffects(name),
  }))
  const names = found.map(({ name }) => name)
  return inOneTransaction(changes, removalStep(names))
}

function versionOf(name: string, found: readonly Installed[]): string {
  return found.find((each) => each.name === name)?.version ?? 'older'
}
