// The names that an expression sees: those of the blocks around it, then the variables.

import type { Value } from '../values/value.ts'

export class Scope {
  readonly #parent: Scope | ((name: string) => Value | undefined) | undefined
  readonly own = new Map<string, Value>()

  /** `parent`: the scope around it, or the variables of the template. */
  constructor(parent?: Scope | ((name: string) => Value | undefined)) {
    this.#parent = parent
  }

  get(name: string): Value | undefined {
    const value = this.own.get(name)
    if (value !== undefined || this.#parent === undefined) return value
    return this.#parent instanceof Scope ? this.#parent.get(name) : this.#parent(name)
  }

  set(name: string, value: Value): void {
    this.own.set(name, value)
  }
}
