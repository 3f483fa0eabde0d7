// Appends what differs from an earlier run to a report.

import { codeSpan } from '../../report/ci/markdown.ts'
import { comparisonLines } from '../../report/table/comparisonText.ts'
import type { Since } from '../../report/table/since.ts'
import { localTime } from './localTime.ts'
import type { ReportFlags } from './reportFlags.ts'

export function sinceText(since: Since, output: ReportFlags['output']): string {
  const when = `${localTime(new Date(since.startedAt))} (${since.run})`
  const lines = comparisonLines(since)
  if (output !== 'markdown') return [`since ${when}`, ...lines.map((line) => `  ${line}`), ''].join('\n')
  const items = lines.map((line) => `${/^ */.exec(line)![0]}- ${codeSpan(line.trim())}`)
  return ['', `#### Since ${when}`, '', ...items, ''].join('\n')
}
