// Formats events of the whole run: warnings, and that it was interrupted.

import type { EventOf } from '../../model/run/event.ts'
import { sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { type Columns, indent } from '../text/columns.ts'
import { locationText } from '../text/failureText.ts'
import { hostLabel } from '../text/hostLabel.ts'
import { plural } from '../text/summaries.ts'

export function warningLines(
  { message, where }: EventOf<'warning'>,
  { theme, cwd }: { readonly theme: Theme; readonly cwd: string },
): readonly string[] {
  const location = where ? `${theme.location(locationText(where, cwd))}  ` : ''
  const [first = '', ...rest] = sanitizeLines(message)
  return [`${theme.changed('warning')}  ${location}${first}`, ...indent(rest, 9)]
}

/** Names the steps that were running. */
export function interruptedLines(
  { running }: EventOf<'interrupted'>,
  columns: Columns,
  theme: Theme,
): readonly string[] {
  const head = theme.failure('Interrupted.')
  if (running.length === 0) return [`${head} No step was running.`]
  const steps = running.map((step) => `${columns.host(hostLabel(step.host, step))}  ${sanitize(step.task)}`)
  const hosts = new Set(running.map(({ host, delegate = host }) => delegate))
  return [`${head} A step was running on ${plural(hosts.size, 'host')}:`, ...indent(steps, 4)]
}
