// The tests that templates cannot do without: defined, none.

import { bindArguments, type Test, takesUndefined } from '../values/library.ts'
import { Undefined } from '../values/value.ts'

export const basicTests: { readonly [name: string]: Test } = {
  defined: takesUndefined((value, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return !(value instanceof Undefined)
  }),
  undefined: takesUndefined((value, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return value instanceof Undefined
  }),
  none: (value, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return value === null
  },
}
