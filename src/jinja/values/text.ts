// Writes values as Python's str() and repr() do.

import { Secret } from '../../model/secrets/secret.ts'
import { floatText } from './floatText.ts'
import { opened, SecretScalar } from './secrets.ts'
import { defined, Float, PyObject, Tuple, type Value } from './value.ts'

/** `str(value)`: text as it is, everything else as `repr`. */
export function str(value: Value): string {
  if (value instanceof Secret) return opened(value)
  return typeof value === 'string' ? value : repr(value)
}

/** `repr(value)`. */
export function repr(value: Value): string {
  const known = defined(value)
  if (known === null) return 'None'
  if (typeof known === 'boolean') return known ? 'True' : 'False'
  if (typeof known === 'number' || typeof known === 'bigint') return String(known)
  if (typeof known === 'string') return quoted(known)
  if (known instanceof Float) return floatText(known.value)
  if (known instanceof SecretScalar) return opened(known)
  if (known instanceof Secret) return quoted(opened(known))
  if (known instanceof PyObject) return known.repr
  if (known instanceof Map)
    return `{${[...known].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  const items = Array.from(known, repr).join(', ')
  if (known instanceof Tuple) return known.length === 1 ? `(${items},)` : `(${items})`
  return `[${items}]`
}

const reprEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/** A text in single quotes, or in double ones if it contains only single ones. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\'"\x00-\x1f\x7f-\xa0\xad\u2028\u2029\u200b-\u200f\ufeff]/g, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character
    const code = character.charCodeAt(0)
    const hex = code.toString(16)
    return (
      reprEscapes[character] ?? (code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`)
    )
  })
  return `${quote}${body}${quote}`
}

/** The characters of a text as Python counts them: code points, not UTF-16 units. */
export function codePoints(text: string): string[] {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text) : text.split('')
}

/** `str.capitalize`. */
export function capitalized(text: string): string {
  const [first = '', ...rest] = codePoints(text)
  return first.toUpperCase() + rest.join('').toLowerCase()
}
