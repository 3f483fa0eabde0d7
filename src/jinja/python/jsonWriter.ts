// Writes JSON byte for byte as Python's json.dumps.

import { Secret } from '../../model/secrets/secret.ts'
import { dictKey, order } from '../values/compare.ts'
import { floatText } from '../values/floatText.ts'
import { SecretScalar, unwrapped } from '../values/secrets.ts'
import { str } from '../values/text.ts'
import { defined, Float, isDict, isList, PyError, typeName, type Value } from '../values/value.ts'

export type JsonOptions = {
  /** Spaces or text for each level; undefined: all in one line. */
  readonly indent?: number | string
  readonly sortKeys?: boolean
  readonly asciiOnly?: boolean
  readonly itemSeparator?: string
  readonly keySeparator?: string
}

/** @throws PyError for values that JSON has not */
export function dumpJson(value: Value, options: JsonOptions = {}): string {
  const { indent, sortKeys = false, asciiOnly = true, keySeparator = ': ' } = options
  const step = typeof indent === 'number' ? ' '.repeat(Math.max(0, indent)) : indent
  const itemSeparator = options.itemSeparator ?? (step === undefined ? ', ' : ',')
  const write = (each: Value, margin: string): string => {
    const known = defined(each)
    if (isList(known))
      return enclosed(
        '[',
        Array.from(known, (item) => (inner: string) => write(item, inner)),
        ']',
        margin,
      )
    if (isDict(known)) {
      const entries = sortKeys ? sortedEntries(known) : [...known]
      const members = entries.map(
        ([key, item]) =>
          (inner: string) =>
            `${jsonText(keyText(key), asciiOnly)}${keySeparator}${write(item, inner)}`,
      )
      return enclosed('{', members, '}', margin)
    }
    if (known instanceof SecretScalar) return scalar(unwrapped(known))
    if (known instanceof Secret || typeof known === 'string') return jsonText(str(known), asciiOnly)
    return scalar(known)
  }
  const enclosed = (
    open: string,
    items: readonly ((margin: string) => string)[],
    close: string,
    margin: string,
  ) => {
    if (items.length === 0) return open + close
    if (step === undefined) return open + items.map((item) => item(margin)).join(itemSeparator) + close
    const inner = margin + step
    return `${open}\n${inner}${items.map((item) => item(inner)).join(`${itemSeparator}\n${inner}`)}\n${margin}${close}`
  }
  return write(value, '')
}

function sortedEntries(dict: ReadonlyMap<Value, Value>): [Value, Value][] {
  return [...dict].sort(([one], [other]) => order(one, other))
}

function scalar(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return String(value)
  if (value instanceof Float) return jsonFloat(value.value)
  throw new PyError(`${typeName(value)} cannot be written as JSON`)
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? floatText(value) : value < 0 ? '-Infinity' : 'Infinity'
}

function keyText(key: Value): string {
  const known = dictKey(key)
  return typeof known === 'string' || known instanceof Secret ? str(known) : scalar(known)
}

function jsonText(text: string, asciiOnly: boolean): string {
  const quoted = JSON.stringify(text)
  if (!asciiOnly) return quoted
  return quoted.replace(/[\x7f-\uffff]/g, (unit) =>
    unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
