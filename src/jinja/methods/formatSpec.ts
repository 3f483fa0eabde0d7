// Python's format specifications: `>10`, `05d`, `.2f`, `,`, `#x`.

import { asFloat, int } from '../values/numbers.ts'
import { codePoints, str } from '../values/text.ts'
import { type Float, isInt, isNumber, PyError, typeName, type Value } from '../values/value.ts'

const pattern = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su

/** `format(value, spec)`. */
export function formatValue(value: Value, spec: string): string {
  if (spec === '') return str(value)
  const match = pattern.exec(spec)
  if (!match) throw new PyError(`"${spec}" is not a format`)
  const [, fill, align, sign = '-', , alternate, zero, width = '0', grouping = '', precision, type] = match
  const isText = typeof value === 'string' || !isNumber(value)
  if (Number(width) > 100_000 || Number(precision ?? 0) > 100)
    throw new PyError(`the width of "${spec}" is too large`)
  if (isText) {
    if (type !== undefined && type !== 's')
      throw new PyError(
        `the format "${type}" does not work for ${typeName(value)}`,
        'Convert it: | int, | float.',
      )
    const text = codePoints(str(value))
    const cut = (precision === undefined ? text : text.slice(0, Number(precision))).join('')
    return padded('', cut, fill ?? (zero ? '0' : ' '), align ?? '<', Number(width))
  }
  const number = numberText(value, { sign, grouping, precision, type, isAlternate: alternate !== undefined })
  return padded(
    number.sign,
    number.digits,
    fill ?? (zero ? '0' : ' '),
    align ?? (zero ? '=' : '>'),
    Number(width),
  )
}

type NumberFormat = {
  readonly sign: string
  readonly grouping: string
  readonly precision: string | undefined
  readonly type: string | undefined
  readonly isAlternate: boolean
}

function numberText(
  value: number | bigint | boolean | Float,
  { sign, grouping, precision, type, isAlternate }: NumberFormat,
): { readonly sign: string; readonly digits: string } {
  const isIntType = type === undefined ? isInt(value) : /[bcdoxXn]/.test(type)
  let body: string
  let isNegative: boolean
  if (isIntType && type !== 'n') {
    if (!isInt(value)) throw new PyError(`the format "${type}" does not work for ${typeName(value)}`)
    const whole = BigInt(value)
    isNegative = whole < 0n
    body = intDigits(isNegative ? -whole : whole, type ?? 'd', isAlternate)
  } else {
    const number = asFloat(value)
    isNegative = number < 0 || Object.is(number, -0)
    body = floatDigits(Math.abs(number), type, precision === undefined ? undefined : Number(precision), value)
  }
  const grouped = grouping === '' ? body : groupedDigits(body, grouping)
  return { sign: isNegative ? '-' : sign === '-' ? '' : sign, digits: grouped }
}

function intDigits(value: bigint, type: string, isAlternate: boolean): string {
  if (type === 'c') return String.fromCodePoint(Number(value))
  const bases: { readonly [type: string]: number } = { b: 2, o: 8, x: 16, X: 16 }
  const base = bases[type]
  if (base === undefined) return String(value)
  const digits = value.toString(base)
  const prefix = isAlternate ? `0${type}` : ''
  return type === 'X' ? `${prefix}${digits.toUpperCase()}` : prefix + digits
}

function floatDigits(
  value: number,
  type: string | undefined,
  precision: number | undefined,
  original: Value,
): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : 'inf'
  switch (type) {
    case 'f':
    case 'F':
      return fixed(value, precision ?? 6)
    case '%':
      return `${fixed(value * 100, precision ?? 6)}%`
    case 'e':
    case 'E': {
      const text = exponential(value, precision ?? 6)
      return type === 'E' ? text.toUpperCase() : text
    }
    case undefined:
      if (precision === undefined) return str(original).replace(/^-/, '')
      return general(value, precision, true)
    default: {
      const text = general(value, precision ?? 6, false)
      return type === 'G' ? text.toUpperCase() : text
    }
  }
}

/** JavaScript's toFixed gives up at 1e21. */
export function fixed(value: number, precision: number): string {
  if (value < 1e21) return value.toFixed(precision)
  const digits = String(int(BigInt(value)))
  return precision > 0 ? `${digits}.${'0'.repeat(precision)}` : digits
}

export function exponential(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2')
}

/** `%g`: whichever is shorter, without zeros at the end. */
export function general(value: number, precision: number, isFloat: boolean): string {
  const digits = Math.max(1, precision)
  if (value === 0) return isFloat ? '0.0' : '0'
  const power = Number(/e(.*)$/.exec(value.toExponential(digits - 1))![1])
  if (power < -4 || power >= digits) {
    const [mantissa = '', exponent = ''] = exponential(value, digits - 1).split('e')
    return `${mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa}e${exponent}`
  }
  const text = value.toFixed(Math.max(0, digits - 1 - power))
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return isFloat && !short.includes('.') ? `${short}.0` : short
}

function groupedDigits(digits: string, grouping: string): string {
  const [, whole = '', rest = ''] = /^(\d+)(.*)$/s.exec(digits) ?? [undefined, digits, '']
  return whole.replace(/\B(?=(?:\d{3})+$)/g, grouping) + rest
}

export function padded(sign: string, digits: string, fill: string, align: string, width: number): string {
  const missing = Math.max(0, width - codePoints(sign + digits).length)
  if (align === '=') return sign + fill.repeat(missing) + digits
  if (align === '<') return sign + digits + fill.repeat(missing)
  const left = align === '^' ? Math.floor(missing / 2) : missing
  return fill.repeat(left) + sign + digits + fill.repeat(missing - left)
}
