// Applies edits that contain secrets, without showing what they change.

import { mask, Secret, secretsIn } from '../../model/secrets/secret.ts'
import type { EditChange } from './change.ts'

/** An edit with texts in place of secrets. */
export type Revealed<E> = E extends Secret
  ? never
  : E extends object
    ? { readonly [K in keyof E]: Revealed<E[K]> }
    : E

export function revealedEdit<E>(edit: E): Revealed<E> {
  return revealedValue(edit) as Revealed<E>
}

/**
 * The changes of an edit, as they may be shown. If it contains a secret, neither the new values are shown nor the old
 * ones, which may be an earlier password.
 */
export function shownChanges<C extends EditChange>(edit: unknown, changes: readonly C[]): readonly C[] {
  if (secretsIn(edit).size === 0) return changes
  const shown = (text: string) => (text === 'absent' || text === 'removed' ? text : mask)
  return changes.map((change) => ({ ...change, from: shown(change.from), to: shown(change.to) }))
}

function revealedValue(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(revealedValue)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealedValue(item)]))
}
