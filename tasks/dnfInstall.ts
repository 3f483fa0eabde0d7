// The task that installs, updates and removes RPM packages by dnf.

import {
  type Change,
  type Command,
  defineTask,
  type Output,
  output,
  PlaybookError,
  run,
  type Step,
  sh,
  shellText,
  splitLines,
  text,
  z,
} from '../src/index.ts'
import { oneOrMany } from './oneOrMany.ts'

const word = z.string().regex(/^[^\s-]\S*$/, 'expected one word that does not begin with a dash')

/**
 * Installs packages by dnf, brings them up to date, or removes them, all that is missing in one transaction. A host on
 * which nothing is missing is asked by `rpm` alone (0.03 s); dnf is not started there, except for `state: 'latest'`.
 *
 * - `name`: a package, a list, or several with commas between. Each may be a name (`vim`, also where the package that
 *   provides it is called otherwise: `vim-enhanced`), a name with version, release or architecture
 *   (`httpd-2.4.62`, `glibc.i686`), a capability (`perl(JSON)`), a file that a package holds (`/usr/bin/rotatelogs`), or
 *   the path of an .rpm file on the host. `*` with `state: 'latest'` means all that is installed. Groups (`@…`),
 *   patterns, comparisons and URLs are refused: whether they are installed cannot be told reliably.
 * - `state`: `present` (the default; any version will do), `latest`, `absent`.
 * - `enablerepo`, `disablerepo`, `exclude`: as dnf's options of that name, for this call.
 * - `disableGpgCheck`, `allowErasing`, `nobest`, `skipBroken`, `cacheOnly`: as dnf's --nogpgcheck, --allowerasing, …
 * - `weakDeps`: whether recommended packages come along; as dnf is configured if not given.
 * - `updateCache`: reads the repositories' lists anew (--refresh).
 * - `releasever`: the release to take packages of.
 *
 * dnf waits for another dnf that runs; the option `timeout` of the task bounds it.
 *
 * @throws PlaybookError E_NO_RPM (no rpm on the host), E_NO_PACKAGE (naming those that no repository has),
 *   E_NO_REPOSITORY, E_REPOSITORY (one that does not answer, or of which dnf does not know), E_GPG, E_DISK_FULL,
 *   E_PACKAGE_LOCK, E_PACKAGE_CONFLICT, E_NOT_ROOT
 * @example dnfInstall({ name: ['java-17-openjdk', 'httpd', 'vim', 'wget', 'tar'] })
 *
 * Sources: dnf(8), rpm(8); the messages are those of dnf 4.14 and dnf5.
 */
export const dnfInstall = defineTask({
  name: 'dnfInstall',
  summary: 'Installs, updates or removes packages by dnf.',
  params: z
    .strictObject({
      name: oneOrMany(z.string())
        .transform((list, context) => {
          const names = [...new Set(list.flatMap((each) => each.split(',')).map((each) => each.trim()))]
          for (const name of names) {
            const fault = nameFault(name)
            if (fault) context.addIssue({ code: 'custom', message: `"${name}": ${fault}` })
          }
          return names
        })
        .describe('Packages: names, capabilities, files they hold, or .rpm files on the host.'),
      state: z.enum(['present', 'latest', 'absent']).default('present').describe('What shall be so.'),
      enablerepo: oneOrMany(word).optional().describe('Repositories to enable for this call.'),
      disablerepo: oneOrMany(word).optional().describe('Repositories to disable for this call.'),
      exclude: oneOrMany(word).optional().describe('Packages to leave out.'),
      disableGpgCheck: z.boolean().default(false).describe('Do not check signatures.'),
      allowErasing: z.boolean().default(false).describe('Allow to remove packages that are in the way.'),
      nobest: z.boolean().default(false).describe('Do not insist on the newest version.'),
      skipBroken: z.boolean().default(false).describe('Leave out what cannot be installed.'),
      weakDeps: z
        .boolean()
        .optional()
        .describe('Install recommended packages too; as configured if not given.'),
      updateCache: z.boolean().default(false).describe("Read the repositories' lists anew."),
      cacheOnly: z.boolean().default(false).describe('Use what is in the cache, without any network.'),
      releasever: word.optional().describe('The release of the distribution to take packages of.'),
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
      reads: params.name.filter(isRpmFile),
    }),
  }),
  plan: (params, { installed }) => {
    if (params.state === 'absent') return removals(installed.found)
    const missing = installed.missing.map((name) => ({
      what: `package ${name}`,
      from: 'not installed',
      to: 'installed',
    }))
    const outdated = installed.updates.map(({ name, version }) => ({
      what: `package ${name}`,
      from: versionOf(name, installed.found),
      to: version,
    }))
    const all = params.name.includes('*')
    return [
      ...inOneTransaction(missing, dnfStep('install', params, installed.missing)),
      ...inOneTransaction(
        outdated,
        dnfStep('upgrade', params, all ? [] : installed.updates.map(({ name }) => name)),
      ),
    ]
  },
})

type DnfParams = {
  readonly name: readonly string[]
  readonly state: 'present' | 'latest' | 'absent'
  readonly enablerepo?: readonly string[]
  readonly disablerepo?: readonly string[]
  readonly exclude?: readonly string[]
  readonly disableGpgCheck: boolean
  readonly allowErasing: boolean
  readonly nobest: boolean
  readonly skipBroken: boolean
  readonly weakDeps?: boolean
  readonly updateCache: boolean
  readonly cacheOnly: boolean
  readonly releasever?: string
}

type Installed = { readonly name: string; readonly version: string }

/** Which of the names nothing provides, what provides the others, and what of it dnf has in a newer version. */
export type PackageState = {
  readonly missing: readonly string[]
  readonly found: readonly Installed[]
  readonly updates: readonly Installed[]
}

function removals(found: readonly Installed[]): readonly Change[] {
  const changes = found.map(({ name, version }) => ({
    what: `package ${name}`,
    from: version,
    to: 'not installed',
  }))
  const names = found.map(({ name }) => name)
  return inOneTransaction(changes, run(sh`dnf -y remove ${names}`, { explain: explainDnf }))
}

function inOneTransaction(changes: readonly Omit<Change, 'steps'>[], step: Step): readonly Change[] {
  return changes.map((change, index) => ({ ...change, steps: index === 0 ? [step] : [] }))
}

function dnfStep(verb: 'install' | 'upgrade', params: DnfParams, names: readonly string[]): Step {
  const words = [
    ...repositoryOptions(params),
    ...(params.updateCache ? ['--refresh'] : []),
    ...(params.disableGpgCheck ? ['--nogpgcheck'] : []),
    ...(params.allowErasing ? ['--allowerasing'] : []),
    ...(params.nobest ? ['--nobest'] : []),
    ...(params.skipBroken ? ['--skip-broken'] : []),
    ...(params.weakDeps === undefined
      ? []
      : [`--setopt=install_weak_deps=${params.weakDeps ? 'True' : 'False'}`]),
  ]
  return run(sh`dnf ${['-y', verb, ...words, ...names]}`, { explain: explainDnf })
}

function repositoryOptions(params: DnfParams): string[] {
  const { enablerepo = [], disablerepo = [], exclude = [], cacheOnly, releasever } = params
  return [
    ...disablerepo.map((each) => `--disablerepo=${each}`),
    ...enablerepo.map((each) => `--enablerepo=${each}`),
    ...exclude.map((each) => `--exclude=${each}`),
    ...(cacheOnly ? ['--cacheonly'] : []),
    ...(releasever === undefined ? [] : [`--releasever=${releasever}`]),
  ]
}

const format = '= %{NAME} %{VERSION}-%{RELEASE}\\n'

/**
 * `rpm -q --whatprovides` finds `vim` in vim-enhanced, but knows neither name-version nor name.arch; `rpm -q` does. The
 * second is only asked when the first missed something.
 */
function installedScript(params: DnfParams): Command {
  const names = params.name.filter((name) => name !== '*' && !isRpmFile(name))
  const files = params.name.filter(isRpmFile)
  const asked =
    names.length === 0
      ? ':'
      : sh`rpm -q --qf ${format} --whatprovides ${names} 2>&1 || { echo '= again'; rpm -q --qf ${format} ${names} 2>&1; }`
          .script
  const looked = files.map(
    (path) =>
      sh`n=$(rpm -qp --nosignature --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}' ${path} 2>/dev/null) && rpm -q "$n" >/dev/null 2>&1 && echo '= file' ${path}`
        .script,
  )
  return shellText(
    [
      "command -v rpm >/dev/null 2>&1 || { echo '= no rpm'; exit 0; }",
      asked,
      ...looked,
      ...(params.state === 'latest' ? [updatesScript(params, names)] : []),
      'exit 0',
    ].join('\n'),
  )
}

/** dnf looks for updates by the packages' own names only. */
function updatesScript(params: DnfParams, names: readonly string[]): string {
  const options = [...repositoryOptions(params), ...(params.updateCache ? ['--refresh'] : [])]
  const check = sh`dnf -q check-update ${options}`.script
  const asked = params.name.includes('*')
    ? check
    : `n=$(${sh`{ rpm -q --qf ${format} --whatprovides ${names}; rpm -q --qf ${format} ${names}; }`.script} 2>/dev/null | sed -n 's/^= \\([^ ]*\\) .*/\\1/p' | sort -u)
[ -z "$n" ] || ${check} $n`
  return `echo '= updates'\n${asked} 2>&1\necho "= code $?"`
}

/** What `installedScript` printed. */
function parseInstalled(result: Output, { name: names, state }: DnfParams): PackageState {
  const said = splitLines(text(result))
  if (said[0] === '= no rpm') {
    throw new PlaybookError('E_NO_RPM', 'There is no rpm on this host, so no dnf either.', {
      hint: 'dnfInstall is for hosts of the RPM family: Rocky, Alma, RHEL, Fedora.',
    })
  }
  const [provided, again = [], updates = []] = splitAt(said, ['= again', '= updates'])
  const absent = absentNames(provided)
  const absentAgain = again.length > 0 ? absentNames(again) : absent
  const files = new Set(said.filter((line) => line.startsWith('= file ')).map((line) => line.slice(7)))
  const missing = names.filter((name) =>
    isRpmFile(name) ? !files.has(name) : absent.has(name) && absentAgain.has(name),
  )
  return {
    missing,
    found: foundPackages([...provided, ...again]),
    updates: state === 'latest' ? parseUpdates(updates) : [],
  }
}

/** Cuts lines at the first of each heading; a heading that is missing leaves its part empty. */
function splitAt(said: readonly string[], headings: readonly string[]): [string[], string[], string[]] {
  const parts: string[][] = [[], [], []]
  let at = 0
  for (const line of said) {
    const heading = headings.indexOf(line)
    if (heading >= 0) at = heading + 1
    else parts[at]!.push(line)
  }
  return parts as [string[], string[], string[]]
}

const absentForms = [
  /^no package provides (.+)$/,
  /^package (.+) is not installed$/,
  /^file (.+) is not owned by any package$/,
  /^error: file (.+): No such file or directory$/,
]

function absentNames(said: readonly string[]): Set<string> {
  const found = said.flatMap((line) => absentForms.flatMap((form) => form.exec(line)?.[1] ?? []))
  return new Set(found)
}

function foundPackages(said: readonly string[]): Installed[] {
  const found = new Map<string, string>()
  for (const line of said) {
    const match = /^= (\S+) (\S+)$/.exec(line)
    if (match && match[1] !== 'code' && match[1] !== 'file') found.set(match[1]!, match[2]!)
  }
  return [...found].map(([name, version]) => ({ name, version }))
}

/** `check-update` ends with 100 where there are updates. A long name or version breaks its line, so words count. */
function parseUpdates(said: readonly string[]): Installed[] {
  const code = Number(/^= code (\d+)$/.exec(said.at(-1) ?? '')?.[1])
  const listed = said.slice(0, -1)
  if (code !== 0 && code !== 100) {
    throw explainDnf({ stdout: Buffer.from(listed.join('\n')), stderr: Buffer.alloc(0), code })
  }
  const end = listed.findIndex((line) => line.startsWith('Obsoleting Packages'))
  const words = (end < 0 ? listed : listed.slice(0, end)).join(' ').split(/\s+/).filter(Boolean)
  const updates: Installed[] = []
  for (let at = 0; code === 100 && at + 2 < words.length; at += 3) {
    updates.push({ name: words[at]!.replace(/\.[^.]*$/, ''), version: words[at + 1]!.replace(/^\d+:/, '') })
  }
  return updates
}

function versionOf(name: string, found: readonly Installed[]): string {
  return found.find((each) => each.name === name)?.version ?? 'older'
}

const failures: readonly {
  readonly code: string
  readonly sign: RegExp
  readonly message: (match: RegExpExecArray, said: string) => string
  readonly hint?: string
}[] = [
  {
    code: 'E_NO_REPOSITORY',
    sign: /There are no enabled repositories/,
    message: () => 'dnf has no enabled repository on this host.',
    hint: 'Look into /etc/yum.repos.d, or give enablerepo.',
  },
  {
    code: 'E_GPG',
    sign: /You have enabled checking of packages via GPG keys[\s\S]*?Problem repository: \[?([^\]\s]+)/,
    message: ([, name]) =>
      `The repository ${name} has gpgcheck=1 and no gpgkey=, and its packages are not signed.`,
    hint: 'Give the repository its gpgkey=, or, if you must, disableGpgCheck: true',
  },
  {
    code: 'E_REPOSITORY',
    sign: /(?:Unknown repo: |No matching repo to modify: |No repository match: |Ignoring repositories: |Failed to download metadata for repo |repository: )'?([^'\n:]+)'?/,
    message: ([, name]) => `The repository ${name!.trim()} is not to be had.`,
    hint: 'dnf repolist --all names the repositories; does the host reach the mirror?',
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /Can not load RPM file: (\S+?)\.?\n/,
    message: ([, path]) => `There is no package ${path} on the host, or it is none.`,
  },
  {
    code: 'E_NO_PACKAGE',
    sign: /No match for argument: |Unable to find a match: /,
    message: (_, said) => `No repository has ${matches(said, /No match for argument: (\S+)/g).join(', ')}.`,
    hint: 'Is the name right, and the repository that has it enabled? dnf repolist --all',
  },
  {
    code: 'E_GPG',
    sign: /GPG check FAILED|is not signed|Public key for \S+ is not installed|key import failed|signature .*(?:failed|invalid)/i,
    message: (_, said) =>
      [
        'A signature is not to be verified',
        ...matches(said, /(?:Package|Public key for) (\S+) is not/g).slice(0, 1),
      ].join(': '),
    hint: 'Give the repository its gpgkey=, or, if you must, disableGpgCheck: true',
  },
  {
    code: 'E_DISK_FULL',
    sign: /At least (\S+) more space needed on the (\S+) filesystem|No space left on device|not enough free space|Insufficient space/i,
    message: ([, size, path]) => `The disk is full${size ? `: ${size} more needed on ${path}` : ''}.`,
    hint: 'dnf clean packages; df -h',
  },
  {
    code: 'E_PACKAGE_LOCK',
    sign: /Failed to obtain the transaction lock|can't create transaction lock|Failed to obtain rpm transaction lock|Waiting for process with pid (\d+)/,
    message: ([, pid]) => `Another dnf or rpm is at work${pid ? ` (pid ${pid})` : ''}.`,
    hint: 'Wait for it to end, or give the task a retry.',
  },
  {
    code: 'E_NOT_ROOT',
    sign: /superuser privileges|must be root|Permission denied/i,
    message: () => 'dnf needs root.',
    hint: 'become: true',
  },
  {
    code: 'E_PACKAGE_CONFLICT',
    sign: /Problem(?: \d+)?: (.*)|conflicts with file from package|protected packages/,
    message: ([, problem]) => `The packages do not go together${problem ? `: ${problem}` : ''}.`,
    hint: 'allowErasing, nobest or exclude may help.',
  },
]

/** What a failed dnf said, as an error. */
function explainDnf(result: Output): PlaybookError {
  const said = `${result.stderr.toString('utf8')}\n${text(result)}`
  const details = splitLines(said).filter((line) => line.trim() !== '')
  if (result.code === 127) return new PlaybookError('E_NO_RPM', 'There is no dnf on this host.', { details })
  for (const { code, sign, message, hint } of failures) {
    const match = sign.exec(said)
    if (match) return new PlaybookError(code, message(match, said), { details: details.slice(0, 8), hint })
  }
  return new PlaybookError('E_DNF', `dnf ended with exit code ${result.code}.`, {
    details: details.slice(-12),
  })
}

function matches(said: string, form: RegExp): string[] {
  return [...new Set([...said.matchAll(form)].map((match) => match[1]!))]
}

function isRpmFile(name: string): boolean {
  return name.startsWith('/') && name.endsWith('.rpm')
}

function nameFault(name: string): string | undefined {
  if (name === '*') return undefined
  if (name === '') return 'expected the name of a package'
  if (name.startsWith('@')) return 'a group cannot be looked at; name its packages (dnf group info)'
  if (/^\w+:\/\//.test(name)) return 'a URL cannot be looked at; download the file, and give its path'
  if (/[*?[\]{}]/.test(name)) return 'a pattern is not supported; name the packages'
  if (/[<>=]/.test(name)) return 'a comparison is not supported; name the version, as in httpd-2.4.62'
  if (/\s/.test(name)) return 'expected one name without blanks'
  return name.startsWith('-') ? 'a name does not begin with a dash' : undefined
}
