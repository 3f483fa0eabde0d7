// Types of the vault subcommands and their flags.

import type { VaultFlags } from '../../secrets/vaultPasswords.ts'

export type VaultAction = 'encrypt' | 'decrypt' | 'view' | 'edit' | 'create' | 'rekey' | 'encrypt-string'

export type VaultCommandFlags = VaultFlags & {
  readonly output?: string
  readonly encryptVaultId?: string
  readonly newVaultPasswordFile?: string
  readonly newVaultId?: string
  readonly name?: readonly string[]
  readonly stdinName?: string
  readonly prompt?: boolean
}
