// Evaluates expressions.

import { didYouMean } from '../../model/errors/suggest.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { percentFormat } from '../methods/percent.ts'
import type { Comparison, Expression } from '../syntax/nodes.ts'
import { contains, dictKey, equal, order, truth } from '../values/compare.ts'
import { type ArithmeticOperator, arithmetic, indexOf, signed } from '../values/numbers.ts'
import { withSecrets } from '../values/secrets.ts'
import {
  type Dict,
  defined,
  isBlank,
  isInt,
  isList,
  isNumber,
  PyError,
  PyObject,
  Tuple,
  tuple,
  typeName,
  Undefined,
  type Value,
} from '../values/value.ts'
import { attributeOrItem, itemOrAttribute, sliceOf } from './access.ts'
import { callFilter, callTest, callValue, evaluateArguments, lookupFunction } from './calls.ts'
import { concatenated } from './concat.ts'
import { type Frame, frameLocation, withErrorLocation } from './frame.ts'
import { spendStep } from './timeBudget.ts'

/**
 * The value of an expression; Undefined where a variable, an attribute or an item is missing, or a call failed.
 *
 * @throws PlaybookError with the place, UndefinedUsed where an undefined value is used
 */
export function evaluate(expression: Expression, frame: Frame): Value {
  spendStep()
  const evaluator = evaluators[expression.kind] as (each: Expression, inside: Frame) => Value
  return evaluator(expression, frame)
}

type Evaluators = {
  readonly [K in Expression['kind']]: (expression: Expression & { readonly kind: K }, frame: Frame) => Value
}

const evaluators: Evaluators = {
  constant: ({ value }) => value,
  name: ({ name, offset }, frame) => {
    const value = frame.scope.get(name)
    return value === undefined
      ? (lookupFunction(name, frame, offset) ?? undefinedName(name, offset, frame))
      : value
  },
  list: ({ items }, frame) => (items as readonly Expression[]).map((item) => evaluate(item, frame)),
  tuple: ({ items }, frame) =>
    tuple(...(items as readonly Expression[]).map((item) => evaluate(item, frame))),
  dict: ({ entries, offset }, frame) => {
    const dict: Dict = new Map()
    for (const [key, value] of entries)
      dict.set(
        withErrorLocation(frame, offset, () => dictKey(evaluate(key, frame))),
        evaluate(value, frame),
      )
    return dict
  },
  attribute: ({ object, name, offset }, frame) =>
    attributeOrItem(evaluate(object, frame), name, frameLocation(frame, offset)),
  item: ({ object, key, offset }, frame) =>
    withErrorLocation(frame, offset, () =>
      itemOrAttribute(evaluate(object, frame), evaluate(key, frame), frameLocation(frame, offset)),
    ),
  slice: ({ object, bounds, offset }, frame) => {
    const value = evaluate(object, frame)
    if (value instanceof Undefined) return value
    const limits = bounds.map((bound) => bound && defined(evaluate(bound, frame)))
    return withErrorLocation(frame, offset, () => sliceOf(value, limits))
  },
  call: ({ callee, args, offset }, frame) =>
    callValue(evaluate(callee, frame), evaluateArguments(args, frame, evaluate), frame, offset),
  filter: ({ input, name, args, offset }, frame) =>
    callFilter(name, evaluate(input, frame), evaluateArguments(args, frame, evaluate), frame, offset),
  test: ({ input, name, args, offset }, frame) =>
    callTest(name, evaluate(input, frame), evaluateArguments(args, frame, evaluate), frame, offset),
  unary: ({ operator, operand, offset }, frame) => {
    const value = defined(evaluate(operand, frame))
    return operator === 'not'
      ? !truth(value)
      : withErrorLocation(frame, offset, () =>
          withSecrets([value], new Map(), ([number]) => signed(operator, number!)),
        )
  },
  binary: ({ operator, left, right, offset }, frame) => {
    const [a, b] = [defined(evaluate(left, frame)), defined(evaluate(right, frame))]
    return withErrorLocation(frame, offset, () => operate(operator, a, b))
  },
  and: ({ left, right }, frame) => {
    const value = evaluate(left, frame)
    return truth(value) ? evaluate(right, frame) : value
  },
  or: ({ left, right }, frame) => {
    const value = evaluate(left, frame)
    return truth(value) ? value : evaluate(right, frame)
  },
  compare: ({ first, rest, offset }, frame) => {
    let left = evaluate(first, frame)
    for (const { operator, operand } of rest) {
      const right = evaluate(operand, frame)
      if (!withErrorLocation(frame, offset, () => comparisons[operator](left, right))) return false
      left = right
    }
    return true
  },
  concat: ({ parts }, frame) => {
    const values = parts.map((part) => evaluate(part, frame))
    return concatenated(values.map((value) => (isBlank(value) ? '' : defined(value))))
  },
  conditional: ({ test, value, otherwise, offset }, frame) => {
    if (truth(evaluate(test, frame))) return evaluate(value, frame)
    if (otherwise) return evaluate(otherwise, frame)
    return new Undefined('the inline if is false and has no else', {
      where: frameLocation(frame, offset),
      hint: "Add: else ''",
      isBlank: true,
    })
  },
}

function undefinedName(name: string, offset: number, frame: Frame): Undefined {
  const { environment } = frame
  return new Undefined(`"${name}" is undefined`, {
    where: frameLocation(frame, offset),
    hint: () =>
      didYouMean(name, environment.variableNames()) ?? `Set it, or give it a default: ${name} | default('…')`,
  })
}

function operate(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right)
  const isText = operator === '%' && (typeof left === 'string' || left instanceof Secret)
  if (!isText && !(left instanceof Secret) && !(right instanceof Secret))
    return combined(operator, left, right)
  return withSecrets([left, right], new Map(), ([a, b]) => {
    if (operator === '%' && typeof a === 'string') return percentFormat(a, b!)
    return isNumber(a!) && isNumber(b!) ? arithmetic(operator, a, b) : combined(operator, a!, b!)
  })
}

function combined(operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (operator === '-' && left instanceof PyObject && left.minus) return left.minus(right)
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right
    if (isList(left) && isList(right) && left instanceof Tuple === right instanceof Tuple)
      return left instanceof Tuple ? tuple(...left, ...right) : [...left, ...right]
  }
  if (operator === '*') {
    if (isInt(right)) return repeated(left, right)
    if (isInt(left)) return repeated(right, left)
  }
  const hint =
    operator === '+' && (typeof left === 'string' || typeof right === 'string')
      ? 'Join texts with ~, or convert: | int, | string.'
      : operator === '+' && left instanceof Map
        ? 'Merge dicts with | combine(other).'
        : 'Convert: | int, | float, | string.'
  throw new PyError(`${operator} does not work between ${typeName(left)} and ${typeName(right)}`, hint)
}

function repeated(value: Value, count: number | bigint | boolean): Value {
  const times = Math.max(0, indexOf(count))
  const size = typeof value === 'string' || isList(value) ? value.length : undefined
  if (size === undefined)
    throw new PyError(`* does not work between ${typeName(value)} and int`, 'Convert: | int, | float.')
  if (size * times > 10_000_000) throw new PyError(`${times} times ${size} is too much`)
  if (typeof value === 'string') return value.repeat(times)
  const items = Array.from({ length: times }, () => value as Value[]).flat()
  return value instanceof Tuple ? tuple(...items) : items
}

const comparisons: { readonly [operator in Comparison['operator']]: (left: Value, right: Value) => boolean } =
  {
    '==': equal,
    '!=': (left, right) => !equal(left, right),
    '<': (left, right) => order(left, right, '<') < 0,
    '<=': (left, right) => order(left, right, '<=') <= 0,
    '>': (left, right) => order(left, right, '>') > 0,
    '>=': (left, right) => order(left, right, '>=') >= 0,
    in: (left, right) => contains(right, left),
    'not in': (left, right) => !contains(right, left),
  }
