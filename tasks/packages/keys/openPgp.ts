// Reads OpenPGP public keys: armour, packets and fingerprints.

import { createHash } from 'node:crypto'
import { PlaybookError } from '../../../src/index.ts'

/** Whether a text has a public key in it. */
export function isArmored(text: string): boolean {
  return text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')
}

/** The bytes of keys, armoured or not. @throws PlaybookError E_KEY */
export function keyBytes(bytes: Buffer, what: string): Buffer {
  const text = bytes.toString('latin1')
  if (!text.includes('-----BEGIN PGP ')) return bytes
  const blocks = [...text.matchAll(block)].map(([, body = '']) =>
    Buffer.from(body.replace(/\s/g, ''), 'base64'),
  )
  if (blocks.length === 0) throw noKey(what)
  return Buffer.concat(blocks)
}

/** An armoured block: headers, an empty line, base64, and a line with a checksum. Format: RFC 9580, section 6.2. */
const block =
  /-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\r?\n(?:[A-Za-z]+: .*\r?\n)*[ \t]*\r?\n([A-Za-z0-9+/=\s]*?)(?:\r?\n=[A-Za-z0-9+/]{4})?\s*-----END PGP PUBLIC KEY BLOCK-----/g

/** The fingerprints of the keys, without their subkeys. Format: RFC 9580, sections 4.2 and 5.5.4. @throws PlaybookError E_KEY */
export function fingerprints(bytes: Buffer, what: string): string[] {
  const found: string[] = []
  for (const { tag, body } of packets(bytes, what)) {
    if (tag === 5 || tag === 7) {
      throw new PlaybookError('E_KEY', `${what} is a secret key.`, {
        hint: 'gpg --export gives the public one.',
      })
    }
    if (tag === 6) found.push(fingerprintOf(body, what))
  }
  if (found.length === 0) throw noKey(what)
  return found
}

function fingerprintOf(body: Buffer, what: string): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const version = body[0]
  if (version === 4) return hex('sha1', Buffer.from([0x99]), length.subarray(2), body)
  if (version === 6) return hex('sha256', Buffer.from([0x9b]), length, body)
  throw new PlaybookError('E_KEY', `${what} has a key of version ${version}; 4 and 6 are known.`)
}

function hex(algorithm: string, ...parts: readonly Buffer[]): string {
  return createHash(algorithm).update(Buffer.concat(parts)).digest('hex').toUpperCase()
}

function* packets(bytes: Buffer, what: string): Generator<{ readonly tag: number; readonly body: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const header = bytes[at]!
    if ((header & 0x80) === 0) throw noKey(what)
    const { size, length } =
      (header & 0x40) !== 0 ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, header & 3)
    const start = at + 1 + size
    if (length === undefined || start + length > bytes.length) throw noKey(what)
    yield {
      tag: (header & 0x40) !== 0 ? header & 0x3f : (header >> 2) & 0xf,
      body: bytes.subarray(start, start + length),
    }
    at = start + length
  }
}

type Length = { readonly size: number; readonly length: number | undefined }

function newLength(bytes: Buffer, at: number): Length {
  const first = bytes[at] ?? 0
  if (first < 192) return { size: 1, length: first }
  if (first < 224) return { size: 2, length: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 }
  return { size: 5, length: first === 255 && at + 5 <= bytes.length ? bytes.readUInt32BE(at + 1) : undefined }
}

function oldLength(bytes: Buffer, at: number, type: number): Length {
  const size = [1, 2, 4][type]
  return size === undefined || at + size > bytes.length
    ? { size: 0, length: undefined }
    : { size, length: bytes.readUIntBE(at, size) }
}

function noKey(what: string): PlaybookError {
  return new PlaybookError('E_KEY', `${what} is not an OpenPGP public key.`, {
    hint: 'It begins with -----BEGIN PGP PUBLIC KEY BLOCK-----, or is binary, as gpg --export writes it.',
  })
}

/** Keys as text. The comment names their fingerprints, so that a shell can tell which keys a file holds. */
export function armored(bytes: Buffer, comment: string): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  const sum = Buffer.alloc(3)
  sum.writeUIntBE(crc24(bytes), 0, 3)
  return [
    '-----BEGIN PGP PUBLIC KEY BLOCK-----',
    `Comment: ${comment}`,
    '',
    ...lines,
    `=${sum.toString('base64')}`,
    '-----END PGP PUBLIC KEY BLOCK-----',
    '',
  ].join('\n')
}

/** The checksum of armour. Format: RFC 4880, section 6.1. */
function crc24(bytes: Buffer): number {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb
    }
  }
  return crc & 0xffffff
}
