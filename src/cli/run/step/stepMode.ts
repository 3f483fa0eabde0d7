// Sets up --step: confirmation of tasks, and an output that leaves the terminal alone.

import type { ConfirmTask } from '../../../engine/coordination/confirmTask.ts'
import { PlaybookError } from '../../../model/errors/error.ts'
import type { RunFlags } from '../../flags/runFlags.ts'
import { type AskLine, confirmStep } from './confirmStep.ts'
import { terminalLines } from './terminalLines.ts'

type StepMode = {
  readonly confirmTask?: ConfirmTask
  /** Reads lines of the terminal, which nobody else may read then. */
  readonly ask?: AskLine
  readonly output: RunFlags['output']
  /** Releases the terminal. */
  readonly close: () => void
}

/** @throws PlaybookError E_NO_TERMINAL, and E_USAGE for the board, which redraws the terminal */
export function stepMode({ step, output }: RunFlags, signal: AbortSignal): StepMode {
  if (!step) return { output, close: () => {} }
  if (output === 'board') {
    throw new PlaybookError('E_USAGE', '--step cannot prompt while --output board redraws the terminal.', {
      hint: 'Omit --output: with --step it is lines.',
    })
  }
  const { ask, close } = terminalLines(signal)
  return { confirmTask: confirmStep(ask), ask, output: output === 'auto' ? 'lines' : output, close }
}
