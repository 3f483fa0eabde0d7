// Asks before each task for --step, once for all hosts.

import type { ConfirmTask } from '../../../engine/coordination/confirmTask.ts'
import { sanitize } from '../../../report/output/sanitize.ts'

/** Asks a question and returns the answer; undefined if the input has ended. */
export type AskLine = (question: string) => Promise<string | undefined>

/**
 * Asks `(N)o/(y)es/(c)ontinue` like Ansible. The first host to reach a task asks, and its answer holds for the others.
 * There is one question at a time, and none after `c`.
 */
export function confirmStep(ask: AskLine): ConfirmTask {
  const answers = new Map<string, Promise<boolean>>()
  let isContinuing = false
  let last: Promise<unknown> = Promise.resolve()
  const answerTo = async (question: string): Promise<boolean> => {
    if (isContinuing) return true
    const answer = (await ask(question))?.trim().toLowerCase() ?? ''
    isContinuing = ['c', 'continue'].includes(answer)
    return isContinuing || ['y', 'yes'].includes(answer)
  }
  return ({ play, title, occurrence }) => {
    const key = JSON.stringify([play, title, occurrence])
    const known = answers.get(key)
    if (known) return known
    const answer = last.then(() => answerTo(`Perform task: ${sanitize(title)} (N)o/(y)es/(c)ontinue: `))
    answers.set(key, answer)
    last = answer
    return answer
  }
}
