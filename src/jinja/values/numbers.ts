// Arithmetic as Python does it: ints of any size, floats apart from them, floor division.

import { unwrapped } from './secrets.ts'
import { Float, isInt, type Numeric, PyError, typeName, type Value } from './value.ts'

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

/** A float's value, or an int's as the nearest float. */
export function asFloat(value: Numeric): number {
  return value instanceof Float ? value.value : Number(value)
}

/** An int of any size as a number, or as a bigint beyond 2^53. */
export function int(value: bigint): number | bigint {
  const isSafe = value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER)
  return isSafe ? Number(value) : value
}

/**
 * An operation on two numbers.
 *
 * @throws PyError for a division by zero, and for results too large to compute
 */
export function arithmetic(operator: ArithmeticOperator, left: Numeric, right: Numeric): Value {
  if (left instanceof Float || right instanceof Float) {
    return new Float(floatResult(operator, asFloat(left), asFloat(right)))
  }
  const [a, b] = [BigInt(left), BigInt(right)]
  if (operator === '/') return new Float(divided(Number(left), Number(right)))
  if (operator === '**' && b < 0n) return new Float(power(Number(left), Number(right)))
  const isBig = typeof left === 'bigint' || typeof right === 'bigint'
  return (!isBig && smallResult(operator, Number(left), Number(right))) || int(intResult(operator, a, b))
}

/** `-value` and `+value`. */
export function signed(sign: '-' | '+', value: Value): Value {
  if (value instanceof Float) return sign === '-' ? new Float(-value.value) : value
  if (!isInt(value)) throw new PyError(`bad operand type for unary ${sign}: '${typeName(value)}'`)
  const number = typeof value === 'bigint' ? value : BigInt(value)
  return int(sign === '-' ? -number : number)
}

/** The index that a value is, for items and slices. */
export function indexOf(value: Value): number {
  const known = unwrapped(value)
  if (!isInt(known)) throw new PyError(`an index has to be an int, not ${typeName(known)}`)
  return Number(known)
}

/** Results that are exact in floating point, without the detour over bigint. */
function smallResult(operator: ArithmeticOperator, a: number, b: number): number | undefined {
  let result: number | undefined
  if (operator === '+') result = a + b
  else if (operator === '-') result = a - b
  else if (operator === '*') result = a * b
  return result !== undefined && Number.isSafeInteger(result) ? result + 0 : undefined
}

function intResult(operator: ArithmeticOperator, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (operator === '**') {
    if (bits(a) * Number(b) > 200_000) throw new PyError(`the result of ${a} ** ${b} is too large`)
    return a ** b
  }
  if (b === 0n) throw new PyError('division by zero')
  const quotient = a / b
  const isBelow = a % b !== 0n && a < 0n !== b < 0n
  const floor = isBelow ? quotient - 1n : quotient
  return operator === '//' ? floor : a - floor * b
}

function bits(value: bigint): number {
  return value.toString(16).length * 4
}

function floatResult(operator: ArithmeticOperator, a: number, b: number): number {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (operator === '/') return divided(a, b)
  if (operator === '**') return power(a, b)
  if (b === 0) throw new PyError('division by zero')
  const remainder = a % b
  const floored = remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder
  return operator === '%' ? floored : Math.floor((a - floored) / b + 0.5)
}

function divided(a: number, b: number): number {
  if (b === 0) throw new PyError('division by zero')
  return a / b
}

function power(a: number, b: number): number {
  if (a === 0 && b < 0) throw new PyError('0 cannot be raised to a negative power')
  return a ** b
}
