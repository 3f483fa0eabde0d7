// Calls what code has given to a run, so that an error in it does not stop the run.

import type { ConfirmTask } from '../engine/coordination/confirmTask.ts'
import { AggregatePlaybookError, PlaybookError } from '../model/errors/error.ts'
import type { SourceLocation } from '../model/errors/location.ts'
import type { Ask } from '../model/run/question.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import type { RunPlaybookOptions } from './options.ts'

type Callbacks = {
  readonly onEvent: (event: StreamEvent) => void
  readonly confirmTask: ConfirmTask | undefined
  readonly ask: Ask | undefined
  /** @throws AggregatePlaybookError E_ON_EVENT, E_CONFIRM_TASK, E_ASK: what they threw */
  readonly throwIfAny: () => void
}

export function callbacks(
  { onEvent, confirmTask, ask }: RunPlaybookOptions,
  where: SourceLocation | undefined,
): Callbacks {
  const thrownBy = { onEvent: [] as unknown[], confirmTask: [] as unknown[], ask: [] as unknown[] }
  const confirm: ConfirmTask = async (task) => {
    try {
      return (await confirmTask!(task)) !== false
    } catch (thrown) {
      thrownBy.confirmTask.push(thrown)
      return false
    }
  }
  const answer: Ask = async (question, signal) => {
    try {
      return await ask!(question, signal)
    } catch (thrown) {
      thrownBy.ask.push(thrown)
      return undefined
    }
  }
  return {
    ask: ask && answer,
    onEvent: (event) => {
      try {
        onEvent?.(event)
      } catch (thrown) {
        thrownBy.onEvent.push(thrown)
      }
    },
    confirmTask: confirmTask && confirm,
    throwIfAny: () => {
      const errors = [
        ...callbackError(
          'E_ON_EVENT',
          'onEvent',
          thrownBy.onEvent,
          'The run itself went on to its end.',
          where,
        ),
        ...callbackError(
          'E_CONFIRM_TASK',
          'confirmTask',
          thrownBy.confirmTask,
          'The task was skipped.',
          where,
        ),
        ...callbackError('E_ASK', 'ask', thrownBy.ask, 'The question has no answer.', where),
      ]
      if (errors.length > 0) throw new AggregatePlaybookError(errors)
    },
  }
}

function callbackError(
  code: string,
  name: string,
  thrown: readonly unknown[],
  end: string,
  where: SourceLocation | undefined,
): PlaybookError[] {
  if (thrown.length === 0) return []
  const [first, ...others] = thrown
  const text = first instanceof Error ? first.message : String(first)
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  return [new PlaybookError(code, `${name} threw: ${text}${more}. ${end}`, { where, cause: first })]
}
