// Decodes and encodes a file such that lines left alone keep their bytes.

import { isUtf8 } from 'node:buffer'
import type { HttpdEdit } from '../edit.ts'

/** UTF-8 if the bytes are valid UTF-8, else one character per byte. */
export type HttpdEncoding = 'utf8' | 'latin1'

export type DecodedHttpd = { readonly text: string; readonly encoding: HttpdEncoding; readonly bom: string }

/** `text` is without the byte order mark, which is `bom`. */
export function decodeHttpd(bytes: Uint8Array): DecodedHttpd {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const encoding = isUtf8(buffer) ? 'utf8' : 'latin1'
  const text = buffer.toString(encoding)
  const bom = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : ''
  return { text: text.slice(bom.length), encoding, bom }
}

export function encodeHttpd({ text, encoding, bom }: DecodedHttpd): Buffer {
  return Buffer.from(bom + text, encoding)
}

/** In a file that is not UTF-8, values with characters that Latin-1 lacks are written as UTF-8. */
export function inEncoding(edit: HttpdEdit, encoding: HttpdEncoding): HttpdEdit {
  return encoding === 'utf8' ? edit : (latin1(edit) as HttpdEdit)
}

const BYTE_ORDER_MARK = '\uFEFF'

function latin1(value: unknown): unknown {
  if (typeof value === 'string')
    return /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value
  if (Array.isArray(value)) return value.map(latin1)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, latin1(each)]))
}
