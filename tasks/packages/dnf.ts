// The task dnf: installs, updates and removes RPM packages.

import { type Change, defineTask, output, PlaybookError, z } from '../../src/index.ts'
import { oneOrMany } from '../params/oneOrMany.ts'
import { word } from '../params/word.ts'
import { type DnfParams, isGroup, isRpmFile, isRpmUrl, nameProblem, needsResolving } from './dnfParams.ts'
import { removalStep, transactionStep } from './dnfTransaction.ts'
import { type Installed, installedScript, type PackageState, parseInstalled } from './installedPackages.ts'
import { inOneTransaction, packageEffects, packageState } from './packageEffects.ts'

/**
 * Installs packages by dnf, updates them, or removes them, everything in one transaction. If nothing is missing, only
 * `rpm` runs (0.03 s), not dnf, except for `state: 'latest'`.
 *
 * - `name`: a package, a list, or several separated by commas. Each may be a name (`vim`, also if the package that
 *   provides it has another name: `vim-enhanced`), a name with version, release or architecture (`httpd-2.4.62`,
 *   `glibc.i686`), a capability (`perl(JSON)`), a file that a package contains (`/usr/bin/rotatelogs`), or an .rpm
 *   file, by its path on the host or its URL, which rpm reads each time. An installed version that is newer than such a
 *   file stays; dnf checks the file's signature only if localpkg_gpgcheck is on. `*` with `state: 'latest'` means
 *   everything installed. Patterns and comparisons are refused: whether they are installed cannot be determined
 *   reliably. Groups (`@Development Tools`) and modules (`@nodejs:18/common`: module, stream, profile) count as
 *   installed if dnf would do nothing more for them; for these dnf is asked each time (0.7 s). A module without a
 *   stream means the enabled or default one, without a profile its default profile. Its stream gets enabled, its
 *   packages and the profile installed. `absent` removes the packages of its profiles; the stream stays enabled. dnf
 *   does not switch to another stream (E_MODULE_STREAM): remove, then `dnf module reset` by `command`. dnf 5 takes
 *   groups by their ids alone (`@development-tools`), and no modules (E_NO_MODULES): enable the stream by `command`,
 *   and name the packages.
 * - `state`: `present` (default; any version), `latest`, `absent`.
 * - `enablerepo`, `disablerepo`, `exclude`, `disableExcludes` (`all`, `main`, a repository), `enablePlugin`,
 *   `disablePlugin`: as dnf's options of that name, for this call.
 * - `allowDowngrade` (default false): whether a name with a version, or an .rpm file, may replace a newer version.
 * - `updateOnly`: with `latest`, only packages that are installed; none is added.
 * - `security`, `bugfix`: with `latest`, only updates that fix a vulnerability or a bug.
 * - `autoremove`: without a name, removes dependencies that nothing needs any more; with `absent`, those of what is
 *   removed, also where dnf is configured to keep them.
 * - `disableGpgCheck`, `allowErasing`, `nobest`, `skipBroken`, `cacheOnly`: as dnf's --nogpgcheck, --allowerasing, …
 *   With `allowErasing` or `skipBroken` dnf is asked what it would remove or leave out, if something is missing.
 * - `weakDeps`: whether to install recommended packages; default: as dnf is configured.
 * - `updateCache`: reads the repositories' metadata again (--refresh).
 * - `releasever`: the release to take packages from.
 *
 * A dry run has dnf resolve what is missing, without touching the host: a package that no repository has is an error
 * there too. It cannot find what shows only with the packages' files: signatures, scripts, a full disk. For `*` it
 * lists what dnf would do, with packages that come along or take the place of others.
 *
 * dnf waits for another running dnf, `lockTimeout` seconds at most; default: as long as it takes.
 *
 * @throws PlaybookError E_NO_RPM (no rpm on the host), E_NO_PACKAGE (naming those that no repository has; a URL that
 *   cannot be read; a stream or profile that a module has not), E_MODULE_STREAM (another stream is enabled), E_DOWNGRADE
 *   (a newer version than the named one is installed), E_NO_REPOSITORY, E_REPOSITORY (one that does not answer, or that
 *   dnf does not know), E_GPG, E_DISK_FULL, E_PACKAGE_LOCK,
 *   E_PACKAGE_CONFLICT, E_PACKAGE_SCRIPT, E_NO_MODULES, E_NOT_ROOT
 * @example dnf({ name: ['java-17-openjdk', 'httpd', 'vim', 'wget', 'tar'] })
 * @example dnf({ name: '@postgresql:16/server' })
 * @example dnf({ name: 'https://mirror.example.org/epel/epel-release-latest-9.noarch.rpm' })
 *
 * Sources: dnf(8), rpm(8); dnf5(8), dnf5-changes-from-dnf4(7); the messages are those of dnf 4.14 and dnf5 5.4.
 */
export const dnf = defineTask({
  name: 'dnf',
  summary: 'Installs, updates or removes packages by dnf.',
  ansible: {
    modules: ['dnf', 'dnf5', 'yum'],
    params: {
      pkg: 'name',
      list: 'There is no such option: rpm -qa in a fact of the play, or dnf list by the task command.',
      allowerasing: 'allowErasing',
      best: 'nobest',
      cacheonly: 'cacheOnly',
      install_weak_deps: 'weakDeps',
      conf_file:
        'There is no such option: enablerepo, disablerepo and yumRepository say where packages come from.',
      download_dir: 'There is no such option: download fetches a file.',
      download_only:
        "There is no such option: command({ argv: ['dnf', 'download', …] }), or download for a file.",
      installroot: "There is no such option: command({ argv: ['dnf', '--installroot', …], creates: … }).",
      use_backend: 'There is no such option: what the host calls dnf is used.',
      validate_certs: 'The configuration of the repository says that: yumRepository has sslverify.',
      sslverify: 'The configuration of the repository says that: yumRepository has sslverify.',
    },
  },
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
        .default([])
        .describe('Packages: names, capabilities, files they contain, .rpm files on the host, or @groups.'),
      state: z
        .enum(['present', 'latest', 'absent'])
        .default('present')
        .describe('Whether they are installed, in the latest version, or not installed.'),
      enablerepo: oneOrMany(word).optional().describe('Repositories to enable for this call.'),
      disablerepo: oneOrMany(word).optional().describe('Repositories to disable for this call.'),
      exclude: oneOrMany(word).optional().describe('Packages to leave out.'),
      disableExcludes: oneOrMany(word)
        .optional()
        .describe('Whose excludes to ignore: all, main, or a repository.'),
      enablePlugin: oneOrMany(word).optional().describe('Plugins of dnf to enable for this call.'),
      disablePlugin: oneOrMany(word).optional().describe('Plugins of dnf to disable for this call.'),
      disableGpgCheck: z.boolean().default(false).describe('Do not check signatures.'),
      allowErasing: z.boolean().default(false).describe('Allow removing conflicting packages.'),
      allowDowngrade: z.boolean().default(false).describe('Allow an older version than the installed one.'),
      nobest: z.boolean().default(false).describe('Do not insist on the newest version.'),
      skipBroken: z.boolean().default(false).describe('Leave out what cannot be installed.'),
      weakDeps: z
        .boolean()
        .optional()
        .describe('Install recommended packages too; default: as dnf is configured.'),
      updateCache: z.boolean().default(false).describe("Read the repositories' metadata again."),
      cacheOnly: z.boolean().default(false).describe('Use only the cache, without network.'),
      updateOnly: z.boolean().default(false).describe('With latest: only what is installed; add nothing.'),
      security: z.boolean().default(false).describe('With latest: only updates that fix a vulnerability.'),
      bugfix: z.boolean().default(false).describe('With latest: only updates that fix a bug.'),
      autoremove: z.boolean().default(false).describe('Remove dependencies that nothing needs any more.'),
      lockTimeout: z.int().min(0).optional().describe('Seconds to wait for another dnf; default: no limit.'),
      releasever: word.optional().describe('The release of the distribution to take packages from.'),
    })
    .refine(({ name, autoremove }) => name.length > 0 || autoremove, 'expected name, or autoremove')
    .refine(
      ({ name, state }) => state !== 'latest' || !name.some(isGroup),
      "name: with state: 'latest' no group; name: '*' updates what it has installed",
    )
    .refine(
      ({ security, bugfix, updateOnly, state }) => state === 'latest' || !(security || bugfix || updateOnly),
      "security, bugfix, updateOnly: only with state: 'latest'",
    )
    .refine(
      ({ name, state }) => state === 'latest' || !name.includes('*'),
      "name: * stands for all packages, with state: 'latest'",
    )
    .refine(
      ({ name, state }) => state !== 'absent' || !name.some(isRpmFile),
      "name: with state: 'absent' name the package, not its file",
    ),
  title: ({ name, state }) =>
    name.length === 0 ? 'autoremove' : `${name.join(' ')}${state === 'present' ? '' : ` ${state}`}`,
  needs: { root: true, tools: ['dnf', 'rpm'] },
  provides: ({ name, state }) => ({ packages: state === 'absent' ? [] : name }),
  probe: (params) => ({
    installed: output(installedScript(params), (result) => parseInstalled(result, params), {
      reads: isForDnf(params)
        ? ['packages']
        : params.name.map((name) => (isRpmFile(name) && !isRpmUrl(name) ? name : packageState(baseOf(name)))),
    }),
  }),
  plan: (params, { installed }) => {
    const predicted = installed.predicted.map(({ what, ...change }) => ({
      what,
      ...change,
      effects: packageEffects(what.replace(/^\w+ /, '')),
    }))
    if (params.name.length === 0) return inOneTransaction(predicted, removalStep(params, []))
    const groups = predicted.length === 0 ? [] : params.name.filter(isGroup)
    if (params.state === 'absent') return removals(params, installed.found, predicted, groups)
    const added = params.updateOnly ? [] : installed.missing
    const missing = added.map((name) => ({
      what: `package ${name}`,
      from: replaced(name, installed, params),
      to: 'installed',
      effects: packageEffects(baseOf(name)),
    }))
    const outdated = installed.updates.map(({ name, version }) => ({
      what: `package ${name}`,
      from: versionOf(name, installed.found),
      to: version,
      effects: packageEffects(name),
    }))
    const all = params.name.includes('*')
    const named = needsResolving(params) ? missing.filter((_, index) => isRpmFile(added[index]!)) : missing
    const [toInstall, toUpgrade] = all ? [named, predicted] : [[...named, ...predicted], outdated]
    const names = all ? [] : installed.updates.map(({ name }) => name)
    return [
      ...inOneTransaction(toInstall, transactionStep('install', params, [...added, ...groups])),
      ...inOneTransaction(toUpgrade, transactionStep('upgrade', params, names)),
    ]
  },
  effects: (params) => (isForDnf(params) ? ['*'] : params.name.map(baseOf)).flatMap(packageEffects),
})

/** A URL by its file's name. */
function baseOf(name: string): string {
  return isRpmUrl(name) ? name.replace(/^.*\//, '') : name
}

/** The version that is installed instead of one that is missing. @throws PlaybookError E_DOWNGRADE */
function replaced(name: string, { others }: PackageState, { allowDowngrade }: DnfParams): string {
  const other = others.find((each) => each.name === name)
  if (other?.isNewer && !allowDowngrade)
    throw new PlaybookError('E_DOWNGRADE', `${name} is older than ${other.version}, which is installed.`, {
      hint: 'If it should be replaced: allowDowngrade: true',
    })
  return other?.version ?? 'not installed'
}

/** Whether dnf alone knows what it would do. */
function isForDnf(params: DnfParams): boolean {
  return params.name.length === 0 || params.name.some(isGroup) || needsResolving(params)
}

function removals(
  params: DnfParams,
  found: readonly Installed[],
  predicted: readonly Omit<Change, 'steps'>[],
  groups: readonly string[],
): readonly Change[] {
  const changes = found.map(({ name, version }) => ({
    what: `package ${name}`,
    from: version,
    to: 'not installed',
    effects: packageEffects(name),
  }))
  const names = found.map(({ name }) => name)
  return inOneTransaction([...changes, ...predicted], removalStep(params, [...names, ...groups]))
}

function versionOf(name: string, found: readonly Installed[]): string {
  return found.find((each) => each.name === name)?.version ?? 'older'
}
