// Filters of encodings and hashes: base64, SHA, UUIDs, passwords.

import { createHash, getFips, getHashes } from 'node:crypto'
import { didYouMean } from '../../model/errors/suggest.ts'
import { named, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import type { Filter } from '../values/library.ts'
import { quoted, str } from '../values/text.ts'
import { PyError } from '../values/value.ts'
import { passwordHash } from './passwordHash.ts'

export const hashFilters: { readonly [name: string]: Filter } = {
  b64encode: named(['encoding', 'urlsafe'], (value, [encoding = 'utf-8', urlSafe = false]) => {
    const encoded = Buffer.from(str(value), bufferEncoding(str(encoding))).toString('base64')
    return truth(urlSafe) ? encoded.replaceAll('+', '-').replaceAll('/', '_') : encoded
  }),
  b64decode: named(['encoding', 'urlsafe'], (value, [encoding = 'utf-8']) => {
    const text = str(value)
    if (text.replace(/[\s=]/g, '').length % 4 === 1) throw new PyError(`${quoted(text)} is not base64`)
    return Buffer.from(text, 'base64').toString(bufferEncoding(str(encoding)))
  }),
  hash: named(['hashtype'], (value, [kind = 'sha1']) => digest(str(kind), str(value))),
  md5: plain((value) => digest('md5', str(value))),
  sha1: plain((value) => digest('sha1', str(value))),
  checksum: plain((value) => digest('sha1', str(value))),
  to_uuid: named(['namespace'], (value, [namespace = '361E6D51-FAEC-444A-9079-341386DA8E2E']) =>
    uuid5(str(namespace), str(value)),
  ),
  password_hash: passwordHash,
}

const encodings: Readonly<Record<string, BufferEncoding>> = {
  utf8: 'utf8',
  latin1: 'latin1',
  iso88591: 'latin1',
  ascii: 'ascii',
  utf16le: 'utf16le',
}

function bufferEncoding(name: string): BufferEncoding {
  const found = encodings[name.toLowerCase().replace(/[-_]/g, '')]
  if (found) return found
  throw new PyError(`the encoding ${quoted(name)} is unknown`, 'Encodings: utf-8, latin-1, ascii, utf-16-le')
}

/** Python's names of algorithms that OpenSSL names otherwise. */
const algorithms: Readonly<Record<string, string>> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
}

function digest(kind: string, text: string): string {
  const name = algorithms[kind] ?? kind.replace(/^sha3_/, 'sha3-')
  if (!getHashes().includes(name)) {
    const known = [
      'md5',
      'sha1',
      'sha224',
      'sha256',
      'sha384',
      'sha512',
      'sha3_256',
      'sha3_512',
      'blake2b',
      'blake2s',
    ]
    if (known.includes(kind) && getFips() === 1)
      throw new PyError(`the hash ${quoted(kind)} is refused: Node.js is in FIPS mode`)
    throw new PyError(
      `the hash ${quoted(kind)} is unknown`,
      didYouMean(kind, known) ?? `Hashes: ${known.join(', ')}`,
    )
  }
  return createHash(name).update(text).digest('hex')
}

function uuid5(namespace: string, name: string): string {
  const hex = namespace.replace(/^urn:uuid:|[{}-]/gi, '')
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new PyError(`the namespace ${quoted(namespace)} is not a UUID`)
  const bytes = createHash('sha1').update(Buffer.from(hex, 'hex')).update(name).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
