// The passwords that a vault command opens with, and the one that it encrypts by.

import type { VaultPassword } from '../../inventory/vault/decrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { askSecret } from '../secrets/prompt.ts'
import { type VaultFlags, vaultPasswords, vaultSources } from '../secrets/vaultPasswords.ts'

const instead = '--vault-password-file or --vault-id'

/** The passwords the flags name; one that is asked for where they name none. */
export async function openingPasswords(flags: VaultFlags): Promise<VaultPassword[]> {
  return vaultPasswords(orPrompt(flags))
}

/**
 * The password to encrypt by: the only one, or that of --encrypt-vault-id. What is asked for is asked twice.
 *
 * @throws PlaybookError E_USAGE where several are named, or none by that label; E_VAULT_PASSWORD where two answers differ
 */
export async function encryptionPassword(
  flags: VaultFlags & { readonly encryptVaultId?: string },
): Promise<VaultPassword> {
  const { encryptVaultId: label } = flags
  const given = orPrompt(flags)
  const sources = vaultSources(given)
  const ids = sources.map(({ id }) => id)
  if (label === undefined && ids.length > 1) {
    throw new PlaybookError('E_USAGE', `There are several passwords to encrypt by: ${ids.join(', ')}.`, {
      hint: `Say which: --encrypt-vault-id ${ids[0]}`,
    })
  }
  if (label !== undefined && !ids.includes(label)) {
    throw new PlaybookError('E_USAGE', `No password is labelled ${label}.`, {
      hint: `Name it: --vault-id ${label}@FILE; there ${ids.length === 1 ? 'is' : 'are'} ${ids.join(', ')}.`,
    })
  }
  const passwords = await vaultPasswords(given, askTwice)
  return passwords.find(({ id }) => label === undefined || id === label)!
}

function orPrompt(flags: VaultFlags): VaultFlags {
  return vaultSources(flags).length > 0 ? flags : { ...flags, askVaultPass: true }
}

async function askTwice(question: string): Promise<Secret> {
  const first = await askSecret(`New ${question.charAt(0).toLowerCase()}${question.slice(1)}`, instead)
  const second = await askSecret('Once more', instead)
  if (first.reveal() === second.reveal() && first.reveal() !== '') return first
  const reason = first.reveal() === '' ? 'It is empty' : 'The two are not the same'
  throw new PlaybookError('E_VAULT_PASSWORD', `${reason}. Nothing was touched.`)
}
