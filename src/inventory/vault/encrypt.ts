// Encrypts whole files and single values as `ansible-vault` does, formats 1.1 and 1.2.

import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { revealed, type Secret } from '../../model/secrets/secret.ts'
import { vaultKeys } from './decrypt.ts'

type EncryptOptions = {
  /** The label in the header; `default` gives format 1.1, any other 1.2. Default: `default`. */
  readonly id?: string
  /** 32 random bytes if not given; the same salt gives the same text. */
  readonly salt?: Buffer
}

/**
 * Encrypts text or bytes: gives a header and lines of 80 hex digits (see "Vault format" in Ansible's documentation).
 *
 * @example encryptVault('hunter2', password, { id: 'prod' }) // '$ANSIBLE_VAULT;1.2;AES256;prod\n3330…\n'
 */
export function encryptVault(
  plain: string | Buffer,
  password: string | Secret,
  { id = 'default', salt = randomBytes(32) }: EncryptOptions = {},
): string {
  const keys = vaultKeys(revealed(password), salt)
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.counter)
  const data = Buffer.concat([
    cipher.update(padded(typeof plain === 'string' ? Buffer.from(plain) : plain)),
    cipher.final(),
  ])
  const mac = createHmac('sha256', keys.mac).update(data).digest()
  const parts = [salt, mac, data].map((part) => part.toString('hex')).join('\n')
  const lines = Buffer.from(parts)
    .toString('hex')
    .match(/.{1,80}/g)!
  const header = id === 'default' ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${id}`
  return `${[header, ...lines].join('\n')}\n`
}

/** A vault text as a value in YAML: `name: !vault |` and its lines, as `ansible-vault encrypt_string` writes it. */
export function inlineVault(ciphertext: string, name?: string): string {
  const lines = ciphertext.trimEnd().split('\n')
  const head = `${name === undefined ? '' : `${name}: `}!vault |`
  return `${[head, ...lines.map((line) => `          ${line}`)].join('\n')}\n`
}

/** Pads to a multiple of 16 bytes (PKCS#7): each added byte is the number of added bytes. */
function padded(plain: Buffer): Buffer {
  const missing = 16 - (plain.length % 16)
  return Buffer.concat([plain, Buffer.alloc(missing, missing)])
}
