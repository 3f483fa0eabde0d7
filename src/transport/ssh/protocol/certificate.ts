// OpenSSH's certificates: a key, whom it stands for, for how long, signed by an authority (PROTOCOL.certkeys of OpenSSH).

import { sshReader, sshString } from './wireFormat.ts'

export type Certificate = {
  readonly kind: 'user' | 'host'
  /** `ssh-ed25519-cert-v01@openssh.com` */
  readonly type: string
  /** As it is sent to a server. */
  readonly blob: Buffer
  /** The key without the certificate, as it would be sent. */
  readonly publicKey: Buffer
  readonly keyId: string
  /** Users it may log in as, none: any; or the names of a host. */
  readonly principals: readonly string[]
  /** Milliseconds since 1970. */
  readonly validFromMs: number
  readonly validToMs: number
  /** Whether something has to be heeded that is not known here. */
  readonly isRestricted: boolean
  /** The public key of who signed it, what was signed, and the signature: its algorithm, then its bytes. */
  readonly authority: Buffer
  readonly signed: Buffer
  readonly signature: Buffer
}

const typeSuffix = '-cert-v01@openssh.com'

/** How many values a key of a kind has in a certificate. */
const keyFieldCounts: { readonly [type: string]: number } = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
}

/** The type of a key, or of a signature, without what makes it that of a certificate. */
export function plainType(type: string): string {
  if (!type.endsWith(typeSuffix)) return type
  const plain = type.slice(0, -typeSuffix.length)
  return plain.startsWith('sk-') ? `${plain}@openssh.com` : plain
}

export function isCertificateType(type: string): boolean {
  return type.endsWith(typeSuffix)
}

/** The user's certificate of a line `TYPE BASE64 COMMENT`, as in a `-cert.pub` file; undefined: it is none. */
export function parseUserCertificate(line: string): Certificate | undefined {
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  const certificate = isCertificateType(type) ? decodeCertificate(Buffer.from(base64, 'base64')) : undefined
  return certificate?.kind === 'user' ? certificate : undefined
}

/** A certificate of its bytes; undefined: it is none, or of an unknown kind. */
export function decodeCertificate(blob: Buffer): Certificate | undefined {
  try {
    const reader = sshReader(blob)
    const type = reader.string().toString('latin1')
    const count = keyFieldCounts[plainType(type)]
    if (!isCertificateType(type) || count === undefined) return undefined
    reader.string() // a nonce
    const from = reader.offset()
    for (let index = 0; index < count; index += 1) reader.string()
    const publicKey = Buffer.concat([sshString(plainType(type)), blob.subarray(from, reader.offset())])
    reader.uint64() // a serial number
    const kind = ([undefined, 'user', 'host'] as const)[reader.uint32()]
    const keyId = reader.string().toString('utf8')
    const principals = readStrings(reader.string())
    const [validFromMs, validToMs] = [milliseconds(reader.uint64()), milliseconds(reader.uint64())]
    const isRestricted = reader.string().length > 0
    for (const _ of ['extensions', 'reserved']) reader.string()
    const authority = reader.string()
    const signed = blob.subarray(0, reader.offset())
    const signature = reader.string()
    if (kind === undefined) return undefined
    const content = { kind, type, blob, publicKey, keyId, principals, validFromMs, validToMs, isRestricted }
    return { ...content, authority, signed, signature }
  } catch {
    return undefined
  }
}

function readStrings(bytes: Buffer): string[] {
  const reader = sshReader(bytes)
  const texts: string[] = []
  while (reader.offset() < bytes.length) texts.push(reader.string().toString('utf8'))
  return texts
}

/** All bits set: for ever. */
function milliseconds(seconds: bigint): number {
  return seconds === 0xffff_ffff_ffff_ffffn ? Number.POSITIVE_INFINITY : Number(seconds) * 1000
}

/** What a person wants to know of a certificate that was refused. @example 'certificate "ann" for app, expired on 2026-11-01T10:00:00Z' */
export function describeCertificate(certificate: Certificate, user: string, nowMs: number): string {
  const { keyId, principals } = certificate
  const isFor = principals.length === 0 ? '' : ` for ${principals.join(', ')}`
  const state = [
    validityProblem(certificate, nowMs),
    principals.length > 0 && !principals.includes(user) ? `, not for ${user}` : '',
  ]
  return `certificate "${keyId}"${isFor}${state.join('')}`
}

/** `, expired on …`; empty: it is valid now. */
export function validityProblem({ validFromMs, validToMs }: Certificate, nowMs: number): string {
  const date = (ms: number) => new Date(ms).toISOString().replace('.000', '')
  if (nowMs >= validToMs) return `, expired on ${date(validToMs)}`
  return nowMs < validFromMs ? `, not valid before ${date(validFromMs)}` : ''
}
