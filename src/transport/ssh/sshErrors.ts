// Errors of ssh connections that could not be made, or were lost.

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
        `${endpoint} refused the connection: nothing is listening on ${host} port ${port}.`,
        'Is sshd running there, on this port (ansible_port)?',
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAFNOSUPPORT':
      return make(
        'E_HOST_NOT_FOUND',
        `${endpoint} was not found: the name ${host} has no address.`,
        'Set ansible_host, or HostName in ~/.ssh/config.',
      )
    case 'ETIMEDOUT':
      return timeoutError(target)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return make(
        'E_NO_ROUTE',
        `There is no route to ${endpoint} (${host}).`,
        'Is the network or the VPN up?',
      )
    default:
      return lostBeforeLoginError(target, error)
  }
}

/** The error of an attempt that took too long. */
export function timeoutError({ endpoint, host, port, timeoutMs }: SshTarget): UnreachableError {
  const message = `${endpoint} does not answer: no login on ${host} port ${port} within ${timeoutMs / 1000} s.`
  return new UnreachableError('E_CONNECT_TIMEOUT', message, 'connect', {
    hint: 'Is the host up? Does a firewall drop the packets? If it is only slow, raise the timeout (-T).',
  })
}

/** The error of a connection that was closed before the login was done. */
export function lostBeforeLoginError({ endpoint }: SshTarget, cause: Error): UnreachableError {
  const message = `${endpoint} closed the connection before login: ${cause.message}.`
  return new UnreachableError('E_CONNECTION_LOST', message, 'connect', {
    cause,
    hint: 'Too many logins at once (MaxStartups), or a firewall in between?',
  })
}

/** The error of a connection that the host closed after the keys were exchanged; `shown`: its banners. */
export function closedDuringLoginError(
  { endpoint, user }: SshTarget,
  shown: readonly string[],
  cause: Error,
): UnreachableError {
  const message = `${endpoint} closed the connection during the login of ${user}: ${cause.message}.`
  return new UnreachableError('E_CONNECTION_LOST', message, 'connect', {
    details: shown,
    cause,
    hint: `Has the account expired, or may it not log in (AllowUsers, pam_access)? The log of sshd there says why: journalctl -u sshd. \`chage -l ${user}\` shows when it expires.`,
  })
}

/** The error of a login that was refused; `attempts` tells what was tried. */
export function authError(
  { endpoint }: SshTarget,
  attempts: readonly string[],
  cause: Error,
): UnreachableError {
  return new UnreachableError('E_AUTH', `The login to ${endpoint} was refused.`, 'connect', {
    details: attempts,
    cause,
    hint: authHint(attempts, cause),
  })
}

function authHint(attempts: readonly string[], { message }: Error): string {
  if (/too many/i.test(message)) {
    return 'The host gave up after too many keys: name one (ansible_ssh_private_key_file), with -o IdentitiesOnly=yes.'
  }
  if (attempts.some((line) => /: refused: .*(?:host takes|Ed25519 is refused)/.test(line))) {
    return 'Log in with a key of another type: ssh-keygen -t ecdsa, and its .pub in authorized_keys there.'
  }
  if (attempts.some((line) => line.includes(', expired on '))) {
    return 'The certificate has expired: get a new one.'
  }
  return 'Set ansible_user, ansible_ssh_private_key_file or ansible_password (-u, --private-key, -k).'
}

/** The error of a peer with which no handshake was possible; `offers`: what of both sides does not match. */
export function protocolError(
  { endpoint }: SshTarget,
  cause: Error,
  offers: readonly string[] = [],
): UnreachableError {
  const message = `The ssh handshake with ${endpoint} failed: ${cause.message}.`
  return new UnreachableError('E_SSH_PROTOCOL', message, 'connect', {
    details: offers,
    cause,
    hint: /no matching/.test(cause.message)
      ? 'It offers only what ssh_config excludes, or what is off because it is weak (SHA-1, CBC): update it, or allow it in ssh_config, such as HostKeyAlgorithms +ssh-rsa.'
      : 'Does an ssh server answer on this port, and is it recent enough?',
  })
}

/** The error of an attempt that the caller cancelled. */
export function abortedError({ endpoint }: SshTarget): UnreachableError {
  return new UnreachableError('E_ABORTED', `Connecting to ${endpoint} was cancelled.`, 'connect')
}

/** The error of an established connection that was lost. */
export function connectionLostError(
  { endpoint }: SshTarget,
  reason: string,
  cause?: unknown,
): UnreachableError {
  const message = `The connection to ${endpoint} was lost: ${reason}.`
  return new UnreachableError('E_CONNECTION_LOST', message, 'idle', { cause })
}
