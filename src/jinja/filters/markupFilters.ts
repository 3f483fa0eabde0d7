// Filters for HTML, XML and URLs, and comments of many languages.

import { urlParts } from '../python/urls.ts'
import { named, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import type { Filter } from '../values/library.ts'
import { quoted, str } from '../values/text.ts'
import { isDict, isList, PyError, Undefined, type Value } from '../values/value.ts'
import { commented } from './comment.ts'

const htmlEscaped = plain((value) => escaped(str(value)))

export const markupFilters: { readonly [name: string]: Filter } = {
  escape: htmlEscaped,
  e: htmlEscaped,
  forceescape: htmlEscaped,
  safe: plain((value) => str(value)),
  striptags: plain((value) => withoutTags(str(value))),
  xmlattr: named(['autospace'], (value, [autospace = true]) => {
    if (!isDict(value)) throw new PyError('expects a dict of attributes')
    const attributes = [...value]
      .filter(([, item]) => item !== null && !(item instanceof Undefined))
      .map(([name, item]) => `${attributeName(str(name))}="${escaped(str(item))}"`)
      .join(' ')
    return truth(autospace) && attributes !== '' ? ` ${attributes}` : attributes
  }),
  urlencode: plain((value) =>
    isDict(value) ? query([...value]) : isList(value) ? query(value.map(pair)) : urlQuoted(str(value), '/'),
  ),
  urldecode: plain((value) => urlDecoded(str(value))),
  urlsplit: named(['query'], (value, [part = '']) => {
    const parts = urlParts(str(value))
    if (!truth(part)) return parts
    const found = parts.get(str(part))
    if (found !== undefined) return found
    throw new PyError(
      `a URL has no part ${quoted(str(part))}`,
      `Parts: ${[...parts.keys()].map(str).join(', ')}`,
    )
  }),
  comment: commented,
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&#34;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

const entityNames: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

function withoutTags(text: string): string {
  const plainText = text.replace(/<!--[\s\S]*?-->|<[^>]*>/g, '')
  const words = plainText.split(/\s+/).filter((word) => word !== '')
  return words.join(' ').replace(/&(?:#(\d+)|#x([0-9a-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entityNames[name] ?? whole
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
  })
}

function attributeName(name: string): string {
  if (/[\s/>=]/.test(name)) throw new PyError(`${quoted(name)} is not the name of an attribute`)
  return name
}

function pair(item: Value): [Value, Value] {
  const [key, value] = itemsOf(item)
  if (key === undefined || value === undefined) throw new PyError('expects a text, a dict or a list of pairs')
  return [key, value]
}

function query(pairs: readonly (readonly [Value, Value])[]): string {
  const part = (value: Value) => urlQuoted(str(value), '').replaceAll('%20', '+')
  return pairs.map(([key, value]) => `${part(key)}=${part(value)}`).join('&')
}

/** As urllib.parse.quote: everything but letters, digits, `_.-~` and what is safe. */
function urlQuoted(text: string, safe: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9_.~-]/.test(character) || safe.includes(character)) return character
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

function urlDecoded(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'))
}
