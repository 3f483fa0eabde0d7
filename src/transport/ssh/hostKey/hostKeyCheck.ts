// Verifies a host's key by known_hosts and StrictHostKeyChecking.

import type { UnreachableError } from '../../../model/errors/error.ts'
import type { SshTarget } from '../config/target.ts'
import type { Certificate } from '../protocol/certificate.ts'
import { rsaBits } from '../protocol/wireFormat.ts'
import { type HostKeyClaim, hostCertificateProblem } from './hostCertificate.ts'
import { changedKeyError, refusedKeyError, revokedKeyError, UnknownHostKeyError } from './hostKeyErrors.ts'
import {
  entriesFor,
  fingerprint,
  type HostKeyStatus,
  hostKeyStatus,
  type KnownHostsEntry,
  keyType,
  knownHostsAddress,
  knownHostsLine,
} from './knownHosts.ts'
import { addToKnownHosts, readKnownHosts } from './knownHostsFile.ts'
import { revokedProblem } from './revokedKeys.ts'

export type HostKeyCheck = {
  /** The entries for the host, for the order of algorithms. */
  readonly entries: readonly KnownHostsEntry[]
  /** Whether known_hosts has a key of the host. */
  readonly isListed: boolean
  /** Whether the key is unknown, but an authority is trusted that may have signed a certificate for it. */
  readonly needsCertificate: (key: Buffer) => boolean
  /**
   * The error that refuses the key, or undefined. Synchronous, because ssh2 takes a promise for a yes. `shown` is the
   * host's certificate, if one is needed, or why there is none.
   */
  readonly verify: (key: Buffer, shown?: Certificate | string) => UnreachableError | undefined
  /** Whether another key was known and the connection continues anyway: no password may be sent then. */
  readonly hasKeyChanged: () => boolean
}

/** Keys that somebody accepted during this run, which may be in no file: `knownHostsLine` of each. */
export type AcceptedHostKeys = Set<string>

type CheckOptions = {
  readonly accepted: AcceptedHostKeys
  readonly log: (message: string) => void
}

/** Reads the known_hosts files of a target. */
export async function createHostKeyCheck(
  target: SshTarget,
  { accepted: confirmed, log }: CheckOptions,
): Promise<HostKeyCheck> {
  const { host, port } = knownHostsAddress(target)
  const files = [...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]
  const known = (await Promise.all(files.map((file) => readKnownHosts(file, target)))).flat()
  const own = entriesFor(known, host, port)
  const portless = port === 22 ? [] : entriesFor(known, host, 22)
  const entries = [...own, ...portless]
  const authorities = trustedAuthorities(entries)
  let hasKeyChanged = false
  let accepted: Buffer | undefined

  /** As in ssh, a key that is unknown with its port may be known without; a different key there does not count. */
  function statusOf(key: Buffer): HostKeyStatus {
    const status = hostKeyStatus(own, key)
    if (status.kind !== 'unknown') return status
    const other = hostKeyStatus(portless, key)
    return other.kind === 'changed' ? status : other
  }

  function check(key: Buffer, shown: Certificate | string | undefined): UnreachableError | undefined {
    const refused = keyError(target, key)
    if (refused) return refused
    const status = statusOf(key)
    log(`host key ${keyType(key)} ${fingerprint(key)} is ${status.kind}`)
    switch (status.kind) {
      case 'known':
        return undefined
      case 'revoked':
        return revokedKeyError(target, key, status.entry)
      case 'changed':
        hasKeyChanged = true
        return target.strictHostKey === 'no' ? undefined : changedKeyError(target, key, status.entry)
      case 'unknown':
        return checkUnknown(key, shown)
    }
  }

  function checkUnknown(key: Buffer, shown: Certificate | string | undefined): UnreachableError | undefined {
    if (confirmed.has(knownHostsLine(host, port, key))) return undefined
    let certificateProblem: string | undefined
    if (authorities.length > 0) {
      const claim = {
        key,
        name: host,
        authorities: authorities.map((entry) => entry.key),
        algorithms: target.algorithms.authority,
        nowMs: Date.now(),
      }
      certificateProblem = problemOf(shown, claim, log) ?? revokedCertificate(shown as Certificate)
      if (certificateProblem === undefined) return undefined
    }
    if (target.strictHostKey === 'yes' || target.strictHostKey === 'ask') {
      return new UnknownHostKeyError(target, key, { files, authorities, certificateProblem })
    }
    log(addToKnownHosts(target, key).message)
    return undefined
  }

  function revokedCertificate({ blob, authority }: Certificate): string | undefined {
    const file = target.revokedHostKeysFile
    const problem = revokedProblem(file, blob) ?? revokedProblem(file, authority)
    return problem && `its certificate or its authority does not count: ${problem}`
  }

  return {
    entries,
    isListed: own.some(({ marker }) => marker === undefined),
    needsCertificate: (key) =>
      authorities.length > 0 && !accepted?.equals(key) && statusOf(key).kind === 'unknown',
    verify: (key, shown) => {
      if (accepted?.equals(key)) return undefined // called again when the session keys are renewed
      const error = check(key, shown)
      if (!error) accepted = key
      return error
    },
    hasKeyChanged: () => hasKeyChanged,
  }
}

/** Refuses a key that is too weak or in RevokedHostKeys, even if it is known, and even without checking. */
function keyError(target: SshTarget, key: Buffer): UnreachableError | undefined {
  const revoked = revokedProblem(target.revokedHostKeysFile, key)
  if (revoked) {
    const hint = 'Do not connect until you know what this host is.'
    return refusedKeyError(target, key, { code: 'E_HOST_KEY_REVOKED', reason: revoked, hint })
  }
  const bits = rsaBits(key)
  if (bits === undefined || bits >= target.requiredRsaBits) return undefined
  const reason = `it has ${bits} bits, and RequiredRSASize is ${target.requiredRsaBits}`
  return refusedKeyError(target, key, {
    code: 'E_HOST_KEY_WEAK',
    reason,
    hint: 'Give the host a longer key, or one of type ed25519: ssh-keygen -A',
  })
}

/** Why what was shown does not prove the key; undefined: it does. */
function problemOf(
  shown: Certificate | string | undefined,
  claim: HostKeyClaim,
  log: (message: string) => void,
): string | undefined {
  if (typeof shown !== 'object') return `it shows no certificate (${shown ?? 'none was requested'})`
  const problem = hostCertificateProblem(shown, claim)
  log(`host certificate "${shown.keyId}": ${problem ?? 'good'}`)
  return problem && `its certificate "${shown.keyId}" does not prove it: ${problem}`
}

/** The authorities that are not revoked. */
function trustedAuthorities(entries: readonly KnownHostsEntry[]): KnownHostsEntry[] {
  const revoked = entries.filter(({ marker }) => marker === 'revoked')
  const isRevoked = ({ key }: KnownHostsEntry) => revoked.some((entry) => entry.key.equals(key))
  return entries.filter((entry) => entry.marker === 'cert-authority' && !isRevoked(entry))
}
