// Makes an element have a given child, changing as few bytes as possible.

import { PlaybookError } from '../../../model/errors/error.ts'
import { mergeResults } from '../../shared/change.ts'
import { indentOfLine } from '../../shared/layout.ts'
import { pairInOrder } from '../../shared/lists.ts'
import type { Revealed } from '../../shared/secretEdits.ts'
import type { Splice } from '../../shared/splice.ts'
import type { EnsureEdit, XmlAttributes, XmlSelector, XmlValue } from '../edit.ts'
import type { XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement } from '../parsing/node.ts'
import { identifyingAttributes, labelFor, labelOf } from '../selecting/label.ts'
import { findOne, requireElement } from '../selecting/resolve.ts'
import { describeAttributes, setAttributes, type XmlEditResult } from './attributes.ts'
import {
  dataOfElement,
  desiredElement,
  type ElementData,
  elementContent,
  hasIdentity,
  identityOf,
} from './elementData.ts'
import { type InsertPosition, insertElement, insertPosition } from './insert.ts'
import { removeNode } from './remove.ts'
import { renderElement } from './render.ts'
import { setText } from './text.ts'

export function ensureEdit(document: XmlDocument, edit: Revealed<EnsureEdit>): XmlEditResult {
  const parent = requireElement(document, edit.ensure)
  const desired = desiredElement(document, edit.element)
  const existing = findExisting(document, parent, desired, edit.match)
  if (existing) return makeEqual(document, existing, desired, edit.exact ?? true)
  return insertion(document, parent, desired, insertPosition(document, parent, edit.place ?? 'last'))
}

function findExisting(
  document: XmlDocument,
  parent: XmlElement,
  desired: ElementData,
  match: EnsureEdit['match'],
): XmlElement | undefined {
  if (isSelector(match)) {
    const node = findOne(document, match, parent)
    return node?.kind === 'element' ? node : undefined
  }
  const found = parent.children
    .filter((node) => node.kind === 'element')
    .filter(
      (node) => node.name === desired.name && isSameElement(dataOfElement(document, node), desired, match),
    )
  if (found.length > 1) throw ambiguousChild(document, parent, desired, found)
  return found[0]
}

function isSelector(match: EnsureEdit['match']): match is XmlSelector {
  return typeof match === 'string' || Array.isArray(match)
}

/** Whether an existing element of the right name is the desired one, whatever else differs. */
function isSameElement(
  existing: ElementData,
  desired: ElementData,
  match: { readonly [name: string]: XmlValue } | undefined,
): boolean {
  if (match)
    return Object.entries(match).every(([name, value]) => existing.attributes[name] === String(value))
  const identity = identityOf(desired)
  return identity === undefined || hasIdentity(existing, identity)
}

function ambiguousChild(
  document: XmlDocument,
  parent: XmlElement,
  { name }: ElementData,
  found: readonly XmlElement[],
): PlaybookError {
  const lines = found.map((each) => lineAt(document.text, each.start)).join(', ')
  return new PlaybookError(
    'E_XML_AMBIGUOUS',
    `${labelOf(document, parent)} has ${found.length} ${name} elements that could be the one to ensure (lines ${lines}).`,
    `Say which one with match: { … } (attributes) or match: "${name}[…]".`,
  )
}

function insertion(
  document: XmlDocument,
  parent: XmlElement,
  desired: ElementData,
  position: InsertPosition,
): XmlEditResult {
  const splices = [insertElement(document, parent, desired, position)]
  return { splices, changes: [{ what: labelOfData(desired), from: 'absent', to: describe(desired) }] }
}

function labelOfData({ name, attributes }: ElementData): string {
  return labelFor(
    name,
    identifyingAttributes.map((each) => attributes[each]).find((value) => value),
  )
}

/** `port 4000, address 10.0.0.1, 3 elements inside`, without the attribute that the label shows. */
function describe({ attributes, content }: ElementData): string {
  const identifying = identifyingAttributes.find((each) => attributes[each])
  const others = Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== identifying))
  const count = content?.kind === 'children' ? content.children.length : 0
  const parts = [describeAttributes(others), count ? `${count} element${count === 1 ? '' : 's'} inside` : '']
  if (content?.kind === 'text') parts.push(content.text.trim())
  return parts.filter((part) => part !== '').join(', ') || 'present'
}

/** Makes an element equal in meaning: its attributes (if `exact`, all of them), and its content if any is given. */
function makeEqual(
  document: XmlDocument,
  element: XmlElement,
  desired: ElementData,
  exact: boolean,
): XmlEditResult {
  const superfluous = exact
    ? element.attributes.filter(({ name }) => desired.attributes[name] === undefined)
    : []
  const attributes: XmlAttributes = {
    ...desired.attributes,
    ...Object.fromEntries(superfluous.map(({ name }) => [name, null])),
  }
  return withContent(document, element, desired, setAttributes(document, element, attributes), exact)
}

function withContent(
  document: XmlDocument,
  element: XmlElement,
  desired: ElementData,
  attributes: XmlEditResult,
  exact: boolean,
): XmlEditResult {
  const { content } = desired
  if (content === undefined) return attributes
  const current = elementContent(document, element)
  if (content.kind === 'text' && isTextOrNothing(current)) {
    return mergeResults([attributes, setText(document, element, content.text)])
  }
  if (content.kind === 'children' && current.kind === 'children') {
    if (element.isSelfClosing && content.children.length > 0) return replacement(document, element, desired)
    return mergeResults([attributes, alignChildren(document, element, content.children, exact)])
  }
  const isSame = content.kind === 'mixed' && current.kind === 'mixed' && content.meaning === current.meaning
  return isSame ? attributes : replacement(document, element, desired)
}

function isTextOrNothing(content: ReturnType<typeof elementContent>): boolean {
  return content.kind === 'text' || (content.kind === 'children' && content.children.length === 0)
}

/** Replaces the whole element, because its content is of another kind. */
function replacement(document: XmlDocument, element: XmlElement, desired: ElementData): XmlEditResult {
  const text = renderElement(document, desired, indentOfLine(document.text, element.start))
  const splices: Splice[] = [{ start: element.start, end: element.end, text }]
  return {
    splices,
    changes: [{ what: labelOf(document, element), from: 'other content', to: describe(desired) }],
  }
}

/** Pairs the children by name and identity, in order; edits the pairs, removes and inserts the others. */
function alignChildren(
  document: XmlDocument,
  parent: XmlElement,
  desired: readonly ElementData[],
  exact: boolean,
): XmlEditResult {
  const current = parent.children
    .filter((node) => node.kind === 'element')
    .map((child) => ({ child, key: keyOf(dataOfElement(document, child)) }))
  const partners = pairInOrder(current, desired.map(keyOf), ({ key }, desiredKey) => key === desiredKey)
  const kept = new Set(partners.values())
  const removals = current.filter((each) => !kept.has(each)).map(({ child }) => removeNode(document, child))
  let previous: XmlElement | undefined
  const rest = desired.map((data, index) => {
    const partner = partners.get(index)
    if (!partner) return insertion(document, parent, data, previous ? { after: previous } : 'first')
    previous = partner.child
    return makeEqual(document, previous, data, exact)
  })
  return mergeResults([...rest, ...removals])
}

function keyOf(desired: ElementData): string {
  const { attribute, child, value } = identityOf(desired) ?? {}
  return JSON.stringify([desired.name, attribute, child, value])
}
