// Encrypts strings of the command line, stdin or a prompt as YAML values.

import { encryptVault, inlineVault } from '../../inventory/vault/encrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { askSecret } from '../../secrets/prompt.ts'
import { encryptionPassword } from './passwords.ts'
import type { VaultCommandFlags } from './vaultActions.ts'
import { readInput } from './vaultFiles.ts'

type Named = { readonly name?: string; readonly text: string | Buffer }

/** The YAML of all texts: of the prompt, of stdin (for `-`, --stdin-name, or by default), and of the command line. */
export async function encryptedStrings(
  operands: readonly string[],
  flags: VaultCommandFlags,
): Promise<string> {
  const words = operands.filter((word) => word !== '-')
  const named = await textsOf(words, words.length < operands.length, flags)
  if (named.some(({ text }) => text.length === 0))
    throw new PlaybookError('E_VAULT', 'Nothing to encrypt: the text is empty.')
  const { id = 'default', password } = await encryptionPassword(flags)
  return named.map(({ name, text }) => inlineVault(encryptVault(text, password, { id }), name)).join('')
}

async function textsOf(
  words: readonly string[],
  hasDash: boolean,
  flags: VaultCommandFlags,
): Promise<Named[]> {
  const { name: names = [], stdinName, prompt } = flags
  const isStdinRead = hasDash || stdinName !== undefined || (words.length === 0 && !prompt)
  if (prompt && isStdinRead)
    throw new PlaybookError('E_USAGE', '--prompt cannot be combined with stdin.', 'Give only one of them.')
  const texts: Named[] = words.map((text, index) => ({ text, name: names[index] }))
  if (isStdinRead) {
    const name = stdinName ?? (words.length === 0 ? names[0] : undefined)
    texts.unshift({ text: readInput('-'), name })
  }
  if (prompt) {
    const text = (await askSecret('Text to encrypt', 'stdin')).reveal()
    texts.unshift({ text, name: words.length === 0 ? names[0] : undefined })
  }
  return texts
}
