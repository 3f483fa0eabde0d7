// The stamp file that records which archive was unpacked, and how.

import { posix } from 'node:path'
import { type Checksum, type FileState, PlaybookError } from '../../../src/index.ts'
import type { UnarchiveParams } from './params.ts'

/** `/opt/app/.unarchived-apache-tomcat.tar.gz` for all versions of `apache-tomcat-9.0.109.tar.gz`. */
export function stampPath(src: string, dest: string): string {
  const name = posix.basename(src).replace(/[-_.]?v?\d+(?:\.\d+)+/g, '')
  return posix.join(dest, `.unarchived-${name}`)
}

export function stampText(wanted: UnarchiveParams, digest: Checksum): string {
  const { stripComponents, exclude } = wanted
  const lines = [`${digest.algorithm} ${digest.hex}`, `stripComponents ${stripComponents}`]
  return [...lines, ...exclude.map((path) => `exclude ${path}`), ''].join('\n')
}

/** @throws PlaybookError E_NO_ARCHIVE, E_CHECKSUM */
export function archiveDigest(src: string, archive: FileState, wanted: Checksum | undefined): Checksum {
  if (archive.type !== 'file' || archive.digest === undefined) {
    const message =
      archive.type === 'absent' ? `There is no archive ${src}.` : `The archive ${src} cannot be read.`
    throw new PlaybookError('E_NO_ARCHIVE', message, {
      hint: 'The tasks download and copyFile put it on the host.',
    })
  }
  if (wanted && archive.digest !== wanted.hex) {
    throw new PlaybookError('E_CHECKSUM', `${src} is not the expected archive.`, {
      details: [`${wanted.algorithm} is ${archive.digest}`, `expected  ${wanted.hex}`],
      hint: 'Is the checksum for a different version?',
    })
  }
  return { algorithm: wanted?.algorithm ?? 'sha256', hex: archive.digest }
}
