// What --step means for a run: who is asked before each task, and how the run is told meanwhile.

import type { ConfirmTask } from '../../../engine/coordination/confirmTask.ts'
import { PlaybookError } from '../../../model/errors/error.ts'
import type { RunFlags } from '../../flags/runFlags.ts'
import { confirmStep } from './confirmStep.ts'
import { terminalLines } from './terminalLines.ts'

export type StepMode = {
  readonly confirmTask?: ConfirmTask
  readonly output: RunFlags['output']
  /** Gives the terminal back. */
  readonly close: () => void
}

/** @throws PlaybookError E_NO_TERMINAL, and E_USAGE for the board, which needs the terminal for itself */
export function stepMode({ step, output }: RunFlags, signal: AbortSignal): StepMode {
  if (!step) return { output, close: () => {} }
  if (output === 'board') {
    throw new PlaybookError('E_USAGE', '--step asks on the terminal that --output board redraws.', {
      hint: 'Leave --output out: with --step it is lines.',
    })
  }
  const { ask, close } = terminalLines(signal)
  return { confirmTask: confirmStep(ask), output: output === 'auto' ? 'lines' : output, close }
}
