// Reads the vault passwords that the command line names.

import { readFileSync } from 'node:fs'
import type { VaultPassword } from '../inventory/inventory.ts'
import { PlaybookError } from '../model/error.ts'
import { Secret } from '../model/secret.ts'

/** The passwords in files, one a file, without the line end. @throws PlaybookError E_VAULT_PASSWORD_FILE */
export async function vaultPasswords(files: readonly string[]): Promise<VaultPassword[]> {
  return files.map((file) => {
    try {
      return { password: new Secret(readFileSync(file, 'utf8').trim()) }
    } catch (thrown) {
      throw new PlaybookError('E_VAULT_PASSWORD_FILE', `${file}: ${(thrown as Error).message}`, {
        cause: thrown,
      })
    }
  })
}
