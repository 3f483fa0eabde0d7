// Finds Jinja in values.

import { Secret } from '../../model/secrets/secret.ts'
import type { SourceNode } from './sourceNode.ts'

/** Whether a text contains Jinja: `{{ … }}`, `{% … %}` or `{# … #}`. */
export function hasJinja(text: string): boolean {
  return braces.test(text)
}

const braces = /\{\{|\{%|\{#|^#jinja2:/

/**
 * Whether a text inside a value contains Jinja. What is marked `!unsafe` contains none, nor does a `!vault` text, which
 * is decrypted only where it is used.
 */
export function containsJinja(node: SourceNode): boolean {
  if (node.isUnsafe) return false
  const { value } = node
  if (typeof value === 'string') return hasJinja(value)
  if (value instanceof Secret) return value.doesMatch(braces)
  if (node.items) return node.items.some(containsJinja)
  for (const entry of node.entries?.values() ?? []) if (containsJinja(entry.node)) return true
  return false
}
