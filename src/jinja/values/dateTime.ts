// Times as Python's datetime and timedelta: they print so, and can be subtracted.

import { type ClockTime, clockTime, strftime } from './strftime.ts'
import { str } from './text.ts'
import { Float, PyError, PyFunction, PyObject, typeName, type Value } from './value.ts'

const microsecondsOfDay = 86_400_000_000n
const parts = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const

/** A time in microseconds since 1970, as the clock shows it; `offset` is in minutes east of UTC, if it is known. */
export class DateTime extends PyObject {
  readonly microseconds: bigint
  readonly #offset: number | undefined
  readonly #time: ClockTime

  constructor({ microseconds, offset }: { readonly microseconds: bigint; readonly offset?: number }) {
    super()
    this.microseconds = microseconds
    this.#offset = offset
    const milliseconds = Number((microseconds - (((microseconds % 1000n) + 1000n) % 1000n)) / 1000n)
    const microsecond = Number(((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n)
    this.#time = { ...clockTime(new Date(milliseconds), true), microsecond, offset: offset ?? 0 }
  }

  get repr(): string {
    return this.#iso(' ')
  }

  strftime(format: string): string {
    return strftime(this.#time, format)
  }

  override attribute(name: string): Value | undefined {
    const time = this.#time
    if (parts.includes(name as 'year')) return time[name as 'year']
    const method = this.#methods[name]
    return method && new PyFunction(name, method)
  }

  /** The time between two, or the time before. */
  override minus(other: Value): Value {
    if (other instanceof DateTime) return new TimeDelta(this.microseconds - other.microseconds)
    if (other instanceof TimeDelta)
      return new DateTime({ microseconds: this.microseconds - other.microseconds, offset: this.#offset })
    throw new PyError(
      `${typeName(other)} cannot be subtracted from a time`,
      'Make a time of it: | to_datetime',
    )
  }

  readonly #methods: { readonly [name: string]: (args: readonly Value[]) => Value } = {
    strftime: ([format]) => this.strftime(str(format ?? '')),
    isoformat: ([separator]) => this.#iso(separator === undefined ? 'T' : str(separator)),
    timestamp: () => {
      const seconds = Number(this.microseconds) / 1e6
      const local = new Date(Number(this.microseconds / 1000n)).getTimezoneOffset() * 60
      return new Float(this.#offset === undefined ? seconds + local : seconds - this.#offset * 60)
    },
    weekday: () => (this.#time.weekday + 6) % 7,
    isoweekday: () => this.#time.weekday || 7,
  }

  #iso(separator: string): string {
    const micros = this.#time.microsecond === 0 ? '' : '.%f'
    const zone = this.#offset === undefined ? '' : strftime(this.#time, '%z').replace(/(..)$/, ':$1')
    return strftime(this.#time, `%Y-%m-%d${separator}%H:%M:%S${micros}`) + zone
  }
}

/** The time between two times. */
class TimeDelta extends PyObject {
  readonly microseconds: bigint

  constructor(microseconds: bigint) {
    super()
    this.microseconds = microseconds
  }

  get repr(): string {
    const { days, seconds, microseconds } = this.#parts()
    const hours = Math.floor(seconds / 3600)
    const pad = (value: number, width = 2) => String(value).padStart(width, '0')
    const clock = `${hours}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
    const fraction = microseconds === 0 ? '' : `.${pad(microseconds, 6)}`
    return `${days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `}${clock}${fraction}`
  }

  override attribute(name: string): Value | undefined {
    if (name === 'total_seconds')
      return new PyFunction(name, () => new Float(Number(this.microseconds) / 1e6))
    const found = this.#parts()
    return Object.hasOwn(found, name) ? found[name as 'days'] : undefined
  }

  #parts(): { readonly days: number; readonly seconds: number; readonly microseconds: number } {
    const rest = ((this.microseconds % microsecondsOfDay) + microsecondsOfDay) % microsecondsOfDay
    return {
      days: Number((this.microseconds - rest) / microsecondsOfDay),
      seconds: Number(rest / 1_000_000n),
      microseconds: Number(rest % 1_000_000n),
    }
  }
}
