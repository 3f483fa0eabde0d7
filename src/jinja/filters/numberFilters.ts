// Filters of numbers: conversion, rounding, powers, sizes in bytes.

import { humanReadable, humanToBytes, sizeText } from '../python/byteSizes.ts'
import { intOf, named, numberOf, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import type { Filter } from '../values/library.ts'
import { int, signed } from '../values/numbers.ts'
import { quoted, str } from '../values/text.ts'
import { Float, isInt, isNumber, PyError, typeName, type Value } from '../values/value.ts'

export const numberFilters: { readonly [name: string]: Filter } = {
  int: named(
    ['default', 'base'],
    (value, [fallback = 0, base = 10]) => toInt(value, intOf(base, 'base')) ?? fallback,
  ),
  float: named(['default'], (value, [fallback = new Float(0)]) => toFloat(value) ?? fallback),
  abs: plain((value) => (numberOf(value) < 0 ? signed('-', value) : value)),
  round: named(['precision', 'method'], (value, [precision = 0, method = 'common']) =>
    rounded(value, intOf(precision, 'precision'), str(method)),
  ),
  log: named(
    ['base'],
    (value, [base]) => new Float(logarithm(numberOf(value), base === undefined ? Math.E : numberOf(base))),
  ),
  pow: named(['y'], (value, [exponent]) => new Float(numberOf(value) ** numberOf(exponent!)), 1),
  root: named(['base'], (value, [base = 2]) => new Float(root(numberOf(value), numberOf(base)))),
  human_readable: named(['isbits', 'unit'], (value, [isBits = false, unit = null]) =>
    humanReadable(numberOf(value), truth(isBits), unit === null ? undefined : str(unit)),
  ),
  human_to_bytes: named(['default_unit', 'isbits'], (value, [unit = null, isBits = false]) =>
    humanToBytes(str(value), unit === null ? undefined : str(unit), truth(isBits)),
  ),
  filesizeformat: named(['binary'], (value, [isBinary = false]) =>
    sizeText(toFloat(value)?.value ?? numberOf(value), truth(isBinary)),
  ),
}

/** As Python's int() of a text, and of a text with a fraction its whole part. */
function toInt(value: Value, base: number): Value | undefined {
  if (isInt(value)) return typeof value === 'bigint' ? value : Number(value)
  if (value instanceof Float)
    return Number.isFinite(value.value) ? int(BigInt(Math.trunc(value.value))) : undefined
  if (typeof value !== 'string') return undefined
  const whole = intText(value, base)
  if (whole !== undefined) return int(whole)
  const float = toFloat(value)
  return float && Number.isFinite(float.value) ? int(BigInt(Math.trunc(float.value))) : undefined
}

const prefixes: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 }

function intText(text: string, base: number): bigint | undefined {
  const [, sign, prefix, digits] =
    /^\s*([+-]?)(?:0([xob])_?)?([0-9a-z]+(?:_[0-9a-z]+)*)\s*$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  const prefixed = prefix === undefined ? undefined : prefixes[prefix.toLowerCase()]!
  // "0b1" has no prefix in base 16, where b is a digit.
  if (prefixed !== undefined && base !== 0 && base !== prefixed)
    return intText(text.replace(/^(\s*[+-]?)0/, '$1'), base)
  const radix = prefixed ?? (base === 0 ? 10 : base)
  let result = 0n
  for (const character of digits.replaceAll('_', '').toLowerCase()) {
    const digit = Number.parseInt(character, 36)
    if (digit >= radix) return undefined
    result = result * BigInt(radix) + BigInt(digit)
  }
  return sign === '-' ? -result : result
}

const floatPattern = /^\s*[+-]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:e[+-]?\d+)?|inf(?:inity)?|nan)\s*$/i

function toFloat(value: Value): Float | undefined {
  if (isNumber(value)) return value instanceof Float ? value : new Float(Number(value))
  if (typeof value !== 'string' || !floatPattern.test(value)) return undefined
  const text = value.trim().replaceAll('_', '').toLowerCase()
  if (/nan$/.test(text)) return new Float(Number.NaN)
  if (/inf/.test(text)) return new Float(text.startsWith('-') ? -Infinity : Infinity)
  return /\d/.test(text) && Number.isFinite(Number(text)) ? new Float(Number(text)) : undefined
}

function rounded(value: Value, precision: number, method: string): Value {
  if (!isNumber(value)) throw new PyError(`expects a number, not ${typeName(value)}`)
  if (method === 'common') {
    const result = roundHalfEven(numberOf(value), precision)
    return isInt(value) ? result : new Float(result)
  }
  if (method !== 'ceil' && method !== 'floor')
    throw new PyError(`the method is ${quoted(method)}`, "It has to be 'common', 'ceil' or 'floor'.")
  const factor = 10 ** precision
  return new Float(Math[method](numberOf(value) * factor) / factor)
}

/** As Python's round: of a value that is exactly between two, the even one. */
function roundHalfEven(value: number, precision: number): number {
  if (!Number.isFinite(value) || precision > 100) return value
  if (precision < 0) {
    const unit = 10 ** -precision
    return roundHalfEven(value / unit, 0) * unit
  }
  const size = Math.abs(value)
  if (size >= 1e21) return value
  const up = size.toFixed(precision)
  const isTie = new RegExp(`\\.\\d{${precision}}50*$`).test(size.toFixed(Math.min(100, precision + 30)))
  const isOdd = Number(up.at(-1)) % 2 === 1
  const result = isTie && isOdd ? Number((Number(up) - 10 ** -precision).toFixed(precision)) : Number(up)
  return value < 0 ? -result : result
}

function logarithm(value: number, base: number): number {
  if (value <= 0 || base <= 0)
    throw new PyError('the logarithm of a number that is not above 0 does not exist')
  if (base === 10) return Math.log10(value)
  return base === Math.E ? Math.log(value) : Math.log(value) / Math.log(base)
}

function root(value: number, base: number): number {
  if (value < 0) throw new PyError('the root of a negative number does not exist')
  return base === 2 ? Math.sqrt(value) : value ** (1 / base)
}
