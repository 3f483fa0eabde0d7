// How a task ended on a host, as lines of text: its headline, and below it the changes, the differences, the failure.

import type { TextDiff } from '../model/change.ts'
import type { RunEvent, TaskLabel } from '../model/run/event.ts'
import type { ReportedChange, TaskResult } from '../model/run/outcome.ts'
import { changeText } from './changeText.ts'
import { type Columns, indented } from './columns.ts'
import { failureLines } from './failureText.ts'
import { harmless } from './harmless.ts'
import { hostText } from './hostText.ts'
import type { hunkLines } from './hunks.ts'
import type { Paint } from './paint.ts'

export type TaskTextOptions = {
  /** At 0 what was in order is not told. */
  readonly verbosity: number
  /** Given with --diff: what compares two texts. */
  readonly compare?: typeof hunkLines
  readonly paint: Paint
  /** Files are shown relative to it. */
  readonly cwd: string
}

type Ended = Extract<RunEvent, { kind: 'taskEnd' }>

const codeColumn = 70

/** The lines that the end of a task is worth; none where it was in order and nobody asked. */
export function taskLines(
  event: Ended,
  columns: Columns,
  isCheck: boolean,
  options: TaskTextOptions,
): readonly string[] {
  const { task, result } = event
  const { paint, verbosity } = options
  const host = hostText(event.host, task)
  const text = `${harmless(task.title)}${result.reason ? `   ${harmless(result.reason)}` : ''}`
  switch (result.status) {
    case 'changed':
      return changedLines(event, columns, changedLabel(task, isCheck), options)
    case 'failed':
    case 'unreachable':
      return failedLines(event, columns, options)
    case 'unknown':
      return [columns.line(host, 'unknown', text, paint.unsure)]
    case 'skipped':
    case 'ok':
      return verbosity < 1 ? [] : [paint.quiet(columns.line(host, result.status, text))]
  }
}

function changedLabel({ isHandler }: TaskLabel, isCheck: boolean): string {
  if (isCheck) return isHandler ? 'would run' : 'would change'
  return isHandler ? 'handler' : 'changed'
}

function changedLines(
  { host, task, result: { changes } }: Ended,
  columns: Columns,
  label: string,
  { compare, paint }: TaskTextOptions,
): string[] {
  const compared = compare ? changes.filter(isComparable) : []
  const told = compare ? changes.filter((change) => !isComparable(change)) : changes
  const { inline, below } = changeText(task.title, told, compare !== undefined)
  const title = harmless(task.title)
  return [
    columns.line(
      hostText(host, task),
      label,
      inline === undefined ? title : `${title}   ${inline}`,
      paint.changed,
    ),
    ...indented(below, columns.third + 2),
    ...(compare ? indented(differences(task, compared, compare, paint), 4) : []),
  ]
}

/** Each difference once, however many changes it stands for. */
function differences(
  { title }: TaskLabel,
  changes: readonly Comparable[],
  compare: typeof hunkLines,
  paint: Paint,
): string[] {
  const paints = {
    header: paint.place,
    context: (text: string) => text,
    added: paint.added,
    removed: paint.removed,
    note: paint.quiet,
  }
  const diffs = new Map(changes.map(({ diff }) => [JSON.stringify(diff), diff]))
  return [...diffs.values()].flatMap((diff) => {
    const name = title.includes(diff.path) ? '' : harmless(diff.path)
    return compare(diff, name).map(({ kind, text }) => paints[kind](text))
  })
}

function failedLines(
  { host, task, result }: Ended,
  columns: Columns,
  { paint, cwd, compare }: TaskTextOptions,
): string[] {
  const label = failedLabel(result)
  const title = harmless(task.title)
  const name = hostText(host, task)
  const colour = result.isIgnored ? paint.changed : paint.bad
  const gap = Math.max(3, codeColumn - columns.line(name, label, title).length)
  const code = result.error ? ' '.repeat(gap) + paint.quiet(result.error.code) : ''
  return [
    columns.line(name, label, title, colour) + code,
    ...indented(failureLines(task, result, { paint, cwd, isWhole: compare !== undefined }), 8),
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
