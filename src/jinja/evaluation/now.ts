// The function now(): the time, as text by a format or as an object with strftime.

import { truth } from '../values/compare.ts'
import { bindArguments } from '../values/library.ts'
import { type ClockTime, clockTime, strftime } from '../values/strftime.ts'
import { str } from '../values/text.ts'
import { type Kwargs, PyFunction, PyObject, type Value } from '../values/value.ts'

/** `now(utc=False, fmt=None)`. */
export function now(args: readonly Value[], kwargs: Kwargs): Value {
  const [utc = false, format = null] = bindArguments(args, kwargs, ['utc', 'fmt'])
  const time = clockTime(new Date(), truth(utc))
  return format === null ? new DateTime(time) : strftime(time, str(format))
}

/** A datetime: prints as Python's, and has its parts and strftime. */
class DateTime extends PyObject {
  readonly #time: ClockTime

  constructor(time: ClockTime) {
    super()
    this.#time = time
  }

  get repr(): string {
    return strftime(this.#time, '%Y-%m-%d %H:%M:%S.%f')
  }

  override attribute(name: string): Value | undefined {
    const time = this.#time
    if (name === 'strftime') return new PyFunction(name, ([format]) => strftime(time, str(format ?? '')))
    if (name === 'isoformat') return new PyFunction(name, () => strftime(time, '%Y-%m-%dT%H:%M:%S.%f'))
    if (name === 'timestamp') return new PyFunction(name, () => Number(strftime(time, '%s')))
    const parts = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const
    return parts.includes(name as 'year') ? time[name as 'year'] : undefined
  }
}
