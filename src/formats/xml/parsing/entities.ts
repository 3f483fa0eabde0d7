// Resolves references in XML text, and escapes values for it.

import { canHold, type XmlEncoding } from './encoding.ts'

/** The internal general entities of a document: their text as written, by name. */
export type Entities = ReadonlyMap<string, string>

/**
 * Internal entities are expanded up to a depth and size; external ones are never loaded, and stay as written.
 */
function decodeReferences(raw: string, entities: Entities): string {
  return raw.includes('&') ? expand(raw, entities, { depth: 0, left: 65_536 }) : raw
}

/** The value of an attribute: literal white space becomes blanks (XML 1.0, 3.3.3). */
export function decodeAttribute(raw: string, entities: Entities): string {
  return decodeReferences(raw.replace(/\r\n|[\r\n\t]/g, ' '), entities)
}

/** The value of character data: line ends become LF (XML 1.0, 2.11). */
export function decodeContent(raw: string, entities: Entities): string {
  return decodeReferences(raw.replace(/\r\n?/g, '\n'), entities)
}

/** Escapes a value for use between these quotes. */
export function escapeAttribute(value: string, quote: string, encoding: XmlEncoding): string {
  const escaped = value
    .replace(/[&<\t\r\n]/g, escapeCharacter)
    .replaceAll(quote, quote === '"' ? '&quot;' : '&apos;')
  return withReferences(escaped, encoding)
}

/** Escapes a value as character data. Line breaks stay line breaks. */
export function escapeText(value: string, encoding: XmlEncoding): string {
  return withReferences(value.replace(/&|<|\]\]>/g, escapeCharacter), encoding)
}

/** Replaces characters that the encoding lacks by numeric references. */
export function withReferences(text: string, encoding: XmlEncoding): string {
  if (encoding.startsWith('utf')) return text
  return text.replace(/[^\x00-\x7f]/gu, (character) =>
    canHold(encoding, character) ? character : `&#x${character.codePointAt(0)!.toString(16).toUpperCase()};`,
  )
}

function escapeCharacter(found: string): string {
  if (found === '&') return '&amp;'
  if (found === '<') return '&lt;'
  if (found === ']]>') return ']]&gt;'
  return `&#${found.charCodeAt(0)};`
}

const predefinedEntities: Entities = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

type Budget = { depth: number; left: number }

function expand(raw: string, entities: Entities, budget: Budget): string {
  return raw.replace(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([^;\s&]+));/g, (reference, hex, decimal, name) => {
    if (hex ?? decimal) return fromCode(hex ? Number.parseInt(hex, 16) : Number(decimal)) ?? reference
    const predefined = predefinedEntities.get(name)
    if (predefined !== undefined) return predefined
    const replacement = entities.get(name)
    if (replacement === undefined || budget.depth >= 8) return reference
    budget.left -= replacement.length
    if (budget.left < 0) return reference
    budget.depth++
    const expanded = expand(replacement, entities, budget)
    budget.depth--
    return expanded
  })
}

function fromCode(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}
