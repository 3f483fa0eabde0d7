// Questions on the terminal, each answered by a line.

import { createInterface } from 'node:readline'
import { PlaybookError } from '../../../model/errors/error.ts'
import type { AskLine } from './confirmStep.ts'

export type TerminalLines = { readonly ask: AskLine; readonly close: () => void }

/**
 * Asks on stderr and reads lines of stdin. Once the signal comes, or the input ends, nothing is answered any more.
 *
 * @throws PlaybookError E_NO_TERMINAL where nobody can be asked
 */
export function terminalLines(signal: AbortSignal): TerminalLines {
  if (!process.stdin.isTTY) {
    throw new PlaybookError('E_NO_TERMINAL', '--step cannot ask: standard input is not a terminal.', {
      hint: 'Run it in a terminal, or see first what it would do: --check --diff',
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
