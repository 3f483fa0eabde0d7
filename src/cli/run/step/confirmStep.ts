// --step: asks before each task, once for all hosts that come to it.

import type { ConfirmTask } from '../../../engine/coordination/confirmTask.ts'
import { sanitize } from '../../../report/output/sanitize.ts'

/** Puts a question, and gives the line that was answered; undefined where nobody answers any more. */
export type AskLine = (question: string) => Promise<string | undefined>

/**
 * Asks `(N)o/(y)es/(c)ontinue` as Ansible does. Hosts do not wait for one another: the first to come to a task asks,
 * and its answer is that of all the others. There is one question at a time; after `c` there are no more.
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
