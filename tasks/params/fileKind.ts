// Names the kind of a file for messages.

import type { FileState } from '../../src/index.ts'

/** `file`, `directory`, `link` or `special file`. */
export function fileKind({ type }: FileState): string {
  return type === 'other' ? 'special file' : type
}
