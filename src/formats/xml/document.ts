// A document as a tree of nodes that know their exact spans in the text.

import { XMLParser } from 'fast-xml-parser'
import type { DecodedText } from './encoding.ts'
import type { Entities } from './entities.ts'
import { decodeAttribute, decodeText } from './entities.ts'
import { positionAt, xmlFault } from './fault.ts'
import { type LeafToken, type OpenToken, scanXml, type XmlAttribute, type XmlToken } from './scan.ts'

export type XmlElement = {
  readonly kind: 'element'
  readonly name: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly XmlNode[]
  readonly parent: XmlElement | undefined
  /** `start`–`openEnd` is the opening tag, `closeStart`–`end` the closing one; both ends fall together in `<a/>`. */
  readonly start: number
  readonly openEnd: number
  readonly closeStart: number
  readonly end: number
  readonly isSelfClosing: boolean
}
export type XmlLeaf = {
  readonly kind: LeafToken['kind']
  readonly parent: XmlElement | undefined
  readonly start: number
  readonly end: number
}
export type XmlNode = XmlElement | XmlLeaf

/** `children` are the nodes beside and around the root element, the XML declaration among them. */
export type XmlDocument = DecodedText & {
  readonly children: readonly XmlNode[]
  readonly root: XmlElement
  readonly entities: Entities
}

/**
 * Parses a text. Two readings must agree: fast-xml-parser's tree with the offsets of its elements, and the tokens of
 * our own scanner, which finds attributes, comments, CDATA and text. The parser never sees a DOCTYPE, so no entity is
 * ever resolved.
 *
 * @throws PlaybookError E_XML with line:column
 */
export function parseXml(source: DecodedText): XmlDocument {
  const { text } = source
  const { tokens, entities } = scanXml(text)
  checkNesting(text, tokens)
  const children = new TreeBuilder(text, tokens).build(parseTree(text, tokens))
  const root = children.find((node) => node.kind === 'element')!
  return { ...source, children, root, entities }
}

/** The document of a text that keeps encoding and byte order mark. */
export function withText(document: XmlDocument, text: string): XmlDocument {
  return parseXml({ text, encoding: document.encoding, bom: document.bom })
}

export function attributeOf(element: XmlElement, name: string): XmlAttribute | undefined {
  return element.attributes.find((attribute) => attribute.name === name)
}

/** What an attribute means, references resolved; undefined where the element has none of this name. */
export function attributeValue(document: XmlDocument, element: XmlElement, name: string): string | undefined {
  const attribute = attributeOf(element, name)
  if (!attribute) return undefined
  return decodeAttribute(document.text.slice(attribute.valueStart, attribute.valueEnd), document.entities)
}

/** The string value of a node as XPath has it: all text below an element, what is inside a comment. */
export function stringValue(document: XmlDocument, node: XmlNode): string {
  const raw = document.text.slice(node.start, node.end)
  switch (node.kind) {
    case 'element':
      return node.children
        .filter((child) => child.kind === 'element' || child.kind === 'text' || child.kind === 'cdata')
        .map((child) => stringValue(document, child))
        .join('')
    case 'text':
      return decodeText(raw, document.entities)
    case 'cdata':
      return raw.slice('<![CDATA['.length, -']]>'.length).replace(/\r\n?/g, '\n')
    case 'comment':
      return raw.slice('<!--'.length, -'-->'.length).replace(/\r\n?/g, '\n')
    default:
      return raw
  }
}

function checkNesting(text: string, tokens: readonly XmlToken[]): void {
  const open: OpenToken[] = []
  let root: OpenToken | undefined
  for (const token of tokens) {
    if (open.length === 0) checkOutside(text, token, root)
    if (token.kind === 'open') {
      root ??= token
      if (!token.isSelfClosing) open.push(token)
    } else if (token.kind === 'close') {
      const expected = open.pop()
      if (expected?.name !== token.name) throw wrongClose(text, token, expected)
    } else if (token.kind === 'doctype' && root) {
      throw xmlFault(text, token.start, 'The DOCTYPE must come before the root element.')
    }
  }
  const unclosed = open.at(-1)
  if (unclosed)
    throw xmlFault(
      text,
      unclosed.start,
      `<${unclosed.name}> is not closed: </${unclosed.name}> expected, found the end of the file.`,
    )
  if (!root) throw xmlFault(text, text.length, 'A root element expected, found none.')
}

function checkOutside(text: string, token: XmlToken, root: OpenToken | undefined): void {
  if (token.kind === 'open' && root) {
    throw xmlFault(
      text,
      token.start,
      `A second root element <${token.name}>: <${root.name}> is closed already, and only one is allowed.`,
    )
  }
  const content = text.slice(token.start, token.end)
  const isText = token.kind === 'cdata' || (token.kind === 'text' && content.trim() !== '')
  if (!isText) return
  const offset = token.start + content.search(/\S/)
  throw xmlFault(
    text,
    offset,
    `Text ${root ? 'after' : 'before'} the root element: only comments may stand there.`,
  )
}

function wrongClose(text: string, token: XmlToken & { name: string }, expected: OpenToken | undefined) {
  if (!expected) return xmlFault(text, token.start, `</${token.name}> closes nothing: no element is open.`)
  const { line, column } = positionAt(text, expected.start)
  return xmlFault(
    text,
    token.start,
    `</${expected.name}> expected (opened at ${line}:${column}), found </${token.name}>.`,
  )
}

/** A node as fast-xml-parser gives it with preserveOrder: its name as a key, its offsets under a symbol. */
type ParsedNode = { readonly [name: string]: readonly ParsedNode[] } & {
  readonly [metadata: symbol]: { readonly startIndex: number; readonly endIndex: number } | undefined
}

const METADATA = XMLParser.getMetaDataSymbol() as unknown as symbol

function parseTree(text: string, tokens: readonly XmlToken[]): readonly ParsedNode[] {
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: true,
    processEntities: false,
    parseTagValue: false,
    trimValues: false,
    maxNestedTags: 1000,
    // The parser refuses names such as `constructor`; ours come from the tokens, so it may see others.
    transformTagName: (name) => `_${name}`,
  })
  try {
    return parser.parse(onlyElements(text, tokens)) as readonly ParsedNode[]
  } catch (error) {
    throw xmlFault(text, 0, `The document cannot be read: ${(error as Error).message}`)
  }
}

/** The text with everything but tags blanked out, at the same offsets. */
function onlyElements(text: string, tokens: readonly XmlToken[]): string {
  return tokens
    .map(({ kind, start, end }) => {
      const piece = text.slice(start, end)
      return kind === 'open' || kind === 'close' ? piece : piece.replace(/[^\r\n]/g, ' ')
    })
    .join('')
}

/** Joins both readings: walks the parser's tree and takes the tokens along. */
class TreeBuilder {
  readonly #text: string
  readonly #tokens: readonly XmlToken[]
  #next = 0

  constructor(text: string, tokens: readonly XmlToken[]) {
    this.#text = text
    this.#tokens = tokens
  }

  build(parsed: readonly ParsedNode[]): XmlNode[] {
    return this.#children(parsed, undefined)
  }

  #children(parsed: readonly ParsedNode[], parent: XmlElement | undefined): XmlNode[] {
    const nodes: XmlNode[] = []
    for (const node of parsed) {
      const offsets = node[METADATA]
      if (!offsets) continue
      this.#takeLeaves(nodes, parent)
      nodes.push(this.#element(node, offsets, parent))
    }
    this.#takeLeaves(nodes, parent)
    return nodes
  }

  #takeLeaves(nodes: XmlNode[], parent: XmlElement | undefined): void {
    for (let token = this.#tokens[this.#next]; token; token = this.#tokens[++this.#next]) {
      if (token.kind === 'open' || token.kind === 'close') return
      nodes.push({ kind: token.kind, start: token.start, end: token.end, parent })
    }
  }

  #element(
    parsed: ParsedNode,
    offsets: { startIndex: number; endIndex: number },
    parent: XmlElement | undefined,
  ): XmlElement {
    const open = this.#take('open', offsets.startIndex)
    const { start, end, name, attributes, isSelfClosing } = open
    const children: XmlNode[] = []
    const element = {
      kind: 'element' as const,
      name,
      attributes,
      children,
      parent,
      start,
      openEnd: end,
      closeStart: end,
      end,
      isSelfClosing,
    }
    if (isSelfClosing) return element
    children.push(...this.#children(Object.values(parsed)[0] ?? [], element))
    const close = this.#take('close', undefined)
    if (close.end !== offsets.endIndex) throw this.#disagreement(close.start)
    return Object.assign(element, { closeStart: close.start, end: close.end })
  }

  #take<K extends 'open' | 'close'>(kind: K, start: number | undefined): Extract<XmlToken, { kind: K }> {
    const token = this.#tokens[this.#next++]
    if (token?.kind !== kind || (start !== undefined && token.start !== start)) {
      throw this.#disagreement(token?.start ?? this.#text.length)
    }
    return token as Extract<XmlToken, { kind: K }>
  }

  #disagreement(offset: number) {
    return xmlFault(this.#text, offset, 'Two readings of the document disagree here, so it is not edited.')
  }
}
