// Makes the details of a task's result for the page: changes with diffs, errors, outputs.

import type { EventOf } from '../../model/run/event.ts'
import type { ReportedChange } from '../../model/run/outcome.ts'
import { sanitize, sanitizeLines, showControls } from '../output/sanitize.ts'
import { plainTheme } from '../output/theme.ts'
import { failureLines } from '../text/failureText.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import { retryText } from '../text/retryText.ts'
import { diffLines } from '../text/unifiedDiff.ts'
import type { PageChange, PageDetail } from './pageData.ts'

const mostDiffLines = 2000

/** Undefined where there is nothing to tell. */
export function detailOf(
  event: EventOf<'taskEnd' | 'retry'>,
  columnTitle: string,
  cwd: string,
): PageDetail | undefined {
  const { task, result } = event
  const title = titleWithDelegate(task)
  const reason = event.kind === 'retry' ? retryText(event) : result.reason
  const { stdout = '', stderr = '', isTruncated } = result.output ?? {}
  const detail: PageDetail = {
    ...(title === columnTitle ? {} : { title: sanitize(title) }),
    ...(reason ? { reason: sanitize(reason) } : {}),
    ...(result.changes.length > 0 ? { changes: result.changes.map(pageChange) } : {}),
    ...(result.message ? { message: sanitizeLines(result.message.text).join('\n') } : {}),
    ...(result.error ? { code: result.error.code, error: errorLines(event, cwd) } : {}),
    ...(stdout ? { stdout: sanitizeLines(stdout).join('\n') } : {}),
    ...(stderr ? { stderr: sanitizeLines(stderr).join('\n') } : {}),
    ...(isTruncated ? { isTruncated } : {}),
  }
  return Object.keys(detail).length > 0 ? detail : undefined
}

/** Location, reason and changes are shown elsewhere. */
function errorLines({ task, result }: EventOf<'taskEnd' | 'retry'>, cwd: string): string[] {
  const { where: _, ...place } = task
  const error = { ...result, changes: [], reason: undefined }
  return failureLines(place, error, { theme: plainTheme, cwd, program: 'run-playbook', isWhole: true })
}

function pageChange({ what, whole = what, from, to, diff }: ReportedChange): PageChange {
  const texts = { what: showControls(whole), from: showControls(from), to: showControls(to) }
  return diff ? { ...texts, diff: diffText(diffLines(diff)) } : texts
}

function diffText(lines: ReturnType<typeof diffLines>): string {
  const shown = lines.slice(0, mostDiffLines).map(({ text }) => text)
  const rest = lines.length - shown.length
  return [...shown, ...(rest > 0 ? [`\\ ${rest} more lines`] : [])].join('\n')
}
