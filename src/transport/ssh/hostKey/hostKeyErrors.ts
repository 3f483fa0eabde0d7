// Says for people why the key of a host is not trusted, and what to do.

import { UnreachableError } from '../../../model/errors/error.ts'
import type { SshTarget } from '../config/target.ts'
import { fingerprint, type KnownHostsEntry, keyType, knownHostsLine } from './knownHosts.ts'

/** The name and port under which known_hosts has it: a HostKeyAlias stands for both. */
export function knownHostsAddress({ hostKeyAlias, host, port }: SshTarget): { host: string; port: number } {
  return hostKeyAlias === undefined ? { host, port } : { host: hostKeyAlias, port: 22 }
}

export type UnknownKeyContext = {
  readonly files: readonly string[]
  readonly authorities: readonly KnownHostsEntry[]
  /** What of its certificate is wrong, where an authority is trusted. */
  readonly certificateProblem: string | undefined
}

export function unknownKeyError(
  target: SshTarget,
  key: Buffer,
  { files, authorities, certificateProblem: doubt }: UnknownKeyContext,
): UnreachableError {
  const { host, port } = knownHostsAddress(target)
  const scan = `ssh-keyscan${target.port === 22 ? '' : ` -p ${target.port}`} ${target.host}`
  return new UnreachableError(
    'E_HOST_KEY_UNKNOWN',
    `The host key of ${target.endpoint} is not known: ${keyType(key)} ${fingerprint(key)}.`,
    'connect',
    {
      ...(authorities[0] ? { where: authorities[0] } : {}),
      details: [
        ...(doubt === undefined ? [] : [`An authority is trusted for this host, but ${doubt}.`]),
        `Looked in ${files.join(', ') || 'no file'}. The line to add:`,
        knownHostsLine(host, port, key),
      ],
      hint: `Compare the fingerprint with the host's own (\`${scan} | ssh-keygen -lf -\`), then add the line; or give --ssh-common-args='-o StrictHostKeyChecking=accept-new'.`,
    },
  )
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
    `The host key of ${target.endpoint} has changed: someone may be listening in, or the host was installed anew.`,
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

export function revokedKeyError(
  target: SshTarget,
  key: Buffer,
  { file, line }: KnownHostsEntry,
): UnreachableError {
  return new UnreachableError(
    'E_HOST_KEY_REVOKED',
    `The host key of ${target.endpoint} is revoked: ${keyType(key)} ${fingerprint(key)}.`,
    'connect',
    { where: { file, line }, hint: 'Do not connect before you know what this host is.' },
  )
}
