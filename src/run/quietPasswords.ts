// Reads passwords from files and programs without a terminal.

import { PlaybookError } from '../model/errors/error.ts'
import type { Secret } from '../model/secrets/secret.ts'
import { readPassword } from '../secrets/passwordFile.ts'

/** Programs get no input, and nothing is printed. */
export const quietPasswords = {
  read: (file: string, args: readonly string[] = []): Secret => readPassword(file, args, { isQuiet: true }),
  /** @throws PlaybookError E_NO_TERMINAL */
  ask: async (question: string): Promise<Secret> => {
    throw new PlaybookError(
      'E_NO_TERMINAL',
      `Cannot ask for the ${question}: the run was started from code.`,
      {
        hint: 'Give vaultPassword, or a file: label@file',
      },
    )
  },
}
