// Asks questions on the terminal, each answered by a line.

import { createInterface } from 'node:readline'
import { PlaybookError } from '../../../model/errors/error.ts'
import type { AskLine } from './confirmStep.ts'

type TerminalLines = { readonly ask: AskLine; readonly close: () => void }

/**
 * Asks on stderr and reads lines from stdin. After the signal, or the end of the input, there are no more answers.
 *
 * @throws PlaybookError E_NO_TERMINAL if stdin is not a terminal
 */
export function terminalLines(signal: AbortSignal): TerminalLines {
  if (!process.stdin.isTTY) {
    throw new PlaybookError('E_NO_TERMINAL', '--step cannot prompt: stdin is not a terminal.', {
      hint: 'Run it in a terminal, or preview the run with --check --diff.',
    })
  }
  const reader = createInterface({ input: process.stdin, terminal: false })
  const typed: string[] = []
  let waiting: ((line: string | undefined) => void) | undefined
  let isOpen = true
  const answer = (line: string | undefined) => {
    waiting?.(line)
    waiting = undefined
  }
  const end = () => {
    isOpen = false
    if (waiting) process.stderr.write('\n')
    answer(undefined)
  }
  reader.on('line', (line) => (waiting ? answer(line) : typed.push(line)))
  reader.on('close', end)
  signal.addEventListener('abort', end, { once: true })
  return {
    ask: async (question) => {
      if (!isOpen) return undefined
      process.stderr.write(question)
      return typed.shift() ?? new Promise((resolve) => (waiting = resolve))
    },
    close: () => reader.close(),
  }
}
