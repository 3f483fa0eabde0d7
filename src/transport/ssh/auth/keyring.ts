// Private keys from files, each parsed once: an encrypted one costs a third of a second of the whole process.

import { readFile } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import type { Secret } from '../../../model/secrets/secret.ts'
import { type Certificate, parseUserCertificate } from '../protocol/certificate.ts'

/** A key, or why there is none. */
export type LoadedKey = { readonly key: ParsedKey } | { readonly problem: string }

export type Keyring = {
  readonly load: (file: string, passphrase?: Secret) => Promise<LoadedKey>
  /** The public half, as sent to servers, of a key whose private half only an agent can use: from the `.pub` beside it. */
  readonly publicKey: (file: string) => Promise<Buffer | undefined>
  /** The certificate of a user in this file, if there is one. */
  readonly certificate: (file: string) => Promise<Certificate | undefined>
}

/** A keyring that remembers what it parsed. */
export function createKeyring(): Keyring {
  const loaded = new Map<string, Promise<LoadedKey>>()
  return {
    load: (file, passphrase) => {
      const id = JSON.stringify([file, passphrase?.reveal()])
      const key = loaded.get(id) ?? loadKey(file, passphrase)
      loaded.set(id, key)
      return key
    },
    certificate: async (file) => parseUserCertificate(await readFile(file, 'utf8').catch(() => '')),
    publicKey: async (file) => (await readPublicKey(file)) ?? readPublicKey(`${file}.pub`),
  }
}

/** Of any type, those too that ssh2 does not know: an agent may. */
async function readPublicKey(file: string): Promise<Buffer | undefined> {
  const [type = '', base64 = ''] = (await readFile(file, 'utf8').catch(() => '')).trim().split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  return type !== '' && blob.subarray(4, 4 + type.length).equals(Buffer.from(type)) ? blob : undefined
}

async function loadKey(file: string, passphrase: Secret | undefined): Promise<LoadedKey> {
  const text = await readFile(file).catch((error: NodeJS.ErrnoException) => error)
  if (text instanceof Error) return { problem: text.code === 'ENOENT' ? 'no such file' : text.message }
  const parsed: unknown = ssh2.utils.parseKey(text, passphrase?.reveal())
  const key = (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error
  if (key instanceof Error) {
    return { problem: isSecurityKey(text) ? securityKeyProblem : parseProblem(key, passphrase) }
  }
  return key.isPrivateKey() ? { key } : { problem: 'this is a public key' }
}

const securityKeyProblem = 'a security key, which only an agent can use: ssh-add'

/** The public half is not encrypted, whatever the private one is. */
function isSecurityKey(pem: Buffer): boolean {
  const body = pem.toString('latin1').replace(/^-.*$/gm, '')
  return /sk-(?:ssh|ecdsa)-/.test(Buffer.from(body, 'base64').toString('latin1'))
}

function parseProblem({ message }: Error, passphrase: Secret | undefined): string {
  if (/no passphrase/.test(message)) return 'encrypted, and no passphrase was given'
  if (passphrase && /passphrase|integrity|decrypt/.test(message)) return 'the passphrase is wrong'
  return message
}
