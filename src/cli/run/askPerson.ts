// Asks the questions of a run on the terminal.

import type { Ask, Question } from '../../model/run/question.ts'
import { sanitize } from '../../report/output/sanitize.ts'
import { isCI } from '../../report/reporter.ts'
import type { AskLine } from './step/confirmStep.ts'
import { terminalLines } from './step/terminalLines.ts'

type Stopping = { readonly signal: AbortSignal; readonly stop: () => void }

/**
 * Asks on stderr and reads stdin. Undefined where nobody can answer: without a terminal, and in CI.
 *
 * @param run tells when the run is stopped, and stops it
 * @param shared the reader of lines that --step uses already
 */
export function personToAsk(run: Stopping, shared?: AskLine): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY || isCI(process.env)) return undefined
  // Registered before the run's own listeners, so that the line of the question ends before the next text begins.
  let end = () => {}
  run.signal.addEventListener('abort', () => end(), { once: true })
  return async (question, signal) => {
    const over = new AbortController()
    end = () => over.abort()
    signal.addEventListener('abort', end, { once: true })
    if (question.problem !== undefined) process.stderr.write(`${sanitize(question.problem)}\n`)
    const text = questionText(question)
    if (question.isSecret) return secretAnswer(text, over.signal, run.stop)
    const typed = await lineAnswer(text, over.signal, shared)
    return question.name === undefined ? goesOn(typed) : typed
  }
}

async function lineAnswer(text: string, signal: AbortSignal, shared?: AskLine): Promise<string | undefined> {
  if (shared) return Promise.race([shared(text), aborted(signal)])
  const { ask, close } = terminalLines(signal)
  return ask(text).finally(close)
}

async function secretAnswer(text: string, signal: AbortSignal, stop: () => void): Promise<unknown> {
  const { askSecret } = await import('../../secrets/prompt.ts')
  try {
    return await askSecret(text.replace(/: $/, ''), 'a terminal', signal)
  } catch {
    // In raw mode Ctrl-C is a character; it stops the run as anywhere else.
    if (!signal.aborted) stop()
    return undefined
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined)
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
}

/** The end of the input aborts. */
function goesOn(typed: string | undefined): boolean | undefined {
  return typed === undefined ? undefined : !/^\s*a(bort)?\s*$/i.test(typed)
}

function questionText({ name, text, choices, default: preset, hosts, seconds }: Question): string {
  const shown = sanitize(text)
  if (name === undefined) {
    const time = seconds === undefined ? '' : `, continues by itself after ${seconds} s`
    const count = hosts.length === 1 ? sanitize(hosts[0]!) : `${hosts.length} hosts`
    return `${shown}\n${count} waiting. Enter continues, a and Enter aborts${time}: `
  }
  const answers = choices ? ` (${choices.map(sanitize).join('/')})` : ''
  return `${shown}${answers}${preset === undefined ? '' : ` [${sanitize(preset)}]`}: `
}
