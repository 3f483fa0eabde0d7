// Chooses the next auth method as the host answers, and records the results.

import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, ParsedKey } from 'ssh2'
import type { SshTarget } from '../config/target.ts'
import { decodeCertificate } from '../protocol/certificate.ts'
import { rsaBits } from '../protocol/wireFormat.ts'
import type { AuthMethod, AuthOptions } from './authMethod.ts'
import { authMethods } from './authMethods.ts'
import { type OfferOptions, signatureAlgorithm } from './identity.ts'

export type Authenticator = {
  /** For ssh2's `authHandler`. */
  readonly handler: (
    methodsLeft: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ) => void
  /** For `offerIdentities`. */
  readonly offers: OfferOptions
  /** What was tried and what could not be, for error details. */
  readonly report: () => string[]
}

/**
 * Authenticates one connection: with the settings' key, the agent's keys, the keys of ssh_config or the default ones,
 * each with its certificate first, then the password, and the password again for a server that knows only
 * keyboard-interactive. ssh2's first attempt, `none`, costs a round trip, and is made only if there is nothing else.
 */
export async function createAuthenticator(options: AuthOptions): Promise<Authenticator> {
  const notes: string[] = []
  const queue = await authMethods(options, notes)
  let current: AuthMethod | undefined
  let accepted: readonly string[] = []
  let wasPasswordRefused = false

  /** `methodsLeft` is what the host would accept next. */
  function recordResult(
    { name, method }: AuthMethod,
    methodsLeft: readonly string[],
    isPartial: boolean,
  ): void {
    notes.push(`${name}: ${isPartial ? 'accepted, but the host requires more' : 'refused'}`)
    if (method === 'password' && methodsLeft.includes('password')) wasPasswordRefused = true
  }

  function isWorthwhile({ method, name, auth }: AuthMethod): boolean {
    if (method === 'publickey') {
      const problem = keyProblem((auth as { readonly key: ParsedKey }).key, options.target)
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
    },
    report: () => [
      ...(notes.length === 0 ? ['nothing to log in with: no key, no agent, no password'] : notes),
      ...(accepted.length === 0 ? [] : [`the host accepts: ${accepted.join(', ')}`]),
    ],
  }
}

/** Why ssh_config forbids to use a key; undefined: it does not. */
function keyProblem(key: ParsedKey, { algorithms, requiredRsaBits }: SshTarget): string | undefined {
  if (!signatureAlgorithm(key.type, algorithms.publicKey)) return 'PubkeyAcceptedAlgorithms excludes it'
  const blob = key.getPublicSSH()
  const bits = rsaBits(decodeCertificate(blob)?.publicKey ?? blob)
  if (bits === undefined || bits >= requiredRsaBits) return undefined
  return `it has ${bits} bits, and RequiredRSASize is ${requiredRsaBits}`
}
