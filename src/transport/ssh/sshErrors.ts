// Says for people why an ssh connection did not come about, or broke.

import { UnreachableError } from '../../model/errors/error.ts'
import type { SshTarget } from './config/target.ts'

/** The error of a socket that did not connect. */
export function connectError(target: SshTarget, error: NodeJS.ErrnoException): UnreachableError {
  const { endpoint, host, port } = target
  const make = (code: string, message: string, hint: string) =>
    new UnreachableError(code, message, 'connect', { hint, cause: error })
  switch (error.code) {
    case 'ECONNREFUSED':
      return make(
        'E_CONNECT_REFUSED',
        `${endpoint} refuses the connection: nothing listens on ${host} port ${port}.`,
        'Is sshd running there, on this port (ansible_port)?',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return make(
        'E_HOST_NOT_FOUND',
        `${endpoint} is not to be found: there is no address for the name ${host}.`,
        'Set ansible_host, or HostName in ~/.ssh/config.',
      )
    case 'ETIMEDOUT':
      return timeoutError(target)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return make(
        'E_NO_ROUTE',
        `There is no way to ${endpoint}: ${host} cannot be routed to.`,
        'Is the network, or the VPN, up?',
      )
    default:
      return lostBeforeLoginError(target, error)
  }
}

/** The error of an attempt that took too long. */
export function timeoutError({ endpoint, host, port, timeoutMs }: SshTarget): UnreachableError {
  return new UnreachableError(
    'E_CONNECT_TIMEOUT',
    `${endpoint} does not answer: no login on ${host} port ${port} within ${timeoutMs / 1000} s.`,
    'connect',
    {
      hint: 'Is the host up, and does a firewall drop the packets? Raise the timeout (-T) if it is only slow.',
    },
  )
}

/** The error of a connection that was cut before the login was done. */
export function lostBeforeLoginError({ endpoint }: SshTarget, error: Error): UnreachableError {
  return new UnreachableError(
    'E_CONNECTION_LOST',
    `${endpoint} cut the connection before the login was done: ${error.message}.`,
    'connect',
    { cause: error, hint: 'Too many logins at once (MaxStartups), or a firewall in between?' },
  )
}

/** The error of a login that was refused; `tried` says with what. */
export function authError(
  { endpoint, user }: SshTarget,
  attempts: readonly string[],
  error: Error,
): UnreachableError {
  return new UnreachableError('E_AUTH', `${endpoint} does not let ${user} in.`, 'connect', {
    details: attempts,
    cause: error,
    hint: authHint(attempts, error),
  })
}

function authHint(attempts: readonly string[], { message }: Error): string {
  if (/too many/i.test(message)) {
    return 'The host ended it after too many keys: name one (ansible_ssh_private_key_file), with -o IdentitiesOnly=yes.'
  }
  if (attempts.some((line) => line.includes(', expired on ')))
    return 'The certificate has expired: get a new one.'
  return 'Set ansible_user, ansible_ssh_private_key_file or ansible_password (-u, --private-key, -k).'
}

/** The error of a peer that does not speak ssh as we do. */
export function protocolError({ endpoint }: SshTarget, error: Error): UnreachableError {
  return new UnreachableError(
    'E_SSH_PROTOCOL',
    `${endpoint} and we do not understand each other: ${error.message}.`,
    'connect',
    {
      cause: error,
      hint: 'Does an ssh server answer on this port, and is it a recent one?',
    },
  )
}

/** The error of an attempt that the caller gave up. */
export function abortedError({ endpoint }: SshTarget): UnreachableError {
  return new UnreachableError('E_ABORTED', `The connection to ${endpoint} was given up.`, 'connect')
}

/** The error of an established connection that broke. */
export function connectionLostError(
  { endpoint }: SshTarget,
  reason: string,
  cause?: unknown,
): UnreachableError {
  return new UnreachableError(
    'E_CONNECTION_LOST',
    `The connection to ${endpoint} broke: ${reason}.`,
    'idle',
    {
      cause,
    },
  )
}
