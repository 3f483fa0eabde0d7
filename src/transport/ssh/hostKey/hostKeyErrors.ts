// Errors of host keys that are not trusted.

import { UnreachableError } from '../../../model/errors/error.ts'
import type { SshTarget } from '../config/target.ts'
import {
  fingerprint,
  isListable,
  type KnownHostsEntry,
  keyType,
  knownHostsAddress,
  knownHostsLine,
} from './knownHosts.ts'

type UnknownKeyContext = {
  readonly files: readonly string[]
  readonly authorities: readonly KnownHostsEntry[]
  /** What is wrong with its certificate, if an authority is trusted. */
  readonly certificateProblem: string | undefined
}

/** A key that is not known, and that somebody could accept. */
export class UnknownHostKeyError extends UnreachableError {
  readonly target: SshTarget
  readonly key: Buffer

  constructor(target: SshTarget, key: Buffer, context: UnknownKeyContext) {
    const message = `The host key of ${target.endpoint} is not known: ${keyType(key)} ${fingerprint(key)}.`
    const [authority] = context.authorities
    super('E_HOST_KEY_UNKNOWN', message, 'connect', {
      where: authority && { file: authority.file, line: authority.line },
      details: [...certificateDetails(context), ...lineDetails(target, key, context)],
      hint: `Compare the fingerprint with what \`${fingerprintCommand(keyType(key))}\` prints on the host's console, then add the line; or give --ssh-common-args='-o StrictHostKeyChecking=accept-new'.`,
    })
    this.target = target
    this.key = key
  }
}

function certificateDetails({ certificateProblem }: UnknownKeyContext): string[] {
  if (certificateProblem === undefined) return []
  return [`An authority is trusted for this host, but ${certificateProblem}.`]
}

function lineDetails(target: SshTarget, key: Buffer, { files }: UnknownKeyContext): string[] {
  const { host, port } = knownHostsAddress(target)
  const looked = `Looked in ${files.join(', ') || 'no file'}.`
  return isListable(host)
    ? [`${looked} The line to add:`, knownHostsLine(host, port, key)]
    : [
        `${looked} known_hosts would take "${host}" for a pattern: give the host a HostKeyAlias in ssh_config.`,
      ]
}

/** What prints the fingerprint on the host itself. */
export function fingerprintCommand(type: string): string {
  return `ssh-keygen -lf /etc/ssh/ssh_host_${hostKeyFiles[type] ?? '*'}_key.pub`
}

/** What sshd's key files are called. */
const hostKeyFiles: { readonly [type: string]: string } = {
  'ssh-ed25519': 'ed25519',
  'ssh-rsa': 'rsa',
  'ecdsa-sha2-nistp256': 'ecdsa',
  'ecdsa-sha2-nistp384': 'ecdsa',
  'ecdsa-sha2-nistp521': 'ecdsa',
}

export function changedKeyError(
  target: SshTarget,
  key: Buffer,
  { file, line, type, key: old }: KnownHostsEntry,
): UnreachableError {
  const { host, port } = knownHostsAddress(target)
  const name = port === 22 ? host : `[${host}]:${port}`
  return new UnreachableError(
    'E_HOST_KEY_CHANGED',
    `The host key of ${target.endpoint} has changed: someone may be intercepting the connection, or the host was reinstalled.`,
    'connect',
    {
      where: { file, line },
      details: [
        `known: ${type} ${fingerprint(old)}  (${file}:${line})`,
        `sent:  ${keyType(key)} ${fingerprint(key)}`,
      ],
      hint: `If you know why it changed: ssh-keygen -R '${name}' -f ${file}`,
    },
  )
}

/** `reason`: what is wrong with it, whether or not it is known. */
export function refusedKeyError(
  target: SshTarget,
  key: Buffer,
  { code, reason, hint }: { readonly code: string; readonly reason: string; readonly hint: string },
): UnreachableError {
  const message = `The host key of ${target.endpoint} is refused: ${keyType(key)} ${fingerprint(key)}: ${reason}.`
  return new UnreachableError(code, message, 'connect', { hint })
}

export function distrustedFileError(file: string, endpoint: string, reason: string): UnreachableError {
  const message = `The key of ${endpoint} cannot be checked: ${file} is not used, because ${reason}.`
  return new UnreachableError('E_KNOWN_HOSTS', message, 'connect', {
    hint: 'Others could have added keys: check the file, then chown and chmod it.',
  })
}

export function revokedKeyError(
  target: SshTarget,
  key: Buffer,
  { file, line }: KnownHostsEntry,
): UnreachableError {
  return new UnreachableError(
    'E_HOST_KEY_REVOKED',
    `The host key of ${target.endpoint} is revoked: ${keyType(key)} ${fingerprint(key)}.`,
    'connect',
    { where: { file, line }, hint: 'Do not connect until you know what this host is.' },
  )
}
