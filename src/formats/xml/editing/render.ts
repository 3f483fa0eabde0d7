// Writes a new element as text in the document's style.

import { lineEndOf } from '../../shared/layout.ts'
import type { XmlDocument } from '../parsing/document.ts'
import { escapeAttribute, escapeText } from '../parsing/entities.ts'
import type { ElementData } from './elementData.ts'
import { type ElementStyle, indentUnit, styleOf } from './layout.ts'

const longestLine = 100

/** The text of an element whose first line is indented already, by `indent`. */
export function renderElement(document: XmlDocument, data: ElementData, indent: string): string {
  const lineEnd = lineEndOf(document.text)
  if (data.raw !== undefined) return indented(data.raw, indent).replaceAll('\n', lineEnd)
  const style = styleOf(document)
  const unit = indentUnit(document)
  return render(document, data, indent, unit, style).replaceAll('\n', lineEnd)
}

function indented(raw: string, indent: string): string {
  return raw.replace(/\n(?=[^\n])/g, `\n${indent}`)
}

function render(
  document: XmlDocument,
  data: ElementData,
  indent: string,
  unit: string,
  style: ElementStyle,
): string {
  const { name, content } = data
  const open = openingTag(document, data, indent, style)
  if (content?.kind === 'text') return `${open}>${escapeText(content.text, document.encoding)}</${name}>`
  const children = content?.kind === 'children' ? content.children : []
  if (children.length === 0) return `${open}${style.selfClose}`
  const inner = indent + unit
  const lines = children.map((child) => `\n${inner}${render(document, child, inner, unit, style)}`)
  return `${open}>${lines.join('')}\n${indent}</${name}>`
}

/** `<name a="1" b="2"`, on one line or with a line for each attribute below the first. */
function openingTag(
  document: XmlDocument,
  { name, attributes }: ElementData,
  indent: string,
  style: ElementStyle,
): string {
  const { quote } = style
  const pairs = Object.entries(attributes).map(
    ([key, value]) => `${key}=${quote}${escapeAttribute(value, quote, document.encoding)}${quote}`,
  )
  const line = [`<${name}`, ...pairs].join(' ')
  const isBroken = style.breaksAttributes(name) ?? indent.length + line.length > longestLine
  if (pairs.length < 2 || !isBroken) return line
  const alignment = `\n${indent}${' '.repeat(name.length + 2)}`
  return `<${name} ${pairs.join(alignment)}`
}
