// Describes what a schema found wrong with a value: where, what was expected, the value.

import type { z } from 'zod'
import { maskRevealed } from '../secrets/masker.ts'
import { Secret } from '../secrets/secret.ts'

/** A path as TypeScript writes it: `instances[1].http`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    '',
  )
}

/** The message of a schema issue, with the value: `expected a port (1-65535), got "8o81"`. */
export function issueText(issue: z.core.$ZodIssue, root: unknown): string {
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  )
  const inner = innerIssue(issue)
  if (inner) return [formatPath(inner.path), issueText(inner, value)].filter(Boolean).join(': ')
  if (issue.code === 'invalid_key') return keyText(issue)
  const [expected, ...others] = new Set(expectations(issue))
  const got = gotText(
    value,
    [expected, ...others].some((text) => /\bsecret\b/i.test(text ?? '')),
  )
  const alternatives = [expected, ...others.map((text) => text.replace(/^expected /, ''))]
  return issue.code === 'unrecognized_keys' ? issue.message : `${alternatives.join(' or ')}, got ${got}`
}

/** What was expected of a key of a record. */
function keyText({ issues, path }: z.core.$ZodIssueInvalidKey): string {
  return `${issues[0]?.message ?? 'expected another key'}, got ${abbreviated(path.at(-1))}`
}

/** Where a secret is expected, the value is not shown: it may be a password that is not encrypted yet. */
function gotText(value: unknown, isSecretExpected: boolean): string {
  if (value instanceof Secret) return 'a secret'
  if (value === undefined) return 'nothing'
  if (!isSecretExpected) return abbreviated(value)
  if (typeof value === 'string') return 'a plain value'
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
}

/** For a value that matches no member of a union: the issue inside it, by the member that fits best. */
function innerIssue(issue: z.core.$ZodIssue): z.core.$ZodIssue | undefined {
  if (!isUnexplained(issue)) return undefined
  const inner = issue.errors.filter((issues) => issues.some(isInside))
  const best = inner.sort((one, other) => problems(one) - problems(other))[0]
  return best?.find(({ code }) => code === 'unrecognized_keys') ?? best?.find(isInside)
}

/** Whether the value has the right type, and something in it is wrong. */
function isInside({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === 'unrecognized_keys'
}

function problems(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, each) => sum + (each.code === 'unrecognized_keys' ? each.keys.length : 1), 0)
}

function expectations(issue: z.core.$ZodIssue): string[] {
  if (isUnexplained(issue)) return issue.errors.flatMap((issues) => issues.slice(0, 1).flatMap(expectations))
  return [issue.message.replace(/^[A-Z][\w ]*: (?=expected )/, '').replace(/, received .*$/, '')]
}

/** A union without a message of its own. */
function isUnexplained(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidUnion {
  return issue.code === 'invalid_union' && issue.message === 'Invalid input' && issue.errors.length > 0
}

function abbreviated(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 80 ? `${maskRevealed(json).slice(0, 77)}…` : json
}
