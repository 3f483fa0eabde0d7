// Tests of what kind a value is: string, number, mapping, defined, callable.

import { numberOf } from '../values/arguments.ts'
import { equal, truth } from '../values/compare.ts'
import { bindArguments, type CallContext, type Test } from '../values/library.ts'
import { str } from '../values/text.ts'
import { Float, isDict, isInt, isList, isNumber, PyObject, type Value } from '../values/value.ts'

/** A test without arguments. */
export function is(compute: (value: Value, context: CallContext) => boolean): Test {
  return (value, args, kwargs, context) => {
    bindArguments(args, kwargs, [])
    return compute(value, context)
  }
}

const isText = (value: Value) => typeof value === 'string'
const isWhole = (value: Value) => isInt(value) && typeof value !== 'boolean'
const remainder = (value: Value, by: number) => ((numberOf(value) % by) + by) % by

export const kindTests: { readonly [name: string]: Test } = {
  string: is(isText),
  number: is(isNumber),
  integer: is(isWhole),
  float: is((value) => value instanceof Float),
  boolean: is((value) => typeof value === 'boolean'),
  true: is((value) => value === true),
  false: is((value) => value === false),
  mapping: is(isDict),
  sequence: is((value) => isList(value) || isDict(value) || isText(value)),
  iterable: is(
    (value) =>
      isList(value) || isDict(value) || isText(value) || (value instanceof PyObject && !!value.items),
  ),
  callable: is((value) => value instanceof PyObject && !!value.call),
  escaped: is(() => false),
  odd: is((value) => remainder(value, 2) === 1),
  even: is((value) => remainder(value, 2) === 0),
  lower: is((value) => hasCase(str(value)) && str(value) === str(value).toLowerCase()),
  upper: is((value) => hasCase(str(value)) && str(value) === str(value).toUpperCase()),
  filter: is((value, { has }) => has('filter', str(value))),
  test: is((value, { has }) => has('test', str(value))),
  nan: is((value) => value instanceof Float && Number.isNaN(value.value)),
  isnan: is((value) => value instanceof Float && Number.isNaN(value.value)),
  divisibleby: (value, args, kwargs) => {
    const [by] = bindArguments(args, kwargs, ['num'], 1)
    return equal(remainder(value, Math.abs(numberOf(by!))), 0)
  },
  truthy: truthTest(true),
  falsy: truthTest(false),
}

function hasCase(text: string): boolean {
  return text.toLowerCase() !== text.toUpperCase()
}

const words: Readonly<Record<string, boolean>> = {
  y: true,
  yes: true,
  on: true,
  '1': true,
  true: true,
  t: true,
  n: false,
  no: false,
  off: false,
  '0': false,
  false: false,
  f: false,
}

/** With `convert_bool`, words such as `no` are what they mean. */
function truthTest(expected: boolean): Test {
  return (value, args, kwargs) => {
    const [converts = false] = bindArguments(args, kwargs, ['convert_bool'])
    const word = truth(converts) && typeof value === 'string' ? words[value.trim().toLowerCase()] : undefined
    return (word ?? truth(value)) === expected
  }
}
