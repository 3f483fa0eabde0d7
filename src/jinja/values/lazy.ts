// Lists and dicts whose members are computed when they are read.

import { type Dict, Undefined, type Value } from './value.ts'

/** Computes a member; it is called once. */
type Thunk = () => Value
type Unlisted = (key: Value) => Value | undefined

/** A dict of which some values are computed when they are read. */
export class LazyDict extends Map<Value, Value> {
  #thunks = new Map<Value, Thunk>()
  #unlisted: Unlisted | undefined

  /** `entries`: the values, or what computes them. `unlisted`: the values of keys that are not listed. */
  static of(entries: Iterable<readonly [key: Value, value: Value | Thunk]>, unlisted?: Unlisted): LazyDict {
    const dict = new LazyDict()
    dict.#unlisted = unlisted
    for (const [key, value] of entries) {
      if (typeof value === 'function') {
        dict.set(key, null)
        dict.#thunks.set(key, value)
      } else dict.set(key, value)
    }
    return dict
  }

  override get(key: Value): Value | undefined {
    const thunk = this.#thunks.get(key)
    if (thunk) this.set(key, thunk())
    return super.has(key) ? super.get(key) : this.#unlisted?.(key)
  }

  override has(key: Value): boolean {
    if (super.has(key)) return true
    const value = this.#unlisted?.(key)
    return value !== undefined && !(value instanceof Undefined)
  }

  override set(key: Value, value: Value): this {
    this.#thunks?.delete(key)
    return super.set(key, value)
  }

  override delete(key: Value): boolean {
    this.#thunks.delete(key)
    return super.delete(key)
  }

  override *entries(): MapIterator<[Value, Value]> {
    for (const key of this.keys()) yield [key, this.get(key)!]
  }

  override *values(): MapIterator<Value> {
    for (const key of this.keys()) yield this.get(key)!
  }

  override forEach(callback: (value: Value, key: Value, map: Dict) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this)
  }

  override [Symbol.iterator](): MapIterator<[Value, Value]> {
    return this.entries()
  }

  /** A dict with the same members, of which those that are not read yet are still computed when they are. */
  copy(): LazyDict {
    return LazyDict.of(
      [...this.keys()].map((key) => [key, this.#thunks.get(key) ?? super.get(key)!] as const),
      this.#unlisted,
    )
  }
}

const lazyLists = new WeakSet<Value[]>()

/** A list of which some items are computed when they are read. */
export function lazyList(items: readonly (Value | Thunk)[]): Value[] {
  const list: Value[] = []
  for (const [index, item] of items.entries()) {
    if (typeof item === 'function') Object.defineProperty(list, index, computedItem(index, item))
    else list[index] = item
  }
  if (items.some((item) => typeof item === 'function')) lazyLists.add(list)
  return list
}

/** The item of whichever list it is in: a copy of a list has it, too. */
function computedItem(index: number, compute: Thunk): PropertyDescriptor & ThisType<Value[]> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      const value = compute()
      setItem(this, index, value)
      return value
    },
    set(value: Value) {
      setItem(this, index, value)
    },
  }
}

function setItem(list: Value[], index: number, value: Value): void {
  Object.defineProperty(list, index, { configurable: true, enumerable: true, writable: true, value })
}

/** A list or dict as it is now, of which later changes are not seen. */
export function snapshot(value: Value): Value {
  if (value instanceof LazyDict) return value.copy()
  if (value instanceof Map) return new Map(value)
  if (!Array.isArray(value) || value.constructor !== Array) return value
  if (!lazyLists.has(value)) return [...value]
  const copy: Value[] = []
  for (const index of value.keys())
    Object.defineProperty(copy, index, Object.getOwnPropertyDescriptor(value, index)!)
  lazyLists.add(copy)
  return copy
}
