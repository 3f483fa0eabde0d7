// The methods of lists and tuples.

import { equal, order } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import { bindArguments } from '../values/library.ts'
import { indexOf } from '../values/numbers.ts'
import { repr } from '../values/text.ts'
import { type Kwargs, PyError, PyFunction, type Value } from '../values/value.ts'

type Methods = { readonly [name: string]: (self: Value[], args: readonly Value[], kwargs: Kwargs) => Value }

export const tupleMethods: Methods = {
  count: (self, args, kwargs) => {
    const [item] = bindArguments(args, kwargs, ['value'], 1)
    return self.filter((each) => equal(each, item!)).length
  },
  index: (self, args, kwargs) => {
    const [item, start = 0] = bindArguments(args, kwargs, ['value', 'start'], 1)
    const at = self.findIndex((each, index) => index >= indexOf(start) && equal(each, item!))
    if (at < 0) throw new PyError(`${repr(item!)} is not in the list`)
    return at
  },
}

/** Methods that change a list give None, as in Python. */
export const listMethods: Methods = {
  ...tupleMethods,
  append: (self, args, kwargs) => {
    self.push(bindArguments(args, kwargs, ['object'], 1)[0]!)
    return null
  },
  extend: (self, args, kwargs) => {
    self.push(...itemsOf(bindArguments(args, kwargs, ['iterable'], 1)[0]!))
    return null
  },
  insert: (self, args, kwargs) => {
    const [index, item] = bindArguments(args, kwargs, ['index', 'object'], 2)
    self.splice(indexOf(index!), 0, item!)
    return null
  },
  remove: (self, args, kwargs) => {
    const [item] = bindArguments(args, kwargs, ['value'], 1)
    const at = self.findIndex((each) => equal(each, item!))
    if (at < 0) throw new PyError(`${repr(item!)} is not in the list`)
    self.splice(at, 1)
    return null
  },
  pop: (self, args, kwargs) => {
    const [index = -1] = bindArguments(args, kwargs, ['index'])
    const at = indexOf(index) < 0 ? indexOf(index) + self.length : indexOf(index)
    if (!(at in self))
      throw new PyError(self.length === 0 ? 'the list is empty' : `the list has no item ${at}`)
    return self.splice(at, 1)[0]!
  },
  clear: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    self.length = 0
    return null
  },
  copy: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return [...self]
  },
  reverse: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    self.reverse()
    return null
  },
  sort: (self, args, kwargs) => {
    const [key = null, reverse = false] = bindArguments(args, kwargs, ['key', 'reverse'])
    const keyOf = (item: Value) => (key instanceof PyFunction ? key.call([item], new Map()) : item)
    const sign = reverse === true ? -1 : 1
    self.sort((a, b) => sign * order(keyOf(a), keyOf(b)))
    return null
  },
}
