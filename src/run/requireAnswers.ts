// Makes sure before a run begins that its questions can be answered.

import { noAnswer, noAnswerToPause, type PresetAnswers } from '../engine/coordination/questions.ts'
import type { PlannedTask } from '../engine/plan/plannedTask.ts'
import type { PlayPlan } from '../engine/plan/planPlays.ts'
import { requiredAnswer } from '../model/blocks/answer.ts'
import { questionOf } from '../model/blocks/prompt.ts'
import { AggregatePlaybookError, type PlaybookError, toPlaybookError } from '../model/errors/error.ts'

type Options = { readonly answers: PresetAnswers; readonly canAsk: boolean; readonly isCheck: boolean }

/** @throws AggregatePlaybookError E_ANSWER, E_UNANSWERED: of all questions that are surely asked, as far as tasks are known */
export function requireAnswers(plays: readonly PlayPlan[], options: Options): void {
  const errors = new Map<string, PlaybookError>()
  for (const item of knownQuestions(plays)) {
    const error = errorOf(item, options)?.with({ where: item.task.where() })
    if (error) errors.set(`${item.key} ${error.message}`, error)
  }
  if (errors.size > 0) throw new AggregatePlaybookError([...errors.values()])
}

/** The tasks that ask or wait, those aside that a condition or a rescue may leave out. */
function knownQuestions(plays: readonly PlayPlan[]): PlannedTask[] {
  const items = plays.flatMap(({ hosts }) =>
    hosts.flatMap(({ items = [], begin }) => items.slice(begin ? (begin(items) ?? items.length) : 0)),
  )
  return items.filter(
    ({ task, conditions, blocks }) =>
      (task.spec.pause !== undefined || questionOf(task) !== undefined) &&
      conditions.length === 0 &&
      blocks.every(({ part }) => part !== 'rescue'),
  )
}

function errorOf({ task }: PlannedTask, { answers, canAsk, isCheck }: Options): PlaybookError | undefined {
  const question = questionOf(task)
  if (!question) {
    const { seconds } = task.spec.pause!(task.params)
    return seconds === undefined && !canAsk && !isCheck ? noAnswerToPause(task.title) : undefined
  }
  const given = answers(question.name)
  try {
    if (given) requiredAnswer(question, given.value, `-e ${question.name}`)
    else if (!canAsk && question.default === undefined) return noAnswer(question)
  } catch (thrown) {
    return toPlaybookError(thrown)
  }
  return undefined
}
