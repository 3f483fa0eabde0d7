// Schemas of parameters that many tasks share: paths, modes, owners, checksums.

import { z } from 'zod'
import type { DigestAlgorithm } from './fileState.ts'
import { type FileMode, symbolicMode } from './schema/symbolicMode.ts'
import type { Checksum } from './step.ts'

/** An absolute path on the host, without NUL or line ends. Trailing slashes are removed. */
export const absolutePath = z
  .string()
  .regex(/^(?![^/])/, 'expected an absolute path')
  .regex(/^[^\0\n]*$/, 'expected a path without line ends and NUL')
  .transform((path) => (path.length > 1 ? path.replace(/\/+$/, '') || '/' : path))

/** The absolute path of a file, without NUL or line ends. A slash at the end, which means a folder, is refused. */
export const filePath = absolutePath.in.refine(
  (path) => !path.endsWith('/'),
  'expected the path of a file; with a slash at the end it is a folder',
)

/** The name or number of a user or group, as text. */
export const account = z
  .union([
    z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/, 'expected a user or group name'),
    z.int().min(0),
  ])
  .transform(String)

const octalMode = /^[0-7]{3,4}$/
const expectedMode = "expected an octal mode such as '0644' or 0o644, or a symbolic one such as 'u+rwX,go-w'"

function octalBits(mode: string | number): number {
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : mode
}

/**
 * Permission bits: `'0644'`, `'644'`, or `0o644`. The number 644 (which is 0o1204) is refused: a number must be a
 * plausible mode, in which group and others have no bits that the owner lacks, and none can write without reading.
 */
export const fileMode = z
  .union([
    z.string().regex(octalMode, "expected an octal mode such as '0644'"),
    z.int().refine(isPlausibleMode, "expected an octal mode such as '0644' or 0o644"),
  ])
  .transform(octalBits)

/**
 * Permission bits, as for `fileMode`, or a symbolic mode such as `'u+rwX,go-w'`, which changes those that are there.
 * Without a class it means all of them, but who may write has to be named (`u+w`), for chmod would take that from the
 * umask.
 */
export const anyFileMode = z
  .union([
    z.string().refine((mode) => octalMode.test(mode) || symbolicMode.test(mode), expectedMode),
    z.int().refine(isPlausibleMode, expectedMode),
  ])
  .transform((mode): FileMode => (typeof mode === 'string' && octalMode.test(mode) ? octalBits(mode) : mode))

/** Owner, group and mode: the parameters of all tasks that create a file. */
export const fileAttributes = {
  owner: account
    .optional()
    .describe('Owner. Default: the existing owner, or for a new file the become user.'),
  group: account.optional().describe('Group.'),
  mode: anyFileMode.optional().describe("Permission bits: '0644', 0o644, or symbolic: 'u+rwX,go-w'."),
}

const digits: { readonly [length: number]: DigestAlgorithm } = {
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
}

/** `sha256:HEX` or another of SHA-2 (sha224, sha384, sha512), or only the hex, whose length tells the algorithm. */
export const checksum = z
  .string()
  .regex(
    /^(?:(?:sha224:)?[0-9a-f]{56}|(?:sha256:)?[0-9a-f]{64}|(?:sha384:)?[0-9a-f]{96}|(?:sha512:)?[0-9a-f]{128})$/i,
    'expected sha256:… (64 hex digits), sha512:… (128), sha384:… (96) or sha224:… (56)',
  )
  .transform((text): Checksum => {
    const hex = text.slice(text.indexOf(':') + 1).toLowerCase()
    return { algorithm: digits[hex.length]!, hex }
  })

function isPlausibleMode(mode: number): boolean {
  if (mode < 0 || mode > 0o7777) return false
  const classes = [(mode >> 6) & 7, (mode >> 3) & 7, mode & 7]
  const isSubset = (small: number, large: number) => (small & ~large) === 0
  const isReadable = (bits: number) => (bits & 2) === 0 || (bits & 4) !== 0
  return isSubset(classes[1]!, classes[0]!) && isSubset(classes[2]!, classes[1]!) && classes.every(isReadable)
}
