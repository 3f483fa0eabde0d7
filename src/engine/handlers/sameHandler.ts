// Tells whether two handlers, each written where it is notified, are the same.

import { isDeepStrictEqual } from 'node:util'
import { Secret } from '../../model/secrets/secret.ts'
import type { Task } from '../../model/task.ts'

/** Handlers with the same definition, parameters and options run once. */
export function isSameHandler(one: Task, other: Task): boolean {
  if (one === other) return true
  if (one.spec !== other.spec || one.title !== other.title) return false
  const { notify: _, ...options } = one.options
  const { notify: __, ...others } = other.options
  return isSame(one.params, other.params) && isSame(options, others)
}

/** Deep equality; secrets are compared by what they hide, functions by their text. */
function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Secret || other instanceof Secret)
    return one instanceof Secret && other instanceof Secret && one.reveal() === other.reveal()
  if (typeof one === 'function' && typeof other === 'function')
    return one === other || String(one) === String(other)
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]))
  if (!isRecord(one) || !isRecord(other)) return isDeepStrictEqual(one, other)
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => isSame(one[key], other[key]))
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  if (value === null || typeof value !== 'object') return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
