// The functions that every template has: range, dict, namespace, lookup, undef and others.

import { pairsOf } from '../methods/dictMethods.ts'
import { bindArguments } from '../values/library.ts'
import { indexOf } from '../values/numbers.ts'
import { str } from '../values/text.ts'
import {
  type Dict,
  type Kwargs,
  PyError,
  PyFunction,
  PyObject,
  Undefined,
  type Value,
} from '../values/value.ts'
import { now } from './now.ts'

/** A namespace, whose attributes `{% set ns.name = … %}` changes from inside loops. */
export class Namespace extends PyObject {
  readonly repr = '<namespace>'
  readonly values: Dict

  constructor(values: Dict) {
    super()
    this.values = values
  }

  override attribute(name: string): Value | undefined {
    return this.values.get(name)
  }
}

/** An argument of a module that is to be left out. */
class Omit extends PyObject {
  readonly repr = 'omit'
}

export const omit = new Omit()

export const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new PyFunction('range', range)],
  ['dict', new PyFunction('dict', dict)],
  ['namespace', new PyFunction('namespace', (args, kwargs) => new Namespace(dict(args, kwargs)))],
  ['cycler', new PyFunction('cycler', (args) => new Cycler(args))],
  ['joiner', new PyFunction('joiner', joiner)],
  ['now', new PyFunction('now', now)],
  ['undef', new PyFunction('undef', undef)],
  ['omit', omit],
])

function range(args: readonly Value[], kwargs: Kwargs): Value {
  const [first, second, step = 1] = bindArguments(args, kwargs, ['start', 'stop', 'step'], 1)
  const [from, to] = second === undefined ? [0, indexOf(first!)] : [indexOf(first!), indexOf(second)]
  const by = indexOf(step)
  if (by === 0) throw new PyError('the step is 0')
  const length = Math.max(0, Math.ceil((to - from) / by))
  if (length > 1_000_000) throw new PyError(`${length} numbers are too many`, 'At most 1000000.')
  return Array.from({ length }, (_, index) => from + index * by)
}

function dict(args: readonly Value[], kwargs: Kwargs): Dict {
  if (args.length > 1) throw new PyError(`takes at most 1 argument, got ${args.length}`)
  return new Map<Value, Value>([...(args[0] === undefined ? [] : pairsOf(args[0])), ...kwargs])
}

function undef(args: readonly Value[], kwargs: Kwargs): Value {
  const [hint] = bindArguments(args, kwargs, ['hint'])
  return new Undefined(typeof hint === 'string' ? hint : 'a variable that has to be set is not')
}

function joiner(args: readonly Value[], kwargs: Kwargs): Value {
  const [separator = ', '] = bindArguments(args, kwargs, ['sep'])
  let isUsed = false
  return new PyFunction('joiner', () => {
    const text = isUsed ? str(separator) : ''
    isUsed = true
    return text
  })
}

class Cycler extends PyObject {
  readonly repr = '<cycler>'
  readonly #values: readonly Value[]
  #at = 0

  constructor(values: readonly Value[]) {
    super()
    if (values.length === 0) throw new PyError('takes the values to choose from')
    this.#values = values
  }

  override attribute(name: string): Value | undefined {
    if (name === 'current') return this.#values[this.#at]
    if (name === 'reset') return new PyFunction('reset', () => this.#move(0))
    if (name !== 'next') return undefined
    return new PyFunction('next', () => {
      const value = this.#values[this.#at]!
      this.#move((this.#at + 1) % this.#values.length)
      return value
    })
  }

  #move(at: number): null {
    this.#at = at
    return null
  }
}
