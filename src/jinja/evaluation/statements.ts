// Executes the statements of a template.

import type { AssignmentTarget, Body, Filtering, Statement } from '../syntax/nodes.ts'
import { truth } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import { snapshot } from '../values/lazy.ts'
import { defined, PyError, typeName, type Value } from '../values/value.ts'
import { callFilter, callValue, evaluateArguments } from './calls.ts'
import { concat } from './concat.ts'
import { evaluate } from './expressions.ts'
import { type Frame, withErrorLocation } from './frame.ts'
import { Namespace } from './globals.ts'
import { Loop } from './loop.ts'
import { makeMacro } from './macros.ts'
import { Scope } from './scope.ts'
import {
  executeBlock,
  executeExtends,
  executeFromImport,
  executeImport,
  executeInclude,
} from './templates.ts'
import { deeper, spendStep } from './timeBudget.ts'

/** Ends a turn of a loop, or the loop. */
class LoopControl extends Error {
  readonly kind: 'break' | 'continue'

  constructor(kind: 'break' | 'continue') {
    super(kind)
    this.kind = kind
  }
}

export function executeBody(body: Body, frame: Frame): void {
  for (const statement of body) executeOne(statement, frame)
}

/** What a body writes, in a scope of its own with these names. */
function valueOfBody(body: Body, frame: Frame, names: Iterable<readonly [string, Value]> = []): Value {
  const inner = inside(frame, names)
  executeBody(body, inner)
  return concat(inner.out)
}

function inside(frame: Frame, names: Iterable<readonly [string, Value]> = [], out: Value[] = []): Frame {
  const scope = new Scope(frame.scope)
  for (const [name, value] of names) scope.set(name, value)
  return { ...frame, scope, out }
}

function executeOne(statement: Statement, frame: Frame): void {
  const executor = executors[statement.kind] as (each: Statement, inside: Frame) => void
  withErrorLocation(frame, statement.offset, () => {
    spendStep()
    executor(statement, frame)
  })
}

type Executors = {
  readonly [K in Statement['kind']]: (statement: Statement & { readonly kind: K }, frame: Frame) => void
}

const executors: Executors = {
  text: ({ text }, { out }) => void out.push(text),
  output: ({ value }, frame) => void frame.out.push(snapshot(evaluate(value, frame))),
  do: ({ value }, frame) => void defined(evaluate(value, frame)),
  if: ({ branches, otherwise }, frame) => {
    const branch = branches.find(({ test }) => truth(evaluate(test, frame)))
    executeBody(branch ? branch.body : otherwise, frame)
  },
  for: (statement, frame) => executeFor(statement, frame, evaluate(statement.iterable, frame), 0),
  break: () => {
    throw new LoopControl('break')
  },
  continue: () => {
    throw new LoopControl('continue')
  },
  set: ({ target, value, offset }, frame) => assign(target, evaluate(value, frame), frame, offset),
  setBlock: ({ target, filters, body, offset }, frame) =>
    assign(target, filtered(valueOfBody(body, frame), filters, frame), frame, offset),
  filterBlock: ({ filters, body }, frame) =>
    void frame.out.push(filtered(valueOfBody(body, frame), filters, frame)),
  macro: ({ macro }, frame) => frame.scope.set(macro.name, makeMacro(macro, frame, evaluate, valueOfBody)),
  callBlock: ({ call, caller, offset }, frame) => {
    if (call.kind !== 'call') return
    const { args, kwargs } = evaluateArguments(call.args, frame, evaluate)
    const named = new Map(kwargs).set('caller', makeMacro(caller, frame, evaluate, valueOfBody))
    frame.out.push(callValue(evaluate(call.callee, frame), { args, kwargs: named }, frame, offset))
  },
  with: ({ assignments, body }, frame) => {
    const inner = inside(frame, [], frame.out)
    for (const [target, value] of assignments) assign(target, evaluate(value, frame), inner, target.offset)
    executeBody(body, inner)
  },
  include: (statement, frame) => executeInclude(statement, frame, evaluate, executeBody),
  import: (statement, frame) => executeImport(statement, frame, evaluate, executeBody),
  fromImport: (statement, frame) => executeFromImport(statement, frame, evaluate, executeBody),
  extends: (statement, frame) => executeExtends(statement, frame, evaluate),
  block: (statement, frame) => executeBlock(statement, frame, executeBody),
}

type For = Statement & { readonly kind: 'for' }

function executeFor(statement: For, frame: Frame, iterable: Value, depth: number): void {
  const { target, filter, body, otherwise, isRecursive, offset } = statement
  const all = withErrorLocation(frame, offset, () => itemsOf(iterable))
  const items = filter
    ? all.filter((item) => {
        const inner = inside(frame)
        assign(target, item, inner, offset)
        return truth(evaluate(filter, inner))
      })
    : all
  const again = (others: Value, level: number): Value => {
    const inner = inside(frame)
    deeper(() => executeFor(statement, inner, others, level))
    return concat(inner.out)
  }
  const loop = new Loop(items, depth, isRecursive ? again : undefined)
  for (let index = 0; index < items.length; index++) {
    spendStep()
    loop.at = index
    const turn = inside(frame, [['loop', loop]], frame.out)
    assign(target, items[index]!, turn, offset)
    if (!executeTurn(body, turn)) return
  }
  if (items.length === 0) executeBody(otherwise, inside(frame, [], frame.out))
}

/** Whether the loop goes on. */
function executeTurn(body: Body, turn: Frame): boolean {
  try {
    executeBody(body, turn)
    return true
  } catch (error) {
    if (!(error instanceof LoopControl)) throw error
    return error.kind === 'continue'
  }
}

function assign(target: AssignmentTarget, value: Value, frame: Frame, offset: number): void {
  withErrorLocation(frame, offset, () => {
    if (target.kind === 'name') return frame.scope.set(target.name, value)
    if (target.kind === 'namespace') return setAttribute(target, value, frame)
    const items = itemsOf(value)
    if (items.length !== target.items.length)
      throw new PyError(`cannot assign ${items.length} values to ${target.items.length} names`)
    for (const [index, each] of target.items.entries()) assign(each, items[index]!, frame, offset)
  })
}

function setAttribute(
  { name, attribute }: { readonly name: string; readonly attribute: string },
  value: Value,
  frame: Frame,
): void {
  const object = frame.scope.get(name)
  if (!(object instanceof Namespace)) {
    const found = object === undefined ? 'undefined' : `a ${typeName(object)}`
    throw new PyError(`${name} is ${found}, not a namespace`, `Write {% set ${name} = namespace() %} before.`)
  }
  object.values.set(attribute, value)
}

function filtered(value: Value, filters: readonly Filtering[], frame: Frame): Value {
  return filters.reduce<Value>(
    (input, { name, args, offset }) =>
      callFilter(name, input, evaluateArguments(args, frame, evaluate), frame, offset),
    value ?? '',
  )
}
