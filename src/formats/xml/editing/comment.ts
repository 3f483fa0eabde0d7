// Comments elements out, and uncomments them.

import { PlaybookError } from '../../../model/errors/error.ts'
import { indentAt, lineEndOf, wholeLines } from '../../shared/layout.ts'
import { applySplices, type Splice } from '../../shared/splice.ts'
import type { CommentEdit, UncommentEdit, XmlChange } from '../edit.ts'
import type { XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlLeaf } from '../parsing/node.ts'
import { labelOf } from '../selecting/label.ts'
import { alternatives, ambiguousError, findOne, noMatchError, requireElement } from '../selecting/resolve.ts'
import { select } from '../selecting/select.ts'
import { describeAttributes, setAttributes, type XmlEditResult } from './attributes.ts'
import { elementAt, type Uncommented, uncommentMatching, uncommentWhole } from './commentedOut.ts'

/** The text after an edit, and the changes for people. */
export type RewriteResult = { readonly text: string; readonly changes: readonly XmlChange[] }

export function uncommentEdit(
  document: XmlDocument,
  { uncomment, attributes = {} }: UncommentEdit,
): RewriteResult {
  const live = liveElement(document, uncomment)
  if (live) {
    const { splices, changes } = setAttributes(document, live, attributes)
    return { text: applySplices(document.text, splices), changes }
  }
  const uncommented = findUncommented(document, uncomment)
  const element = elementAt(uncommented.document, uncommented.start)
  const { splices } = setAttributes(uncommented.document, element, attributes)
  const to = describeAttributes(attributes) || 'live'
  return {
    text: applySplices(uncommented.document.text, splices),
    changes: [{ what: labelOf(uncommented.document, element), from: 'commented out', to }],
  }
}

export function commentEdit(document: XmlDocument, { comment }: CommentEdit): XmlEditResult {
  const element = findOne(document, comment)
  if (!element) {
    const isCommentedOut = alternatives(comment).some((each) => uncommentMatching(document, each).length > 0)
    if (isCommentedOut) return { splices: [], changes: [] }
  }
  const live = requireElement(document, comment)
  if (live === document.root) {
    throw new PlaybookError('E_XML_COMMENT', `The root element <${live.name}> cannot be commented out.`)
  }
  return {
    splices: commentSplices(document, live),
    changes: [{ what: labelOf(document, live), from: 'live', to: 'commented out' }],
  }
}

/** The live element that one of the alternatives matches; matching comments do not count. */
function liveElement(document: XmlDocument, selector: UncommentEdit['uncomment']): XmlElement | undefined {
  for (const alternative of alternatives(selector)) {
    const nodes = select(document, alternative).filter((node) => node.kind === 'element')
    if (nodes.length > 1) throw ambiguousError(document, selector, nodes)
    if (nodes[0]) return nodes[0]
  }
  return undefined
}

function findUncommented(document: XmlDocument, selector: UncommentEdit['uncomment']): Uncommented {
  for (const alternative of alternatives(selector)) {
    const comments = select(document, alternative).filter((node) => node.kind === 'comment')
    if (comments.length > 1) throw ambiguousError(document, selector, comments)
    if (comments[0]) return uncommentWhole(document, comments[0] as XmlLeaf)
    const found = uncommentMatching(document, alternative)
    if (found.length > 1)
      throw ambiguousError(
        document,
        selector,
        found.map(({ comment }) => comment),
      )
    if (found[0]) return found[0]
  }
  throw noMatchError(document, selector, undefined, 'No comment contains such an element either.')
}

function commentSplices(document: XmlDocument, element: XmlElement): Splice[] {
  const { text } = document
  const { start, end } = element
  const dashes = text.slice(start, end).indexOf('--')
  if (dashes !== -1) {
    throw new PlaybookError(
      'E_XML_COMMENT',
      `${labelOf(document, element)} (line ${lineAt(text, start)}) cannot be commented out: it contains "--" (line ${lineAt(text, start + dashes)}), which is not allowed in a comment.`,
      'Remove the comment inside it, or remove the element.',
    )
  }
  if (!wholeLines(text, element)) {
    return [
      { start, end: start, text: '<!-- ' },
      { start: end, end, text: ' -->' },
    ]
  }
  const lineEnd = lineEndOf(text)
  const indent = indentAt(text, start)!
  return [
    { start, end: start, text: `<!--${lineEnd}${indent}` },
    { start: end, end, text: `${lineEnd}${indent}-->` },
  ]
}
