// Reads the times of files with their fractions, from the stat of coreutils and busybox.

/** What stat prints for the modification and the status change: `%.9Y` would lose the fraction in busybox. */
export const modifiedFormat = '%Y %y'
export const changedFormat = '%Z %z'

/** Matches what one of the formats prints: captures the seconds, and their fraction. */
export const timePattern = String.raw`(\d+) \S+ [\d:]+(\.\d+)? [-+]\d{4}`

/** Milliseconds since 1970, from what `timePattern` captured. */
export function timeMs(seconds: string, fraction = ''): number {
  return Math.round(Number(seconds + fraction) * 1000)
}
