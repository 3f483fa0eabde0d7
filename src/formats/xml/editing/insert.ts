// Inserts an element among others, on lines of its own where they have that.

import { PlaybookError } from '../../../model/errors/error.ts'
import { blankLineRest, indentAt, indentOfLine, lineEndOf, lineStartOf } from '../../shared/layout.ts'
import type { Splice } from '../../shared/splice.ts'
import type { XmlPlace } from '../edit.ts'
import type { XmlDocument } from '../parsing/document.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'
import { findAll, noMatchError } from '../selecting/resolve.ts'
import type { ElementData } from './elementData.ts'
import { childIndent, isMarkup } from './layout.ts'
import { renderElement } from './render.ts'

/** A position among the children of a parent: at its start, before its closing tag, or beside a child. */
export type InsertPosition = 'first' | 'last' | { readonly after: XmlNode } | { readonly before: XmlNode }

/**
 * The first of several places that applies: `first` and `last` always do, a selector if it matches children of the
 * parent. Of several matches, `after` uses the last and `before` the first.
 *
 * @throws PlaybookError E_XML_NO_MATCH if none applies
 */
export function insertPosition(
  document: XmlDocument,
  parent: XmlElement,
  place: XmlPlace | readonly XmlPlace[],
): InsertPosition {
  const places = Array.isArray(place) ? (place as readonly XmlPlace[]) : [place as XmlPlace]
  for (const each of places) {
    if (each === 'first' || each === 'last') return each
    const nodes = findAll(document, 'after' in each ? each.after : each.before, parent)
    const foreign = nodes.find((node) => node.parent !== parent)
    if (foreign) throw notAChildError(parent, each)
    if (nodes.length > 0) return 'after' in each ? { after: nodes.at(-1)! } : { before: nodes[0]! }
  }
  const last = places.at(-1)
  if (typeof last !== 'object') throw new PlaybookError('E_XML_EDIT', 'The list of places is empty.')
  throw noMatchError(document, 'after' in last ? last.after : last.before, parent)
}

/** The splice that inserts a new element at a position. */
export function insertElement(
  document: XmlDocument,
  parent: XmlElement,
  data: ElementData,
  position: InsertPosition,
): Splice {
  if (parent.isSelfClosing) return openUp(document, parent, data)
  if (position === 'first') return insertFirst(document, parent, data)
  if (position === 'last') return insertLast(document, parent, data)
  return 'after' in position
    ? insertAfter(document, position.after, data)
    : insertBefore(document, position.before, data)
}

/** `<a/>` becomes `<a>`, the child, `</a>`. */
function openUp(document: XmlDocument, parent: XmlElement, data: ElementData): Splice {
  const { text } = document
  const start = parent.attributes.at(-1)?.end ?? parent.start + 1 + parent.name.length
  const lineEnd = lineEndOf(text)
  const indent = childIndent(document, parent)
  const child = renderElement(document, data, indent)
  const closing = `${lineEnd}${indentOfLine(text, parent.start)}</${parent.name}>`
  return { start, end: parent.end, text: `>${lineEnd}${indent}${child}${closing}` }
}

function insertFirst(document: XmlDocument, parent: XmlElement, data: ElementData): Splice {
  const first = parent.children.find(isMarkup)
  if (first && indentAt(document.text, first.start) === undefined) return insertBefore(document, first, data)
  const after = blankLineRest(document.text, parent.openEnd)
  if (after === undefined) return insertLast(document, parent, data)
  return onNewLine(document, after, data, childIndent(document, parent))
}

function insertLast(document: XmlDocument, parent: XmlElement, data: ElementData): Splice {
  const { text } = document
  const { closeStart } = parent
  const indent = childIndent(document, parent)
  const isOnOwnLine =
    indentAt(text, closeStart) !== undefined && lineStartOf(text, closeStart) >= parent.openEnd
  if (isOnOwnLine) return onOwnLines(document, lineStartOf(text, closeStart), data, indent)
  if (text.slice(parent.openEnd, closeStart).trim() !== '') {
    return { start: closeStart, end: closeStart, text: renderElement(document, data, indent) }
  }
  const lineEnd = lineEndOf(text)
  const child = `${lineEnd}${indent}${renderElement(document, data, indent)}`
  return {
    start: parent.openEnd,
    end: closeStart,
    text: `${child}${lineEnd}${indentOfLine(text, parent.start)}`,
  }
}

function insertAfter(document: XmlDocument, node: XmlNode, data: ElementData): Splice {
  const { text } = document
  const indent = indentAt(text, node.start)
  const end = afterTrailingComments(document, node)
  const lineRest = blankLineRest(text, end)
  if (lineRest !== undefined && isOutsideText(node)) {
    return onNewLine(document, lineRest, data, indent ?? indentOfLine(text, node.start))
  }
  return {
    start: node.end,
    end: node.end,
    text: renderElement(document, data, indentOfLine(text, node.start)),
  }
}

function insertBefore(document: XmlDocument, node: XmlNode, data: ElementData): Splice {
  const { text } = document
  const indent = indentAt(text, node.start)
  if (indent !== undefined) return onOwnLines(document, lineStartOf(text, node.start), data, indent)
  return {
    start: node.start,
    end: node.start,
    text: renderElement(document, data, indentOfLine(text, node.start)),
  }
}

/** At the end of a line: the new element on the next one. */
function onNewLine(document: XmlDocument, at: number, data: ElementData, indent: string): Splice {
  const text = `${lineEndOf(document.text)}${indent}${renderElement(document, data, indent)}`
  return { start: at, end: at, text }
}

/** At the start of a line: the new element pushes it down. */
function onOwnLines(document: XmlDocument, at: number, data: ElementData, indent: string): Splice {
  const text = `${indent}${renderElement(document, data, indent)}${lineEndOf(document.text)}`
  return { start: at, end: at, text }
}

/** The end of a node and of the comments that follow it on its line, which are about it. */
function afterTrailingComments(document: XmlDocument, node: XmlNode): number {
  const siblings = node.parent?.children ?? document.children
  let end = node.end
  for (const sibling of siblings.slice(siblings.indexOf(node) + 1)) {
    const content = document.text.slice(sibling.start, sibling.end)
    if (sibling.kind === 'comment' && !content.includes('\n')) end = sibling.end
    else if (sibling.kind !== 'text' || content.includes('\n') || content.trim() !== '') return end
  }
  return end
}

function isOutsideText(node: XmlNode): boolean {
  return node.kind !== 'text' && node.kind !== 'cdata'
}

function notAChildError(parent: XmlElement, place: XmlPlace): PlaybookError {
  return new PlaybookError(
    'E_XML_EDIT',
    `The place ${JSON.stringify(place)} selects no child of <${parent.name}>.`,
    "Write it as a path from the parent, such as comment()[contains(., 'Cluster')].",
  )
}
