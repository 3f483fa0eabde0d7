// Formats a failure: location, attempted change, the host's output, what to do.

import { relative } from 'node:path'
import { AggregatePlaybookError, type PlaybookError } from '../../model/errors/error.ts'
import { formatLocation, type SourceLocation } from '../../model/errors/location.ts'
import type { TaskLabel } from '../../model/run/event.ts'
import type { TaskResult } from '../../model/run/outcome.ts'
import { asTyped } from '../output/program.ts'
import { sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { changeText } from './changeText.ts'

type FailureOptions = {
  readonly theme: Theme
  /** Files are shown relative to it. */
  readonly cwd: string
  /** How the command was typed, for hints. */
  readonly program: string
  /** Values are not abbreviated. */
  readonly isWhole: boolean
}

/** The lines below a failure's headline. */
export function failureLines(
  task: TaskLabel,
  { error, changes, reason }: TaskResult,
  options: FailureOptions,
): string[] {
  const { theme, cwd, isWhole } = options
  const { inline, below } = changeText(task.title, changes, isWhole)
  const tried = inline === undefined ? below : [inline]
  return [
    ...(task.where ? [theme.location(locationText(withoutColumn(task.where), cwd))] : []),
    ...tried.map((line) => theme.muted(`tried   ${line}`)),
    ...(reason ? sanitizeLines(reason) : []),
    ...(error ? errorLines(error, task, options) : []),
  ]
}

/** `playbooks/was.ts:18`: relative to `cwd` where the file is below it. */
export function locationText(where: SourceLocation, cwd: string): string {
  const path = where.file.startsWith('/') ? relative(cwd, where.file) : where.file
  return sanitize(formatLocation({ ...where, file: path.startsWith('..') ? where.file : path }))
}

function errorLines(error: PlaybookError, task: TaskLabel, options: FailureOptions): string[] {
  if (error instanceof AggregatePlaybookError)
    return error.errors.flatMap((each) => errorLines(each, task, options))
  const { theme, cwd, program } = options
  const isElsewhere = error.where && !isSameLocation(error.where, task.where)
  const location = isElsewhere && error.where ? `${locationText(error.where, cwd)}  ` : ''
  const [first = '', ...rest] = sanitizeLines(withoutTitle(error.message, task.title))
  return [
    ...(location + first === '' ? [] : [`${theme.location(location)}${first}`]),
    ...rest,
    ...error.details.flatMap(sanitizeLines),
    ...(error.hint ? sanitizeLines(asTyped(error.hint, program)).map(theme.hint) : []),
  ]
}

function isSameLocation(one: SourceLocation, other: SourceLocation | undefined): boolean {
  return one.file === other?.file && one.line === other.line
}

/** The title is on the line above. */
function withoutTitle(message: string, title: string): string {
  return message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message
}

function withoutColumn({ file, line }: SourceLocation): SourceLocation {
  return { file, line }
}
