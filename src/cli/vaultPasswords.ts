// Reads the vault passwords that the command line names.

import type { VaultPassword } from '../inventory/inventory.ts'
import { readPassword } from './passwordFile.ts'

/** The passwords in files, one a file. @throws PlaybookError E_PASSWORD_FILE */
export async function vaultPasswords(files: readonly string[]): Promise<VaultPassword[]> {
  return files.map((file) => ({ password: readPassword(file) }))
}
