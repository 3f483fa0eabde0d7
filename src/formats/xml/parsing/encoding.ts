// Decodes and encodes an XML file such that text left alone keeps its bytes.

import { PlaybookError } from '../../../model/errors/error.ts'

export type XmlEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'iso-8859-1' | 'us-ascii' | 'windows-1252'

/** Text without its byte order mark, and what is needed to encode it the same way. */
export type DecodedXml = { readonly text: string; readonly encoding: XmlEncoding; readonly bom: boolean }

/**
 * Decodes an XML file by its byte order mark, else by its declaration, else as UTF-8
 * (XML 1.0, 4.3.3 and appendix F).
 *
 * @throws PlaybookError E_XML_ENCODING for an unknown encoding, and for bytes that are invalid in the encoding
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const mark = byteOrderMarks.find((each) => buffer.subarray(0, each.bytes.length).equals(each.bytes))
  if (mark) {
    const text = decodeAs(buffer.subarray(mark.bytes.length), mark.encoding)
    assertDeclared(text, mark.encoding)
    return { text, encoding: mark.encoding, bom: true }
  }
  const encoding = sniff(buffer)
  return { text: decodeAs(buffer, encoding), encoding, bom: false }
}

/**
 * Encodes a text the way it was decoded.
 *
 * @throws PlaybookError E_XML_ENCODING for a character that the encoding lacks
 */
export function encodeXml({ text, encoding, bom }: DecodedXml): Buffer {
  assertEncodable(text, encoding)
  const body = encodeAs(text, encoding)
  const mark = byteOrderMarks.find((each) => each.encoding === encoding)
  return bom && mark ? Buffer.concat([mark.bytes, body]) : body
}

/** Whether the encoding has a character (a code point as a string). */
export function canHold(encoding: XmlEncoding, character: string): boolean {
  const code = character.codePointAt(0)!
  if (encoding === 'us-ascii') return code < 0x80
  if (encoding === 'iso-8859-1') return code < 0x100
  if (encoding === 'windows-1252') return character.length === 1 && toWindows1252.has(character)
  return true
}

/** @throws PlaybookError E_XML_ENCODING for a character that the encoding lacks and no reference can replace */
export function assertEncodable(text: string, encoding: XmlEncoding): void {
  const lost = encoding.startsWith('utf')
    ? undefined
    : Array.from(text).find((character) => !canHold(encoding, character))
  if (lost === undefined) return
  throw new PlaybookError(
    'E_XML_ENCODING',
    `"${lost}" cannot be written in ${encoding.toUpperCase()}, the encoding of the file.`,
    'In text and attribute values a reference replaces it; in names, comments and CDATA that is impossible.',
  )
}

const byteOrderMarks: readonly { bytes: Buffer; encoding: XmlEncoding }[] = [
  { bytes: Buffer.from([0xef, 0xbb, 0xbf]), encoding: 'utf-8' },
  { bytes: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { bytes: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
]

const encodingsByName: ReadonlyMap<string, XmlEncoding | 'utf-16'> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['utf-16', 'utf-16'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
  ['iso-8859-1', 'iso-8859-1'],
  ['iso8859-1', 'iso-8859-1'],
  ['iso8859_1', 'iso-8859-1'],
  ['iso_8859-1', 'iso-8859-1'],
  ['latin1', 'iso-8859-1'],
  ['latin-1', 'iso-8859-1'],
  ['us-ascii', 'us-ascii'],
  ['ascii', 'us-ascii'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
])

function sniff(buffer: Buffer): XmlEncoding {
  if (buffer[0] === 0x3c && buffer[1] === 0) return 'utf-16le'
  if (buffer[0] === 0 && buffer[1] === 0x3c) return 'utf-16be'
  const declared = declaredEncoding(buffer.subarray(0, 400).toString('latin1'))
  if (declared === undefined) return 'utf-8'
  const known = encodingsByName.get(declared.toLowerCase())
  if (known === undefined) throw unknownEncoding(declared)
  if (known.startsWith('utf-16')) throw contradiction(declared, 'single-byte characters')
  return known as XmlEncoding
}

function declaredEncoding(start: string): string | undefined {
  const declaration = /^<\?xml\s[^>]*?\?>/.exec(start)?.[0] ?? ''
  const match = /\sencoding\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(declaration)
  return match?.[1] ?? match?.[2]
}

function assertDeclared(text: string, encoding: XmlEncoding): void {
  const declared = declaredEncoding(text.slice(0, 400))
  if (declared === undefined) return
  const known = encodingsByName.get(declared.toLowerCase())
  const agrees = known === encoding || (known === 'utf-16' && encoding.startsWith('utf-16'))
  if (!agrees) throw contradiction(declared, `a byte order mark of ${encoding.toUpperCase()}`)
}

function decodeAs(buffer: Buffer, encoding: XmlEncoding): string {
  switch (encoding) {
    case 'utf-8':
      return decodeUtf8(buffer)
    case 'utf-16le':
    case 'utf-16be':
      if (buffer.length % 2 === 1) throw notOfEncoding(encoding, buffer.length - 1, buffer)
      return (encoding === 'utf-16le' ? buffer : swapped(buffer)).toString('utf16le')
    case 'windows-1252':
      return Array.from(buffer, characterOf).join('')
    case 'us-ascii': {
      const beyond = buffer.findIndex((byte) => byte > 0x7f)
      if (beyond !== -1) throw notOfEncoding(encoding, beyond, buffer)
      return buffer.toString('latin1')
    }
    case 'iso-8859-1':
      return buffer.toString('latin1')
  }
}

function decodeUtf8(buffer: Buffer): string {
  const text = buffer.toString('utf8')
  const again = Buffer.from(text, 'utf8')
  if (again.equals(buffer)) return text
  const offset = again.findIndex((byte, index) => byte !== buffer[index])
  throw notOfEncoding('utf-8', offset, buffer)
}

function encodeAs(text: string, encoding: XmlEncoding): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text, 'utf8')
    case 'utf-16le':
      return Buffer.from(text, 'utf16le')
    case 'utf-16be':
      return swapped(Buffer.from(text, 'utf16le'))
    case 'windows-1252':
      return Buffer.from(Array.from(text, (character) => toWindows1252.get(character) ?? 0x3f))
    case 'us-ascii':
    case 'iso-8859-1':
      return Buffer.from(text, 'latin1')
  }
}

function swapped(buffer: Buffer): Buffer {
  return Buffer.from(buffer).swap16()
}

/**
 * What windows-1252 has for the bytes 0x80 to 0x9f (WHATWG Encoding); the five undefined ones are control characters.
 * A table of our own, because Node 20's TextDecoder reads them as ISO-8859-1.
 */
const from0x80 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

const toWindows1252: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => [characterOf(byte), byte]),
)

function characterOf(byte: number): string {
  return from0x80[byte - 0x80] ?? String.fromCharCode(byte)
}

function unknownEncoding(declared: string): PlaybookError {
  return new PlaybookError(
    'E_XML_ENCODING',
    `The XML declaration names the encoding "${declared}", which is not supported. Supported are UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252.`,
    'Convert the file to UTF-8 (iconv) and change its declaration.',
  )
}

function contradiction(declared: string, actual: string): PlaybookError {
  return new PlaybookError(
    'E_XML_ENCODING',
    `The XML declaration says encoding="${declared}", but the file has ${actual}.`,
    'Correct the declaration, or save the file in the encoding that it names.',
  )
}

function notOfEncoding(encoding: XmlEncoding, offset: number, buffer: Buffer): PlaybookError {
  const line = buffer.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1
  const byte = (buffer[offset] ?? 0).toString(16).padStart(2, '0')
  return new PlaybookError(
    'E_XML_ENCODING',
    `Line ${line}: the byte 0x${byte} at offset ${offset} is not valid ${encoding.toUpperCase()}.`,
    'Declare the encoding that the file really has, for example encoding="ISO-8859-1".',
  )
}
