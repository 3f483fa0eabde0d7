// Makes the output of a command for tests.

import type { Output } from '../../src/index.ts'

/** An output of text. @example printed('', 1, 'Error: NOT_AUTHORIZED\n') */
export function outputOf(stdout: string, code = 0, stderr = ''): Output {
  return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), code }
}
