// Finds the nodes that an edit's selector means, or says why there are none.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { XmlSelector } from '../edit.ts'
import type { XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'
import { explainMismatch } from './mismatch.ts'
import { select } from './select.ts'
import { parseSelector, type Selector } from './selector.ts'

/** The alternatives of a selector, parsed. */
export function alternatives(selector: XmlSelector): readonly Selector[] {
  const sources = typeof selector === 'string' ? [selector] : selector
  if (sources.length === 0) throw new PlaybookError('E_XML_SELECTOR', 'The list of selectors is empty.')
  return sources.map(parseSelector)
}

/** The matches of the first alternative that has any. */
export function findAll(document: XmlDocument, selector: XmlSelector, from?: XmlElement): readonly XmlNode[] {
  for (const alternative of alternatives(selector)) {
    const nodes = select(document, alternative, from)
    if (nodes.length > 0) return nodes
  }
  return []
}

/** The one node that matches, or undefined. @throws PlaybookError E_XML_AMBIGUOUS */
export function findOne(
  document: XmlDocument,
  selector: XmlSelector,
  from?: XmlElement,
): XmlNode | undefined {
  const nodes = findAll(document, selector, from)
  if (nodes.length > 1) throw ambiguousError(document, selector, nodes)
  return nodes[0]
}

/** The one element that matches. @throws PlaybookError E_XML_NO_MATCH, E_XML_AMBIGUOUS */
export function requireElement(document: XmlDocument, selector: XmlSelector): XmlElement {
  const node = findOne(document, selector)
  if (!node) throw noMatchError(document, selector)
  return asElement(document, selector, node)
}

/** The one element that matches, or with `all` every one. */
export function requireElements(
  document: XmlDocument,
  selector: XmlSelector,
  all = false,
): readonly XmlElement[] {
  if (!all) return [requireElement(document, selector)]
  return findAll(document, selector).map((node) => asElement(document, selector, node))
}

function asElement(document: XmlDocument, selector: XmlSelector, node: XmlNode): XmlElement {
  if (node.kind === 'element') return node
  throw new PlaybookError(
    'E_XML_NO_MATCH',
    `${displaySelector(selector)} matches a ${node.kind} (line ${lineAt(document.text, node.start)}), but must match an element.`,
  )
}

export function noMatchError(
  document: XmlDocument,
  selector: XmlSelector,
  from?: XmlElement,
  aside = '',
): PlaybookError {
  const reasons = alternatives(selector).map((each) => explainMismatch(document, each, from))
  const sentences = [`Nothing matches ${displaySelector(selector)}.`, ...new Set(reasons), aside]
  return new PlaybookError('E_XML_NO_MATCH', sentences.join(' ').trimEnd())
}

export function ambiguousError(
  document: XmlDocument,
  selector: XmlSelector,
  nodes: readonly XmlNode[],
): PlaybookError {
  const lines = nodes.map((node) => lineAt(document.text, node.start))
  const listed = lines.length > 8 ? `${lines.slice(0, 8).join(', ')}, …` : lines.join(', ')
  return new PlaybookError(
    'E_XML_AMBIGUOUS',
    `${displaySelector(selector)} matches ${nodes.length} nodes (lines ${listed}), but must match exactly one.`,
    "Add a predicate that selects one of them, such as [@name='…'] or [1].",
  )
}

function displaySelector(selector: XmlSelector): string {
  return typeof selector === 'string' ? selector : selector.join(' or ')
}
