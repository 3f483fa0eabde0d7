// What an agent has to log in with: asked for only when it is its turn.

import { type Certificate, decodeCertificate, describeCertificate } from '../protocol/certificate.ts'
import { agentClient } from './agentClient.ts'
import {
  type AuthMethod,
  type AuthOptions,
  identityAuthMethod,
  type LazyAuthMethods,
  type NamedKey,
} from './authMethod.ts'

export type AgentOptions = {
  /** Keys that are offered without the agent. */
  readonly own: readonly NamedKey[]
  /** Certificates from files, which may belong to keys of the agent. */
  readonly certificates: readonly Certificate[]
  readonly options: AuthOptions
  readonly notes: string[]
}

/** A key as it is offered; `signer` is the one that signs for it, where it is a certificate from a file. */
type OfferedKey = {
  readonly blob: Buffer
  readonly type: string
  readonly comment: string
  readonly signer: Buffer
}

/** What the agent has, save what is offered without it; with IdentitiesOnly of that what is named. */
export function agentAuthMethods(
  socket: string,
  { own, certificates, options, notes }: AgentOptions,
): LazyAuthMethods {
  const { user, identitiesOnly: isIdentitiesOnly } = options.target
  const agent = agentClient(socket)

  async function load(): Promise<AuthMethod[]> {
    const only = isIdentitiesOnly ? await namedPublicKeys(options) : undefined
    const held = await agent.keys().catch((error: Error) => {
      notes.push(`agent ${socket}: ${error.message}`)
    })
    if (!held) return []
    const all = held.flatMap((key): OfferedKey[] => {
      const own = certificates.filter(({ publicKey }) => publicKey.equals(key.blob))
      return [...own, key].map(({ blob, type }) => ({ blob, type, comment: key.comment, signer: key.blob }))
    })
    const offered = all.filter((key) => isOffered(key, only))
    if (offered.length === 0)
      notes.push(`agent ${socket}: nothing to offer, of the keys it has (${held.length})`)
    return offered.map((each) => {
      const { blob, type, signer } = each
      const sign = (data: Buffer, algorithm: string) => agent.sign(signer, data, algorithm)
      return identityAuthMethod(nameOf(each, user), { type, blob, sign }, user)
    })
  }

  function isOffered({ blob }: OfferedKey, only: readonly Buffer[] | undefined): boolean {
    const certificate = decodeCertificate(blob)
    const plain = certificate?.publicKey ?? blob
    const isOwn = !certificate && own.some(({ key }) => key.getPublicSSH().equals(plain))
    return !isOwn && (!only || only.some((each) => each.equals(plain)))
  }

  return { method: 'publickey', load }
}

/** Of all keys that were named, those as well that only the agent can use. */
async function namedPublicKeys({ target, keyring }: AuthOptions): Promise<Buffer[]> {
  const files = [...target.preferredIdentityFiles, ...target.identityFiles]
  const named = await Promise.all(target.certificateFiles.map(keyring.certificate))
  const keys = (await Promise.all(files.map(keyring.publicKey))).filter((key) => key !== undefined)
  return [...keys, ...named.flatMap((certificate) => certificate?.publicKey ?? [])]
}

function nameOf({ blob, type, comment }: OfferedKey, user: string): string {
  const certificate = decodeCertificate(blob)
  const what = certificate ? `, ${describeCertificate(certificate, user, Date.now())}` : ''
  return `key ${comment} of the agent (${type})${what}`
}
