// Loads private keys and certificates from files.

import { readFile, stat } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import type { Secret } from '../../../model/secrets/secret.ts'
import { type Certificate, parseUserCertificate } from '../protocol/certificate.ts'

/** A key, or why there is none. */
type LoadedKey = { readonly key: ParsedKey } | { readonly problem: string }

export type Keyring = {
  /** Parses each key once: an encrypted one blocks the whole process for a third of a second. */
  readonly load: (file: string, passphrase?: Secret) => Promise<LoadedKey>
  /** The public key, as sent to servers, from the file or the `.pub` beside it: its private half may be in an agent. */
  readonly publicKey: (file: string) => Promise<Buffer | undefined>
  /** The user certificate in this file, if there is one. */
  readonly certificate: (file: string) => Promise<Certificate | undefined>
}

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

/** Reads any type of key, even those that ssh2 does not know: the agent may. */
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
  if (!key.isPrivateKey()) return { problem: 'it is a public key' }
  const problem = await modeProblem(file)
  return problem ? { problem } : { key }
}

/** As ssh, it ignores a key of ours that others may read. */
async function modeProblem(file: string): Promise<string | undefined> {
  const { uid, mode } = await stat(file)
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return undefined
  return `not used, because others may read it (mode ${(mode & 0o777).toString(8)}): chmod 600 ${file}`
}

const securityKeyProblem = 'a security key, which only an agent can use: ssh-add'

/** The public half is never encrypted. */
function isSecurityKey(pem: Buffer): boolean {
  const body = pem.toString('latin1').replace(/^-.*$/gm, '')
  return /sk-(?:ssh|ecdsa)-/.test(Buffer.from(body, 'base64').toString('latin1'))
}

function parseProblem({ message }: Error, passphrase: Secret | undefined): string {
  if (/no passphrase/.test(message)) return 'encrypted, and no passphrase was given'
  if (passphrase && /passphrase|integrity|decrypt/.test(message)) return 'the passphrase is wrong'
  return message
}
