// Escapes keys and values for java.util.Properties.load.

import type { PropertiesEncoding } from './edit.ts'

export function escapeKey(key: string, encoding: PropertiesEncoding): string {
  return escapeText(key, encoding).replace(/[ =:]|^[#!]/g, '\\$&')
}

/** A leading blank is escaped, and a leading `=` or `:`, which after a blank would be the separator. */
export function escapeValue(value: string, encoding: PropertiesEncoding): string {
  return escapeText(value, encoding).replace(/^[ =:]/, '\\$&')
}

function escapeText(text: string, encoding: PropertiesEncoding): string {
  const beyond = encoding === 'utf-8' ? /[\0-\x1f\x7f]/g : /[^\x20-\x7e]/g
  return text
    .replaceAll('\\', '\\\\')
    .replace(beyond, (character) => controlEscapes.get(character) ?? codeEscape(character))
}

const controlEscapes: ReadonlyMap<string, string> = new Map([
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\f', '\\f'],
])

function codeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
