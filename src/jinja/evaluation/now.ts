// The function now(): the time, as text by a format or as an object with strftime.

import { truth } from '../values/compare.ts'
import { DateTime } from '../values/dateTime.ts'
import { bindArguments } from '../values/library.ts'
import { str } from '../values/text.ts'
import type { Kwargs, Value } from '../values/value.ts'

/** `now(utc=False, fmt=None)`. */
export function now(args: readonly Value[], kwargs: Kwargs): Value {
  const [utc = false, format = null] = bindArguments(args, kwargs, ['utc', 'fmt'])
  const date = new Date()
  const offset = truth(utc) ? 0 : date.getTimezoneOffset()
  const time = new DateTime({ microseconds: BigInt(date.getTime() - offset * 60_000) * 1000n })
  return format === null ? time : time.strftime(str(format))
}
