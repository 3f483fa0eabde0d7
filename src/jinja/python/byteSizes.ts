// Sizes in bytes as texts and back, as Ansible and Jinja write them.

import { int } from '../values/numbers.ts'
import { quoted } from '../values/text.ts'
import { PyError, type Value } from '../values/value.ts'

const units = ['B', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const unitNames = ['', 'kilo', 'mega', 'giga', 'tera', 'peta', 'exa', 'zeta', 'yotta']

/** `1.00 KB`; of bits, `1.00 Kb`. */
export function humanReadable(size: number, isBits: boolean, unit: string | undefined): string {
  const letter = unit?.toUpperCase()[0]
  const found = units.findLastIndex((each, power) =>
    letter === undefined ? size >= 1024 ** power : each === letter,
  )
  if (unit !== undefined && found < 0) throw unknownUnit(unit)
  const power = Math.max(0, found)
  const base = isBits ? 'bits' : 'Bytes'
  return `${(size / 1024 ** power).toFixed(2)} ${power === 0 ? base : `${units[power]}${base[0]}`}`
}

/** `'2 GB'` → 2147483648 */
export function humanToBytes(text: string, defaultUnit: string | undefined, isBits: boolean): Value {
  const [, digits, given] = /^(\d*\.?\d+)(?:\s*([A-Za-z]+))?\s*$/.exec(text) ?? []
  if (digits === undefined)
    throw new PyError(`${quoted(text)} is not a size`, "Expected a number and a unit: '10 MB'")
  const unit = given ?? defaultUnit
  if (unit === undefined) return Math.round(Number(digits))
  const power = units.indexOf(unit[0]!.toUpperCase())
  if (power < 0) throw unknownUnit(unit)
  const kind = isBits ? 'bit' : 'byte'
  const short = power === 0 ? kind[0]! : units[power]! + (isBits ? 'b' : 'B')
  if (unit.length > 1 && unit !== short && unit.toLowerCase() !== unitNames[power]! + kind)
    throw new PyError(`the unit of ${quoted(text)} is unknown`, `Expected ${short} or ${units[power]}.`)
  return int(BigInt(Math.round(Number(digits) * 1024 ** power)))
}

function unknownUnit(unit: string): PyError {
  return new PyError(`the unit ${quoted(unit)} is unknown`, `Units: ${units.join(', ')}`)
}

/** As Jinja's filesizeformat: `13.0 kB`, or `12.7 KiB`. */
export function sizeText(size: number, isBinary: boolean): string {
  const base = isBinary ? 1024 : 1000
  if (size === 1) return '1 Byte'
  if (size < base) return `${Math.trunc(size)} Bytes`
  const prefixes = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
  const power = Math.min(
    prefixes.length,
    prefixes.findIndex((_, index) => size < base ** (index + 2)) + 1 || prefixes.length,
  )
  const prefix = prefixes[power - 1]!
  return `${(size / base ** power).toFixed(1)} ${isBinary ? `${prefix.toUpperCase()}iB` : `${prefix}B`}`
}
