// Represents an element as plain data, from a spec, XML text or the document.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { Revealed } from '../../shared/secretEdits.ts'
import type { ElementSpec } from '../edit.ts'
import { attributeValue, parseXml, stringValue, type XmlDocument } from '../parsing/document.ts'
import { assertEncodable } from '../parsing/encoding.ts'
import { withReferences } from '../parsing/entities.ts'
import { isXmlName } from '../parsing/name.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'
import { identifyingAttributes } from '../selecting/label.ts'
import { checkAttributeName } from './attributes.ts'

type PlainSpec = Revealed<ElementSpec>

export type ElementData = {
  readonly name: string
  readonly attributes: { readonly [name: string]: string }
  /** `undefined`: existing content stays. `mixed`: text among elements, compared as a whole. */
  readonly content: ElementContent | undefined
  /** XML text whose layout is kept, without indentation. */
  readonly raw?: string
}

type ElementContent =
  | { readonly kind: 'children'; readonly children: readonly ElementData[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mixed'; readonly meaning: string }

/** @throws PlaybookError E_XML for text that is not one well-formed element, E_XML_EDIT for an invalid name */
export function desiredElement(document: XmlDocument, element: PlainSpec | string): ElementData {
  return typeof element === 'string' ? dataOfText(document, element) : dataOfSpec(element)
}

/** What distinguishes an element from its siblings of the same name: an attribute, or the text of a child. */
type Identity = { readonly attribute?: string; readonly child?: string; readonly value: string }

export function identityOf({ attributes, content }: ElementData): Identity | undefined {
  const attribute = identifyingAttributes.find((each) => attributes[each] !== undefined)
  if (attribute !== undefined) return { attribute, value: attributes[attribute]! }
  const children = content?.kind === 'children' ? content.children : []
  const child = children.find((each) => identifyingChild.test(each.name) && each.content?.kind === 'text')
  return child?.content?.kind === 'text' ? { child: child.name, value: child.content.text } : undefined
}

/** Of web.xml: servlet-name, filter-name, param-name, listener-class, the extension of a mime-mapping, error-code. */
const identifyingChild = /(?:-name|-class)$|^(?:extension|error-code)$/

/** Whether an element has this identity: the same attribute, or a child of this name with the same text. */
export function hasIdentity(
  { attributes, content }: ElementData,
  { attribute, child, value }: Identity,
): boolean {
  if (attribute !== undefined) return attributes[attribute] === value
  const children = content?.kind === 'children' ? content.children : []
  return children.some(
    (each) => each.name === child && each.content?.kind === 'text' && each.content.text === value,
  )
}

/** The content of an element of the document. */
export function elementContent(document: XmlDocument, element: XmlElement): ElementContent {
  const elements = element.children.filter((node) => node.kind === 'element')
  const text = textOf(document, element)
  if (text.trim() === '') {
    return { kind: 'children', children: elements.map((child) => dataOfElement(document, child)) }
  }
  if (elements.length === 0) return { kind: 'text', text: text.trim() }
  return {
    kind: 'mixed',
    meaning: element.children
      .map((node) => meaningOf(document, node))
      .join('')
      .trim(),
  }
}

function dataOfSpec(spec: PlainSpec): ElementData {
  const { name, attributes = {}, children, text } = spec
  if (!isXmlName(name)) throw new PlaybookError('E_XML_EDIT', `"${name}" is not a valid element name.`)
  if (children?.length && text !== undefined) {
    throw new PlaybookError(
      'E_XML_EDIT',
      `<${name}> has both children and text.`,
      'For mixed content, write the element as XML text.',
    )
  }
  Object.keys(attributes).forEach(checkAttributeName)
  const values = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]))
  return { name, attributes: values, content: contentOfSpec(children, text) }
}

function contentOfSpec(
  children: readonly PlainSpec[] | undefined,
  text: string | undefined,
): ElementContent | undefined {
  if (text !== undefined && text.trim() !== '') return { kind: 'text', text }
  if (children || text !== undefined) return { kind: 'children', children: (children ?? []).map(dataOfSpec) }
  return undefined
}

function dataOfText(document: XmlDocument, source: string): ElementData {
  const raw = unindented(source)
  const fragment = parseFragment(document, raw)
  checkEncodable(document, fragment)
  return { ...dataOfElement(fragment, fragment.root), raw: withReferences(raw, document.encoding) }
}

/** Parses XML text of one element; the entities of the document are known in it. */
function parseFragment(document: XmlDocument, raw: string): XmlDocument {
  const doctype = document.children.find((node) => node.kind === 'doctype')
  const prolog = doctype ? `${document.text.slice(doctype.start, doctype.end).replace(/[\r\n]+/g, ' ')} ` : ''
  try {
    return parseXml({ text: prolog + raw, encoding: document.encoding, bom: false })
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
    throw error.with({ message: `In the XML text given for ensure: ${error.message}`, cause: error })
  }
}

/** Numeric references work in text and attributes only, not in comments and names. */
function checkEncodable(document: XmlDocument, fragment: XmlDocument): void {
  const visit = (node: XmlNode): void => {
    if (node.kind === 'element') {
      for (const name of [node.name, ...node.attributes.map((each) => each.name)])
        assertEncodable(name, document.encoding)
      node.children.forEach(visit)
    } else if (node.kind !== 'text') {
      assertEncodable(stringValue(fragment, node), document.encoding)
    }
  }
  visit(fragment.root)
}

/** An element of the document as data. */
export function dataOfElement(document: XmlDocument, element: XmlElement): ElementData {
  const attributes = Object.fromEntries(
    element.attributes.map(({ name }) => [name, attributeValue(document, element, name)!]),
  )
  return { name: element.name, attributes, content: elementContent(document, element) }
}

function textOf(document: XmlDocument, element: XmlElement): string {
  return element.children
    .filter((node) => node.kind === 'text' || node.kind === 'cdata')
    .map((node) => stringValue(document, node))
    .join('')
}

/** One string per meaning: comments dropped, white space collapsed, attributes sorted. */
function meaningOf(document: XmlDocument, node: XmlNode): string {
  if (node.kind === 'text' || node.kind === 'cdata')
    return JSON.stringify(stringValue(document, node).replace(/\s+/g, ' '))
  if (node.kind !== 'element') return ''
  const attributes = node.attributes.map(
    ({ name }) => `${name}=${JSON.stringify(attributeValue(document, node, name))}`,
  )
  const content = node.children.map((child) => meaningOf(document, child)).join('')
  return `<${[node.name, ...attributes.sort()].join(' ')}>${content}</>`
}

/** Text without blank lines around it and without the indentation that all its lines share; lines end in LF. */
function unindented(source: string): string {
  const lines = source
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .split('\n')
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)![0].length)
  const shared = Math.min(...indents)
  return lines.map((line) => line.slice(shared)).join('\n')
}
