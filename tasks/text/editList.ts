// The schema of a list of edits, each with exactly one of some kinds.

import { z } from '../../src/index.ts'

/** At least one edit. `type` names their type in the reference; `kinds`: exactly one of them is a key of each edit. */
export function editList<E extends object>(type: string, kinds: readonly string[]) {
  const isEdit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return false
    const [kind, ...others] = kinds.filter((each) => each in value)
    if (kind === undefined || others.length > 0) return false
    const target = (value as Record<string, unknown>)[kind]
    return typeof target === 'string' || Array.isArray(target)
  }
  return z
    .array(z.custom<E>(isEdit, `expected an edit: an object with ${kinds.join(', ')}`).meta({ title: type }))
    .min(1, 'expected at least one edit')
}
