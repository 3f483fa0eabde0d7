// Decrypts files and single values of `ansible-vault`, formats 1.1 and 1.2.

import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { revealed, type Secret } from '../../model/secrets/secret.ts'

/** A vault password; `id` is the label of `--vault-id`, `default` if not given. */
export type VaultPassword = { readonly id?: string; readonly password: string | Secret }

const header = /^\$ANSIBLE_VAULT;(1\.[012]);(AES256|AES)(?:;([^\r\n]*))?\s*$/

/** Whether `ansible-vault` encrypted a text. */
export function isVault(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT;')
}

/** Decrypted content, and the password that fits. */
export type OpenedVault = {
  readonly plain: Buffer
  /** The label in the header, `default` if it has none. */
  readonly id: string
  readonly password: VaultPassword
}

/**
 * Decrypts a text. Passwords with the id in its header are tried first, then all others, as in Ansible.
 *
 * @throws PlaybookError E_VAULT_PASSWORD if no password is given or none fits, E_VAULT if it is not a vault text
 */
export function decryptVault(
  ciphertext: string,
  passwords: readonly VaultPassword[],
  where?: SourceLocation,
): string {
  return openVault(ciphertext, passwords, where).plain.toString('utf8')
}

/** Like `decryptVault`, but gives the bytes, and the password that fits. */
export function openVault(
  ciphertext: string,
  passwords: readonly VaultPassword[],
  where?: SourceLocation,
): OpenedVault {
  const { id, salt, mac, data } = parseEnvelope(ciphertext, where)
  const matching = passwords.filter((each) => (each.id ?? 'default') === id)
  const others = passwords.filter((each) => !matching.includes(each))
  for (const each of [...matching, ...others]) {
    const plain = decrypt(revealed(each.password), salt, mac, data)
    if (plain !== undefined) return { plain, id, password: each }
  }
  const label = id === 'default' ? '' : ` (id "${id}")`
  const message =
    passwords.length === 0
      ? `this is encrypted with ansible-vault${label}, but no vault password was given`
      : passwords.length === 1
        ? `the given vault password does not decrypt this${label}`
        : `none of the ${passwords.length} given vault passwords decrypts this${label}`
  throw new PlaybookError('E_VAULT_PASSWORD', message, {
    where,
    hint: `Give the password: ${id === 'default' ? '--vault-password-file FILE' : `--vault-id ${id}@FILE`}`,
  })
}

type Envelope = { readonly id: string; readonly salt: Buffer; readonly mac: Buffer; readonly data: Buffer }

/** A header, then the hex of three lines of hex: salt, HMAC, data (see "Vault format" in Ansible's documentation). */
function parseEnvelope(text: string, where: SourceLocation | undefined): Envelope {
  const [first = '', ...rest] = text.trim().split(/\r?\n/)
  const match = header.exec(first.trim())
  const parts = hexText(rest.join('').replace(/\s/g, ''))?.toString('latin1').split('\n')
  const [salt, mac, data] = parts?.map(hexText) ?? []
  if (match?.[2] !== 'AES256' || !salt || !mac || !data) {
    const message = 'this is not a complete vault text ($ANSIBLE_VAULT;1.1;AES256 and lines of hex digits)'
    const hint = 'Copy it again from ansible-vault, with all its lines.'
    throw new PlaybookError('E_VAULT', message, { where, hint })
  }
  return { id: match[3]?.trim() || 'default', salt, mac, data }
}

function hexText(text: string): Buffer | undefined {
  return text.length > 0 && text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(text)
    ? Buffer.from(text, 'hex')
    : undefined
}

function decrypt(password: string, salt: Buffer, mac: Buffer, data: Buffer): Buffer | undefined {
  const keys = vaultKeys(password, salt)
  const actual = createHmac('sha256', keys.mac).update(data).digest()
  if (actual.length !== mac.length || !timingSafeEqual(actual, mac)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const padded = Buffer.concat([decipher.update(data), decipher.final()])
  return padded.subarray(0, padded.length - padded.at(-1)!)
}

/** Derives the three keys of a password and a salt. */
export function vaultKeys(
  password: string,
  salt: Buffer,
): { readonly cipher: Buffer; readonly mac: Buffer; readonly counter: Buffer } {
  const keys = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  return { cipher: keys.subarray(0, 32), mac: keys.subarray(32, 64), counter: keys.subarray(64, 80) }
}
