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

/** A text of a file that was encrypted as a whole. */
export class VaultFileSecret extends Secret {}

/** Numbers of fewer digits would be masked everywhere by chance: in exit codes, in sizes, in HTTP statuses. */
const leastDigits = 4

/**
 * Makes a secret of a text of an encrypted file. A number stays one, so that schemas take it, and is masked where it
 * occurs in a text; true, false and null reveal nothing.
 */
export function toVaultFileSecret(text: string, value: unknown): unknown {
  if (typeof value === 'string') return new VaultFileSecret(value)
  if (typeof value === 'number') for (const form of new Set([text, String(value)])) maskNumber(form)
  return value
}

/** What is revealed is masked from now on. */
function maskNumber(form: string): void {
  if (form.replace(/\D/g, '').length >= leastDigits) new Secret(form).reveal()
}

/** Like `toVaultFileSecret`, for all parts of a value. */
export function toVaultFileSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toVaultFileSecrets)
  if (value === null || typeof value !== 'object') return toVaultFileSecret(String(value), value)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toVaultFileSecrets(item)]))
}
