// Finds Jinja in values: Ansible would evaluate it, here it stays text and is an error where a play reads it.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { SourceNode } from './sourceNode.ts'

const opening = /\{\{|\{%|\{#/

/** Whether a text holds Jinja: `{{ … }}`, `{% … %}` or `{# … #}`. */
export function hasJinja(text: string): boolean {
  return opening.test(text)
}

/**
 * The path of the first text inside a value that holds Jinja, [] if the value itself does; undefined if there is none.
 *
 * @example findJinja({ urls: ['{{ mirror }}/a'] }) // ['urls', 0]
 */
export function findJinja(value: unknown): PropertyKey[] | undefined {
  if (typeof value === 'string') return hasJinja(value) ? [] : undefined
  if (value === null || typeof value !== 'object') return undefined
  const members: [PropertyKey, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  for (const [key, member] of members) {
    const found = findJinja(member)
    if (found) return [key, ...found]
  }
  return undefined
}

/** As findJinja, where the value's origin is known: what is marked `!unsafe` holds none. */
export function findJinjaInNode(node: SourceNode): PropertyKey[] | undefined {
  if (node.isUnsafe) return undefined
  if (typeof node.value === 'string') return hasJinja(node.value) ? [] : undefined
  const members: Iterable<readonly [PropertyKey, SourceNode]> = node.items
    ? node.items.entries()
    : [...(node.entries?.values() ?? [])].map(({ key, node: member }) => [key, member] as const)
  for (const [key, member] of members) {
    const found = findJinjaInNode(member)
    if (found) return [key, ...found]
  }
  return undefined
}

/** The error for Jinja that a play or a connection reads. */
export function jinjaError(what: string, where: SourceLocation | undefined): PlaybookError {
  return new PlaybookError(
    'E_JINJA',
    `${what} holds Jinja, which is not evaluated; compute it in TypeScript instead`,
    {
      ...(where ? { where } : {}),
    },
  )
}
