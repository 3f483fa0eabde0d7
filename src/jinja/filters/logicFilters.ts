// Filters of any value: bool, ternary, type_debug, hashes of the choice.

import { named, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import { type Filter, takesUndefined } from '../values/library.ts'
import { Float, isInt, typeName, type Value } from '../values/value.ts'

export const logicFilters: { readonly [name: string]: Filter } = {
  bool: plain(toBool),
  ternary: takesUndefined(
    named(
      ['true_val', 'false_val', 'none_val'],
      (value, [whenTrue, whenFalse, whenNone = null]) => {
        if (value === null && whenNone !== null) return whenNone
        return truth(value) ? whenTrue! : whenFalse!
      },
      2,
    ),
  ),
  type_debug: takesUndefined(plain((value) => typeName(value))),
}

const words: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  true: true,
  '1': true,
  no: false,
  off: false,
  false: false,
  '0': false,
}

/** Words such as `yes` and `off`, and the numbers 1 and 0; everything else is false, as in Ansible. */
function toBool(value: Value): boolean {
  if (value instanceof Float) return value.value === 1
  if (typeof value !== 'string' && !isInt(value)) return false
  return words[String(value).toLowerCase()] ?? false
}
