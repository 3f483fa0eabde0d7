// Labels elements in messages: `Connector[AJP/1.3]`, `Valve[AccessLogValve]`.

import { hiddenValue } from '../../../model/secrets/secret.ts'
import { isSecretName } from '../../shared/secretNames.ts'
import { attributeValue, stringValue, type XmlDocument } from '../parsing/document.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'

/** Attributes that distinguish siblings of one name, in order of preference. */
export const identifyingAttributes = [
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
  const attribute = identifyingAttributes
    .map((name) => attributeValue(document, element, name))
    .find((value) => value)
  return labelFor(element.name, attribute ?? childText)
}

/** A label from its parts; Java class names are shortened to the class. */
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

/** A value for messages: hidden where the attribute's name says that it is a secret (`password`, `keystorePass`). */
export function displayValue(name: string, value: string): string {
  const isSecret = isSecretName(name) || /pass$/i.test(name)
  return isSecret && value !== '' ? hiddenValue : value
}
