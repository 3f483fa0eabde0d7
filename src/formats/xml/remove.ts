// Removing an element or a comment, with the lines that it fills.

import { PlaybookError } from '../../model/errors/error.ts'
import { type Edited, joined } from './attributes.ts'
import type { XmlDocument } from './document.ts'
import type { RemoveEdit } from './edit.ts'
import { labelOf } from './label.ts'
import { wholeLines } from './layout.ts'
import type { XmlNode } from './node.ts'
import { findAll, findOne } from './resolve.ts'

export function removeEdit(document: XmlDocument, { remove, all = false }: RemoveEdit): Edited {
  const node = all ? undefined : findOne(document, remove)
  const nodes = all ? outermost(findAll(document, remove)) : node ? [node] : []
  return joined(nodes.map((each) => removeNode(document, each)))
}

export function removeNode(document: XmlDocument, node: XmlNode): Edited {
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
