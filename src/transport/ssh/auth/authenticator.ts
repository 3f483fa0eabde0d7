// Logs in: what to try next, as the host answers, and what became of each.

import type { AnyAuthMethod, AuthenticationType, NextAuthHandler } from 'ssh2'
import type { Attempt, AuthenticationOptions } from './authMethod.ts'
import { attemptsFor } from './authMethods.ts'
import type { OfferOptions } from './identity.ts'

export type Authentication = {
  /** For ssh2's `authHandler`. */
  readonly handler: (
    left: AuthenticationType[] | null,
    partial: boolean | null,
    next: NextAuthHandler,
  ) => void
  /** For `offerIdentities`. */
  readonly offers: OfferOptions
  /** What was tried, and what could not be, as lines for people. */
  readonly tried: () => string[]
}

/**
 * The ways to log in, for one connection: the settings' key, the agent's keys, ssh_config's and the usual keys, each
 * with its certificate first, the password, and the password once more for a server that knows keyboard-interactive
 * alone. ssh2's first attempt, `none`, costs a round trip, and is made only where there is nothing else.
 */
export async function authentication(options: AuthenticationOptions): Promise<Authentication> {
  const notes: string[] = []
  const attempts = await attemptsFor(options, notes)
  let current: Attempt | undefined
  let accepted: readonly string[] = []
  let wasPasswordRefused = false

  /** `left` is what the host would take next. */
  function conclude({ name, method }: Attempt, left: readonly string[], isPartial: boolean): void {
    notes.push(`${name}: ${isPartial ? 'accepted, but the host wants more' : 'refused'}`)
    if (method === 'password' && left.includes('password')) wasPasswordRefused = true
  }

  function isWorthwhile({ method, name }: Attempt): boolean {
    if (method === 'publickey') return true
    if (method === 'keyboard-interactive' && wasPasswordRefused) return false // it would count as a second failure
    if (options.isDoubtful()) notes.push(`${name}: not sent, since the host key has changed`)
    return !options.isDoubtful()
  }

  async function nextAttempt(): Promise<Attempt | undefined> {
    for (;;) {
      const next = attempts.shift()
      if (next === undefined) return undefined
      if (accepted.length > 0 && !accepted.includes(next.method)) continue
      if ('open' in next) attempts.unshift(...(await next.open()))
      else if (isWorthwhile(next)) return next
    }
  }

  return {
    handler: (left, partial, next) => {
      accepted = left ?? []
      if (current && left) conclude(current, left, partial === true)
      nextAttempt().then((attempt) => {
        current = attempt
        if (attempt) next(attempt.auth)
        else next((left ? false : { type: 'none', username: options.target.user }) as AnyAuthMethod) // false: give up
      })
    },
    offers: {
      methodsLeft: () => (accepted.length > 0 ? accepted : ['publickey', 'password', 'keyboard-interactive']),
      onUnsigned: (error) => notes.push(`${current?.name}: not signed: ${error.message}`),
    },
    tried: () => [
      ...(notes.length === 0 ? ['nothing to log in with: no key, no agent, no password'] : notes),
      ...(accepted.length === 0 ? [] : [`the host accepts: ${accepted.join(', ')}`]),
    ],
  }
}
