// Formats how a task ended on a host: a headline, and below it changes, diffs, the failure.

import type { TaskMessage, TextDiff } from '../../model/change.ts'
import type { EventOf, TaskLabel } from '../../model/run/event.ts'
import type { ReportedChange, TaskResult } from '../../model/run/outcome.ts'
import { sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { changeText } from './changeText.ts'
import { type Columns, indent } from './columns.ts'
import { failureLines } from './failureText.ts'
import { retryText } from './retryText.ts'
import type { diffLines } from './unifiedDiff.ts'

export type TaskTextOptions = {
  /** At 0, tasks that are ok or skipped are left out; at -1 so are all others. */
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: typeof diffLines
  readonly theme: Theme
  /** Files are shown relative to it. */
  readonly cwd: string
  /** How the command was typed, for hints. */
  readonly program: string
}

type TaskEnd = EventOf<'taskEnd'>

const codeColumn = 70

/**
 * The lines for the end of a task; none where it is ok or skipped and `verbosity` is 0.
 *
 * @param host its name, or the label of several hosts
 */
export function taskLines(
  event: TaskEnd,
  host: string,
  columns: Columns,
  isCheck: boolean,
  options: TaskTextOptions,
): readonly string[] {
  const { task, result } = event
  const { theme, verbosity } = options
  const text = `${sanitize(task.title)}${result.reason ? `   ${sanitize(result.reason)}` : ''}`
  switch (result.status) {
    case 'changed':
      return changedLines(event, host, columns, changedLabel(task, isCheck), options)
    case 'failed':
    case 'unreachable':
      return failedLines(event, host, columns, options)
    case 'unknown':
      return [columns.row(host, 'unknown', text, theme.unknown)]
    case 'skipped':
    case 'ok':
      if (isShown(result, verbosity)) return messageLines(task, result.message, host, columns)
      return verbosity < 1 ? [] : [theme.muted(columns.row(host, result.status, text))]
  }
}

type Telling = TaskResult & { readonly message: TaskMessage }

/** Whether the result has a message that this many -v show. */
export function isShown(result: TaskResult, verbosity: number): result is Telling {
  return result.message !== undefined && (result.message.verbosity ?? 0) <= verbosity
}

/** The message, behind the title where the task has one of its own. */
function messageLines(
  { name, title }: TaskLabel,
  { text }: TaskMessage,
  host: string,
  columns: Columns,
): string[] {
  const lines = sanitizeLines(text)
  const own = title === name ? [] : [sanitize(title)]
  const isInline = own.length === 0 || lines.length === 1
  const [headline = '', ...below] = isInline
    ? [[...own, lines[0]].join('   '), ...lines.slice(1)]
    : [...own, ...lines]
  return [columns.row(host, 'message', headline), ...indent(below, columns.textOffset)]
}

function changedLabel({ isHandler }: TaskLabel, isCheck: boolean): string {
  if (isCheck) return isHandler ? 'would run' : 'would change'
  return isHandler ? 'handler' : 'changed'
}

function changedLines(
  { task, result: { changes } }: TaskEnd,
  host: string,
  columns: Columns,
  label: string,
  { compare, theme, verbosity }: TaskTextOptions,
): string[] {
  const compared = compare ? changes.filter(isComparable) : []
  const rest = compare ? changes.filter((change) => !isComparable(change)) : changes
  const { inline, below } = changeText(task.title, rest, compare !== undefined)
  const title = sanitize(task.title)
  return [
    columns.row(host, label, inline === undefined ? title : `${title}   ${inline}`, theme.changed),
    ...indent(below, columns.textOffset + 2),
    ...indent(verbosity < 1 ? [] : wholeLines(changes), columns.textOffset + 2).map(theme.muted),
    ...(compare ? indent(diffsOf(task, compared, compare, theme), 4) : []),
  ]
}

/** What is abbreviated in the changes, as it can be typed. */
function wholeLines(changes: readonly ReportedChange[]): string[] {
  return changes.flatMap(({ whole }) => (whole === undefined ? [] : sanitizeLines(whole)))
}

/** Each diff once, however many changes share it. */
function diffsOf(
  { title }: TaskLabel,
  changes: readonly Comparable[],
  compare: typeof diffLines,
  theme: Theme,
): string[] {
  const styles = {
    header: theme.location,
    context: (text: string) => text,
    added: theme.added,
    removed: theme.removed,
    note: theme.muted,
  }
  const diffs = new Map(changes.map(({ diff }) => [JSON.stringify(diff), diff]))
  return [...diffs.values()].flatMap((diff) => {
    const name = title.includes(diff.path) ? '' : sanitize(diff.path)
    return compare(diff, name).map(({ kind, text }) => styles[kind](text))
  })
}

/** The lines for a failed try of a block. */
export function retryLines(
  event: EventOf<'retry'>,
  host: string,
  columns: Columns,
  options: TaskTextOptions,
): readonly string[] {
  const result = { ...event.result, isIgnored: true }
  const [headline = '', ...below] = failedLines({ ...event, result }, host, columns, options, 'retry')
  return [headline, ...below, ...indent([options.theme.hint(retryText(event))], 8)]
}

function failedLines(
  { task, result }: Pick<TaskEnd, 'task' | 'result'>,
  host: string,
  columns: Columns,
  { theme, cwd, program, compare }: TaskTextOptions,
  label = failedLabel(result),
): string[] {
  const title = sanitize(task.title)
  const style = result.isIgnored ? theme.changed : theme.failure
  const gap = Math.max(3, codeColumn - columns.row(host, label, title).length)
  const code = result.error ? ' '.repeat(gap) + theme.muted(result.error.code) : ''
  return [
    columns.row(host, label, title, style) + code,
    ...indent(failureLines(task, result, { theme, cwd, program, isWhole: compare !== undefined }), 8),
  ]
}

function failedLabel({ status, isIgnored }: TaskResult): string {
  if (isIgnored) return 'ignored'
  return status === 'failed' ? 'FAILED' : 'UNREACHABLE'
}

type Comparable = ReportedChange & { readonly diff: TextDiff }

function isComparable(change: ReportedChange): change is Comparable {
  return change.diff !== undefined && change.diff.before !== change.diff.after
}
