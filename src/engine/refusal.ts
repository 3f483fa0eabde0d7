// A refusal to let someone in: asked again with the same words, it counts as another failed attempt and may lock an account.

import { PlaybookError } from '../model/errors/error.ts'

const codes = new Set(['E_AUTH', 'E_BECOME_PASSWORD', 'E_BECOME_DENIED'])

export function isRefusal(thrown: unknown): thrown is PlaybookError {
  return thrown instanceof PlaybookError && codes.has(thrown.code)
}
