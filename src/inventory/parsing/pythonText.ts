// Writes values as Python's str() and repr() do.

import { mask, Secret } from '../../model/secrets/secret.ts'

/** A value as `str(value)` gives it: text as it is, everything else as `repr`. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

/** A float as Python writes it: `1.0`, `1e-05`, `1e+16`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity'
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 16)
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Secret) return mask
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  const pairs = Object.entries(value as object).map(([key, item]) => `${quoted(key)}: ${pythonRepr(item)}`)
  return `{${pairs.join(', ')}}`
}

const reprEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

/** In single quotes, or in double ones if the text contains only single ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\'"\x00-\x1f\x7f-\xa0\xad]/g, (character) => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character
    return reprEscapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `${quote}${body}${quote}`
}
