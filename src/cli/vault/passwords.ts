// Chooses the passwords for decrypting and for encrypting.

import type { VaultPassword } from '../../inventory/vault/decrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { askSecret } from '../../secrets/prompt.ts'
import { type VaultFlags, vaultPasswords, vaultSources } from '../../secrets/vaultPasswords.ts'

const alternative = '--vault-password-file or --vault-id'

/** The passwords that the flags name; asks for one if they name none. */
export async function openingPasswords(flags: VaultFlags): Promise<VaultPassword[]> {
  return vaultPasswords(orPrompt(flags))
}

/**
 * The password to encrypt with: the only one, or that of --encrypt-vault-id. Prompts ask twice.
 *
 * @throws PlaybookError E_USAGE if several are given, or none has that label; E_VAULT_PASSWORD if the answers differ
 */
export async function encryptionPassword(
  flags: VaultFlags & { readonly encryptVaultId?: string },
): Promise<VaultPassword> {
  const { encryptVaultId: label } = flags
  const given = orPrompt(flags)
  const sources = vaultSources(given)
  const ids = sources.map(({ id }) => id)
  if (label === undefined && ids.length > 1) {
    throw new PlaybookError('E_USAGE', `Several passwords could encrypt this: ${ids.join(', ')}.`, {
      hint: `Choose one: --encrypt-vault-id ${ids[0]}`,
    })
  }
  if (label !== undefined && !ids.includes(label)) {
    throw new PlaybookError('E_USAGE', `No password has the label ${label}.`, {
      hint: `Add it: --vault-id ${label}@FILE. Known: ${ids.join(', ')}.`,
    })
  }
  const passwords = await vaultPasswords(given, askTwice)
  return passwords.find(({ id }) => label === undefined || id === label)!
}

function orPrompt(flags: VaultFlags): VaultFlags {
  return vaultSources(flags).length > 0 ? flags : { ...flags, askVaultPass: true }
}

async function askTwice(question: string): Promise<Secret> {
  const first = await askSecret(`New ${question.charAt(0).toLowerCase()}${question.slice(1)}`, alternative)
  const second = await askSecret('Confirm the new vault password', alternative)
  if (first.reveal() === second.reveal() && first.reveal() !== '') return first
  const reason = first.reveal() === '' ? 'The password is empty' : 'The passwords do not match'
  throw new PlaybookError('E_VAULT_PASSWORD', `${reason}. Nothing was changed.`)
}
