// Logs in by ssh, with a deadline and retries, and logs out.

import { setTimeout as sleep } from 'node:timers/promises'
import { UnreachableError } from '../../model/errors/error.ts'
import { createAuthenticator } from './auth/authenticator.ts'
import { handshake, type Login, type LoginOptions, RetryableError } from './handshake.ts'
import { createHostKeyCheck } from './hostKey/hostKeyCheck.ts'
import { openSocket } from './socket.ts'
import { abortedError, timeoutError } from './sshErrors.ts'

const maxRetries = 2

/**
 * Logs in. A server that closes the connection before the handshake (MaxStartups) is tried twice more.
 *
 * @throws UnreachableError stage `connect`
 */
export function logIn(options: LoginOptions): Promise<Login> {
  return withDeadline(options, (signal) => logInWithRetries(options, signal))
}

/** Runs `work` within the time limit of a login. Its signal aborts at the limit, or with the caller's signal. */
export async function withDeadline<T>(
  { target, signal }: Pick<LoginOptions, 'target' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(timeoutError(target)), target.timeoutMs)
  const abort = () => deadline.abort(abortedError(target))
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  try {
    return await work(deadline.signal)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** Ends a login: settles when the disconnect message was sent, without a round trip, and within half a second. */
export async function logOut({ ssh, socket: { stream } }: Login): Promise<void> {
  if (stream.destroyed) return
  const isSent = new Promise<void>((resolve) => {
    stream.once('finish', resolve)
    stream.once('close', resolve)
  })
  ssh.dispose()
  await Promise.race([isSent, sleep(500, undefined, { ref: false })])
  stream.destroy()
}

async function logInWithRetries(options: LoginOptions, signal: AbortSignal): Promise<Login> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await abortable(signal, attemptLogin(options, signal))
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      if (attempt === maxRetries) throw error.error
      options.log(`${error.error.message} Trying again.`)
      await abortable(signal, sleep(200 * 2 ** attempt * (0.5 + Math.random())))
    }
  }
}

/** Rejects once the signal aborts, if the work has not settled by then. */
export function abortable<T>(
  signal: AbortSignal,
  work: Promise<T>,
  reason: () => unknown = () => signal.reason,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(reason())
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

async function attemptLogin(options: LoginOptions, signal: AbortSignal): Promise<Login> {
  const check = await createHostKeyCheck(options.target, options)
  const auth = await createAuthenticator({ ...options, hasKeyChanged: check.hasKeyChanged })
  signal.throwIfAborted()
  const socket = await openSocket(options.target, options.jumpHost, signal).catch((error: unknown) => {
    throw isReset(error) ? new RetryableError(error) : error
  })
  if (signal.aborted) socket.stream.destroy()
  signal.throwIfAborted()
  return handshake(options, { check, auth, socket, signal })
}

function isReset(error: unknown): error is UnreachableError {
  return error instanceof UnreachableError && error.code === 'E_CONNECTION_LOST'
}
