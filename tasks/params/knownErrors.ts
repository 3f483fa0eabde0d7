// Describes the known errors of programs, by a sign in their output.

export type KnownError = {
  readonly code: string
  readonly sign: RegExp
  readonly message: (match: RegExpExecArray, output: string) => string
  readonly hint?: string
}

/** The first group of each match, once. */
export function captured(output: string, pattern: RegExp): string[] {
  return [...new Set([...output.matchAll(pattern)].map((match) => match[1]!))]
}
