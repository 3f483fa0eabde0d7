// The object `loop` of a for loop.

import { equal } from '../values/compare.ts'
import { PyError, PyFunction, PyObject, Undefined, type Value } from '../values/value.ts'

export class Loop extends PyObject {
  readonly repr = '<loop>'
  readonly #items: readonly Value[]
  readonly #depth: number
  /** Runs the loop again with other items: only of a recursive loop. */
  readonly #again: ((items: Value, depth: number) => Value) | undefined
  #last: readonly Value[] | undefined
  /** The index of the item of this turn. */
  at = 0

  constructor(items: readonly Value[], depth: number, again?: (items: Value, depth: number) => Value) {
    super()
    this.#items = items
    this.#depth = depth
    this.#again = again
  }

  override readonly call = (args: readonly Value[]): Value => {
    if (!this.#again) throw new PyError('the loop is not recursive', 'Write {% for … recursive %}.')
    if (args.length !== 1) throw new PyError('loop() takes the items of the loop inside')
    return this.#again(args[0]!, this.#depth + 1)
  }

  override attribute(name: string): Value | undefined {
    const { length } = this.#items
    const attributes: { readonly [name: string]: () => Value } = {
      index: () => this.at + 1,
      index0: () => this.at,
      revindex: () => length - this.at,
      revindex0: () => length - this.at - 1,
      first: () => this.at === 0,
      last: () => this.at === length - 1,
      length: () => length,
      depth: () => this.#depth + 1,
      depth0: () => this.#depth,
      previtem: () => this.#neighbour(-1, 'there is no previous item'),
      nextitem: () => this.#neighbour(1, 'there is no next item'),
      cycle: () =>
        new PyFunction('cycle', (args) => {
          if (args.length === 0) throw new PyError('takes the values to choose from')
          return args[this.at % args.length]!
        }),
      changed: () => new PyFunction('changed', (args) => this.#isChanged(args)),
    }
    return Object.hasOwn(attributes, name) ? attributes[name]!() : undefined
  }

  #neighbour(step: number, message: string): Value {
    const item = this.#items[this.at + step]
    return item === undefined ? new Undefined(message) : item
  }

  #isChanged(values: readonly Value[]): boolean {
    const last = this.#last
    this.#last = values
    return !last || !equal([...last], [...values])
  }
}
