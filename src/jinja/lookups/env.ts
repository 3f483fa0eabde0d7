// The lookup env: environment variables of the controller.

import { itemsOf } from '../values/iterate.ts'
import { bindArguments, type Lookup, takesUndefined } from '../values/library.ts'
import { str } from '../values/text.ts'
import { defined, Undefined } from '../values/value.ts'

/** `lookup('env', 'HOME', default='…')`: '' for a variable that is not set, or an error if the default is `undef()`. */
export const env: Lookup = takesUndefined((terms, kwargs) => {
  const [otherwise = ''] = bindArguments([], kwargs, ['default'])
  return terms.flatMap((term) =>
    (Array.isArray(term) ? itemsOf(term) : [term]).map((each) => {
      const name = str(each).split(/\s+/)[0]!
      const value = process.env[name]
      if (value === undefined && otherwise instanceof Undefined)
        return defined(new Undefined(`the environment variable ${name} is not set`))
      return value ?? otherwise
    }),
  )
})
