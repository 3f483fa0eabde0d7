// Formats what only -v and more show: trips, commands and their output, connections.

import type { EventOf } from '../../model/run/event.ts'
import { lastVisible, sanitize, sanitizeLines } from '../output/sanitize.ts'
import type { Theme } from '../output/theme.ts'
import { type Columns, indent } from '../text/columns.ts'
import { formatDuration } from '../text/duration.ts'
import { hostLabel } from '../text/hostLabel.ts'
import { plural } from '../text/summaries.ts'

type Options = { readonly verbosity: number; readonly theme: Theme }

/** From -vvv on the whole output of commands is shown when they end; here it would appear twice. */
export function outputLines(
  { host, task, stream, line }: EventOf<'output'>,
  columns: Columns,
  { verbosity, theme }: Options,
): readonly string[] {
  const shown = lastVisible(line)
  if (verbosity < 1 || verbosity > 2 || shown === '') return []
  const label = stream === 'stderr' ? 'stderr' : 'output'
  return [theme.muted(columns.row(hostLabel(host, task), label, shown))]
}

export function tripLine(
  { host, as, probes, steps, durationMs }: EventOf<'trip'>,
  columns: Columns,
  { theme }: Options,
): string {
  const user = as === undefined ? '' : ` as ${sanitize(as)}`
  const load = `${plural(steps, 'step')}, ${plural(probes, 'probe')}${user}`
  return theme.muted(columns.row(host, 'trip', `${load}, ${formatDuration(durationMs)}`))
}

export function commandLines(
  { host, script, code, stdout, stderr, isStep }: EventOf<'command'>,
  columns: Columns,
  { verbosity, theme: { muted } }: Options,
): readonly string[] {
  const [first = '', ...rest] = sanitizeLines(script.trimEnd())
  const text = [first, ...indent(rest, columns.textOffset)]
  if (code !== 0) text.push(`${text.pop()}   exit ${code}`)
  const output = verbosity < 3 ? [] : [...prefixed(stdout, '│ '), ...prefixed(stderr, '! ')]
  return [
    columns.row(host, isStep ? 'step' : 'probe', text[0] ?? '', muted),
    ...text.slice(1),
    ...indent(output, columns.textOffset).map(muted),
  ]
}

function prefixed(text: string, prefix: string): string[] {
  return text === '' ? [] : sanitizeLines(text).map((line) => prefix + line)
}
