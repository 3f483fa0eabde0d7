// Represents encrypted values as secrets.

import { Secret } from '../../model/secrets/secret.ts'

/** A `!vault` value, decrypted when it is first revealed: one that nobody reads needs no password. */
export class VaultSecret extends Secret {
  readonly ciphertext: string
  readonly #decrypt: () => string
  #text: string | undefined

  constructor(ciphertext: string, decrypt: () => string) {
    super('')
    this.ciphertext = ciphertext
    this.#decrypt = decrypt
  }

  override reveal(): string {
    this.#text ??= this.#decrypt()
    super.reveal()
    return this.#text
  }
}

/** A text or number of a file that was encrypted as a whole. */
export class VaultFileSecret extends Secret {
  readonly #plain: unknown

  constructor(text: string, plain: unknown) {
    super(text)
    this.#plain = plain
  }

  /** The value itself, text or number. Only for output that shows it on purpose. */
  plain(): unknown {
    return this.#plain
  }
}

/** Makes a secret of a text or number of an encrypted file; true, false and null reveal nothing and stay. */
export function toVaultFileSecret(text: string, value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? new VaultFileSecret(text, value) : value
}

/** Like `toVaultFileSecret`, for all parts of a value. */
export function toVaultFileSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toVaultFileSecrets)
  if (value === null || typeof value !== 'object') return toVaultFileSecret(String(value), value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toVaultFileSecrets(item)]))
}
