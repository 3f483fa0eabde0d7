// Compares names in selectors with those of a file, by what their prefixes stand for.

import { attributeValue, type XmlDocument } from '../parsing/document.ts'
import type { XmlElement } from '../parsing/node.ts'

/** Whether an element has a name as a selector writes it: with a bound prefix, the namespace counts, else the text. */
export function isNamed(document: XmlDocument, element: XmlElement, written: string): boolean {
  const namespace = namespaceOf(document, written)
  if (namespace === undefined) return element.name === written
  return (
    localName(element.name) === localName(written) &&
    namespaceAt(document, element, element.name) === namespace
  )
}

/** The value of an attribute as a selector writes its name. */
export function selectedAttribute(
  document: XmlDocument,
  element: XmlElement,
  written: string,
): string | undefined {
  const namespace = namespaceOf(document, written)
  if (namespace === undefined) return attributeValue(document, element, written)
  const found = element.attributes.find(
    ({ name }) =>
      name.includes(':') &&
      localName(name) === localName(written) &&
      namespaceAt(document, element, name) === namespace,
  )
  return found && attributeValue(document, element, found.name)
}

/** The name as it is searched for in text that is not parsed: its last part, if its prefix is bound. */
export function isWritten(document: XmlDocument, name: string, written: string): boolean {
  return namespaceOf(document, written) === undefined
    ? name === written
    : localName(name) === localName(written)
}

/** The namespace that the prefix of a name in a selector is bound to. */
function namespaceOf({ namespaces = {} }: XmlDocument, written: string): string | undefined {
  const prefix = prefixOf(written)
  return prefix !== '' && Object.hasOwn(namespaces, prefix) ? namespaces[prefix] : undefined
}

/** The namespace of a name in the document, where an element is. */
function namespaceAt(document: XmlDocument, element: XmlElement, name: string): string | undefined {
  const prefix = prefixOf(name)
  const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`
  for (let at: XmlElement | undefined = element; at; at = at.parent) {
    const value = attributeValue(document, at, declaration)
    if (value !== undefined) return value
  }
  return undefined
}

function prefixOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(':')))
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
