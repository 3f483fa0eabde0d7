// Formats texts by `%`, as in `'%s:%05d' % (host, port)`.

import { asFloat } from '../values/numbers.ts'
import { unwrapped } from '../values/secrets.ts'
import { codePoints, repr, str } from '../values/text.ts'
import { Float, isDict, isInt, isNumber, PyError, Tuple, typeName, type Value } from '../values/value.ts'
import { exponential, fixed, general, padded } from './formatSpec.ts'

const field = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([diouxXeEfFgGcrsa%])|%/g

/** `text % values`. */
export function percentFormat(text: string, values: Value): string {
  const args = values instanceof Tuple ? [...values] : [values]
  let next = 0
  let isNamed = false
  const take = (): Value => {
    if (next >= args.length) throw new PyError('there are fewer values than % in the text')
    return args[next++]!
  }
  const result = text.replace(
    field,
    (whole, name: string | undefined, flags: string, width: string, precision: string, type: string) => {
      if (type === undefined) throw new PyError('an incomplete % in the text', 'Write %% for a percent sign.')
      if (type === '%') return '%'
      const columns = width === '*' ? Number(take()) : Number(width ?? 0)
      const digits =
        precision === '*' ? Number(take()) : precision === undefined ? undefined : Number(precision)
      if (columns > 100_000 || (digits ?? 0) > 100) throw new PyError(`the width of "${whole}" is too large`)
      if (name !== undefined) isNamed = true
      const value = name === undefined ? take() : named(values, name)
      return formatted(unwrapped(value), type, flags, columns, digits)
    },
  )
  const isAllUsed = next >= args.length || isNamed || isDict(values)
  if (!isAllUsed) throw new PyError('there are more values than % in the text')
  return result
}

function named(values: Value, name: string): Value {
  if (!isDict(values))
    throw new PyError(`%(${name}) takes its value from a dict, not from ${typeName(values)}`)
  const value = values.get(name)
  if (value === undefined) throw new PyError(`the dict has no key "${name}"`)
  return value
}

function formatted(
  value: Value,
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
): string {
  const align = flags.includes('-') ? '<' : '>'
  if (/[rsac]/.test(type)) {
    const text = type === 'r' || type === 'a' ? repr(value) : type === 'c' ? character(value) : str(value)
    const cut = precision === undefined ? text : codePoints(text).slice(0, precision).join('')
    return padded('', cut, ' ', align, width)
  }
  if (!isNumber(value))
    throw new PyError(`%${type} takes a number, not ${typeName(value)}`, 'Convert it: | int, | float.')
  const { digits, isNegative } = digitsOf(value, type, flags, precision)
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const isZeroFilled = flags.includes('0') && align !== '<'
  return padded(sign, digits, isZeroFilled ? '0' : ' ', isZeroFilled ? '=' : align, width)
}

function digitsOf(
  value: number | bigint | boolean | Float,
  type: string,
  flags: string,
  precision: number | undefined,
): { readonly digits: string; readonly isNegative: boolean } {
  if (/[diouxX]/.test(type)) {
    if (/[oxX]/.test(type) && !isInt(value))
      throw new PyError(`%${type} takes an int, not ${typeName(value)}`)
    const whole = value instanceof Float ? BigInt(Math.trunc(value.value)) : BigInt(value)
    const base = type === 'o' ? 8 : /x/i.test(type) ? 16 : 10
    const plain = (whole < 0n ? -whole : whole).toString(base).padStart(precision ?? 0, '0')
    const prefix = flags.includes('#') && base !== 10 ? `0${type}` : ''
    return { digits: prefix + (type === 'X' ? plain.toUpperCase() : plain), isNegative: whole < 0n }
  }
  const number = asFloat(value)
  const size = Math.abs(number)
  const lower = type.toLowerCase()
  const digits = !Number.isFinite(size)
    ? str(new Float(size))
    : lower === 'f'
      ? fixed(size, precision ?? 6)
      : lower === 'e'
        ? exponential(size, precision ?? 6)
        : general(size, precision ?? 6, false)
  return { digits: /[A-Z]/.test(type) ? digits.toUpperCase() : digits, isNegative: number < 0 }
}

function character(value: Value): string {
  return isInt(value) ? String.fromCodePoint(Number(value)) : str(value)
}
