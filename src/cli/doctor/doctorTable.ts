// Lays out what doctor found as text, hosts with the same findings together.

import type { Level } from '../../doctor/checks/check.ts'
import type { HostReport } from '../../doctor/examine.ts'
import type { Finding } from '../../doctor/examineHost.ts'
import { displayWidth } from '../../report/output/displayWidth.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import type { Theme } from '../../report/output/theme.ts'
import { locationText } from '../../report/text/failureText.ts'
import { hostNames } from '../../report/text/hostNames.ts'
import { plural } from '../../report/text/summaries.ts'
import { needersOf } from './needers.ts'

export type ShowOptions = {
  readonly cwd: string
  /** true: shows what is well too. */
  readonly isVerbose: boolean
  readonly mask: (text: string) => string
}

type TableOptions = ShowOptions & { readonly theme: Theme }

const marks: { readonly [L in Level]: string } = { problem: '✗', warning: '!', later: '·', ok: '✓' }
const order: readonly Level[] = ['problem', 'warning', 'later', 'ok']
const styles: { readonly [L in Level]: keyof Theme } = {
  problem: 'failure',
  warning: 'changed',
  later: 'muted',
  ok: 'success',
}

export function doctorTable(reports: readonly HostReport[], options: TableOptions): string {
  const groups = new Map<string, HostReport[]>()
  for (const report of reports) {
    const key = hostLines(report, options).join('\n')
    groups.set(key, [...(groups.get(key) ?? []), report])
  }
  const parts = [...groups].map(([text, hosts]) => {
    const names = hostNames(
      hosts.map(({ host }) => host),
      72,
    )
    const os = hosts[0]!.os === undefined ? '' : `  ${hosts[0]!.os}`
    return `${options.theme.bold(names)}${sanitize(os)}\n${text}\n`
  })
  return options.mask(`${parts.join('\n')}\n${summary(reports)}\n`)
}

/** All but the name of the host. */
function hostLines(report: HostReport, options: TableOptions): string[] {
  const { theme, isVerbose, cwd } = options
  const shown = order.flatMap((level) =>
    report.findings.filter(
      ({ result }) => result.level === level && (isVerbose || level === 'problem' || level === 'warning'),
    ),
  )
  const width = Math.min(32, Math.max(0, ...shown.map((finding) => displayWidth(nameOf(finding)))))
  const errors = report.errors.flatMap(({ message, code, hint, where }) => [
    `  ${theme.failure(marks.problem)} ${where ? `${theme.location(locationText(where, cwd))}  ` : ''}${sanitize(message)}  ${theme.muted(code)}`,
    ...(hint === undefined ? [] : [`    ${theme.hint(sanitize(hint))}`]),
  ])
  const looks =
    report.looks > 0
      ? [`  ${theme.muted(`Not checked: the tasks given by ${plural(report.looks, 'look')}.`)}`]
      : []
  return [
    ...errors,
    ...shown.flatMap((finding) => findingLines(finding, width, options)),
    ...(report.isUnreachable ? [] : [`  ${theme.muted(counts(report.findings))}`]),
    ...looks,
  ]
}

function findingLines(finding: Finding, width: number, { theme, cwd }: TableOptions): string[] {
  const { level, text, cure } = finding.result
  const name = nameOf(finding)
  const pad = ' '.repeat(Math.max(0, width - displayWidth(name)))
  const needers = needersOf(finding)
  const listed = needers.slice(0, 3).map(({ title, where }) => {
    const place = where ? `${theme.location(locationText(where, cwd))}  ` : ''
    return `      ${place}${sanitize(title)}`
  })
  const more = needers.length > 3 ? [`      and ${needers.length - 3} more`] : []
  return [
    `  ${theme[styles[level]](marks[level])} ${name}${pad}  ${sanitize(text)}`,
    ...(cure === undefined ? [] : [`      ${theme.hint(`→ ${sanitize(cure)}`)}`]),
    ...(level === 'problem' || level === 'warning' ? [...listed, ...more] : []),
  ]
}

function nameOf({ check, as }: Finding): string {
  return sanitize(as === undefined || check !== 'root' ? check : `${check} (as ${as})`)
}

function counts(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter(({ result }) => result.level === level).length
  const later = count('later')
  return `${plural(count('problem'), 'problem')}, ${plural(count('warning'), 'warning')}, ${count('ok')} checks passed${later > 0 ? `, ${later} will be met by an earlier task` : ''}`
}

function summary(reports: readonly HostReport[]): string {
  const unreachable = reports.filter(({ isUnreachable }) => isUnreachable).length
  const bad = reports.filter(
    ({ errors, findings, isUnreachable }) =>
      !isUnreachable && (errors.length > 0 || findings.some(({ result }) => result.level === 'problem')),
  ).length
  const good = reports.length - unreachable - bad
  return [
    `${plural(reports.length, 'host')}: ${good} ready`,
    `${bad} with problems`,
    ...(unreachable > 0 ? [`${unreachable} unreachable`] : []),
    'nothing was changed',
  ].join(' · ')
}
