// Finds the elements in comments, and builds the document with one uncommented.

import { PlaybookError } from '../../../model/errors/error.ts'
import { indentAt, lineStartOf } from '../../shared/layout.ts'
import { applySplices, type Splice } from '../../shared/splice.ts'
import { withText, type XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import { nameAt } from '../parsing/name.ts'
import type { XmlElement, XmlLeaf, XmlNode } from '../parsing/node.ts'
import { sectionAt } from '../parsing/sections.ts'
import { readCloseTag, readOpenTag } from '../parsing/tags.ts'
import { isWritten } from '../selecting/namespaces.ts'
import { select } from '../selecting/select.ts'
import type { Selector } from '../selecting/selector.ts'

/** A comment, the document in which a part of it is uncommented, and where that part starts there. */
export type Uncommented = {
  readonly comment: XmlLeaf
  readonly document: XmlDocument
  readonly start: number
}

/** Each way to uncomment an element that the selector would then match. */
export function uncommentMatching(document: XmlDocument, selector: Selector): Uncommented[] {
  const last = selector.steps.at(-1)!
  if (last.test.kind !== 'element') return []
  const { name } = last.test
  return commentsIn(document.children).flatMap((comment) =>
    elementsInside(document.text, comment)
      .filter((span) => name === '*' || isWritten(document, nameAt(document.text, span.start + 1), name))
      .map((span) => uncommentSpan(document, comment, span))
      .filter((uncommented) => uncommented !== undefined)
      .filter((uncommented) =>
        select(uncommented.document, selector).some((node) => isAt(node, uncommented.start)),
      ),
  )
}

/**
 * Uncomments what a comment contains: its one element, or all of them if it contains nothing else.
 *
 * @throws PlaybookError E_XML_COMMENT if it contains no whole element, or several among other text
 */
export function uncommentWhole(document: XmlDocument, comment: XmlLeaf): Uncommented {
  const { text } = document
  const spans = elementsInside(text, comment)
  const line = lineAt(text, comment.start)
  const [first] = spans
  if (!first) {
    throw new PlaybookError(
      'E_XML_COMMENT',
      `The comment on line ${line} contains no complete element to uncomment.`,
    )
  }
  const whole = { start: first.start, end: spans.at(-1)!.end }
  const between = spans.slice(1).map((span, index) => text.slice(spans[index]!.end, span.start))
  if (between.some((piece) => piece.trim() !== '')) {
    throw new PlaybookError(
      'E_XML_COMMENT',
      `The comment on line ${line} contains ${spans.length} elements with text between them.`,
      "Select one of them as if it were live, for example /Server/Service/Connector[@protocol='AJP/1.3'].",
    )
  }
  return uncommentSpan(document, comment, whole) ?? notWellFormedError(line)
}

/** The one element that starts at an offset. */
export function elementAt(document: XmlDocument, start: number): XmlElement {
  const search = (nodes: readonly XmlNode[]): XmlElement | undefined => {
    const node = nodes.find((each) => each.start <= start && start < each.end)
    if (node?.kind !== 'element') return undefined
    return node.start === start ? node : search(node.children)
  }
  return search(document.children)!
}

type Span = { readonly start: number; readonly end: number }

function isAt(node: XmlNode, start: number): boolean {
  return node.kind === 'element' && node.start === start
}

function commentsIn(nodes: readonly XmlNode[]): XmlLeaf[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'element') return commentsIn(node.children)
    return node.kind === 'comment' ? [node] : []
  })
}

/** The spans of the outermost whole elements in a comment. */
function elementsInside(text: string, comment: XmlLeaf): Span[] {
  const inside = text.slice(0, comment.end - '-->'.length)
  const spans: Span[] = []
  for (let at = inside.indexOf('<', comment.start + 4); at !== -1; ) {
    const end = nameAt(inside, at + 1) === '' ? undefined : elementEndAt(inside, at)
    if (end !== undefined) spans.push({ start: at, end })
    at = inside.indexOf('<', end ?? at + 1)
  }
  return spans
}

/** The end of the well-formed element that starts at an offset, if one does. Whatever follows need not be XML. */
function elementEndAt(text: string, start: number): number | undefined {
  const open: string[] = []
  try {
    for (let at = start; at !== -1; at = text.indexOf('<', at)) {
      if (/[!?]/.test(text[at + 1] ?? '')) {
        at = sectionAt(text, at).end
      } else if (text[at + 1] === '/') {
        const { name, end } = readCloseTag(text, at)
        if (open.pop() !== name) return undefined
        at = end
      } else {
        const { name, isSelfClosing, end } = readOpenTag(text, at)
        if (!isSelfClosing) open.push(name)
        at = end
      }
      if (open.length === 0) return at
    }
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
  }
  return undefined
}

function uncommentSpan(document: XmlDocument, comment: XmlLeaf, span: Span): Uncommented | undefined {
  const before = openBefore(document.text, comment, span)
  const splices = [before, closeAfter(document.text, comment, span)]
  const start = span.start + before.text.length - (before.end - before.start)
  try {
    return { comment, start, document: withText(document, applySplices(document.text, splices)) }
  } catch (error) {
    if (error instanceof PlaybookError) return undefined
    throw error
  }
}

/** Ends the comment before the element, or removes its start if nothing is in between. */
function openBefore(text: string, comment: XmlLeaf, span: Span): Splice {
  const before = text.slice(comment.start + '<!--'.length, span.start)
  if (before.trim() !== '') {
    const end = span.start - (before.length - before.trimEnd().length)
    return { start: end, end, text: ' -->' }
  }
  const isOnOwnLine = before.includes('\n') && indentAt(text, comment.start) !== undefined
  if (!isOnOwnLine) return { start: comment.start, end: span.start, text: '' }
  return { start: lineStartOf(text, comment.start), end: lineStartOf(text, span.start), text: '' }
}

/** Starts a comment again after the element, or removes its end. */
function closeAfter(text: string, comment: XmlLeaf, span: Span): Splice {
  const after = text.slice(span.end, comment.end - '-->'.length)
  if (after.trim() === '') return { start: span.end, end: comment.end, text: '' }
  const start = span.end + (after.length - after.trimStart().length)
  return { start, end: start, text: '<!-- ' }
}

function notWellFormedError(line: number): never {
  throw new PlaybookError(
    'E_XML_COMMENT',
    `The content of the comment on line ${line} would not be well-formed XML outside of it.`,
  )
}
