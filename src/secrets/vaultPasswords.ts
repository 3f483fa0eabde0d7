// Reads the vault passwords that the flags name, from files, programs and prompts.

import { expandHome } from '../files/home.ts'
import { decryptVault, isVault, type VaultPassword } from '../inventory/vault/decrypt.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { Secret } from '../model/secrets/secret.ts'
import { readPassword } from './passwordFile.ts'
import { askSecret } from './prompt.ts'

export type VaultFlags = {
  /** Files, or programs that print the password. */
  readonly vaultPasswordFile: readonly string[]
  /** `label@source` or only a source: a file, a program or `prompt`. */
  readonly vaultId?: readonly string[]
  readonly askVaultPass?: boolean
}

/** Asks once for a known password, twice for a new one. */
type AskPassword = (question: string) => Promise<Secret>

/** Reads a file, or what a program prints. */
type ReadPassword = (file: string, args?: readonly string[]) => Secret

/** A label, and where its password comes from. */
type VaultSource = { readonly id: string; readonly source: string }

/**
 * Reads the passwords, in the order in which Ansible tries them: --vault-id, then files, then the prompt.
 *
 * @throws PlaybookError E_PASSWORD_FILE, E_VAULT_ID, E_NO_TERMINAL
 * @example await vaultPasswords({ vaultPasswordFile: [], vaultId: ['prod@prompt', 'dev@vault-client.sh'] })
 */
export async function vaultPasswords(
  flags: VaultFlags,
  ask: AskPassword = askOnce,
  read: ReadPassword = readPassword,
): Promise<VaultPassword[]> {
  const passwords: VaultPassword[] = []
  for (const { id, source } of vaultSources(flags))
    passwords.push({ id, password: await passwordOf({ id, source }, passwords, ask, read) })
  return passwords
}

/** The sources that `vaultPasswords` reads. @throws PlaybookError E_VAULT_ID */
export function vaultSources({ vaultId = [], vaultPasswordFile, askVaultPass }: VaultFlags): VaultSource[] {
  return [
    ...vaultId.map(parseVaultId),
    ...vaultPasswordFile.map((source) => ({ id: 'default', source })),
    ...(askVaultPass ? [{ id: 'default', source: 'prompt' }] : []),
  ]
}

/** `prod@file` has the label prod, `file` the label default. @throws PlaybookError E_VAULT_ID */
export function parseVaultId(text: string): VaultSource {
  const at = text.indexOf('@')
  const id = at < 0 ? 'default' : text.slice(0, at) || 'default'
  const source = text.slice(at + 1)
  if (source !== '' && !/[;\s]/.test(id)) return { id, source }
  const reason = source === '' ? 'it names no source' : 'a label must not contain spaces or ";"'
  throw new PlaybookError('E_VAULT_ID', `Invalid vault ID "${text}": ${reason}.`, {
    hint: 'Give LABEL@FILE, LABEL@SCRIPT, or LABEL@prompt.',
  })
}

async function passwordOf(
  { id, source }: VaultSource,
  known: readonly VaultPassword[],
  ask: AskPassword,
  read: ReadPassword,
): Promise<Secret> {
  if (source === 'prompt' || source === 'prompt_ask_vault_pass')
    return ask(id === 'default' ? 'Vault password' : `Vault password (${id})`)
  const file = expandHome(source) // shells do not expand it after `label@`
  const isClient = /-client(?:\.[^./]*)?$/.test(file)
  const password = read(file, isClient ? ['--vault-id', id] : [])
  const text = password.reveal()
  return isVault(text) ? new Secret(decryptVault(text, known, { file, line: 1 }).trim()) : password
}

function askOnce(question: string): Promise<Secret> {
  return askSecret(question, '--vault-password-file')
}
