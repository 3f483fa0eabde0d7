// The values of templates: Python's types, and values that are secret or undefined.

import type { SourceLocation } from '../../model/errors/location.ts'
import type { Secret } from '../../model/secrets/secret.ts'

/**
 * A value in a template. `null` is None; a JavaScript number is a Python int (a bigint one beyond 2^53), and `Float` a
 * float, so that `1.0` stays `1.0`; a `Tuple` or another array is a list; a Map with the order of its entries is a dict.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Float
  | Secret
  | Undefined
  | PyObject
  | Value[]
  | Dict

export type Dict = Map<Value, Value>

/** What Python counts with: ints (a boolean is one) and floats. */
export type Numeric = number | bigint | boolean | Float

/** The arguments by name of a call. */
export type Kwargs = ReadonlyMap<string, Value>

/** A Python float. */
export class Float {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A Python tuple: a list that prints in parentheses and can be a key. Made by `tuple(…)`. */
export class Tuple extends Array<Value> {}

export function tuple(...items: Value[]): Tuple {
  return Tuple.from(items) as Tuple
}

/** A tuple whose items have names too, as attributes: what `groupby` gives. */
export class NamedTuple extends Tuple {
  names: readonly string[] = []

  static named(items: { readonly [name: string]: Value }): NamedTuple {
    const made = NamedTuple.from(Object.values(items)) as NamedTuple
    made.names = Object.keys(items)
    return made
  }
}

/** A value that is missing: it is an error only when it is used. */
export class Undefined {
  /** What is wrong: `"x" is undefined`. */
  readonly message: string
  readonly #hint: string | (() => string | undefined) | undefined
  /** Where the expression is whose value this is. */
  readonly where: SourceLocation | undefined
  /** true: prints as nothing, as an inline if without else does. */
  readonly isBlank: boolean

  constructor(
    message: string,
    options: {
      readonly hint?: string | (() => string | undefined)
      readonly where?: SourceLocation
      readonly isBlank?: boolean
    } = {},
  ) {
    this.message = message
    this.#hint = options.hint
    this.where = options.where
    this.isBlank = options.isBlank ?? false
  }

  /** What to do next. */
  get hint(): string | undefined {
    return typeof this.#hint === 'function' ? this.#hint() : this.#hint
  }
}

/** An object with attributes that is no list or dict: `loop`, `namespace()`, an imported template, a function. */
export abstract class PyObject {
  /** How it prints. */
  abstract readonly repr: string
  /** Calls it, if it can be called. */
  readonly call?: (args: readonly Value[], kwargs: Kwargs) => Value
  /** `this - other`, if something can be subtracted from it. */
  minus?(other: Value): Value
  /** The items that a loop takes, if it can be looped over. */
  readonly items?: () => readonly Value[]

  /** An attribute; undefined if there is none. */
  attribute(_name: string): Value | undefined {
    return undefined
  }
}

/** A function: a macro, a method of a value, a global such as `range`. */
export class PyFunction extends PyObject {
  readonly repr: string
  override readonly call: (args: readonly Value[], kwargs: Kwargs) => Value
  /** true: takes undefined and secret values as they are, as macros do. */
  readonly takesAll: boolean
  readonly #attributes: ReadonlyMap<string, Value> | undefined

  constructor(
    name: string,
    call: (args: readonly Value[], kwargs: Kwargs) => Value,
    options: { readonly takesAll?: boolean; readonly attributes?: ReadonlyMap<string, Value> } = {},
  ) {
    super()
    this.repr = `<function ${name}>`
    this.call = call
    this.takesAll = options.takesAll ?? false
    this.#attributes = options.attributes
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes?.get(name)
  }
}

/** An error of a computation, without a place: who evaluates the expression adds it. */
export class PyError extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'PyError'
    this.hint = hint
  }
}

/** Throws where an undefined value is used. */
export function defined<T extends Value>(value: T): Exclude<T, Undefined> {
  if (value instanceof Undefined) throw new UndefinedUsed(value)
  return value as Exclude<T, Undefined>
}

export function isBlank(value: Value): boolean {
  return value instanceof Undefined && value.isBlank
}

/** An undefined value was used; it carries its own place. */
export class UndefinedUsed extends Error {
  readonly value: Undefined

  constructor(value: Undefined) {
    super(value.message)
    this.value = value
  }
}

export function isDict(value: Value | undefined): value is Dict {
  return value instanceof Map
}

export function isList(value: Value | undefined): value is Value[] {
  return Array.isArray(value)
}

/** Whether a value is an int, as Python's isinstance: booleans are. */
export function isInt(value: Value | undefined): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

export function isNumber(value: Value | undefined): value is Numeric {
  return isInt(value) || value instanceof Float
}

/** Python's name of a value's type, for error messages: `str`, `dict`. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  if (value instanceof Float) return 'float'
  if (value instanceof Tuple) return 'tuple'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Map) return 'dict'
  if (value instanceof Undefined) return 'undefined'
  if (value instanceof PyFunction) return 'function'
  return value instanceof PyObject ? 'object' : 'str'
}
