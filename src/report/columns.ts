// The columns that lines of a run share: host, what happened, to what.

import { harmless } from './harmless.ts'

export type Columns = {
  /** `was-01  changed  text`, the second column painted. */
  readonly line: (host: string, label: string, text: string, paint?: (text: string) => string) => string
  /** The host, filled up to its column. */
  readonly host: (host: string) => string
  /** Where the third column begins, counted from 0. */
  readonly third: number
}

const widestHost = 40

/** Columns for a play's hosts; in check mode the second is wider (`would change`). */
export function columnsFor(hosts: readonly string[], isCheck: boolean): Columns {
  const width = Math.min(widestHost, Math.max(0, ...hosts.map((name) => harmless(name).length)))
  const labelWidth = (isCheck ? 'would change' : 'changed').length
  const host = (name: string) => harmless(name).padEnd(width)
  return {
    host,
    third: width + 2 + labelWidth + 2,
    line: (name, label, text, paint = (plain) => plain) =>
      `${host(name)}  ${paint(label.padEnd(labelWidth))}  ${text}`,
  }
}

export function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line)
}
