// Macros, and the callers of call blocks.

import type { Body, Expression, Macro } from '../syntax/nodes.ts'
import { type Kwargs, PyError, PyFunction, tuple, Undefined, type Value } from '../values/value.ts'
import type { Frame } from './frame.ts'
import { Scope } from './scope.ts'
import { deeper } from './timeBudget.ts'

type Evaluate = (expression: Expression, frame: Frame) => Value
type ValueOfBody = (body: Body, frame: Frame, names?: Iterable<readonly [string, Value]>) => Value

/** A function that evaluates a macro's body with its parameters. */
export function makeMacro(
  macro: Macro,
  frame: Frame,
  evaluate: Evaluate,
  valueOfBody: ValueOfBody,
): PyFunction {
  const { name, body } = macro
  const attributes = new Map<string, Value>([
    ['name', name],
    ['arguments', macro.parameters.map((each) => each.name)],
    ['catch_kwargs', macro.uses.has('kwargs')],
    ['catch_varargs', macro.uses.has('varargs')],
    ['caller', macro.uses.has('caller')],
  ])
  return new PyFunction(
    name,
    (args, kwargs) =>
      deeper(() => valueOfBody(body, frame, parameters(macro, args, kwargs, frame, evaluate))),
    { takesAll: true, attributes },
  )
}

function parameters(
  { name, parameters: all, uses }: Macro,
  args: readonly Value[],
  kwargs: Kwargs,
  frame: Frame,
  evaluate: Evaluate,
): Map<string, Value> {
  const scope = new Scope(frame.scope)
  const names = new Set(all.map((each) => each.name))
  for (const [index, { name: parameter, otherwise }] of all.entries()) {
    const given = index < args.length ? args[index] : kwargs.get(parameter)
    if (index < args.length && kwargs.has(parameter))
      throw new PyError(`macro ${name} got "${parameter}" twice`)
    const missing = () => new Undefined(`parameter "${parameter}" of macro ${name} was not given`)
    const value = () => (otherwise ? evaluate(otherwise, { ...frame, scope }) : missing())
    scope.set(parameter, given === undefined ? value() : given)
  }
  const values = new Map(scope.own)
  const others = new Map([...kwargs].filter(([key]) => !names.has(key) && key !== 'caller'))
  if (uses.has('caller') && !names.has('caller'))
    values.set(
      'caller',
      kwargs.get('caller') ?? new Undefined('no caller: the macro was not called by {% call %}'),
    )
  if (uses.has('kwargs')) values.set('kwargs', new Map<Value, Value>(others))
  else if (others.size > 0) throw new PyError(`macro ${name} has no parameter "${[...others.keys()][0]}"`)
  if (uses.has('varargs')) values.set('varargs', tuple(...args.slice(all.length)))
  else if (args.length > all.length)
    throw new PyError(`macro ${name} takes at most ${all.length} arguments, got ${args.length}`)
  if (kwargs.has('caller') && !uses.has('caller')) throw new PyError(`macro ${name} does not use caller()`)
  return values
}
