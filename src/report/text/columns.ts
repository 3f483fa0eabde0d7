// Aligns lines in columns: host, what happened, to what.

import { sanitize } from '../output/sanitize.ts'

export type Columns = {
  /** `was-01  changed  text`, with a style for the second column. */
  readonly row: (host: string, label: string, text: string, style?: (text: string) => string) => string
  /** The host, filled up to its column. */
  readonly host: (host: string) => string
  /** Where the third column begins, counted from 0. */
  readonly textOffset: number
}

const maxHostWidth = 40

/** Columns for a play's hosts; in check mode the second is wider (`would change`). */
export function columnsFor(hosts: readonly string[], isCheck: boolean): Columns {
  const width = Math.min(maxHostWidth, Math.max(0, ...hosts.map((name) => sanitize(name).length)))
  const labelWidth = (isCheck ? 'would change' : 'changed').length
  const host = (name: string) => sanitize(name).padEnd(width)
  return {
    host,
    textOffset: width + 2 + labelWidth + 2,
    row: (name, label, text, style = (plain) => plain) =>
      `${host(name)}  ${style(label.padEnd(labelWidth))}  ${text}`,
  }
}

export function indent(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line)
}
