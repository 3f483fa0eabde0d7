// Where a task is carried out: on which host, and as whom.

import type { Answers } from './answers.ts'

export type Place = {
  /** The host it is delegated to; undefined: its own. */
  readonly on: string | undefined
  /** Whom to become there; undefined: the login user. */
  readonly as: string | undefined
}

/** What was read at a place, and the host's count of changes before it was. */
export type Seen = { readonly answers: Answers; readonly mark: number }

export function placeKey({ on = '', as = '' }: Place): string {
  return `${on}\n${as}`
}
