// Decodes and encodes a file such that lines left alone keep their bytes.

import { isUtf8 } from 'node:buffer'

/** UTF-8 if the bytes are valid UTF-8, else one character per byte. */
export type TextEncoding = 'utf8' | 'latin1'

export type DecodedText = { readonly text: string; readonly encoding: TextEncoding; readonly bom: string }

/** `text` is without the byte order mark, which is `bom`. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const encoding = isUtf8(buffer) ? 'utf8' : 'latin1'
  const text = buffer.toString(encoding)
  const bom = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  return { text: text.slice(bom.length), encoding, bom }
}

export function encodeText({ text, encoding, bom }: DecodedText): Buffer {
  return Buffer.from(bom + text, encoding)
}

/** In a file that is not UTF-8, values with characters that Latin-1 lacks are written as UTF-8. */
export function inEncoding<E>(edit: E, encoding: TextEncoding): E {
  return encoding === 'utf8' ? edit : (latin1(edit) as E)
}

const byteOrderMark = '\uFEFF'

function latin1(value: unknown): unknown {
  if (typeof value === 'string')
    return /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value
  if (Array.isArray(value)) return value.map(latin1)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, latin1(each)]))
}
