// The stamp file that records which archive was unpacked, and how.

import { posix } from 'node:path'
import {
  type Checksum,
  type FileState,
  output,
  PlaybookError,
  type Probe,
  sh,
  text,
} from '../../../src/index.ts'
import { shownAddress } from '../download/redaction.ts'
import { archiveName } from './origin.ts'
import type { UnarchiveParams } from './params.ts'

/** `.unarchived-apache-tomcat.tar.gz` for all versions of `apache-tomcat-9.0.109.tar.gz`. */
export function stampName(src: string): string {
  return `.unarchived-${archiveName(src).replace(/[-_.]?v?\d+(?:\.\d+)+/g, '')}`
}

/** What root keeps of an archive that it unpacked, in a folder where nobody else can write. */
export function recordPath(src: string, dest: string): string {
  return posix.join('/var/lib/run-playbook/unarchived', dest, stampName(src))
}

/** The record: undefined if this is not root, empty if there is none. */
export function recordProbe(src: string, dest: string): Probe<string | undefined> {
  const path = recordPath(src, dest)
  return output(
    sh`[ -O / ] || exit 9; [ ! -f ${path} ] || cat -- ${path}`,
    (result) => (result.code === 9 ? undefined : text(result)),
    { reads: [posix.join(dest, stampName(src))] },
  )
}

/**
 * What was unpacked here before; undefined: nothing. For root, its record counts; before there is one, the stamp that an
 * earlier version wrote. Once there is a record, a stamp that somebody wrote or removed only makes it unpack again.
 */
export function unpackedBefore(stamp: FileState, record: string | undefined): string | undefined {
  const content = stamp.type === 'file' ? (stamp.content?.toString('utf8') ?? '') : undefined
  if (record === undefined) return content
  if (stamp.type === 'absent' && record === '') return undefined
  if (stamp.type !== 'file') return ''
  return record === '' ? content : record
}

/** `digest`: false: whatever the address delivers. */
export function stampText(desired: UnarchiveParams, digest: Checksum | false): string {
  const { src, stripComponents, include = [], exclude } = desired
  const origin = digest ? `${digest.algorithm} ${digest.hex}` : `from ${shownAddress(src)}`
  return [
    ...[origin, `stripComponents ${stripComponents}`],
    ...include.map((path) => `include ${path}`),
    ...exclude.map((path) => `exclude ${path}`),
    '',
  ].join('\n')
}

/** @throws PlaybookError E_NO_ARCHIVE, E_CHECKSUM */
export function archiveDigest(src: string, archive: FileState, desired: Checksum | undefined): Checksum {
  if (archive.type !== 'file' || archive.digest === undefined) {
    const message =
      archive.type === 'absent' ? `There is no archive ${src}.` : `The archive ${src} cannot be read.`
    throw new PlaybookError('E_NO_ARCHIVE', message, {
      hint: 'The tasks download and copyFile put it on the host.',
    })
  }
  if (desired) refuseOther(src, archive.digest, desired)
  return { algorithm: desired?.algorithm ?? 'sha256', hex: archive.digest }
}

/** @throws PlaybookError E_CHECKSUM */
export function refuseOther(src: string, hex: string, desired: Checksum): void {
  if (hex === desired.hex) return
  throw new PlaybookError('E_CHECKSUM', `${src} is not the expected archive.`, {
    details: [`${desired.algorithm} is ${hex}`, `expected  ${desired.hex}`],
    hint: 'Is the checksum for a different version?',
  })
}
