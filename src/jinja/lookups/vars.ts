// The lookup vars: variables whose names are computed.

import { bindArguments, type Lookup, takesUndefined } from '../values/library.ts'
import { str } from '../values/text.ts'
import { defined, Undefined } from '../values/value.ts'

/** `lookup('vars', 'name', default=…)`. */
export const vars: Lookup = takesUndefined((terms, kwargs, { variable }) => {
  const [otherwise] = bindArguments([], kwargs, ['default'])
  return terms.map((term) => {
    const value = variable(str(term))
    return defined(value instanceof Undefined && otherwise !== undefined ? otherwise : value)
  })
})
