// The filters that templates cannot do without: default.

import { truth } from '../values/compare.ts'
import { bindArguments, type Filter, takesUndefined } from '../values/library.ts'
import { Undefined } from '../values/value.ts'

/** `default(value='', boolean=false)`: the value, or another if it is undefined or, with `boolean`, false. */
const defaultValue: Filter = takesUndefined((value, args, kwargs) => {
  const [other = '', isForFalse = false] = bindArguments(args, kwargs, ['default_value', 'boolean'])
  return value instanceof Undefined || (truth(isForFalse) && !truth(value)) ? other : value
})

export const basicFilters: { readonly [name: string]: Filter } = { default: defaultValue, d: defaultValue }
