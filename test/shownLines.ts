// Gives the lines that a person sees of an error.

import { errorText } from '../src/cli/errorText.ts'
import { AggregatePlaybookError } from '../src/model/errors/error.ts'

/** The lines without colours, and without what follows all errors: how to have codes explained, and their count. */
export async function shownLines(thrown: unknown, cwd = process.cwd()): Promise<string[]> {
  delete process.env.FORCE_COLOR
  process.env.NO_COLOR = '1'
  const text = (await errorText(thrown, cwd)).trimEnd()
  const lines = text.split('\n').filter((line) => !/^(?:npx )?run-playbook explain E_/.test(line))
  return thrown instanceof AggregatePlaybookError ? lines.slice(0, -1) : lines
}
