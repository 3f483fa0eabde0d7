// Limits how much of each part a summary holds, from much to little.

export type SummaryLimits = {
  /** Lines of changes of each group of hosts. */
  readonly changes: number
  readonly groups: number
  /** Hosts, or groups of them, that differ. */
  readonly differing: number
  readonly errors: number
  /** Lines of each error. */
  readonly details: number
}

export const summaryLimits: readonly SummaryLimits[] = [
  { changes: 12, groups: 4, differing: 8, errors: 6, details: 8 },
  { changes: 8, groups: 3, differing: 5, errors: 5, details: 4 },
  { changes: 5, groups: 3, differing: 5, errors: 5, details: 2 },
  { changes: 3, groups: 2, differing: 5, errors: 5, details: 1 },
  { changes: 2, groups: 2, differing: 4, errors: 4, details: 0 },
]

/** The first lines, and how many more there are. */
export function atMost(lines: readonly string[], count: number, more: (left: number) => string): string[] {
  // A line that only says "1 more" could as well be that one.
  if (lines.length <= count + 1) return [...lines]
  return [...lines.slice(0, count), more(lines.length - count)]
}

/** A line of at most so many characters. */
export function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
}
