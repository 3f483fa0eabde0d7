// Compares versions as Ansible's test `version` does: loose, strict, semantic, PEP 440.

import { didYouMean } from '../../model/errors/suggest.ts'
import { PyError } from '../values/value.ts'
import { comparePep440 } from './pep440.ts'

const operators: { readonly [name: string]: (order: number) => boolean } = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
}
const signs: Readonly<Record<string, string>> = {
  '==': 'eq',
  '=': 'eq',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '!=': 'ne',
  '<>': 'ne',
}
const types: { readonly [name: string]: (one: string, other: string) => number } = {
  loose: compareLoose,
  strict: compareStrict,
  semver: compareSemantic,
  semantic: compareSemantic,
  pep440: comparePep440,
}

/** @throws PyError for an unknown operator or type, and for what is no version of the type */
export function compareVersions(
  one: string,
  other: string,
  operator: string,
  { strict, type }: { readonly strict?: boolean; readonly type?: string },
): boolean {
  const holds = operators[signs[operator] ?? operator]
  if (!holds)
    throw new PyError(`"${operator}" is no comparison`, `Use one of ${Object.keys(signs).join(' ')}`)
  if (strict !== undefined && type !== undefined) throw new PyError('takes strict or version_type, not both')
  if (one === '' || other === '') throw new PyError('a version is empty')
  const compare = types[type ?? (strict ? 'strict' : 'loose')]
  if (compare) return holds(compare(one, other))
  const hint = didYouMean(type!, Object.keys(types)) ?? `Types: ${Object.keys(types).join(', ')}`
  throw new PyError(`"${type}" is no type of versions`, hint)
}

/** Numbers and words in turn, as distutils' LooseVersion: `1.10` is above `1.9`. */
function compareLoose(one: string, other: string): number {
  const [left, right] = [looseParts(one), looseParts(other)]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [a, b] = [left[index]!, right[index]!]
    if (a === b) continue
    if (typeof a === typeof b) return a < b ? -1 : 1
    throw new PyError(
      `"${one}" and "${other}" cannot be compared: "${a}" is ${typeof a === 'number' ? 'a number' : 'none'}, "${b}" is ${typeof b === 'number' ? 'one' : 'none'}`,
      "Another version_type may fit: 'semver', 'pep440'.",
    )
  }
  return left.length - right.length
}

function looseParts(text: string): (number | string)[] {
  return text
    .split(/(\d+|[a-z]+|\.)/)
    .filter((part) => part !== '' && part !== '.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function compareStrict(one: string, other: string): number {
  const [a, b] = [strictParts(one), strictParts(other)]
  return compareLists(a, b)
}

/** `1.2.3a4`: the numbers, then what a release has and others have not. */
function strictParts(text: string): readonly (number | string)[] {
  const [, major, minor, patch = '0', , letter, count] =
    /^(\d+)\.(\d+)(?:\.(\d+))?(([ab])(\d+))?$/.exec(text) ?? []
  if (major === undefined)
    throw new PyError(`"${text}" is no strict version`, 'Expected 1.2 or 1.2.3, and a4 or b4 behind it.')
  return [Number(major), Number(minor), Number(patch), letter ?? 'z', Number(count ?? 0)]
}

const semantic = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

function compareSemantic(one: string, other: string): number {
  const [[a, beforeA], [b, beforeB]] = [semanticParts(one), semanticParts(other)]
  const core = compareLists(a, b)
  if (core !== 0 || beforeA === beforeB) return core
  if (beforeA === undefined || beforeB === undefined) return beforeA === undefined ? 1 : -1
  const [left, right] = [beforeA.split('.'), beforeB.split('.')]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = comparePrerelease(left[index]!, right[index]!)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

function semanticParts(text: string): [number[], string | undefined] {
  const [, major, minor, patch, before] = semantic.exec(text) ?? []
  if (major === undefined)
    throw new PyError(`"${text}" is no semantic version`, 'Expected 1.2.3, and -rc.1 or +build behind it.')
  return [[Number(major), Number(minor), Number(patch)], before]
}

/** Numbers are below words. */
function comparePrerelease(a: string, b: string): number {
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (isA && isB) return Number(a) - Number(b)
  if (isA !== isB) return isA ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function compareLists(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  const at = a.findIndex((part, index) => part !== b[index])
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1
}
