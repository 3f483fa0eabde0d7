// Asks rpm which packages are installed, and dnf for updates.

import { type Command, type Output, PlaybookError, sh, shellText, splitLines, text } from '../../src/index.ts'
import { explainDnf } from './dnfErrors.ts'
import { type DnfParams, isGroup, isRpmFile, isRpmUrl, needsResolving } from './dnfParams.ts'
import { type DnfTableRow, parseTable } from './dnfTable.ts'
import { advisoryOptions, questionScript, repositoryOptions } from './dnfTransaction.ts'
import { compareRpm, parseRpmVersion, versionedNames } from './rpmVersion.ts'

export type Installed = { readonly name: string; readonly version: string }

/** Which of the names nothing provides, what provides the others, and what of it dnf has in a newer version. */
export type PackageState = {
  readonly missing: readonly string[]
  readonly found: readonly Installed[]
  readonly updates: readonly Installed[]
  /** Of what is missing in the version that is named or that a file has: the installed version, and whether it is newer. */
  readonly others: readonly (Installed & { readonly isNewer: boolean })[]
  /** What dnf would do with groups and modules, or to remove what nothing needs. */
  readonly predicted: readonly DnfTableRow[]
}

const format = '= %{NAME} %{VERSION}-%{RELEASE}\\n'
const evr = '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n'

/**
 * `rpm -q --whatprovides` finds `vim` in vim-enhanced, but knows neither name-version nor name.arch; `rpm -q` does. The
 * second only runs when the first missed something.
 */
export function installedScript(params: DnfParams): Command {
  const names = params.name.filter((name) => name !== '*' && !isRpmFile(name) && !isGroup(name))
  const files = params.name.filter(isRpmFile)
  const query =
    names.length === 0
      ? ':'
      : sh`rpm -q --qf ${format} --whatprovides ${names} 2>&1`.script +
        ` || { echo '= again'; ${sh`rpm -q --qf ${format} ${names} 2>&1`.script}; ${basesScript(names)} }`
  const looked = files.map(fileScript)
  return shellText(
    [
      "command -v rpm >/dev/null 2>&1 || { echo '= no rpm'; exit 0; }",
      query,
      ...looked,
      ...(checksUpdates(params) ? [updatesScript(params, names)] : []),
      ...question(params, names),
      'exit 0',
    ].join('\n'),
  )
}

/** Which versions there are of packages that are named with another one. */
function basesScript(names: readonly string[]): string {
  const bases = [...new Set(names.flatMap(versionedNames).map(({ name }) => name))]
  return bases.length === 0
    ? ''
    : `${sh`rpm -q --qf ${`= base %{NAME} ${evr}`} ${bases}`.script} 2>&1 | grep '^= ';`
}

/** The version of a file or what rpm says of it, and the installed versions of its package. rpm downloads a URL by curl. */
function fileScript(path: string, index: number): string {
  const read = sh`rpm -qp --nosignature --qf ${`= %{NAME}.%{ARCH} ${evr}`} ${path}`.script
  return `n=$(${read} 2>&1)
case $(printf '%s\n' "$n" | tail -n 1) in
'= '*)
  set -- $(printf '%s\n' "$n" | tail -n 1)
  echo "= file ${index} $3"
  ${sh`rpm -q --qf ${`= has ${index} ${evr}`}`.script} "$2" 2>/dev/null | grep '^= ' ;;
*) printf '%s\n' "$n" | sed 's/^/= unread ${index} /' ;;
esac`
}

/** Of everything installed, the table of the transaction has them. */
function checksUpdates({ state, name }: DnfParams): boolean {
  return state === 'latest' && !name.includes('*')
}

/** What only dnf can answer. */
function question(params: DnfParams, names: readonly string[]): string[] {
  if (params.name.includes('*')) return [questionScript(params, 'upgrade')]
  const hasGroups = params.name.some(isGroup)
  if (needsResolving(params) && names.length > 0) {
    const ask = questionScript(params, 'install', shellText('$m'))
    return [missingScript(names), hasGroups ? ask : `if [ -n "$m" ]; then\n${ask}\nfi`]
  }
  if (hasGroups) return [questionScript(params, params.state === 'absent' ? 'remove' : 'install')]
  return params.autoremove && params.name.length === 0 ? [questionScript(params, 'autoremove')] : []
}

/** Sets `m` to the names that nothing provides. */
function missingScript(names: readonly string[]): string {
  return `m=
for n in ${sh`${names}`.script}; do
  rpm -q --whatprovides "$n" >/dev/null 2>&1 || rpm -q "$n" >/dev/null 2>&1 || m="$m $n"
done`
}

/** dnf looks for updates by the packages' own names only. */
function updatesScript(params: DnfParams, names: readonly string[]): string {
  const options = [
    ...repositoryOptions(params),
    ...(params.updateCache ? ['--refresh'] : []),
    ...advisoryOptions(params),
  ]
  const check = sh`dnf -q check-update ${options}`.script
  const query = `n=$(${sh`{ rpm -q --qf ${format} --whatprovides ${names}; rpm -q --qf ${format} ${names}; }`.script} 2>/dev/null | sed -n 's/^= \\([^ ]*\\) .*/\\1/p' | sort -u)
[ -z "$n" ] || ${check} $n`
  return `echo '= updates'
{ errors=$( { ${query}; } 2>&1 >&3); code=$?; } 3>&1
echo "= code $code"
printf '%s\\n' "$errors"`
}

/** What `installedScript` printed. @throws PlaybookError E_NO_RPM; E_NO_PACKAGE for a URL that cannot be read */
export function parseInstalled(result: Output, params: DnfParams): PackageState {
  const { name: names } = params
  const lines = splitLines(text(result).replace(colours, ''))
  if (lines[0] === '= no rpm') {
    throw new PlaybookError('E_NO_RPM', 'There is no rpm on this host, so no dnf either.', {
      hint: 'dnf is for hosts of the RPM family: Rocky, Alma, RHEL, Fedora.',
    })
  }
  const [provided, again, updates, transaction] = splitAt(lines, ['= again', '= updates', '= transaction'])
  const absent = absentNames(provided)
  const absentAgain = again.length > 0 ? absentNames(again) : absent
  const files = names.filter(isRpmFile).flatMap((name, index) => missingFile(lines, name, index, params))
  const missing = names
    .filter((name) => !isGroup(name))
    .filter((name) =>
      isRpmFile(name) ? files.some((each) => each.name === name) : absent.has(name) && absentAgain.has(name),
    )
  return {
    missing,
    found: foundPackages([...provided, ...again]),
    updates: checksUpdates(params) ? parseUpdates(updates) : [],
    others: [
      ...files.flatMap(({ other }) => other ?? []),
      ...missing.flatMap((name) => namedOther(lines, name)),
    ],
    predicted: transaction.length === 0 ? [] : parseTransaction(transaction, names.filter(isGroup)),
  }
}

/** With color=always in dnf.conf there are some in pipes, too. */
const colours = /\x1b(?:\[[0-9;]*m|\(B)/g

type Other = PackageState['others'][number]

/** A file whose version is not installed, nor a newer one that may not be replaced. */
function missingFile(
  lines: readonly string[],
  name: string,
  index: number,
  { allowDowngrade }: DnfParams,
): { readonly name: string; readonly other?: Other }[] {
  const wordsOf = (kind: string) =>
    lines.flatMap((line) =>
      line.startsWith(`= ${kind} ${index} `) ? [line.split(' ').slice(3).join(' ')] : [],
    )
  const [version] = wordsOf('file')
  if (version === undefined) {
    if (isRpmUrl(name)) throw unreadable(name, wordsOf('unread'))
    return [{ name }]
  }
  const other = otherVersion(name, version, wordsOf('has'))
  if (other === 'same' || (other?.isNewer && !allowDowngrade)) return []
  return [{ name, other }]
}

/** What is installed of the package of `httpd-2.4.57`. A kernel is installed beside others. */
function namedOther(lines: readonly string[], name: string): Other[] {
  if (isRpmFile(name) || /^kernel\b/.test(name)) return []
  for (const { name: base, is } of versionedNames(name)) {
    const there = lines.flatMap((line) => (line.startsWith(`= base ${base} `) ? [line.split(' ')[3]!] : []))
    const { epoch = '', version, release = '' } = is
    const other = otherVersion(name, `${epoch && `${epoch}:`}${version}${release && `-${release}`}`, there)
    if (other !== undefined && other !== 'same') return [other]
  }
  return []
}

/** The newest of the installed versions, unless one is the same; undefined where none is installed. */
function otherVersion(
  name: string,
  version: string,
  installed: readonly string[],
): Other | 'same' | undefined {
  const requested = parseRpmVersion(version)
  const all = installed
    .map((each) => ({ each, difference: compareRpm(parseRpmVersion(each), requested) }))
    .sort((a, b) => b.difference - a.difference)
  if (all.some(({ difference }) => difference === 0)) return 'same'
  const [newest] = all
  return newest && { name, version: newest.each.replace(/^\d+:/, ''), isNewer: newest.difference > 0 }
}

function unreadable(url: string, details: readonly string[]): PlaybookError {
  return new PlaybookError('E_NO_PACKAGE', `${url} cannot be read.`, {
    details,
    hint: 'Does the host reach it? A proxy is given by environment: { https_proxy: … } of the task.',
  })
}

/** Cuts lines at the first of each heading; a heading that is missing leaves its part empty. */
function splitAt(
  lines: readonly string[],
  headings: readonly string[],
): [string[], string[], string[], string[]] {
  const parts: string[][] = [[], [], [], []]
  let at = 0
  for (const line of lines) {
    const heading = headings.indexOf(line)
    if (heading >= 0) at = heading + 1
    else parts[at]!.push(line)
  }
  return parts as [string[], string[], string[], string[]]
}

const absentForms = [
  /^no package provides (.+)$/,
  /^package (.+) is not installed$/,
  /^file (.+) is not owned by any package$/,
  /^error: file (.+): No such file or directory$/,
]

function absentNames(lines: readonly string[]): Set<string> {
  const found = lines.flatMap((line) => absentForms.flatMap((form) => form.exec(line)?.[1] ?? []))
  return new Set(found)
}

function foundPackages(lines: readonly string[]): Installed[] {
  const found = new Map<string, string>()
  for (const line of lines) {
    const match = /^= (\S+) (\S+)$/.exec(line)
    if (match && match[1] !== 'code' && match[1] !== 'file') found.set(match[1]!, match[2]!)
  }
  return [...found].map(([name, version]) => ({ name, version }))
}

/**
 * `check-update` ends with 100 where there are updates. A long name or version breaks its line, which goes on indented.
 * Plugins print lines of their own.
 */
function parseUpdates(lines: readonly string[]): Installed[] {
  const at = lines.findLastIndex((line) => line.startsWith('= code '))
  const code = Number(lines[at]?.slice(7))
  const listed = lines.slice(0, Math.max(at, 0))
  if (code !== 0 && code !== 100) {
    throw explainDnf({ stdout: Buffer.from(lines.join('\n')), stderr: Buffer.alloc(0), code })
  }
  if (code === 0) return []
  const end = listed.findIndex((line) => line.startsWith('Obsoleting Packages'))
  const rows = (end < 0 ? listed : listed.slice(0, end)).join('\n').replace(/\n +/g, ' ')
  return [...rows.matchAll(/^(\S+)\.\w+ +(?:\d+:)?([^\s-]+-[^\s-]+) +\S+ *$/gm)].map(([, name, version]) => ({
    name: name!,
    version: version!,
  }))
}

/** A question that is answered with no ends with 1. */
function parseTransaction(lines: readonly string[], groups: readonly string[]): DnfTableRow[] {
  const code = Number(/^= code (\d+)$/.exec(lines.at(-1) ?? '')?.[1])
  const printed = lines.slice(0, -1)
  const prints = (form: RegExp, end = '') => printed.some((line) => form.test(line) && line.endsWith(end))
  // Without the repository that has it, dnf 4 takes a module for one that is not installed; dnf 5 knows none at all.
  const isUnknown =
    (prints(/^Ignoring repositories: /) && prints(/Module or Group '[^']*[:/][^']*' is not installed/)) ||
    groups.some((each) => /[:/]/.test(each) && prints(/^No .* for argument: /, each.slice(1)))
  const isAnswered = code === 0 || prints(/^Operation aborted/)
  if (isAnswered && !isUnknown) return parseTable(printed)
  throw explainDnf({ stdout: Buffer.from(`${printed.join('\n')}\n`), stderr: Buffer.alloc(0), code }, groups)
}
