// A stream for text: its sink, its colours, and a formatter for events.

import type { Sink } from '../output/sink.ts'
import type { Theme } from '../output/theme.ts'
import type { TextFormatter } from './textFormatter.ts'

export type TextOutput = TextFormatter & { readonly sink: Sink; readonly theme: Theme }

export function withLineEnds(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
