// Offers an agent's keys, which are listed only when it is their turn.

import { type Certificate, decodeCertificate, describeCertificate } from '../protocol/certificate.ts'
import { createAgentClient } from './agentClient.ts'
import {
  type AuthMethod,
  type AuthOptions,
  identityAuthMethod,
  type LazyAuthMethods,
  type NamedKey,
} from './authMethod.ts'

type AgentOptions = {
  /** Keys that are offered without the agent. */
  readonly own: readonly NamedKey[]
  /** Certificates from files, which may belong to keys of the agent. */
  readonly certificates: readonly Certificate[]
  readonly options: AuthOptions
  readonly notes: string[]
}

/** A key as it is offered; `signer` is the key that signs for it (it may be a certificate from a file). */
type OfferedKey = {
  readonly blob: Buffer
  readonly type: string
  readonly comment: string
  readonly signer: Buffer
}

/** The agent's keys, except those offered without it; with IdentitiesOnly, only those that are named. */
export function agentAuthMethods(
  socket: string,
  { own, certificates, options, notes }: AgentOptions,
): LazyAuthMethods {
  const { user, identitiesOnly } = options.target
  const agent = createAgentClient(socket)

  async function load(): Promise<AuthMethod[]> {
    const only = identitiesOnly ? await namedPublicKeys(options) : undefined
    const held = await agent.keys().catch((error: Error) => {
      notes.push(`agent ${socket}: ${error.message}`)
    })
    if (!held) return []
    const all = held.flatMap((key): OfferedKey[] => {
      const own = certificates.filter(({ publicKey }) => publicKey.equals(key.blob))
      return [...own, key].map(({ blob, type }) => ({ blob, type, comment: key.comment, signer: key.blob }))
    })
    const offered = all.filter((key) => isOffered(key, only))
    if (offered.length === 0) notes.push(`agent ${socket}: none of its keys can be offered (${held.length})`)
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

/** The public keys of all named files, even those whose private half only the agent has. */
async function namedPublicKeys({ target, keyring }: AuthOptions): Promise<Buffer[]> {
  const files = [...target.preferredIdentityFiles, ...target.identityFiles]
  const named = await Promise.all(target.certificateFiles.map(keyring.certificate))
  const keys = (await Promise.all(files.map(keyring.publicKey))).filter((key) => key !== undefined)
  return [...keys, ...named.flatMap((certificate) => certificate?.publicKey ?? [])]
}

function nameOf({ blob, type, comment }: OfferedKey, user: string): string {
  const certificate = decodeCertificate(blob)
  const suffix = certificate ? `, ${describeCertificate(certificate, user, Date.now())}` : ''
  return `agent key ${comment} (${type})${suffix}`
}
