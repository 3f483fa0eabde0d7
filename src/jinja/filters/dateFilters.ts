// The filters to_datetime and strftime.

import { parsedTime } from '../python/parseTime.ts'
import { named } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import { DateTime } from '../values/dateTime.ts'
import type { Filter } from '../values/library.ts'
import { asFloat } from '../values/numbers.ts'
import { clockTime, strftime } from '../values/strftime.ts'
import { repr, str } from '../values/text.ts'
import { isNumber, PyError, type Value } from '../values/value.ts'

export const dateFilters: { readonly [name: string]: Filter } = {
  to_datetime: named(
    ['format'],
    (value, [format = '%Y-%m-%d %H:%M:%S']) => new DateTime(parsedTime(str(value), str(format))),
  ),
  /** The value is the format: `'%Y-%m-%d' | strftime(seconds)`. */
  strftime: named(['second', 'utc'], (value, [second = null, isUtc = false]) => {
    const date = second === null ? new Date() : new Date(secondsOf(second) * 1000)
    return strftime(clockTime(date, truth(isUtc)), str(value))
  }),
}

function secondsOf(value: Value): number {
  const seconds = isNumber(value) ? asFloat(value) : Number(str(value).trim() || 'none')
  if (Number.isFinite(seconds)) return seconds
  throw new PyError(`${repr(value)} is not a time`, 'Expected seconds since 1970.')
}
