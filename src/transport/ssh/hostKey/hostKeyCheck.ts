// Decides whether the key that a host sent is its own: known_hosts and StrictHostKeyChecking.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { UnreachableError } from '../../../model/errors/error.ts'
import type { SshTarget } from '../config/target.ts'
import type { Certificate } from '../protocol/certificate.ts'
import { hostCertificateProblem } from './hostCertificate.ts'
import { changedKeyError, knownHostsAddress, revokedKeyError, unknownKeyError } from './hostKeyErrors.ts'
import {
  entriesFor,
  fingerprint,
  type HostKeyStatus,
  hostKeyStatus,
  type KnownHostsEntry,
  keyType,
  knownHostsLine,
  parseKnownHosts,
} from './knownHosts.ts'

export type HostKeyCheck = {
  /** The lines about the host, for the order of algorithms. */
  readonly entries: readonly KnownHostsEntry[]
  /** Whether nothing is known of the key but an authority, which may have signed a certificate for it. */
  readonly needsCertificate: (key: Buffer) => boolean
  /**
   * Undefined: go on. Synchronous on purpose: ssh2 takes a promise for a yes. `shown` is the host's certificate where one
   * is wanted, or why there is none.
   */
  readonly verify: (key: Buffer, shown?: Certificate | string) => UnreachableError | undefined
  /** Whether another key was known, and the connection goes on all the same: no password may be sent then. */
  readonly hasKeyChanged: () => boolean
}

/** Reads the known_hosts files of a target, and what they say of it. */
export async function createHostKeyCheck(
  target: SshTarget,
  log: (message: string) => void,
): Promise<HostKeyCheck> {
  const { host, port } = knownHostsAddress(target)
  const files = [...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]
  const known = (await Promise.all(files.map(readKnownHosts))).flat()
  const own = entriesFor(known, host, port)
  const portless = port === 22 ? [] : entriesFor(known, host, 22)
  const lines = [...own, ...portless]
  const authorities = trustedAuthorities(lines)
  let hasKeyChanged = false
  let accepted: Buffer | undefined
  const refusal = (key: Buffer, shown?: Certificate | string): UnreachableError | undefined => {
    if (accepted?.equals(key)) return undefined // asked again when the session keys are renewed
    const problem = check(key, shown)
    if (!problem) accepted = key
    return problem
  }

  const wantsCertificate = (key: Buffer) =>
    authorities.length > 0 && !accepted?.equals(key) && statusOf(key).kind === 'unknown'

  /** As ssh: what is not known with its port may be known without; a key there that is another says nothing. */
  function statusOf(key: Buffer): HostKeyStatus {
    const status = hostKeyStatus(own, key)
    const other = status.kind === 'unknown' ? hostKeyStatus(portless, key) : status
    return other.kind === 'changed' && status.kind === 'unknown' ? status : other
  }

  function check(key: Buffer, shown: Certificate | string | undefined): UnreachableError | undefined {
    const status = statusOf(key)
    log(`host key ${keyType(key)} ${fingerprint(key)} is ${status.kind}`)
    if (status.kind === 'known') return undefined
    if (status.kind === 'revoked') return revokedKeyError(target, key, status.line)
    if (status.kind === 'unknown') {
      const doubt = authorities.length > 0 ? certificateProblem(shown, key) : undefined
      if (doubt === '') return undefined
      return target.strictHostKey === 'yes'
        ? unknownKeyError(target, key, { files, authorities, certificateProblem: doubt })
        : addToKnownHosts(key)
    }
    hasKeyChanged = true
    return target.strictHostKey === 'no' ? undefined : changedKeyError(target, key, status.line)
  }

  /** Why the certificate that was shown does not prove the key; empty: it does. */
  function certificateProblem(shown: Certificate | string | undefined, key: Buffer): string {
    if (typeof shown !== 'object') return `it shows no certificate (${shown ?? 'it was not asked'})`
    const trusted = authorities.map((line) => line.key)
    const problem = hostCertificateProblem(shown, {
      key,
      name: host,
      authorities: trusted,
      nowMs: Date.now(),
    })
    log(`host certificate "${shown.keyId}": ${problem ?? 'good'}`)
    return problem === undefined ? '' : `its certificate "${shown.keyId}" does not prove it: ${problem}`
  }

  function addToKnownHosts(key: Buffer): undefined {
    const file = target.userKnownHostsFiles[0]
    if (file === undefined) return
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      appendFileSync(file, `${lacksFinalNewline(file) ? '\n' : ''}${knownHostsLine(host, port, key)}\n`, {
        mode: 0o600,
      })
      log(`added the host key of ${host} to ${file}`)
    } catch (error) {
      log(`could not add the host key of ${host} to ${file}: ${(error as Error).message}`)
    }
  }

  return {
    entries: lines,
    needsCertificate: wantsCertificate,
    verify: refusal,
    hasKeyChanged: () => hasKeyChanged,
  }
}

async function readKnownHosts(file: string): Promise<KnownHostsEntry[]> {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file)
  } catch {
    return [] // as OpenSSH: a file that is not there knows nobody
  }
}

/** Whether a file's last line lacks its end, so that a line added would become part of it. */
function lacksFinalNewline(file: string): boolean {
  try {
    const text = readFileSync(file, 'utf8')
    return text !== '' && !text.endsWith('\n')
  } catch {
    return false
  }
}

/** Authorities for the host, save those that are revoked. */
function trustedAuthorities(lines: readonly KnownHostsEntry[]): KnownHostsEntry[] {
  const revoked = lines.filter(({ marker }) => marker === 'revoked')
  const isRevoked = ({ key }: KnownHostsEntry) => revoked.some((line) => line.key.equals(key))
  return lines.filter((line) => line.marker === 'cert-authority' && !isRevoked(line))
}
