// Attributes, items and slices of values, as Jinja finds them: x.name, x[key], x[1:].

import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { methodOf } from '../methods/methods.ts'
import { dictKey } from '../values/compare.ts'
import { indexOf } from '../values/numbers.ts'
import { SecretScalar, unwrapped, withSecrets } from '../values/secrets.ts'
import { codePoints, repr } from '../values/text.ts'
import {
  isDict,
  isInt,
  isList,
  NamedTuple,
  PyError,
  PyObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from '../values/value.ts'

/** `value.name`: the attribute, or else the item. */
export function attributeOrItem(value: Value, name: string, where: SourceLocation | undefined): Value {
  if (value instanceof Undefined) return value
  const own = ownAttribute(value, name)
  const found = own === undefined && isDict(value) ? value.get(name) : own
  return found === undefined ? missing(value, name, 'attribute', where) : found
}

/** `value[key]`: the item, or else the attribute. */
export function itemOrAttribute(value: Value, key: Value, where: SourceLocation | undefined): Value {
  if (value instanceof Undefined) return value
  if (key instanceof Undefined) return key
  if (key instanceof SecretScalar) return itemOrAttribute(value, unwrapped(key), where)
  const own = ownItem(value, key)
  const found = own === undefined && typeof key === 'string' ? ownAttribute(value, key) : own
  return found === undefined ? missing(value, key, isDict(value) ? 'key' : 'item', where) : found
}

function ownAttribute(value: Value, name: string): Value | undefined {
  if (value instanceof PyObject) return value.attribute(name)
  const at = value instanceof NamedTuple ? value.names.indexOf(name) : -1
  return at < 0 ? methodOf(value, name) : (value as NamedTuple)[at]
}

function ownItem(value: Value, key: Value): Value | undefined {
  if (isDict(value)) return isDict(key) || isList(key) ? undefined : value.get(dictKey(key))
  if (!isInt(key)) return undefined
  if (value instanceof Secret)
    return withSecrets([value], new Map(), ([text]) => ownItem(text!, key) ?? '') || undefined
  const items = typeof value === 'string' ? codePoints(value) : isList(value) ? value : undefined
  const index = indexOf(key)
  return items?.[index < 0 ? index + items.length : index]
}

function missing(
  value: Exclude<Value, Undefined>,
  key: Value,
  what: 'attribute' | 'key' | 'item',
  where: SourceLocation | undefined,
): Undefined {
  const written = typeof key === 'string' ? `"${key}"` : key instanceof Secret ? 'of that name' : repr(key)
  const names = isDict(value) ? [...value.keys()].filter((each) => typeof each === 'string') : []
  const hint =
    typeof key === 'string'
      ? () =>
          didYouMean(key, names) ??
          (names.length > 0 && names.length <= 12 ? `Keys: ${names.join(', ')}` : undefined)
      : undefined
  return new Undefined(`${article(typeName(value))} has no ${what} ${written}`, { where, hint })
}

function article(name: string): string {
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

/** `value[from:to:step]`. */
export function sliceOf(value: Value, bounds: readonly (Value | undefined)[]): Value {
  if (value instanceof Secret) return withSecrets([value], new Map(), ([text]) => sliceOf(text!, bounds))
  const items = typeof value === 'string' ? codePoints(value) : isList(value) ? value : undefined
  if (!items) throw new PyError(`${typeName(value)} is not a list or a text: it has no slices`)
  const [from, to, step = 1] = bounds.map((bound) =>
    bound === undefined || bound === null ? undefined : indexOf(bound),
  )
  if (step === 0) throw new PyError('a slice cannot have the step 0')
  const picked = indexes(items.length, from, to, step).map((index) => items[index]!)
  if (typeof value === 'string') return picked.join('')
  return value instanceof Tuple ? Tuple.from(picked) : picked
}

function indexes(length: number, from: number | undefined, to: number | undefined, step: number): number[] {
  const clamp = (index: number, low: number, high: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high)
  const found: number[] = []
  if (step > 0) {
    const end = to === undefined ? length : clamp(to, 0, length)
    for (let at = from === undefined ? 0 : clamp(from, 0, length); at < end; at += step) found.push(at)
  } else {
    const end = to === undefined ? -1 : clamp(to, -1, length - 1)
    for (let at = from === undefined ? length - 1 : clamp(from, -1, length - 1); at > end; at += step)
      found.push(at)
  }
  return found
}
