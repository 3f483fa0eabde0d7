// Identities to log in with: keys and certificates, from files or an agent.

import ssh2, { type Client, type ParsedKey } from 'ssh2'
import { plainType } from '../protocol/certificate.ts'
import { convertSignature, sendPacket } from '../protocol/ssh2Internals.ts'
import { sshString } from '../protocol/wireFormat.ts'

export type Identity = {
  /** The first field of `blob`. */
  readonly type: string
  /** The public key, or the certificate, as it is sent. */
  readonly blob: Buffer
  /** true: signing is cheap, so it is done without first asking the host whether it would accept the identity. */
  readonly signsLocally?: boolean
  /** A signature as it is sent: its algorithm, then its bytes. */
  readonly sign: (data: Buffer, algorithm: string) => Promise<Buffer>
}

/** A key of ours as an identity, under its own name or under that of a certificate. */
export function keyIdentity(
  key: ParsedKey,
  certificate?: { readonly type: string; readonly blob: Buffer },
): Identity {
  return {
    type: certificate?.type ?? key.type,
    blob: certificate?.blob ?? key.getPublicSSH(),
    signsLocally: true,
    sign: async (data, algorithm) => {
      const hash = /^rsa-(sha2)-(\d+)$/.exec(algorithm)?.[2]
      const signature: unknown = key.sign(data, hash === undefined ? undefined : `sha${hash}`)
      if (signature instanceof Error) throw signature
      return Buffer.concat([sshString(algorithm), sshString(convertSignature(signature as Buffer, key.type))])
    },
  }
}

const identities = new WeakMap<object, Identity>()

/** The identity as ssh2 takes a key; `offerIdentities` knows it again. */
export function toParsedKey(identity: Identity): ParsedKey {
  const key = Object.create(prototypeKey, {
    type: { value: identity.type },
    isPrivateKey: { value: () => true },
    getPublicSSH: { value: () => identity.blob },
  })
  identities.set(key, identity)
  return key
}

/** ssh2 takes for a key what descends from one. */
const prototypeKey = ssh2.utils.parseKey(
  `ssh-ed25519 ${Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.alloc(32))]).toString('base64')}`,
) as ParsedKey

/** What of ssh2's own protocol object is used here. */
type Ssh2Protocol = {
  authPK: (user: string, key: ParsedKey, algorithm?: string, sign?: unknown) => void
  readonly _kex: { readonly sessionID: Buffer }
  readonly _authsQueue: string[]
  readonly _packetRW: {
    readonly write: {
      readonly alloc: (size: number) => Buffer
      readonly allocStart: number
      readonly finalize: (packet: Buffer) => Buffer
    }
  }
  readonly _handlers: {
    EXT_INFO: (protocol: Ssh2Protocol, extensions: readonly Extension[]) => void
    readonly USERAUTH_FAILURE: (
      protocol: Ssh2Protocol,
      methods: readonly string[],
      isPartial: boolean,
    ) => void
  }
}

type Extension = { readonly name: string; readonly algs?: readonly string[] }

export type OfferOptions = {
  /** What the server would take next. */
  readonly methodsLeft: () => readonly string[]
  /** PubkeyAcceptedAlgorithms. */
  readonly algorithms: readonly string[]
  readonly onSignError: (error: Error) => void
  /** The algorithms of `server-sig-algs`, where the server lists them. */
  readonly onHostSignatures: (names: readonly string[]) => void
}

/**
 * Makes a connection offer identities in its own words: ssh2 writes the name of a certificate where the algorithm of a
 * signature belongs, which no server takes.
 */
export function offerIdentities(
  client: Client,
  { methodsLeft, algorithms, onSignError: onUnsigned, onHostSignatures }: OfferOptions,
): void {
  const protocol = (client as unknown as { readonly _protocol: Ssh2Protocol })._protocol
  const { EXT_INFO } = protocol._handlers
  protocol._handlers.EXT_INFO = (self, extensions) => {
    for (const { name, algs } of extensions) if (name === 'server-sig-algs' && algs) onHostSignatures(algs)
    EXT_INFO(self, extensions)
  }
  const authPK = protocol.authPK.bind(protocol)
  protocol.authPK = (user, key, given, sign) => {
    const identity = identities.get(key)
    if (!identity) return authPK(user, key, given, sign)
    const algorithm = given ?? signatureAlgorithm(identity.type, algorithms) ?? identity.type
    const isSigned = sign !== undefined || identity.signsLocally === true
    const request = authRequest(user, algorithm, identity, isSigned)
    if (!isSigned) return sendAuthRequest(protocol, request)
    const signed = Buffer.concat([sshString(protocol._kex.sessionID), request])
    identity.sign(signed, plainType(algorithm)).then(
      (signature) => sendAuthRequest(protocol, Buffer.concat([request, sshString(signature)])),
      (error: Error) => {
        onUnsigned(error)
        protocol._handlers.USERAUTH_FAILURE(protocol, methodsLeft(), false)
      },
    )
  }
}

/**
 * The algorithm to sign with, if one is allowed. Of RSA there are several; the key's own, with SHA-1, is refused by
 * today's servers.
 */
export function signatureAlgorithm(type: string, allowed: readonly string[]): string | undefined {
  const names = type.startsWith('ssh-rsa')
    ? ['rsa-sha2-512', 'rsa-sha2-256'].map((name) => type.replace('ssh-rsa', name))
    : [type]
  return names.find((name) => allowed.includes(name))
}

const userauthRequest = 50

/** RFC 4252, section 7: unsigned it asks whether the host would take the identity, which may be left out. */
function authRequest(user: string, algorithm: string, { blob }: Identity, isSigned: boolean): Buffer {
  return Buffer.concat([
    Buffer.from([userauthRequest]),
    ...[user, 'ssh-connection', 'publickey'].map(sshString),
    Buffer.from([isSigned ? 1 : 0]),
    sshString(algorithm),
    sshString(blob),
  ])
}

function sendAuthRequest(protocol: Ssh2Protocol, payload: Buffer): void {
  const { write } = protocol._packetRW
  const packet = write.alloc(payload.length)
  packet.set(payload, write.allocStart)
  protocol._authsQueue.push('publickey')
  sendPacket(protocol, write.finalize(packet))
}
