// Reads OpenSSH certificates (PROTOCOL.certkeys of OpenSSH).

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
  /** The users it may log in as (none: any), or the names of a host. */
  readonly principals: readonly string[]
  /** Milliseconds since 1970. */
  readonly validFromMs: number
  readonly validToMs: number
  /** Whether it has critical options, none of which is supported here. */
  readonly isRestricted: boolean
  /** The public key of the signing authority, the signed bytes, and the signature: its algorithm, then its bytes. */
  readonly authority: Buffer
  readonly signed: Buffer
  readonly signature: Buffer
}

const typeSuffix = '-cert-v01@openssh.com'

/** How many values a key of this type has in a certificate. */
const keyFieldCounts: { readonly [type: string]: number } = {
  'ssh-ed25519': 1,
  'ssh-rsa': 2,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
}

/** The type of the key in a certificate type. @example plainType('ssh-rsa-cert-v01@openssh.com') // 'ssh-rsa' */
export function plainType(type: string): string {
  if (!type.endsWith(typeSuffix)) return type
  const plain = type.slice(0, -typeSuffix.length)
  return plain.startsWith('sk-') ? `${plain}@openssh.com` : plain
}

function isCertificateType(type: string): boolean {
  return type.endsWith(typeSuffix)
}

/** The user certificate in a line `TYPE BASE64 COMMENT`, as in a `-cert.pub` file, if it is one. */
export function parseUserCertificate(line: string): Certificate | undefined {
  const [type = '', base64 = ''] = line.trim().split(/\s+/)
  const certificate = isCertificateType(type) ? decodeCertificate(Buffer.from(base64, 'base64')) : undefined
  return certificate?.kind === 'user' ? certificate : undefined
}

/** The certificate in these bytes, if it is one of a known kind. */
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
    return {
      kind,
      type,
      blob,
      publicKey,
      keyId,
      principals,
      validFromMs,
      validToMs,
      isRestricted,
      authority,
      signed,
      signature,
    }
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

/** All bits set: forever. */
function milliseconds(seconds: bigint): number {
  return seconds === 0xffff_ffff_ffff_ffffn ? Number.POSITIVE_INFINITY : Number(seconds) * 1000
}

/** For messages. @example 'certificate "ann" for app, expired on 2026-11-01T10:00:00Z' */
export function describeCertificate(certificate: Certificate, user: string, nowMs: number): string {
  const { keyId, principals } = certificate
  const isFor = principals.length === 0 ? '' : ` for ${principals.join(', ')}`
  const validity = validityProblem(certificate, nowMs)
  const problems = [
    validity ? `, ${validity}` : '',
    principals.length > 0 && !principals.includes(user) ? `, not for ${user}` : '',
  ]
  return `certificate "${keyId}"${isFor}${problems.join('')}`
}

/** `expired on …` or `not valid before …`; undefined: it is valid now. */
export function validityProblem({ validFromMs, validToMs }: Certificate, nowMs: number): string | undefined {
  const date = (ms: number) => new Date(ms).toISOString().replace('.000', '')
  if (nowMs >= validToMs) return `expired on ${date(validToMs)}`
  return nowMs < validFromMs ? `not valid before ${date(validFromMs)}` : undefined
}
