// A measured figure, its meaning and its target.

export type Figure = {
  /** `WAS role, RTT 50 ms`. */
  readonly what: string
  /** `1.42 ×`. */
  readonly value: string
  /** `at most 2 ×`; undefined: measured for information. */
  readonly target?: string
  readonly isMet?: boolean
}

/** A ratio that should stay at or below a limit. */
export function ratioFigure(what: string, ratio: number, limit: number): Figure {
  return { what, value: times(ratio), target: `at most ${limit} ×`, isMet: ratio <= limit }
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`
}

export function ms(value: number): string {
  return `${Math.round(value)} ms`
}

/** Rows in columns, the first row a heading. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('   ')
      .trimEnd(),
  )
}

/** The table at the end: each figure, its target, and whether it was met. */
export function summary(figures: readonly Figure[]): string[] {
  const rating = ({ isMet }: Figure) => (isMet === undefined ? '' : isMet ? 'met' : 'MISSED')
  const rows = figures.map((figure) => [figure.what, figure.value, figure.target ?? '', rating(figure)])
  const missed = figures.filter(({ isMet }) => isMet === false).length
  const aimed = figures.filter(({ isMet }) => isMet !== undefined).length
  return [
    ...table([['Summary', 'measured', 'target', ''], ...rows]),
    '',
    aimed === 0
      ? 'Nothing was measured against a target.'
      : missed === 0
        ? `All ${aimed} targets met.`
        : `${missed} of ${aimed} targets MISSED.`,
  ]
}
