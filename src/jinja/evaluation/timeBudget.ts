// Ends templates that take too long, because they block the whole run.

import { PlaybookError } from '../../model/errors/error.ts'
import { PyError } from '../values/value.ts'

/** Seconds for one template, or one variable with all those that it refers to. */
const defaultLimit = 10

/** Macros, includes and recursive loops inside one another. */
const maxDepth = 200

let depth = 0
let deadline: number | undefined
let steps = 0

/** Runs `work` with a time limit, or within that of the work around it. */
export function withTimeBudget<T>(work: () => T, seconds = defaultLimit): T {
  if (deadline !== undefined) return work()
  deadline = performance.now() + seconds * 1000
  try {
    return work()
  } finally {
    deadline = undefined
  }
}

/**
 * Runs a part of a template that may call itself.
 *
 * @throws PyError if it does so without end
 */
export function deeper<T>(work: () => T): T {
  if (depth >= maxDepth) throw new PyError('the template calls itself without end')
  depth++
  try {
    return work()
  } finally {
    depth--
  }
}

/**
 * To be called at each step of an evaluation.
 *
 * @throws PlaybookError E_SLOW_TEMPLATE when the time is over
 */
export function spendStep(): void {
  if (++steps % 4096 !== 0 || deadline === undefined || performance.now() < deadline) return
  throw new PlaybookError('E_SLOW_TEMPLATE', 'the template takes too long', {
    hint: 'Loops in loops multiply: loop over less, or compute the value in TypeScript.',
  })
}
