// Removes elements and comments with the lines that they fill.

import { PlaybookError } from '../../../model/errors/error.ts'
import { mergeResults } from '../../shared/change.ts'
import { wholeLines } from '../../shared/layout.ts'
import type { RemoveEdit } from '../edit.ts'
import type { XmlDocument } from '../parsing/document.ts'
import type { XmlNode } from '../parsing/node.ts'
import { labelOf } from '../selecting/label.ts'
import { findAll, findOne } from '../selecting/resolve.ts'
import type { XmlEditResult } from './attributes.ts'

export function removeEdit(document: XmlDocument, { remove, all = false }: RemoveEdit): XmlEditResult {
  const node = all ? undefined : findOne(document, remove)
  const nodes = all ? outermost(findAll(document, remove)) : node ? [node] : []
  return mergeResults(nodes.map((each) => removeNode(document, each)))
}

export function removeNode(document: XmlDocument, node: XmlNode): XmlEditResult {
  if (node === document.root)
    throw new PlaybookError('E_XML_EDIT', `The root element <${document.root.name}> cannot be removed.`)
  const { start, end } = wholeLines(document.text, node) ?? node
  const what = node.kind === 'element' ? labelOf(document, node) : node.kind
  return { splices: [{ start, end, text: '' }], changes: [{ what, from: 'present', to: 'removed' }] }
}

/** Without those that lie inside of another one. */
function outermost(nodes: readonly XmlNode[]): readonly XmlNode[] {
  return nodes.filter(
    (node) => !nodes.some((other) => other !== node && other.start <= node.start && node.end <= other.end),
  )
}
