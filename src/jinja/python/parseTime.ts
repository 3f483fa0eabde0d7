// Reads a time by a format of Python's strptime.

import { quoted } from '../values/text.ts'
import { PyError } from '../values/value.ts'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const longMonths = 'january|february|march|april|may|june|july|august|september|october|november|december'
const longDays = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday'

const patterns: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\d{4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>1[0-2]|0?[1-9])',
  d: '(?<d>3[01]|[12]\\d|0?[1-9]| [1-9])',
  H: '(?<H>2[0-3]|[01]?\\d)',
  I: '(?<I>1[0-2]|0?[1-9])',
  M: '(?<M>[0-5]?\\d)',
  S: '(?<S>6[01]|[0-5]?\\d)',
  f: '(?<f>\\d{1,6})',
  p: '(?<p>am|pm)',
  j: '(?<j>36[0-6]|3[0-5]\\d|[12]\\d\\d|0?[1-9]\\d|0{0,2}[1-9])',
  b: `(?<b>${months.join('|')})`,
  B: `(?<B>${longMonths})`,
  a: `(?:${longDays.replace(/(\w{3})\w*/g, '$1')})`,
  A: `(?:${longDays})`,
  z: '(?<z>[+-]\\d\\d:?\\d\\d|Z)',
  Z: '(?:utc|gmt)',
  '%': '%',
}
const compounds: Readonly<Record<string, string>> = {
  T: '%H:%M:%S',
  F: '%Y-%m-%d',
  D: '%m/%d/%y',
  R: '%H:%M',
}

type ParsedTime = {
  /** Microseconds since 1970, as if the time were one of UTC. */
  readonly microseconds: bigint
  /** Minutes east of UTC, if the text says so. */
  readonly offset?: number
}

/** @throws PyError if the text does not have the format */
export function parsedTime(text: string, format: string): ParsedTime {
  const whole = format.replace(/%([TFDR])/g, (_, letter: string) => compounds[letter]!)
  const source = whole.replace(/%([\s\S]?)|\s+|[^%\s]+/g, (part, letter: string | undefined) => {
    if (letter === undefined) return /\s/.test(part) ? '\\s+' : part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    const pattern = patterns[letter]
    if (pattern === undefined)
      throw new PyError(`the format ${quoted(format)} has %${letter}, which cannot be read`)
    return pattern
  })
  const groups = new RegExp(`^${source}$`, 'i').exec(text)?.groups
  const parsed = groups && timeOf(groups)
  if (!parsed) throw new PyError(`${quoted(text)} does not have the format ${quoted(format)}`)
  return parsed
}

function timeOf(groups: Readonly<Record<string, string | undefined>>): ParsedTime | undefined {
  const number = (name: string) => (groups[name] === undefined ? undefined : Number(groups[name]))
  const short = number('y')
  const year = number('Y') ?? (short === undefined ? 1900 : short + (short < 69 ? 2000 : 1900))
  const monthName = (groups.b ?? groups.B)?.slice(0, 3).toLowerCase()
  const month = number('m') ?? (monthName === undefined ? 1 : months.indexOf(monthName) + 1)
  const day = number('d') ?? 1
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return undefined
  const dayOfYear = number('j')
  if (dayOfYear !== undefined) date.setUTCFullYear(year, 0, dayOfYear)
  const half = number('I')
  const hour =
    half === undefined ? (number('H') ?? 0) : (half % 12) + (groups.p?.toLowerCase() === 'pm' ? 12 : 0)
  date.setUTCHours(hour, number('M') ?? 0, number('S') ?? 0)
  const micros = Number((groups.f ?? '').padEnd(6, '0'))
  return { microseconds: BigInt(date.getTime()) * 1000n + BigInt(micros), offset: offsetOf(groups.z) }
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined
  if (/z/i.test(zone)) return 0
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return zone.startsWith('-') ? -size : size
}
