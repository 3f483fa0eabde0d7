// Asks rpm which packages are installed, and dnf for updates.

import { type Command, type Output, PlaybookError, sh, shellText, splitLines, text } from '../../src/index.ts'
import { explainDnf } from './dnfErrors.ts'
import { type DnfParams, isGroup, isRpmFile } from './dnfParams.ts'
import { type Planned, parseTable } from './dnfTable.ts'
import { advisoryOptions, questionScript, repositoryOptions } from './dnfTransaction.ts'

export type Installed = { readonly name: string; readonly version: string }

/** Which of the names nothing provides, what provides the others, and what of it dnf has in a newer version. */
export type PackageState = {
  readonly missing: readonly string[]
  readonly found: readonly Installed[]
  readonly updates: readonly Installed[]
  /** What dnf would do with groups and modules, or to remove what nothing needs. */
  readonly asked: readonly Planned[]
}

const format = '= %{NAME} %{VERSION}-%{RELEASE}\\n'

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
      query,
      ...looked,
      ...(params.state === 'latest' ? [updatesScript(params, names)] : []),
      ...question(params),
      'exit 0',
    ].join('\n'),
  )
}

/** What only dnf can answer. */
function question(params: DnfParams): string[] {
  if (params.name.some(isGroup))
    return [questionScript(params, params.state === 'absent' ? 'remove' : 'install')]
  return params.autoremove && params.name.length === 0 ? [questionScript(params, 'autoremove')] : []
}

/** dnf looks for updates by the packages' own names only. */
function updatesScript(params: DnfParams, names: readonly string[]): string {
  const options = [
    ...repositoryOptions(params),
    ...(params.updateCache ? ['--refresh'] : []),
    ...advisoryOptions(params),
  ]
  const check = sh`dnf -q check-update ${options}`.script
  const query = params.name.includes('*')
    ? check
    : `n=$(${sh`{ rpm -q --qf ${format} --whatprovides ${names}; rpm -q --qf ${format} ${names}; }`.script} 2>/dev/null | sed -n 's/^= \\([^ ]*\\) .*/\\1/p' | sort -u)
[ -z "$n" ] || ${check} $n`
  return `echo '= updates'
{ errors=$( { ${query}; } 2>&1 >&3); code=$?; } 3>&1
echo "= code $code"
printf '%s\\n' "$errors"`
}

/** What `installedScript` printed. */
export function parseInstalled(result: Output, { name: names, state }: DnfParams): PackageState {
  const lines = splitLines(text(result))
  if (lines[0] === '= no rpm') {
    throw new PlaybookError('E_NO_RPM', 'There is no rpm on this host, so no dnf either.', {
      hint: 'dnf is for hosts of the RPM family: Rocky, Alma, RHEL, Fedora.',
    })
  }
  const [provided, again, updates, asked] = splitAt(lines, ['= again', '= updates', '= asked'])
  const absent = absentNames(provided)
  const absentAgain = again.length > 0 ? absentNames(again) : absent
  const files = new Set(lines.filter((line) => line.startsWith('= file ')).map((line) => line.slice(7)))
  const missing = names
    .filter((name) => !isGroup(name))
    .filter((name) => (isRpmFile(name) ? !files.has(name) : absent.has(name) && absentAgain.has(name)))
  return {
    missing,
    found: foundPackages([...provided, ...again]),
    updates: state === 'latest' ? parseUpdates(updates) : [],
    asked: asked.length === 0 ? [] : parseAsked(asked),
  }
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

/** `check-update` ends with 100 where there are updates. A long name or version breaks its line, so words count. */
function parseUpdates(lines: readonly string[]): Installed[] {
  const at = lines.findLastIndex((line) => line.startsWith('= code '))
  const code = Number(lines[at]?.slice(7))
  const listed = lines.slice(0, Math.max(at, 0))
  if (code !== 0 && code !== 100) {
    throw explainDnf({ stdout: Buffer.from(lines.join('\n')), stderr: Buffer.alloc(0), code })
  }
  const end = listed.findIndex((line) => line.startsWith('Obsoleting Packages'))
  const words = (end < 0 ? listed : listed.slice(0, end)).join(' ').split(/\s+/).filter(Boolean)
  const updates: Installed[] = []
  for (let at = 0; code === 100 && at + 2 < words.length; at += 3) {
    updates.push({ name: words[at]!.replace(/\.[^.]*$/, ''), version: words[at + 1]!.replace(/^\d+:/, '') })
  }
  return updates
}

/** A question that is answered with no ends with 1. */
function parseAsked(lines: readonly string[]): Planned[] {
  const code = Number(/^= code (\d+)$/.exec(lines.at(-1) ?? '')?.[1])
  const printed = lines.slice(0, -1)
  if (code === 0 || printed.some((line) => line.startsWith('Operation aborted'))) return parseTable(printed)
  throw explainDnf({ stdout: Buffer.from(`${printed.join('\n')}\n`), stderr: Buffer.alloc(0), code })
}
