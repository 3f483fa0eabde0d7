// Gives the lines that a person sees of an error.

import { errorText } from '../src/cli/errorText.ts'
import { AggregatePlaybookError } from '../src/model/errors/error.ts'

/** The lines without colours, and without the count of errors at the end. */
export async function shownLines(thrown: unknown, cwd = process.cwd()): Promise<string[]> {
  delete process.env.FORCE_COLOR
  process.env.NO_COLOR = '1'
  const lines = (await errorText(thrown, cwd)).trimEnd().split('\n')
  return thrown instanceof AggregatePlaybookError ? lines.slice(0, -1) : lines
}
