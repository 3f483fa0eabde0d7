// Decides whether the key that a host sent is its own: known_hosts and StrictHostKeyChecking.

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { UnreachableError } from '../../../model/errors/error.ts'
import type { SshTarget } from '../config/target.ts'
import type { Certificate } from '../protocol/certificate.ts'
import { certificateFault } from './hostCertificate.ts'
import { changed, listedAs, revoked, unknown } from './hostKeyErrors.ts'
import {
  fingerprint,
  judgeKey,
  type KnownHost,
  keyType,
  knownHostsLine,
  linesFor,
  parseKnownHosts,
  type Verdict,
} from './knownHosts.ts'

export type HostKeyCheck = {
  /** The lines about the host, for the order of algorithms. */
  readonly lines: readonly KnownHost[]
  /** Whether nothing is known of the key but an authority, which may have signed a certificate for it. */
  readonly wantsCertificate: (key: Buffer) => boolean
  /**
   * Undefined: go on. Synchronous on purpose: ssh2 takes a promise for a yes. `shown` is the host's certificate where one
   * is wanted, or why there is none.
   */
  readonly refusal: (key: Buffer, shown?: Certificate | string) => UnreachableError | undefined
  /** Whether another key was known, and the connection goes on all the same: no password may be sent then. */
  readonly isDoubtful: () => boolean
}

/** Reads the known_hosts files of a target, and what they say of it. */
export async function hostKeyCheck(target: SshTarget, log: (message: string) => void): Promise<HostKeyCheck> {
  const { host, port } = listedAs(target)
  const files = [...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]
  const known = (await Promise.all(files.map(readKnownHosts))).flat()
  const own = linesFor(known, host, port)
  const portless = port === 22 ? [] : linesFor(known, host, 22)
  const lines = [...own, ...portless]
  const authorities = trustedAuthorities(lines)
  let isDoubtful = false
  let accepted: Buffer | undefined
  const refusal = (key: Buffer, shown?: Certificate | string): UnreachableError | undefined => {
    if (accepted?.equals(key)) return undefined // asked again when the session keys are renewed
    const fault = judge(key, shown)
    if (!fault) accepted = key
    return fault
  }

  const wantsCertificate = (key: Buffer) =>
    authorities.length > 0 && !accepted?.equals(key) && verdictOf(key).kind === 'unknown'

  /** As ssh: what is not known with its port may be known without; a key there that is another says nothing. */
  function verdictOf(key: Buffer): Verdict {
    const verdict = judgeKey(own, key)
    const other = verdict.kind === 'unknown' ? judgeKey(portless, key) : verdict
    return other.kind === 'changed' && verdict.kind === 'unknown' ? verdict : other
  }

  function judge(key: Buffer, shown: Certificate | string | undefined): UnreachableError | undefined {
    const verdict = verdictOf(key)
    log(`host key ${keyType(key)} ${fingerprint(key)} is ${verdict.kind}`)
    if (verdict.kind === 'known') return undefined
    if (verdict.kind === 'revoked') return revoked(target, key, verdict.line)
    if (verdict.kind === 'unknown') {
      const doubt = authorities.length > 0 ? doubtOf(shown, key) : undefined
      if (doubt === '') return undefined
      return target.strictHostKey === 'yes' ? unknown(target, key, { files, authorities, doubt }) : add(key)
    }
    isDoubtful = true
    return target.strictHostKey === 'no' ? undefined : changed(target, key, verdict.line)
  }

  /** Why the certificate that was shown does not prove the key; empty: it does. */
  function doubtOf(shown: Certificate | string | undefined, key: Buffer): string {
    if (typeof shown !== 'object') return `it shows no certificate (${shown ?? 'it was not asked'})`
    const trusted = authorities.map((line) => line.key)
    const fault = certificateFault(shown, { key, name: host, authorities: trusted, nowMs: Date.now() })
    log(`host certificate "${shown.keyId}": ${fault ?? 'good'}`)
    return fault === undefined ? '' : `its certificate "${shown.keyId}" does not prove it: ${fault}`
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

  return { lines, wantsCertificate, refusal, isDoubtful: () => isDoubtful }
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

/** Authorities for the host, save those that are revoked. */
function trustedAuthorities(lines: readonly KnownHost[]): KnownHost[] {
  const revoked = lines.filter(({ marker }) => marker === 'revoked')
  const isRevoked = ({ key }: KnownHost) => revoked.some((line) => line.key.equals(key))
  return lines.filter((line) => line.marker === 'cert-authority' && !isRevoked(line))
}
