// A failure as lines of text: where in the user's file, what was tried, what the host said, what to do.

import { relative } from 'node:path'
import { AggregatePlaybookError, type PlaybookError } from '../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../model/errors/location.ts'
import type { TaskLabel } from '../model/run/event.ts'
import type { TaskResult } from '../model/run/outcome.ts'
import { changeText } from './changeText.ts'
import { harmless, harmlessLines } from './harmless.ts'
import type { Paint } from './paint.ts'

export type FailureOptions = {
  readonly paint: Paint
  /** Files are shown relative to it. */
  readonly cwd: string
  /** Values are not abbreviated. */
  readonly isWhole: boolean
}

/** The lines below a failure's headline. */
export function failureLines(
  task: TaskLabel,
  { error, changes, reason }: TaskResult,
  { paint, cwd, isWhole }: FailureOptions,
): string[] {
  const { inline, below } = changeText(task.title, changes, isWhole)
  const tried = inline === undefined ? below : [inline]
  return [
    ...(task.where ? [paint.place(placeText(withoutColumn(task.where), cwd))] : []),
    ...tried.map((line) => paint.quiet(`tried   ${line}`)),
    ...(reason ? harmlessLines(reason) : []),
    ...(error ? errorLines(error, task, { paint, cwd }) : []),
  ]
}

/** `playbooks/was.ts:18`: relative to `cwd` where the file lies below it. */
export function placeText(where: SourceLocation, cwd: string): string {
  const path = where.file.startsWith('/') ? relative(cwd, where.file) : where.file
  return harmless(formatLocation({ ...where, file: path.startsWith('..') ? where.file : path }))
}

function errorLines(
  error: PlaybookError,
  task: TaskLabel,
  { paint, cwd }: { paint: Paint; cwd: string },
): string[] {
  if (error instanceof AggregatePlaybookError)
    return error.errors.flatMap((each) => errorLines(each, task, { paint, cwd }))
  const isElsewhere = error.where && !isSamePlace(error.where, task.where)
  const place = isElsewhere && error.where ? `${placeText(error.where, cwd)}  ` : ''
  const [first = '', ...rest] = harmlessLines(withoutTitle(error.message, task.title))
  return [
    ...(place + first === '' ? [] : [`${paint.place(place)}${first}`]),
    ...rest,
    ...error.details.flatMap(harmlessLines),
    ...(error.hint ? harmlessLines(error.hint).map(paint.hint) : []),
  ]
}

function isSamePlace(one: SourceLocation, other: SourceLocation | undefined): boolean {
  return one.file === other?.file && one.line === other.line
}

/** The title stands on the line above. */
function withoutTitle(message: string, title: string): string {
  return message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message
}

function withoutColumn({ file, line }: SourceLocation): SourceLocation {
  return { file, line }
}
