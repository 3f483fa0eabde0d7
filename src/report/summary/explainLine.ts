// The last line of a run, which names the command that explains its error codes.

import { AggregatePlaybookError, type PlaybookError } from '../../model/errors/error.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { Theme } from '../output/theme.ts'

/** Their messages need no explanation, or are written by the author of the playbook. */
const plain = ['E_ASSERT', 'E_FAIL', 'E_INTERNAL', 'E_INTERRUPTED', 'E_STEP', 'E_USAGE']

/** Counts the codes of failures. */
export class FailureCodes {
  readonly #counts = new Map<string, number>()

  record(event: RunEvent): void {
    if (event.kind !== 'taskEnd' || event.result.isIgnored || !event.result.error) return
    for (const code of codesOf(event.result.error)) this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
  }

  lines(theme: Theme, program: string): string[] {
    const codes = [...this.#counts].sort(([, one], [, other]) => other - one).map(([code]) => code)
    return explainLines(codes, theme, program)
  }
}

/** One line for all codes, the most frequent first; none where there is nothing to explain. */
export function explainLines(codes: readonly string[], theme: Theme, program: string): string[] {
  const [first, ...others] = [...new Set(codes)].filter((code) => !plain.includes(code))
  if (first === undefined) return []
  const also =
    others.length === 0 ? '' : `; also ${others.slice(0, 3).join(' ')}${others.length > 3 ? ' …' : ''}`
  return [theme.muted(`${program} explain ${first}   says what it means${also}`)]
}

export function codesOf(error: PlaybookError): string[] {
  return error instanceof AggregatePlaybookError ? error.errors.flatMap(codesOf) : [error.code]
}
