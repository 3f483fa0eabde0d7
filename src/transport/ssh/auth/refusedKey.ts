// Says why a host refuses a key whatever its authorized_keys holds.

import type { HostProposal } from '../protocol/hostProposal.ts'

/** What a host has shown of the algorithms that it takes. */
type HostAlgorithms = {
  readonly proposal?: HostProposal | undefined
  /** Its `server-sig-algs` (RFC 8308): OpenSSH before 9.6 lists what it knows, and later what it accepts. */
  readonly signatures?: readonly string[] | undefined
}

export type OfferedKey = {
  /** The key's or the certificate's. */
  readonly type: string
  /** Of an RSA key. */
  readonly bits?: number | undefined
}

/** Why the host takes no such key; undefined: it may be another reason, such as authorized_keys. */
export function refusalReason(
  { type, bits }: OfferedKey,
  { proposal, signatures }: HostAlgorithms,
): string | undefined {
  const names = type.startsWith('ssh-rsa')
    ? ['rsa-sha2-512', 'rsa-sha2-256'].map((name) => type.replace('ssh-rsa', name))
    : [type]
  const plain = (name: string) => name.replace('-cert-v01@openssh.com', '')
  if (signatures && !signatures.some((name) => names.some((own) => plain(own) === plain(name))))
    return `the host takes ${[...new Set(signatures.map(plain))].join(', ')}`
  if (type.includes('ed25519') && proposal && isLikeFips(proposal))
    return 'the host offers neither Curve25519 nor ChaCha20, as in FIPS mode, where Ed25519 is refused'
  if (bits !== undefined && bits < 3072 && proposal && isLikeFuture(proposal))
    return `it has ${bits} bits; the host offers no AES-128, like the crypto policy FUTURE, which takes RSA keys from 3072 bits on`
  return undefined
}

function isLikeFips({ kex, hostKey, cipher }: HostProposal): boolean {
  return ![...kex, ...hostKey, ...cipher].some((name) => /25519|chacha20/.test(name))
}

function isLikeFuture({ cipher }: HostProposal): boolean {
  return !cipher.some((name) => name.startsWith('aes128'))
}
