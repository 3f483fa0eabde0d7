// The methods of dicts.

import { dictKey } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import { bindArguments } from '../values/library.ts'
import { repr } from '../values/text.ts'
import { type Dict, isDict, type Kwargs, PyError, tuple, type Value } from '../values/value.ts'

type Methods = { readonly [name: string]: (self: Dict, args: readonly Value[], kwargs: Kwargs) => Value }

/** Methods that change a dict give None, as in Python; items, keys and values give lists, as in Ansible. */
export const dictMethods: Methods = {
  get: (self, args, kwargs) => {
    const [key, otherwise = null] = bindArguments(args, kwargs, ['key', 'default'], 1)
    const value = self.get(dictKey(key!))
    return value === undefined ? otherwise : value
  },
  items: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return Array.from(self, ([key, value]) => tuple(key, value))
  },
  keys: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return [...self.keys()]
  },
  values: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return [...self.values()]
  },
  copy: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    return new Map(self)
  },
  update: (self, args, kwargs) => {
    if (args.length > 1) throw new PyError(`takes at most 1 argument, got ${args.length}`)
    if (args[0] !== undefined) for (const [key, value] of pairsOf(args[0])) self.set(key, value)
    for (const [key, value] of kwargs) self.set(key, value)
    return null
  },
  setdefault: (self, args, kwargs) => {
    const [key, otherwise = null] = bindArguments(args, kwargs, ['key', 'default'], 1)
    const known = dictKey(key!)
    if (!self.has(known)) self.set(known, otherwise)
    return self.get(known)!
  },
  pop: (self, args, kwargs) => {
    const [key, otherwise] = bindArguments(args, kwargs, ['key', 'default'], 1)
    const known = dictKey(key!)
    const value = self.has(known) ? self.get(known) : otherwise
    if (value === undefined) throw new PyError(`the dict has no key ${repr(key!)}`)
    self.delete(known)
    return value
  },
  popitem: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    const last = [...self].at(-1)
    if (!last) throw new PyError('the dict is empty')
    self.delete(last[0])
    return tuple(...last)
  },
  clear: (self, args, kwargs) => {
    bindArguments(args, kwargs, [])
    self.clear()
    return null
  },
  fromkeys: (_self, args, kwargs) => {
    const [keys, value = null] = bindArguments(args, kwargs, ['iterable', 'value'], 1)
    return new Map(itemsOf(keys!).map((key) => [dictKey(key), value]))
  },
}

/** The entries of a dict, or of a list of pairs. */
export function pairsOf(value: Value): [key: Value, value: Value][] {
  if (isDict(value)) return [...value]
  return itemsOf(value).map((pair) => {
    const [key, item, ...others] = itemsOf(pair)
    if (key === undefined || item === undefined || others.length > 0)
      throw new PyError(`expected a dict or a list of pairs, got the item ${repr(pair)}`)
    return [dictKey(key), item]
  })
}
