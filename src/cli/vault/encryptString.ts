// run-playbook vault encrypt-string: texts of the command line, of stdin or of a prompt, as YAML values.

import { encryptVault, inlineVault } from '../../inventory/vault/encrypt.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import { askSecret } from '../secrets/prompt.ts'
import { encryptionPassword } from './passwords.ts'
import type { VaultCommandFlags } from './vaultActions.ts'
import { readInput } from './vaultFiles.ts'

type Named = { readonly name?: string; readonly text: string | Buffer }

/** The YAML of all texts: that of the prompt, of stdin (where `-`, --stdin-name or nothing else is given), and the rest. */
export async function encryptedStrings(
  operands: readonly string[],
  flags: VaultCommandFlags,
): Promise<string> {
  const words = operands.filter((word) => word !== '-')
  const named = await textsOf(words, words.length < operands.length, flags)
  if (named.some(({ text }) => text.length === 0))
    throw new PlaybookError('E_VAULT', 'There is nothing to encrypt: the text is empty.')
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
    throw new PlaybookError('E_USAGE', '--prompt and stdin cannot both give a text.', 'Give one of them.')
  const texts: Named[] = words.map((text, index) => ({ text, ...namedAt(names, index) }))
  if (isStdinRead) {
    const name = stdinName ?? (words.length === 0 ? names[0] : undefined)
    texts.unshift({ text: readInput('-'), ...(name === undefined ? {} : { name }) })
  }
  if (prompt) {
    const text = (await askSecret('Text to encrypt', 'stdin')).reveal()
    texts.unshift({ text, ...(words.length === 0 ? namedAt(names, 0) : {}) })
  }
  return texts
}

function namedAt(names: readonly string[], index: number): { readonly name?: string } {
  const name = names[index]
  return name === undefined ? {} : { name }
}
