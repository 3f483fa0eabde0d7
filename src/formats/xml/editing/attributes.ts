// Sets and removes attributes, keeping the element's layout.

import { PlaybookError } from '../../../model/errors/error.ts'
import { type EditResult, mergeResults } from '../../shared/change.ts'
import type { Splice } from '../../shared/splice.ts'
import type { SetEdit, XmlAttributes, XmlChange, XmlValue } from '../edit.ts'
import { attributeOf, attributeValue, type XmlDocument } from '../parsing/document.ts'
import { escapeAttribute } from '../parsing/entities.ts'
import { isXmlName } from '../parsing/name.ts'
import type { XmlElement } from '../parsing/node.ts'
import { displayValue, labelOf } from '../selecting/label.ts'
import { requireElements } from '../selecting/resolve.ts'

export type XmlEditResult = EditResult<Splice>

export function setEdit(document: XmlDocument, edit: SetEdit): XmlEditResult {
  return mergeResults(
    requireElements(document, edit.set, edit.all).map((element) =>
      setAttributes(document, element, edit.attributes),
    ),
  )
}

/** The splices that set an element's attributes; none for those that have the value already. */
export function setAttributes(
  document: XmlDocument,
  element: XmlElement,
  attributes: XmlAttributes,
): XmlEditResult {
  const label = labelOf(document, element)
  const splices: Splice[] = []
  const changes: XmlChange[] = []
  const added: string[] = []
  for (const [name, desired] of Object.entries(attributes)) {
    checkAttributeName(name)
    const value = desired === null ? undefined : String(desired)
    const current = attributeValue(document, element, name)
    if (current === value) continue
    changes.push(changeOf(`${label} @${name}`, name, current, value))
    const attribute = attributeOf(element, name)
    if (attribute && value === undefined)
      splices.push({ start: attribute.before, end: attribute.end, text: '' })
    else if (attribute) splices.push(replacement(document, attribute, value!))
    else added.push(newAttribute(document, element, name, value!))
  }
  if (added.length > 0) {
    const end = element.attributes.at(-1)?.end ?? element.start + 1 + element.name.length
    splices.push({ start: end, end, text: added.join('') })
  }
  return { splices, changes }
}

function changeOf(what: string, name: string, current?: string, value?: string): XmlChange {
  const from = current === undefined ? 'absent' : displayValue(name, current)
  const to = value === undefined ? 'removed' : displayValue(name, value)
  return { what, from, to: from === to ? `${to}, changed` : to }
}

/** `port 8009, address 0.0.0.0`. */
export function describeAttributes(attributes: { readonly [name: string]: XmlValue | null }): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? `no ${name}` : `${name} ${displayValue(name, String(value))}`))
    .join(', ')
}

export function checkAttributeName(name: string): void {
  if (isXmlName(name)) return
  throw new PlaybookError('E_XML_EDIT', `"${name}" is not a valid attribute name.`)
}

function replacement(
  document: XmlDocument,
  { valueStart, valueEnd }: { valueStart: number; valueEnd: number },
  value: string,
): Splice {
  const text = escapeAttribute(value, document.text[valueEnd]!, document.encoding)
  return { start: valueStart, end: valueEnd, text }
}

/** A new attribute with the white space before it: on a line of its own if the element has attributes on lines. */
function newAttribute(document: XmlDocument, element: XmlElement, name: string, value: string): string {
  const { text, encoding } = document
  const spaces = element.attributes.map(({ before, start }) => text.slice(before, start))
  const space = spaces.findLast((each) => each.includes('\n')) ?? ' '
  const last = element.attributes.at(-1)
  const quote = last ? text[last.valueEnd]! : '"'
  const equals = last ? text.slice(last.start + last.name.length, last.valueStart - 1) : '='
  const sign = equals.includes('\n') ? '=' : equals
  return `${space.replace(/^(?:[ \t]*\r?\n)+(?=[ \t]*\r?\n)/, '')}${name}${sign}${quote}${escapeAttribute(value, quote, encoding)}${quote}`
}
