// Reads a password from a file that the command line names.

import { readFileSync } from 'node:fs'
import { PlaybookError } from '../model/error.ts'
import { Secret } from '../model/secret.ts'

/** The file's text without spaces and line ends around it, as Ansible has it. @throws PlaybookError E_PASSWORD_FILE */
export function readPassword(file: string): Secret {
  try {
    return new Secret(readFileSync(file, 'utf8').trim())
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = isMissing ? 'there is no such file' : (thrown as Error).message
    throw new PlaybookError('E_PASSWORD_FILE', `The password file ${file} cannot be read: ${reason}.`, {
      cause: thrown,
    })
  }
}
