// Decides whether the key that a host sent is its own: known_hosts and StrictHostKeyChecking.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UnreachableError } from '../model/error.ts'
import {
  fingerprint,
  judgeKey,
  type KnownHost,
  keyType,
  knownHostsLine,
  linesFor,
  parseKnownHosts,
} from './knownHosts.ts'
import type { SshTarget } from './sshTarget.ts'

export type HostKeyCheck = {
  /** The lines about the host, for the order of algorithms. */
  readonly lines: readonly KnownHost[]
  /** Undefined: go on. Synchronous on purpose: ssh2 takes a promise for a yes. */
  readonly refusal: (key: Buffer) => UnreachableError | undefined
  /** Whether another key was known, and the connection goes on all the same: no password may be sent then. */
  readonly isDoubtful: () => boolean
}

/** Reads the known_hosts files of a target, and what they say of it. */
export async function hostKeyCheck(target: SshTarget, log: (message: string) => void): Promise<HostKeyCheck> {
  const { host, port } = listedAs(target)
  const files = [...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]
  const known = (await Promise.all(files.map(readKnownHosts))).flat()
  const lines = linesFor(known, host, port)
  const authority = lines.find(({ marker }) => marker === 'cert-authority')
  let isDoubtful = false
  let accepted: Buffer | undefined
  const refusal = (key: Buffer): UnreachableError | undefined => {
    if (accepted?.equals(key)) return undefined // asked again when the session keys are renewed
    const fault = judge(key)
    if (!fault) accepted = key
    return fault
  }

  function judge(key: Buffer): UnreachableError | undefined {
    const verdict = judgeKey(lines, key)
    log(`host key ${keyType(key)} ${fingerprint(key)} is ${verdict.kind}`)
    if (verdict.kind === 'known') return undefined
    if (verdict.kind === 'revoked') return revoked(target, key, verdict.line)
    if (verdict.kind === 'unknown')
      return target.strictHostKey === 'yes' ? unknown(target, key, { files, authority }) : add(key)
    isDoubtful = true
    return target.strictHostKey === 'no' ? undefined : changed(target, key, verdict.line)
  }

  function add(key: Buffer): undefined {
    const file = target.userKnownHostsFiles[0]
    if (file === undefined) return
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      appendFileSync(file, `${hasOpenEnd(file) ? '\n' : ''}${knownHostsLine(host, port, key)}\n`, {
        mode: 0o600,
      })
      log(`added the host key of ${host} to ${file}`)
    } catch (error) {
      log(`could not add the host key of ${host} to ${file}: ${(error as Error).message}`)
    }
  }

  return { lines, refusal, isDoubtful: () => isDoubtful }
}

/** The name and port under which known_hosts has it: a HostKeyAlias stands for both. */
function listedAs({ hostKeyAlias, host, port }: SshTarget): { host: string; port: number } {
  return hostKeyAlias === undefined ? { host, port } : { host: hostKeyAlias, port: 22 }
}

async function readKnownHosts(file: string): Promise<KnownHost[]> {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file)
  } catch {
    return [] // as OpenSSH: a file that is not there knows nobody
  }
}

/** Whether a file's last line lacks its end, so that a line added would become part of it. */
function hasOpenEnd(file: string): boolean {
  try {
    const text = readFileSync(file, 'utf8')
    return text !== '' && !text.endsWith('\n')
  } catch {
    return false
  }
}

type LookedIn = { readonly files: readonly string[]; readonly authority: KnownHost | undefined }

function unknown(target: SshTarget, key: Buffer, { files, authority }: LookedIn): UnreachableError {
  const { host, port } = listedAs(target)
  const scan = `ssh-keyscan${target.port === 22 ? '' : ` -p ${target.port}`} ${target.host}`
  return new UnreachableError(
    'E_HOST_KEY_UNKNOWN',
    `The host key of ${target.place} is not known: ${keyType(key)} ${fingerprint(key)}.`,
    'connect',
    {
      ...(authority ? { where: authority } : {}),
      details: [
        ...(authority ? [`${noCertificates} (${authority.file}:${authority.line})`] : []),
        `Looked in ${files.join(', ') || 'no file'}. The line to add:`,
        knownHostsLine(host, port, key),
      ],
      hint: `Compare the fingerprint with the host's own (\`${scan} | ssh-keygen -lf -\`), then add the line; or give --ssh-common-args='-o StrictHostKeyChecking=accept-new'.`,
    },
  )
}

const noCertificates =
  'An authority is trusted for this host, but certificates of hosts are not understood here: the key itself must be known.'

function changed(
  target: SshTarget,
  key: Buffer,
  { file, line, type, key: old }: KnownHost,
): UnreachableError {
  const { host, port } = listedAs(target)
  const name = port === 22 ? host : `[${host}]:${port}`
  return new UnreachableError(
    'E_HOST_KEY_CHANGED',
    `The host key of ${target.place} has changed: someone may be listening in, or the host was installed anew.`,
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

function revoked(target: SshTarget, key: Buffer, { file, line }: KnownHost): UnreachableError {
  return new UnreachableError(
    'E_HOST_KEY_REVOKED',
    `The host key of ${target.place} is revoked: ${keyType(key)} ${fingerprint(key)}.`,
    'connect',
    { where: { file, line }, hint: 'Do not connect before you know what this host is.' },
  )
}
