// Verifies a host certificate against the authorities in known_hosts.

import ssh2, { type ParsedKey } from 'ssh2'
import { matchesPatterns } from '../config/patterns.ts'
import { type Certificate, validityProblem } from '../protocol/certificate.ts'
import { sigSSHToASN1 } from '../protocol/ssh2Internals.ts'
import { sshReader } from '../protocol/wireFormat.ts'
import { fingerprint, keyType } from './knownHosts.ts'

export type HostKeyClaim = {
  /** The key with which the host has signed the handshake. */
  readonly key: Buffer
  /** The host as it was requested. */
  readonly name: string
  /** Public keys of the authorities that are trusted for it. */
  readonly authorities: readonly Buffer[]
  /** With which an authority may have signed. */
  readonly algorithms: readonly string[]
  readonly nowMs: number
}

/** Why the certificate does not prove the key; undefined: it does. */
export function hostCertificateProblem(certificate: Certificate, claim: HostKeyClaim): string | undefined {
  const { kind, publicKey, principals, authority, isRestricted } = certificate
  const { key, name, authorities, nowMs } = claim
  const validity = validityProblem(certificate, nowMs)
  if (kind !== 'host') return 'it is a user certificate'
  if (!publicKey.equals(key)) return `it is for another key, ${fingerprint(publicKey)}`
  if (!authorities.some((each) => each.equals(authority))) {
    return `it is signed by ${fingerprint(authority)}, which is not trusted for this host`
  }
  if (!matchesPatterns(principals, name.toLowerCase()))
    return `it is for ${principals.join(', ') || 'no host'}`
  if (validity) return `it is not valid now (${validity})`
  if (isRestricted) return 'it has critical options, which no host certificate may have'
  return hasValidSignature(certificate, claim.algorithms) ? undefined : 'its signature is invalid'
}

/** SHA-1 signatures do not count, as in OpenSSH; nor does anything unreadable, which anybody may have sent. */
function hasValidSignature(
  { authority, signed, signature }: Certificate,
  algorithms: readonly string[],
): boolean {
  try {
    const reader = sshReader(signature)
    const algorithm = reader.string().toString('latin1')
    if (!algorithms.includes(algorithm)) return false
    const type = keyType(authority)
    const hash = /^rsa-sha2-(256|512)$/.exec(algorithm)?.[1]
    if (type === 'ssh-rsa' ? hash === undefined : algorithm !== type) return false
    const key = ssh2.utils.parseKey(`${type} ${authority.toString('base64')}`) as ParsedKey
    const bytes = sigSSHToASN1(reader.string(), algorithm)
    return bytes !== undefined && key.verify(signed, bytes, hash && `sha${hash}`) === true
  } catch {
    return false
  }
}
