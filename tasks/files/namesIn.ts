// Reads the first names in a directory, to refuse one that is not empty.

import { output, PlaybookError, type Probe, sh, splitLines, text } from '../../src/index.ts'

/** The first names in a directory; none if no path is given. */
export function namesIn(path: string | undefined): Probe<string[]> {
  return output(
    path === undefined ? sh`:` : sh`ls -A -- ${path}/ 2>/dev/null | head -n 4`,
    (result) => splitLines(text(result)),
    { reads: path === undefined ? [] : [path] },
  )
}

export function notEmpty(path: string, inside: readonly string[], hint?: string): PlaybookError {
  const names = `${inside.slice(0, 3).join(', ')}${inside.length > 3 ? ', …' : ''}`
  return new PlaybookError('E_NOT_EMPTY', `${path} is a directory that is not empty: ${names}`, { hint })
}
