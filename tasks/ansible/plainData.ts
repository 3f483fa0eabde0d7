// Reveals the secrets in data that is sent or written where nobody else can read it.

import { Secret } from '../../src/index.ts'

/** The value with what its secrets hold in their place. */
export function plainData(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(plainData)
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainData(each)]))
}
