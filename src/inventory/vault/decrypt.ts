// Opens what `ansible-vault` encrypted: whole files and single values, formats 1.1 and 1.2.

import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { revealed, Secret } from '../../model/secrets/secret.ts'

/** A vault's password; `id` is the label after `--vault-id`, `default` if not given. */
export type VaultPassword = { readonly id?: string; readonly password: string | Secret }

const header = /^\$ANSIBLE_VAULT;(1\.[012]);(AES256|AES)(?:;([^\r\n]*))?\s*$/

/** Whether a text is one that `ansible-vault encrypt` wrote. */
export function isVault(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT;')
}

/** What a vault held, and what opened it. */
export type OpenedVault = {
  readonly plain: Buffer
  /** The label in its header, `default` if it has none. */
  readonly id: string
  readonly password: VaultPassword
}

/**
 * The text behind a vault's text. Passwords of the vault's own id are tried first, then all others, as Ansible does.
 *
 * @throws PlaybookError E_VAULT_PASSWORD where no password is given or none fits, E_VAULT where it is no vault
 */
export function decryptVault(
  ciphertext: string,
  passwords: readonly VaultPassword[],
  where?: SourceLocation,
): string {
  return openVault(ciphertext, passwords, where).plain.toString('utf8')
}

/** As `decryptVault`, with the bytes themselves, and the password that fits. */
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
      ? `this is encrypted by a vault${label}, and no vault password was given`
      : passwords.length === 1
        ? `the vault password given does not open this${label}`
        : `none of the ${passwords.length} vault passwords given opens this${label}`
  throw new PlaybookError('E_VAULT_PASSWORD', message, {
    ...(where ? { where } : {}),
    hint: `Give its password: ${id === 'default' ? '--vault-password-file FILE' : `--vault-id ${id}@FILE`}`,
  })
}

/** A vault's value as a secret that is opened when it is first revealed: one that nobody reads needs no password. */
export class VaultSecret extends Secret {
  /** The text as `ansible-vault` wrote it. */
  readonly ciphertext: string
  readonly #open: () => string
  #opened: string | undefined

  constructor(ciphertext: string, open: () => string) {
    super('')
    this.ciphertext = ciphertext
    this.#open = open
  }

  override reveal(): string {
    this.#opened ??= this.#open()
    return this.#opened
  }

  override get isRevealed(): boolean {
    return this.#opened !== undefined
  }
}

/** A text or number out of a file that was encrypted as a whole; `plain` is the value as the file has it. */
export class VaultFileSecret extends Secret {
  readonly #plain: unknown

  constructor(text: string, plain: unknown) {
    super(text)
    this.#plain = plain
  }

  /** The value itself, a number where the file has a number. For the place that prints it on purpose, and no other. */
  plain(): unknown {
    return this.#plain
  }
}

/** A secret of a text or number from an encrypted file; true, false and null tell nothing and stay as they are. */
export function toVaultFileSecret(text: string, value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? new VaultFileSecret(text, value) : value
}

/** As `concealed`, for all parts of a value. */
export function toVaultFileSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toVaultFileSecrets)
  if (value === null || typeof value !== 'object') return toVaultFileSecret(String(value), value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toVaultFileSecrets(item)]))
}

type Envelope = { readonly id: string; readonly salt: Buffer; readonly mac: Buffer; readonly data: Buffer }

/** Header line, then hex of three lines of hex: salt, HMAC, data (documented in Ansible's "Vault format"). */
function parseEnvelope(text: string, where: SourceLocation | undefined): Envelope {
  const [first = '', ...rest] = text.trim().split(/\r?\n/)
  const match = header.exec(first.trim())
  const parts = hexText(rest.join('').replace(/\s/g, ''))?.toString('latin1').split('\n')
  const [salt, mac, data] = parts?.map(hexText) ?? []
  if (match?.[2] !== 'AES256' || !salt || !mac || !data) {
    throw new PlaybookError(
      'E_VAULT',
      'this is not a whole vault text ($ANSIBLE_VAULT;1.1;AES256 and hex lines)',
      {
        ...(where ? { where } : {}),
        hint: 'Copy it again from ansible-vault, with all its lines.',
      },
    )
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

/** The three keys that a password and a salt make. */
export function vaultKeys(
  password: string,
  salt: Buffer,
): { readonly cipher: Buffer; readonly mac: Buffer; readonly counter: Buffer } {
  const keys = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  return { cipher: keys.subarray(0, 32), mac: keys.subarray(32, 64), counter: keys.subarray(64, 80) }
}
