// Carries out the vault subcommands.

import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { isVault, type OpenedVault, openVault, type VaultPassword } from '../../inventory/vault/decrypt.ts'
import { encryptVault } from '../../inventory/vault/encrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { revealed } from '../../model/secrets/secret.ts'
import { editInEditor } from './editInEditor.ts'
import { encryptedStrings } from './encryptString.ts'
import { encryptionPassword, openingPasswords } from './passwords.ts'
import type { VaultAction, VaultCommandFlags } from './vaultActions.ts'
import { readInput, writeOutput } from './vaultFiles.ts'

type Action = (operands: readonly string[], flags: VaultCommandFlags) => Promise<void>

/** Runs an action on all files and returns the exit code. Writes nothing until all files have been read and decrypted. */
export async function runVault(
  action: VaultAction,
  operands: readonly string[],
  flags: VaultCommandFlags,
): Promise<number> {
  await actions[action](operands, flags)
  return 0
}

const actions: { readonly [A in VaultAction]: Action } = {
  encrypt: async (operands, flags) => {
    const files = inputs(operands, flags)
    const plains = files.map((file) => ({ file, plain: readInput(file) }))
    for (const { file, plain } of plains) if (isVault(plain.toString('latin1'))) throw isEncrypted(file)
    const { id = 'default', password } = await encryptionPassword(flags)
    for (const { file, plain } of plains)
      finish('encrypted', file, flags.output ?? file, encryptVault(plain, password, { id }))
  },
  decrypt: async (operands, flags) => {
    const opened = await openAll(inputs(operands, flags), flags)
    for (const { file, plain } of opened) finish('decrypted', file, flags.output ?? file, plain)
  },
  view: async (files, flags) => {
    for (const { plain } of await openAll(files, flags)) process.stdout.write(plain)
  },
  edit: async (files, flags) => {
    const passwords = await openingPasswords(flags)
    for (const file of files) await edit(file, passwords)
  },
  create: async ([file = ''], flags) => {
    if (existsSync(file)) {
      const hint = isVault(readInput(file).toString('latin1'))
        ? `vault edit ${file}`
        : `vault encrypt ${file}`
      throw new PlaybookError('E_VAULT_FILE', `${file} already exists.`, `run-playbook ${hint}`)
    }
    const { id = 'default', password } = await encryptionPassword(flags)
    const plain = await editInEditor(Buffer.alloc(0), basename(file))
    if (plain.length === 0)
      throw new PlaybookError('E_VAULT_FILE', `${file} was not created: the text is empty.`)
    finish('created', file, file, encryptVault(plain, password, { id }))
  },
  rekey: async (files, flags) => {
    const opened = await openAll(files, flags)
    const { newVaultId, newVaultPasswordFile, encryptVaultId } = flags
    const { id = 'default', password } = await encryptionPassword({
      vaultId: newVaultId === undefined ? [] : [newVaultId],
      vaultPasswordFile: newVaultPasswordFile === undefined ? [] : [newVaultPasswordFile],
      encryptVaultId,
    })
    for (const { file, plain } of opened) finish('rekeyed', file, file, encryptVault(plain, password, { id }))
  },
  'encrypt-string': async (texts, flags) => {
    writeOutput(flags.output ?? '-', await encryptedStrings(texts, flags))
  },
}

async function edit(file: string, passwords: readonly VaultPassword[]): Promise<void> {
  const { plain, id, password } = opened(file, passwords)
  const changed = await editInEditor(plain, basename(file))
  if (changed.equals(plain)) process.stderr.write(`unchanged  ${file}\n`)
  else finish('changed', file, file, encryptVault(changed, revealed(password.password), { id }))
}

async function openAll(
  files: readonly string[],
  flags: VaultCommandFlags,
): Promise<(OpenedVault & { readonly file: string })[]> {
  const texts = files.map((file) => ({ file, text: readVault(file) }))
  const passwords = await openingPasswords(flags)
  return texts.map(({ file, text }) => ({ file, ...openVault(text, passwords, locationOf(file)) }))
}

function opened(file: string, passwords: readonly VaultPassword[]): OpenedVault {
  return openVault(readVault(file), passwords, locationOf(file))
}

function readVault(file: string): string {
  const text = readInput(file).toString('latin1').trimStart()
  if (isVault(text)) return text
  throw new PlaybookError('E_VAULT', 'Not encrypted.', {
    where: locationOf(file),
    hint: file === '-' ? 'Encrypted text starts with $ANSIBLE_VAULT;' : `run-playbook vault encrypt ${file}`,
  })
}

function inputs(operands: readonly string[], { output }: VaultCommandFlags): readonly string[] {
  if (operands.length > 1 && output !== undefined)
    throw new PlaybookError('E_USAGE', '--output accepts one file only.', 'Give one file, or omit --output.')
  return operands.length === 0 ? ['-'] : operands
}

function finish(done: string, file: string, output: string, content: string | Buffer): void {
  writeOutput(output, content)
  if (output !== '-') process.stderr.write(`${done}  ${file === output ? file : `${file} → ${output}`}\n`)
}

function isEncrypted(file: string): PlaybookError {
  return new PlaybookError('E_VAULT', 'Already encrypted.', {
    where: locationOf(file),
    hint: `To change its password: run-playbook vault rekey ${file}`,
  })
}

function locationOf(file: string): { readonly file: string; readonly line: number } {
  return { file: file === '-' ? '(stdin)' : file, line: 1 }
}
