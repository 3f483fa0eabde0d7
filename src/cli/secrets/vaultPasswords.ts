// The vault passwords that the command line names: of files, scripts and prompts, each with its label.

import { decryptVault, isVault, type VaultPassword } from '../../inventory/vault/decrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { readPassword, withHome } from './passwordFile.ts'
import { askSecret } from './prompt.ts'

export type VaultFlags = {
  /** Files, or scripts that print it, as after `--vault-password-file`. */
  readonly vaultPasswordFile: readonly string[]
  /** `label@source`, or a source alone; `prompt` is a source. */
  readonly vaultId?: readonly string[]
  readonly askVaultPass?: boolean
}

/** How a person is asked: once, or twice where the password is a new one. */
export type AskPassword = (question: string) => Promise<Secret>

/** One `--vault-id`: where its password is to be had. */
export type VaultSource = { readonly id: string; readonly source: string }

/**
 * The passwords in the order in which Ansible tries them: --vault-id, then the files, then the prompt.
 *
 * @throws PlaybookError E_PASSWORD_FILE, E_VAULT_ID, E_NO_TERMINAL
 * @example await vaultPasswords({ vaultPasswordFile: [], vaultId: ['prod@prompt', 'dev@vault-client.sh'] })
 */
export async function vaultPasswords(
  flags: VaultFlags,
  ask: AskPassword = askOnce,
): Promise<VaultPassword[]> {
  const passwords: VaultPassword[] = []
  for (const { id, source } of vaultSources(flags))
    passwords.push({ id, password: await passwordOf({ id, source }, passwords, ask) })
  return passwords
}

/** What `vaultPasswords` will read, unread. @throws PlaybookError E_VAULT_ID */
export function vaultSources({ vaultId = [], vaultPasswordFile, askVaultPass }: VaultFlags): VaultSource[] {
  return [
    ...vaultId.map(parseVaultId),
    ...vaultPasswordFile.map((source) => ({ id: 'default', source })),
    ...(askVaultPass ? [{ id: 'default', source: 'prompt' }] : []),
  ]
}

/** `prod@file` is labelled prod, `file` alone default. @throws PlaybookError E_VAULT_ID */
export function parseVaultId(text: string): VaultSource {
  const at = text.indexOf('@')
  const id = at < 0 ? 'default' : text.slice(0, at) || 'default'
  const source = text.slice(at + 1)
  if (source !== '' && !/[;\s]/.test(id)) return { id, source }
  const reason = source === '' ? 'it names no source' : 'a label has no spaces and no ";"'
  throw new PlaybookError('E_VAULT_ID', `"${text}" is no vault id: ${reason}.`, {
    hint: 'Give LABEL@FILE, LABEL@SCRIPT, or LABEL@prompt.',
  })
}

async function passwordOf(
  { id, source }: VaultSource,
  known: readonly VaultPassword[],
  ask: AskPassword,
): Promise<Secret> {
  if (source === 'prompt' || source === 'prompt_ask_vault_pass')
    return ask(id === 'default' ? 'Vault password' : `Vault password (${id})`)
  const file = withHome(source)
  const isClient = /-client(?:\.[^./]*)?$/.test(file)
  const password = readPassword(file, isClient ? ['--vault-id', id] : [])
  const text = password.reveal()
  return isVault(text) ? new Secret(decryptVault(text, known, { file, line: 1 }).trim()) : password
}

function askOnce(question: string): Promise<Secret> {
  return askSecret(question, '--vault-password-file')
}
