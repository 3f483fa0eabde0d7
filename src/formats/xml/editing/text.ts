// Sets an element's text, keeping white space, comments and CDATA sections around it.

import { PlaybookError } from '../../../model/errors/error.ts'
import { mergeResults } from '../../shared/change.ts'
import { lineEndOf } from '../../shared/layout.ts'
import type { Splice } from '../../shared/splice.ts'
import type { TextEdit } from '../edit.ts'
import { stringValue, type XmlDocument } from '../parsing/document.ts'
import { escapeText } from '../parsing/entities.ts'
import { lineAt } from '../parsing/error.ts'
import type { XmlElement, XmlLeaf } from '../parsing/node.ts'
import { displayValue, labelOf } from '../selecting/label.ts'
import { requireElements } from '../selecting/resolve.ts'
import type { XmlEditResult } from './attributes.ts'

export function textEdit(document: XmlDocument, { text, value, all }: TextEdit): XmlEditResult {
  return mergeResults(
    requireElements(document, text, all).map((element) =>
      setText(document, element, String(value).replace(/\r\n?/g, '\n')),
    ),
  )
}

/** Blanks around the text of an element are ignored unless the value has some. */
export function setText(document: XmlDocument, element: XmlElement, value: string): XmlEditResult {
  const child = element.children.find((node) => node.kind === 'element')
  if (child) throw holdsElementsError(document, element, child)
  const pieces = element.children.filter((node) => node.kind === 'text' || node.kind === 'cdata')
  const current = pieces.map((piece) => stringValue(document, piece as XmlLeaf)).join('')
  const isExact = value !== value.trim()
  if (isExact ? current === value : current.trim() === value) return { splices: [], changes: [] }
  const change = {
    what: labelOf(document, element),
    from: displayValue(element.name, current.trim()) || 'empty',
    to: displayValue(element.name, value.trim()) || 'empty',
  }
  return { splices: textSplices(document, element, pieces as XmlLeaf[], value, isExact), changes: [change] }
}

function textSplices(
  document: XmlDocument,
  element: XmlElement,
  pieces: readonly XmlLeaf[],
  value: string,
  isExact: boolean,
): Splice[] {
  const text = escapeText(value, document.encoding).replaceAll('\n', lineEndOf(document.text))
  if (element.isSelfClosing) return [fillSelfClosing(element, text)]
  const target = pieces.find((piece) => stringValue(document, piece).trim() !== '') ?? pieces[0]
  if (!target) return [{ start: element.openEnd, end: element.openEnd, text }]
  const others = pieces.filter((piece) => piece !== target && stringValue(document, piece).trim() !== '')
  return [
    target.kind === 'cdata' ? inCdata(document, target, value) : inText(document, target, text, isExact),
    ...others.map(({ start, end }) => ({ start, end, text: '' })),
  ]
}

function fillSelfClosing(element: XmlElement, text: string): Splice {
  const start = element.attributes.at(-1)?.end ?? element.start + 1 + element.name.length
  return { start, end: element.end, text: `>${text}</${element.name}>` }
}

function inText(document: XmlDocument, { start, end }: XmlLeaf, text: string, isExact: boolean): Splice {
  const raw = document.text.slice(start, end)
  if (isExact || raw.trim() === '') return { start, end, text }
  const leading = raw.length - raw.trimStart().length
  const trailing = raw.length - raw.trimEnd().length
  return { start: start + leading, end: end - trailing, text }
}

function inCdata(document: XmlDocument, { start, end }: XmlLeaf, value: string): Splice {
  const text = value.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\n', lineEndOf(document.text))
  return { start: start + '<![CDATA['.length, end: end - ']]>'.length, text }
}

function holdsElementsError(document: XmlDocument, element: XmlElement, child: XmlElement): PlaybookError {
  return new PlaybookError(
    'E_XML_EDIT',
    `${labelOf(document, element)} (line ${lineAt(document.text, element.start)}) contains elements (<${child.name}>), so its text cannot be set.`,
    'Select the element that contains only the text, or use ensure with XML text.',
  )
}
