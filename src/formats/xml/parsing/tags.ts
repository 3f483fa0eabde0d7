// Reads one tag at a time, with the exact spans of its attributes.

import { foundAt, xmlError } from './error.ts'
import { nameAt } from './name.ts'
import type { XmlAttribute } from './node.ts'

type OpenTag = {
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly isSelfClosing: boolean
  readonly end: number
}

/** @throws PlaybookError E_XML where the tag is not well-formed */
export function readOpenTag(text: string, start: number): OpenTag {
  const name = nameAt(text, start + 1)
  if (name === '') {
    throw xmlError(
      text,
      start,
      `A tag name expected after "<", found ${foundAt(text, start + 1)}.`,
      'Write a literal "<" as "&lt;".',
    )
  }
  const attributes: XmlAttribute[] = []
  for (let at = start + 1 + name.length; ; at = attributes.at(-1)!.end) {
    const next = skipSpace(text, at)
    if (text[next] === '>') return { name, attributes, isSelfClosing: false, end: next + 1 }
    if (text.startsWith('/>', next)) return { name, attributes, isSelfClosing: true, end: next + 2 }
    const attribute = readAttribute(text, name, at, next)
    if (attributes.some((each) => each.name === attribute.name)) {
      throw xmlError(text, next, `<${name}> has the attribute ${attribute.name} twice.`)
    }
    attributes.push(attribute)
  }
}

/** @throws PlaybookError E_XML where the tag is not well-formed */
export function readCloseTag(text: string, start: number): { readonly name: string; readonly end: number } {
  const name = nameAt(text, start + 2)
  if (name === '')
    throw xmlError(text, start + 2, `A name expected after "</", found ${foundAt(text, start + 2)}.`)
  const end = skipSpace(text, start + 2 + name.length)
  if (text[end] !== '>')
    throw xmlError(text, end, `">" expected to close </${name}, found ${foundAt(text, end)}.`)
  return { name, end: end + 1 }
}

/** @throws PlaybookError E_XML at the first tag of `markup` that is not well-formed in the text */
export function checkTags(text: string, markup: string): void {
  for (let at = markup.indexOf('<'); at !== -1; at = markup.indexOf('<', at + 1)) {
    if (markup[at + 1] === '/') readCloseTag(text, at)
    else readOpenTag(text, at)
  }
}

function readAttribute(text: string, element: string, before: number, start: number): XmlAttribute {
  const name = nameAt(text, start)
  if (name === '')
    throw xmlError(
      text,
      start,
      `An attribute, ">" or "/>" expected in <${element}, found ${foundAt(text, start)}.`,
    )
  if (before === start) throw xmlError(text, start, `A blank expected before the attribute ${name}.`)
  const equals = skipSpace(text, start + name.length)
  if (text[equals] !== '=')
    throw xmlError(text, equals, `"=" expected after the attribute ${name}, found ${foundAt(text, equals)}.`)
  const open = skipSpace(text, equals + 1)
  const quote = text[open]
  if (quote !== '"' && quote !== "'") {
    throw xmlError(
      text,
      open,
      `A quoted value expected for the attribute ${name}, found ${foundAt(text, open)}.`,
    )
  }
  const close = text.indexOf(quote, open + 1)
  const less = text.indexOf('<', open + 1)
  if (less !== -1 && (close === -1 || less < close)) {
    throw xmlError(
      text,
      less,
      `"<" in the value of the attribute ${name}.`,
      `Write "&lt;", or close the value with ${quote} before it.`,
    )
  }
  if (close === -1)
    throw xmlError(text, open, `The value of the attribute ${name} is not closed: ${quote} expected.`)
  return { name, before, start, valueStart: open + 1, valueEnd: close, end: close + 1 }
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return at
}
