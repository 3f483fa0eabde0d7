// XML text to tokens with exact spans: the lexical half of well-formedness, with errors that say what was expected.

import { PlaybookError } from '../../../model/errors/error.ts'
import { type Doctype, readDoctype } from './doctype.ts'
import type { Entities } from './entities.ts'
import { foundAt, xmlError } from './error.ts'
import { forbiddenCharacter, nameAt } from './name.ts'
import { checkReferences } from './references.ts'
import type { CloseToken, LeafToken, OpenToken, XmlAttribute, XmlToken } from './token.ts'

export type Scanned = { readonly tokens: readonly XmlToken[]; readonly entities: Entities }

/**
 * The tokens of a document, in order and without gaps.
 *
 * @throws PlaybookError E_XML at the first place that is not well-formed (nesting is checked by `parseXml`)
 */
export function scanXml(text: string): Scanned {
  const forbidden = forbiddenCharacter(text)
  if (forbidden !== -1) throw forbiddenCharacterError(text, forbidden)
  const tokens: XmlToken[] = []
  let doctype: Doctype | undefined
  for (let at = 0; at < text.length; at = tokens.at(-1)!.end) {
    if (text.startsWith('<!DOCTYPE', at)) {
      if (doctype) throw xmlError(text, at, 'A second DOCTYPE; one is allowed.')
      doctype = readDoctype(text, at)
      tokens.push({ kind: 'doctype', start: at, end: doctype.end })
    } else {
      tokens.push(tokenAt(text, at))
    }
  }
  checkReferences(text, tokens, doctype)
  return { tokens, entities: doctype?.entities ?? new Map() }
}

/** The end of the element that starts at an offset, if a whole well-formed one does: for text inside comments. */
export function elementEndAt(text: string, start: number): number | undefined {
  const open: string[] = []
  try {
    for (let at = start; at < text.length; ) {
      const token = tokenAt(text, at)
      if (token.kind === 'open' && !token.isSelfClosing) open.push(token.name)
      if (token.kind === 'close' && open.pop() !== token.name) return undefined
      at = token.end
      if (open.length === 0) return at
    }
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
  }
  return undefined
}

function tokenAt(text: string, at: number): XmlToken {
  if (text[at] !== '<') return textToken(text, at)
  if (text.startsWith('</', at)) return closeToken(text, at)
  if (text.startsWith('<!--', at)) return commentToken(text, at)
  if (text.startsWith('<![CDATA[', at))
    return { kind: 'cdata', start: at, end: endAfter(text, at, '<![CDATA[', ']]>') }
  if (text.startsWith('<?', at)) return instructionToken(text, at)
  if (text.startsWith('<!', at))
    throw xmlError(text, at, `A comment, CDATA or DOCTYPE expected, found ${foundAt(text, at)}.`)
  return openToken(text, at)
}

function textToken(text: string, start: number): LeafToken {
  const next = text.indexOf('<', start)
  const end = next === -1 ? text.length : next
  const closer = text.slice(start, end).indexOf(']]>')
  if (closer !== -1) throw xmlError(text, start + closer, '"]]>" must be written "]]&gt;" outside of CDATA.')
  return { kind: 'text', start, end }
}

function commentToken(text: string, start: number): LeafToken {
  const dashes = text.indexOf('--', start + 4)
  if (dashes === -1) throw xmlError(text, start, 'The comment is not closed: "-->" expected.')
  if (text[dashes + 2] !== '>') throw xmlError(text, dashes, '"--" is not allowed inside a comment.')
  return { kind: 'comment', start, end: dashes + 3 }
}

function instructionToken(text: string, start: number): LeafToken {
  const target = nameAt(text, start + 2)
  if (target === '')
    throw xmlError(text, start + 2, `A name expected after "<?", found ${foundAt(text, start + 2)}.`)
  if (target.toLowerCase() === 'xml' && start > 0) {
    throw xmlError(text, start, 'The XML declaration must be the very first thing in the file.')
  }
  return { kind: 'instruction', start, end: endAfter(text, start, '<?', '?>') }
}

function endAfter(text: string, start: number, opener: string, closer: string): number {
  const end = text.indexOf(closer, start + opener.length)
  if (end === -1) throw xmlError(text, start, `"${opener}" is not closed: "${closer}" expected.`)
  return end + closer.length
}

function closeToken(text: string, start: number): CloseToken {
  const name = nameAt(text, start + 2)
  if (name === '')
    throw xmlError(text, start + 2, `A name expected after "</", found ${foundAt(text, start + 2)}.`)
  const end = skipSpace(text, start + 2 + name.length)
  if (text[end] !== '>')
    throw xmlError(text, end, `">" expected to close </${name}, found ${foundAt(text, end)}.`)
  return { kind: 'close', start, end: end + 1, name }
}

function openToken(text: string, start: number): OpenToken {
  const name = nameAt(text, start + 1)
  if (name === '') {
    throw xmlError(
      text,
      start,
      `A tag name expected after "<", found ${foundAt(text, start + 1)}.`,
      'A "<" that is meant as text is written "&lt;".',
    )
  }
  const attributes: XmlAttribute[] = []
  for (let at = start + 1 + name.length; ; at = attributes.at(-1)!.end) {
    const next = skipSpace(text, at)
    if (text[next] === '>')
      return { kind: 'open', start, end: next + 1, name, attributes, isSelfClosing: false }
    if (text.startsWith('/>', next))
      return { kind: 'open', start, end: next + 2, name, attributes, isSelfClosing: true }
    const attribute = readAttribute(text, name, at, next)
    if (attributes.some((each) => each.name === attribute.name)) {
      throw xmlError(text, next, `<${name}> has the attribute ${attribute.name} twice.`)
    }
    attributes.push(attribute)
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
  const value = text.slice(open + 1, close === -1 ? text.length : close)
  const less = value.indexOf('<')
  if (less !== -1) {
    throw xmlError(
      text,
      open + 1 + less,
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

function forbiddenCharacterError(text: string, offset: number) {
  const code = text.codePointAt(offset)!.toString(16).toUpperCase().padStart(4, '0')
  return xmlError(text, offset, `The character U+${code} is not allowed in XML.`)
}
