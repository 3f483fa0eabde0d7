// Chooses the next auth method as the host answers, and records the results.

import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, ParsedKey } from 'ssh2'
import type { SshTarget } from '../config/target.ts'
import { decodeCertificate } from '../protocol/certificate.ts'
import type { HostProposal } from '../protocol/hostProposal.ts'
import { rsaBits } from '../protocol/wireFormat.ts'
import type { AuthMethod, AuthOptions } from './authMethod.ts'
import { authMethods } from './authMethods.ts'
import { type OfferOptions, signatureAlgorithm } from './identity.ts'
import { type OfferedKey, refusalReason } from './refusedKey.ts'

export type Authenticator = {
  /** For ssh2's `authHandler`. */
  readonly handler: (
    methodsLeft: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ) => void
  /** For `offerIdentities`. */
  readonly offers: OfferOptions
  /** What was tried and what could not be, for error details; `proposal` is what the host offered. */
  readonly report: (proposal: HostProposal | undefined) => string[]
}

/**
 * Authenticates one connection: with the settings' key, the agent's keys, the keys of ssh_config or the default ones,
 * each with its certificate first, then the password, and the password again for a server that knows only
 * keyboard-interactive. ssh2's first attempt, `none`, costs a round trip, and is made only if there is nothing else.
 */
export async function createAuthenticator(options: AuthOptions): Promise<Authenticator> {
  const notes: string[] = []
  const queue = await authMethods(options, notes)
  const refusedKeys = new Map<string, OfferedKey>()
  let current: AuthMethod | undefined
  let signatures: readonly string[] | undefined
  let accepted: readonly string[] = []
  let wasPasswordRefused = false

  /** `methodsLeft` is what the host would accept next. */
  function recordResult(
    { name, method, auth }: AuthMethod,
    methodsLeft: readonly string[],
    isPartial: boolean,
  ): void {
    const note = `${name}: ${isPartial ? 'accepted, but the host requires more' : 'refused'}`
    notes.push(note)
    if (method === 'publickey' && !isPartial) refusedKeys.set(note, offeredKey((auth as KeyAuth).key))
    if (method === 'password' && methodsLeft.includes('password')) wasPasswordRefused = true
  }

  function isWorthwhile({ method, name, auth }: AuthMethod): boolean {
    if (method === 'publickey') {
      const problem = keyProblem((auth as KeyAuth).key, options.target)
      if (problem) notes.push(`${name}: not offered, because ${problem}`)
      return problem === undefined
    }
    if (method === 'keyboard-interactive' && wasPasswordRefused) return false // it would count as a second failure
    if (options.hasKeyChanged()) notes.push(`${name}: not sent, because the host key has changed`)
    return !options.hasKeyChanged()
  }

  async function nextMethod(): Promise<AuthMethod | undefined> {
    for (;;) {
      const next = queue.shift()
      if (next === undefined) return undefined
      if (accepted.length > 0 && !accepted.includes(next.method)) continue
      if ('load' in next) queue.unshift(...(await next.load()))
      else if (isWorthwhile(next)) return next
    }
  }

  return {
    handler: (methodsLeft, partial, next) => {
      accepted = methodsLeft ?? []
      if (current && methodsLeft) recordResult(current, methodsLeft, partial === true)
      nextMethod().then((method) => {
        current = method
        if (method) next(method.auth)
        else next((methodsLeft ? false : { type: 'none', username: options.target.user }) as AnyAuthMethod) // false: give up
      })
    },
    offers: {
      algorithms: options.target.algorithms.publicKey,
      methodsLeft: () => (accepted.length > 0 ? accepted : ['publickey', 'password', 'keyboard-interactive']),
      onSignError: (error) => notes.push(`${current?.name}: not signed: ${error.message}`),
      onHostSignatures: (names) => {
        signatures = names
      },
    },
    report: (proposal) => [
      ...(notes.length === 0 ? ['nothing to log in with: no key, no agent, no password'] : notes).map(
        (note) => {
          const key = refusedKeys.get(note)
          const reason = key && refusalReason(key, { proposal, signatures })
          return reason === undefined ? note : `${note}: ${reason}`
        },
      ),
      ...(accepted.length === 0 ? [] : [`the host accepts: ${accepted.join(', ')}`]),
    ],
  }
}

/** Why ssh_config forbids to use a key; undefined: it does not. */
function keyProblem(key: ParsedKey, { algorithms, requiredRsaBits }: SshTarget): string | undefined {
  if (!signatureAlgorithm(key.type, algorithms.publicKey)) return 'PubkeyAcceptedAlgorithms excludes it'
  const { bits } = offeredKey(key)
  if (bits === undefined || bits >= requiredRsaBits) return undefined
  return `it has ${bits} bits, and RequiredRSASize is ${requiredRsaBits}`
}

type KeyAuth = { readonly key: ParsedKey }

function offeredKey(key: ParsedKey): OfferedKey {
  const blob = key.getPublicSSH()
  return { type: key.type, bits: rsaBits(decodeCertificate(blob)?.publicKey ?? blob) }
}
