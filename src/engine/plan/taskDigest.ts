// Computes a digest of what a task is to do, to tell later whether it has changed.

import { createHmac, type Hmac, randomBytes } from 'node:crypto'
import { Secret } from '../../model/secrets/secret.ts'
import type { PlannedTask } from './plannedTask.ts'

/**
 * A digest of a task's parameters, inputs, environment and user, with a salt: `salt.digest`. Secrets are left out, so
 * that nobody can try passwords on it; a changed secret does not show.
 */
export function taskDigest(item: PlannedTask, salt = runSalt): string {
  const { task, inputs, environment, target } = item
  const hmac = createHmac('sha256', salt)
  feed(hmac, [task.name, task.params, inputs, environment, target], new Set())
  return `${salt}.${hmac.digest('base64url').slice(0, 22)}`
}

/** Whether a task is the one of which a digest was made. */
export function hasDigest(item: PlannedTask, digest: string): boolean {
  return taskDigest(item, digest.split('.')[0]) === digest
}

const runSalt = randomBytes(9).toString('base64url')

/** Each value with its type and length, so that no two structures give the same bytes. */
function feed(hmac: Hmac, value: unknown, open: Set<object>): void {
  if (typeof value !== 'object' || value === null) {
    const text = typeof value === 'function' ? '' : String(value)
    hmac.update(`${typeof value} ${text.length} ${text}`)
  } else if (value instanceof Secret) hmac.update('secret')
  else if (value instanceof Uint8Array) hmac.update(`bytes ${value.length} `).update(value)
  else if (value instanceof Date || value instanceof RegExp) feed(hmac, String(value), open)
  else if (open.has(value)) hmac.update('again')
  else {
    open.add(value)
    const isIterable = value instanceof Map || value instanceof Set || Array.isArray(value)
    const parts: unknown[] = isIterable
      ? [...value]
      : Object.entries(value).filter(([, each]) => each !== undefined)
    hmac.update(`${isIterable ? 'list' : 'object'} ${parts.length} `)
    if (isIterable) for (const part of parts) feed(hmac, part, open)
    else {
      for (const [name, part] of parts as [string, unknown][]) {
        feed(hmac, name, open)
        feed(hmac, part, open)
      }
    }
    open.delete(value)
  }
}
