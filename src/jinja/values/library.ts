// Filters, tests and lookups: their types, and the arguments they are called with.

import type { SourceLocation } from '../../model/errors/location.ts'
import { didYouMean } from '../../model/errors/suggest.ts'
import { type Kwargs, PyError, type Value } from './value.ts'

/** What filters, tests and lookups may use of the template that calls them. */
export type CallContext = {
  /** Where the expression is that calls. */
  readonly where: SourceLocation | undefined
  /** Calls a filter by its name, as `map('upper')` does. */
  readonly filter: (name: string, value: Value, args?: readonly Value[], kwargs?: Kwargs) => Value
  /** Calls a test by its name, as `select('defined')` does. */
  readonly test: (name: string, value: Value, args?: readonly Value[], kwargs?: Kwargs) => boolean
  /** `value.name`: the attribute, or else the item; Undefined if there is neither. */
  readonly attribute: (value: Value, name: string) => Value
  /** `value[key]`: the item, or else the attribute; Undefined if there is neither. */
  readonly item: (value: Value, key: Value) => Value
  /** A variable of the template, Undefined if there is none. */
  readonly variable: (name: string) => Value
  /** Whether a filter or test exists. */
  readonly has: (kind: 'filter' | 'test', name: string) => boolean
  /** The folders in which lookups search for files, and that of the inventory or playbook first. */
  readonly searchPath: readonly string[]
}

/** A filter: `value | name(args, key=kwarg)`. It throws a PyError, to which the caller adds the place. */
export type Filter = (value: Value, args: readonly Value[], kwargs: Kwargs, context: CallContext) => Value

/** A test: `value is name(args)`. */
export type Test = (value: Value, args: readonly Value[], kwargs: Kwargs, context: CallContext) => boolean

/** A lookup: `lookup('name', term, …)`; its result is a list. */
export type Lookup = (terms: readonly Value[], kwargs: Kwargs, context: CallContext) => Value[]

/** What templates can call, by name. */
export type Library = {
  readonly filters: { readonly [name: string]: Filter }
  readonly tests: { readonly [name: string]: Test }
  readonly lookups: { readonly [name: string]: Lookup }
}

const takingUndefined = new WeakSet<Filter | Test | Lookup>()

/** Marks a filter, test or lookup that is called with undefined values too, as `default` is. Others are not called. */
export function takesUndefined<T extends Filter | Test | Lookup>(callee: T): T {
  takingUndefined.add(callee)
  return callee
}

export function doesTakeUndefined(callee: Filter | Test | Lookup): boolean {
  return takingUndefined.has(callee)
}

/**
 * The arguments of a call in the order of `names`; those that are not given are undefined. The first `required` have to
 * be given.
 *
 * @throws PyError for too many arguments, an unknown name, one given twice, or one that is missing
 * @example const [separator = '', attribute] = bindArguments(args, kwargs, ['d', 'attribute'])
 */
export function bindArguments(
  args: readonly Value[],
  kwargs: Kwargs,
  names: readonly string[],
  required = 0,
): (Value | undefined)[] {
  if (args.length > names.length) {
    const most = names.length === 0 ? 'no arguments' : `at most ${names.length} (${names.join(', ')})`
    throw new PyError(`takes ${most}, got ${args.length}`)
  }
  const bound: (Value | undefined)[] = names.map((_, index) => args[index])
  for (const [name, value] of kwargs) {
    const index = names.indexOf(name)
    if (index < 0) {
      const hint =
        didYouMean(name, names) ?? (names.length > 0 ? `Arguments: ${names.join(', ')}` : undefined)
      throw new PyError(`has no argument "${name}"`, hint)
    }
    if (index < args.length) throw new PyError(`got its argument "${name}" twice`)
    bound[index] = value
  }
  const missing = bound.findIndex((value, index) => index < required && value === undefined)
  if (missing >= 0) throw new PyError(`lacks its argument "${names[missing]}"`)
  return bound
}
