// Says for people why an ssh connection did not come about, or broke.

import { UnreachableError } from '../../model/errors/error.ts'
import type { SshTarget } from './config/target.ts'

/** The error of a socket that did not connect. */
export function refused(target: SshTarget, error: NodeJS.ErrnoException): UnreachableError {
  const { place, host, port } = target
  const make = (code: string, message: string, hint: string) =>
    new UnreachableError(code, message, 'connect', { hint, cause: error })
  switch (error.code) {
    case 'ECONNREFUSED':
      return make(
        'E_CONNECT_REFUSED',
        `${place} refuses the connection: nothing listens on ${host} port ${port}.`,
        'Is sshd running there, on this port (ansible_port)?',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return make(
        'E_HOST_NOT_FOUND',
        `${place} is not to be found: there is no address for the name ${host}.`,
        'Set ansible_host, or HostName in ~/.ssh/config.',
      )
    case 'ETIMEDOUT':
      return timedOut(target)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return make(
        'E_NO_ROUTE',
        `There is no way to ${place}: ${host} cannot be routed to.`,
        'Is the network, or the VPN, up?',
      )
    default:
      return lostEarly(target, error)
  }
}

/** The error of an attempt that took too long. */
export function timedOut({ place, host, port, timeoutMs }: SshTarget): UnreachableError {
  return new UnreachableError(
    'E_CONNECT_TIMEOUT',
    `${place} does not answer: no login on ${host} port ${port} within ${timeoutMs / 1000} s.`,
    'connect',
    {
      hint: 'Is the host up, and does a firewall drop the packets? Raise the timeout (-T) if it is only slow.',
    },
  )
}

/** The error of a connection that was cut before the login was done. */
export function lostEarly({ place }: SshTarget, error: Error): UnreachableError {
  return new UnreachableError(
    'E_CONNECTION_LOST',
    `${place} cut the connection before the login was done: ${error.message}.`,
    'connect',
    { cause: error, hint: 'Too many logins at once (MaxStartups), or a firewall in between?' },
  )
}

/** The error of a login that was refused; `tried` says with what. */
export function authFailed(
  { place, user }: SshTarget,
  tried: readonly string[],
  error: Error,
): UnreachableError {
  return new UnreachableError('E_AUTH', `${place} does not let ${user} in.`, 'connect', {
    details: tried,
    cause: error,
    hint: authHint(tried, error),
  })
}

function authHint(tried: readonly string[], { message }: Error): string {
  if (/too many/i.test(message)) {
    return 'The host ended it after too many keys: name one (ansible_ssh_private_key_file), with -o IdentitiesOnly=yes.'
  }
  if (tried.some((line) => line.includes(', expired on ')))
    return 'The certificate has expired: get a new one.'
  return 'Set ansible_user, ansible_ssh_private_key_file or ansible_password (-u, --private-key, -k).'
}

/** The error of a peer that does not speak ssh as we do. */
export function notUnderstood({ place }: SshTarget, error: Error): UnreachableError {
  return new UnreachableError(
    'E_SSH_PROTOCOL',
    `${place} and we do not understand each other: ${error.message}.`,
    'connect',
    {
      cause: error,
      hint: 'Does an ssh server answer on this port, and is it a recent one?',
    },
  )
}

/** The error of an attempt that the caller gave up. */
export function aborted({ place }: SshTarget): UnreachableError {
  return new UnreachableError('E_ABORTED', `The connection to ${place} was given up.`, 'connect')
}

/** The error of an established connection that broke. */
export function broke({ place }: SshTarget, reason: string, cause?: unknown): UnreachableError {
  return new UnreachableError('E_CONNECTION_LOST', `The connection to ${place} broke: ${reason}.`, 'idle', {
    cause,
  })
}
