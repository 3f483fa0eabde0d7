// Finds names that a part of a template uses.

import type { Body } from './nodes.ts'

/** Which of `names` a macro's body names, at any depth: `caller`, `varargs`, `kwargs` change how it is called. */
export function usedNames(body: Body, names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (node: unknown): void => {
    if (node instanceof Map || node === null || typeof node !== 'object') return
    if (!Array.isArray(node)) {
      const { kind, name } = node as { kind?: unknown; name?: unknown }
      if (kind === 'name' && typeof name === 'string' && names.includes(name)) found.add(name)
    }
    for (const member of Object.values(node)) visit(member)
  }
  visit(body)
  return found
}
