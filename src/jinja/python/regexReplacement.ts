// Replacements of Python's re.sub: \1, \g<name>, \n.

import { letterEscapes } from '../values/escapes.ts'
import { quoted } from '../values/text.ts'
import { PyError } from '../values/value.ts'

type Part = string | { readonly group: string | number }

/** A function that gives the text for a match. A group that took no part is empty. @throws PyError */
export function expandedReplacement(replacement: string): (match: RegExpExecArray) => string {
  const parts: Part[] = []
  const pattern = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[0-3][0-7]{2})|(\d{1,2})|([\s\S]|$))|[^\\]+/g
  for (const [whole, name, octal, number, character] of replacement.matchAll(pattern)) {
    if (name !== undefined) parts.push({ group: /^\d+$/.test(name) ? Number(name) : name })
    else if (octal !== undefined) parts.push(String.fromCharCode(Number.parseInt(octal, 8)))
    else if (number !== undefined) parts.push({ group: Number(number) })
    else if (character === undefined) parts.push(whole)
    else parts.push(escaped(character, whole))
  }
  return (match) =>
    parts.map((part) => (typeof part === 'string' ? part : groupText(match, part.group))).join('')
}

function escaped(character: string, whole: string): string {
  const known = letterEscapes[character]
  if (known !== undefined) return known
  if (character === '' || /[A-Za-z]/.test(character))
    throw new PyError(
      `the replacement has the unknown escape ${quoted(whole)}`,
      'A backslash is written \\\\.',
    )
  return whole
}

/** @throws PyError for a group that the pattern has not */
function groupText(match: RegExpExecArray, group: string | number): string {
  return groupOf(match, group) ?? ''
}

/** Undefined: the group took no part. @throws PyError for a group that the pattern has not */
export function groupOf(match: RegExpExecArray, group: string | number): string | undefined {
  const groups: object = typeof group === 'number' ? match : (match.groups ?? {})
  if (group in groups) return (groups as Record<string | number, string | undefined>)[group]
  throw new PyError(`the pattern has no group ${group}`)
}
