// Runs a function that matches regular expressions, and gives up after some seconds.

import { Script } from 'node:vm'
import { PlaybookError } from '../errors/error.ts'

/** Seconds that regular expressions may take for one file or answer. */
const limit = 3

/**
 * What `match` returns. A pattern such as `^(\w+\s?)*=$` can take years for one line that somebody on a host wrote, and
 * nothing else of the run, Ctrl-C included, goes on meanwhile.
 *
 * @throws PlaybookError E_SLOW_PATTERN
 */
export function withTimeLimit<T>(patterns: readonly unknown[], match: () => T): T {
  const holder = globalThis as { [slot]?: () => unknown }
  holder[slot] = match
  try {
    script ??= new Script(`globalThis[Symbol.for(${JSON.stringify(slot.description)})]()`)
    return script.runInThisContext({ timeout: limit * 1000 }) as T
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw thrown
    throw tooSlow(patterns)
  } finally {
    delete holder[slot]
  }
}

/** A script has a time limit, a function has none; it calls the function that is here. */
const slot = Symbol.for('run-playbook.withTimeLimit')
let script: Script | undefined

function tooSlow(patterns: readonly unknown[]): PlaybookError {
  const given = patterns.filter((each) => each !== undefined).map(String)
  return new PlaybookError('E_SLOW_PATTERN', `a regular expression took more than ${limit} s.`, {
    details: given,
    hint: 'A repetition in a repetition, as in (\\w+\\s?)*, takes twice as long for each character more. Repeat once: [\\w\\s]*',
  })
}
