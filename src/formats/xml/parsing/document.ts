// Parses a document, and tells the values of its nodes.

import type { DecodedXml } from './encoding.ts'
import { decodeAttribute, decodeContent } from './entities.ts'
import type { XmlAttribute, XmlElement, XmlNode } from './node.ts'
import { readTree, type XmlTree } from './tree.ts'

/** The namespaces that prefixes in selectors stand for. */
type XmlNamespaces = { readonly [prefix: string]: string }

export type XmlDocument = DecodedXml & XmlTree & { readonly namespaces?: XmlNamespaces }

/** @throws PlaybookError E_XML with line:column */
export function parseXml(source: DecodedXml, namespaces: XmlNamespaces = {}): XmlDocument {
  return { ...source, ...readTree(source.text), namespaces }
}

/** Parses a new text of a document, which keeps its encoding and byte order mark. */
export function withText(document: XmlDocument, text: string): XmlDocument {
  return parseXml({ text, encoding: document.encoding, bom: document.bom }, document.namespaces)
}

export function attributeOf(element: XmlElement, name: string): XmlAttribute | undefined {
  return element.attributes.find((attribute) => attribute.name === name)
}

/** An attribute's value, references resolved; undefined if the element does not have it. */
export function attributeValue(document: XmlDocument, element: XmlElement, name: string): string | undefined {
  const attribute = attributeOf(element, name)
  if (!attribute) return undefined
  return decodeAttribute(document.text.slice(attribute.valueStart, attribute.valueEnd), document.entities)
}

/** The string value of a node as in XPath: all text below an element, the content of a comment. */
export function stringValue(document: XmlDocument, node: XmlNode): string {
  const raw = document.text.slice(node.start, node.end)
  switch (node.kind) {
    case 'element':
      return node.children
        .filter((child) => child.kind === 'element' || child.kind === 'text' || child.kind === 'cdata')
        .map((child) => stringValue(document, child))
        .join('')
    case 'text':
      return decodeContent(raw, document.entities)
    case 'cdata':
      return raw.slice('<![CDATA['.length, -']]>'.length).replace(/\r\n?/g, '\n')
    case 'comment':
      return raw.slice('<!--'.length, -'-->'.length).replace(/\r\n?/g, '\n')
    default:
      return raw
  }
}
