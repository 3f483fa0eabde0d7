// Formats times as Python's strftime does in the C locale.

/** A time as a clock shows it, in UTC or here. */
export type ClockTime = {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** Sunday is 0. */
  readonly weekday: number
  /** The first of January is 1. */
  readonly yearDay: number
  /** Minutes east of UTC. */
  readonly offset: number
  readonly epochSeconds: number
}

export function clockTime(date: Date, isUtc: boolean): ClockTime {
  const offset = isUtc ? 0 : -date.getTimezoneOffset()
  const shown = new Date(date.getTime() + offset * 60_000)
  const year = shown.getUTCFullYear()
  const day = Date.UTC(year, shown.getUTCMonth(), shown.getUTCDate())
  return {
    year,
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
    microsecond: shown.getUTCMilliseconds() * 1000,
    weekday: shown.getUTCDay(),
    yearDay: Math.round((day - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    offset,
    epochSeconds: Math.floor(date.getTime() / 1000),
  }
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Replaces the `%` directives of a format; unknown ones stay. */
export function strftime(time: ClockTime, format: string): string {
  return format.replace(/%-?[a-zA-Z%]/g, (directive) => {
    const isUnpadded = directive[1] === '-'
    const letter = directive.at(-1)!
    const write = directives[letter]
    if (!write) return directive
    const text = write(time)
    return isUnpadded ? text.replace(/^0+(?=\d)/, '') : text
  })
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0')

const directives: { readonly [letter: string]: (time: ClockTime) => string } = {
  '%': () => '%',
  a: ({ weekday }) => days[weekday]!.slice(0, 3),
  A: ({ weekday }) => days[weekday]!,
  b: ({ month }) => months[month - 1]!.slice(0, 3),
  B: ({ month }) => months[month - 1]!,
  h: ({ month }) => months[month - 1]!.slice(0, 3),
  c: (time) => strftime(time, `%a %b ${String(time.day).padStart(2)} %H:%M:%S %Y`),
  C: ({ year }) => pad(Math.floor(year / 100)),
  d: ({ day }) => pad(day),
  D: (time) => strftime(time, '%m/%d/%y'),
  e: ({ day }) => String(day).padStart(2),
  f: ({ microsecond }) => pad(microsecond, 6),
  F: (time) => strftime(time, '%Y-%m-%d'),
  H: ({ hour }) => pad(hour),
  I: ({ hour }) => pad(hour % 12 || 12),
  j: ({ yearDay }) => pad(yearDay, 3),
  m: ({ month }) => pad(month),
  M: ({ minute }) => pad(minute),
  n: () => '\n',
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  R: (time) => strftime(time, '%H:%M'),
  s: ({ epochSeconds }) => String(epochSeconds),
  S: ({ second }) => pad(second),
  t: () => '\t',
  T: (time) => strftime(time, '%H:%M:%S'),
  u: ({ weekday }) => String(weekday || 7),
  U: ({ yearDay, weekday }) => pad(Math.floor((yearDay + 6 - weekday) / 7)),
  w: ({ weekday }) => String(weekday),
  W: ({ yearDay, weekday }) => pad(Math.floor((yearDay + 6 - ((weekday + 6) % 7)) / 7)),
  V: (time) => pad(isoWeek(time).week),
  G: (time) => String(isoWeek(time).year),
  x: (time) => strftime(time, '%m/%d/%y'),
  X: (time) => strftime(time, '%H:%M:%S'),
  y: ({ year }) => pad(year % 100),
  Y: ({ year }) => String(year),
  z: ({ offset }) => {
    const size = Math.abs(offset)
    return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`
  },
  Z: ({ offset }) => (offset === 0 ? 'UTC' : ''),
}

/** The week of the year that the Thursday of this week is in. */
function isoWeek({ year, month, day, weekday }: ClockTime): { readonly year: number; readonly week: number } {
  const thursday = new Date(Date.UTC(year, month - 1, day - ((weekday + 6) % 7) + 3))
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  return {
    year: thursday.getUTCFullYear(),
    week: Math.floor((thursday.getTime() - start) / 604_800_000) + 1,
  }
}
