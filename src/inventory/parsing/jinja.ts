// Finds Jinja in values: Ansible evaluates it, but here a play that reads it gets an error.

import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import type { SourceNode } from './sourceNode.ts'

/** Whether a text contains Jinja: `{{ … }}`, `{% … %}` or `{# … #}`. */
export function hasJinja(text: string): boolean {
  return /\{\{|\{%|\{#/.test(text)
}

/**
 * The path of the first text inside a value that contains Jinja, [] if the value itself does; undefined if none does.
 * What is marked `!unsafe` contains none.
 */
export function findJinja(node: SourceNode): PropertyKey[] | undefined {
  if (node.isUnsafe) return undefined
  if (typeof node.value === 'string') return hasJinja(node.value) ? [] : undefined
  const members: Iterable<readonly [PropertyKey, SourceNode]> = node.items
    ? node.items.entries()
    : [...(node.entries?.values() ?? [])].map(({ key, node: member }) => [key, member] as const)
  for (const [key, member] of members) {
    const found = findJinja(member)
    if (found) return [key, ...found]
  }
  return undefined
}

/** The error for Jinja in a variable that a play or a connection reads. */
export function jinjaError(variable: string, where: SourceLocation | undefined): PlaybookError {
  const message = `${variable} contains Jinja, which is not evaluated; compute it in TypeScript instead`
  return new PlaybookError('E_JINJA', message, { where })
}
