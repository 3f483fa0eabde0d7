// A document: its text, its tree, and what its nodes mean.

import type { DecodedText } from './encoding.ts'
import { decodeAttribute, decodeText } from './entities.ts'
import type { XmlAttribute, XmlElement, XmlNode } from './node.ts'
import { readTree, type XmlTree } from './tree.ts'

export type XmlDocument = DecodedText & XmlTree

/** @throws PlaybookError E_XML with line:column */
export function parseXml(source: DecodedText): XmlDocument {
  return { ...source, ...readTree(source.text) }
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
