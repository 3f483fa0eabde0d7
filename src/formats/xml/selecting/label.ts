// What to call an element in a message: `Connector[AJP/1.3]`, `Valve[AccessLogValve]`, `servlet[default]`.

import { attributeValue, stringValue, type XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'

/** Attributes that tell siblings of one name apart, the most telling first. */
export const IDENTIFYING = [
  'id',
  'name',
  'className',
  'protocol',
  'path',
  'key',
  'username',
  'rolename',
] as const

export function labelOf(document: XmlDocument, element: XmlElement): string {
  const childName = `${element.name}-name`
  const child = element.children.find((node) => node.kind === 'element' && node.name === childName)
  const childText = child ? stringValue(document, child).trim() : undefined
  const attribute = IDENTIFYING.map((name) => attributeValue(document, element, name)).find((value) => value)
  return labelFor(element.name, attribute ?? childText)
}

/** A label from its parts; of a Java class name only the class. */
export function labelFor(name: string, identity: string | undefined): string {
  if (!identity) return name
  const isClass = /^[a-z_]\w*(\.\w+)*\.[A-Z]\w*$/.test(identity)
  return `${name}[${isClass ? identity.slice(identity.lastIndexOf('.') + 1) : identity}]`
}

/** `Service[Catalina] (line 54)`, `the comment on line 124`, `the document`. */
export function describeNode(document: XmlDocument, node: XmlNode | undefined): string {
  if (!node) return 'the document'
  const line = lineAt(document.text, node.start)
  return node.kind === 'element'
    ? `${labelOf(document, node)} (line ${line})`
    : `the ${node.kind} on line ${line}`
}

const SECRET_NAME = /(?:pass|passwd|password|passphrase|secret)$/i

/** A value as it may be shown: what an attribute called like a secret holds is not. */
export function displayValue(name: string, value: string): string {
  return SECRET_NAME.test(name) && value !== '' ? '(hidden)' : value
}
