// What a command is pretended to have said.

import type { Output } from '../../src/index.ts'

/** An output of text. @example said('', 1, 'Error: NOT_AUTHORIZED\n') */
export function outputOf(stdout: string, code = 0, stderr = ''): Output {
  return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), code }
}
