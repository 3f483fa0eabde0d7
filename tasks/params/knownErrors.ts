// Recognizes known errors of programs by their output.

import { PlaybookError } from '../../src/index.ts'

export type KnownError = {
  readonly code: string
  readonly sign: RegExp
  readonly message: (match: RegExpExecArray, output: string) => string
  readonly hint?: string
}

/** The error for the first sign that is in the output; undefined if none is. */
export function knownError(
  errors: readonly KnownError[],
  output: string,
  details: readonly string[],
): PlaybookError | undefined {
  for (const { code, sign, message, hint } of errors) {
    const match = sign.exec(output)
    if (match) return new PlaybookError(code, message(match, output), { details, hint })
  }
  return undefined
}

/** The first group of each match, once. */
export function captured(output: string, pattern: RegExp): string[] {
  return [...new Set([...output.matchAll(pattern)].map((match) => match[1]!))]
}
