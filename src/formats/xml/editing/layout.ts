// Detects a document's layout (line ends, indentation, quotes), for new text to follow.

import { indentAt, indentOfLine } from '../../shared/layout.ts'
import { mostCommon } from '../../shared/lists.ts'
import type { XmlDocument } from '../parsing/document.ts'
import type { XmlElement, XmlNode } from '../parsing/node.ts'

/** The indentation that children of an element have, or would have. */
export function childIndent(document: XmlDocument, parent: XmlElement): string {
  const sibling = parent.children.find(
    (node) => isMarkup(node) && indentAt(document.text, node.start) !== undefined,
  )
  if (sibling) return indentAt(document.text, sibling.start)!
  return (indentOfLine(document.text, parent.start) ?? '') + indentUnit(document)
}

/** Elements and comments: what gets lines of its own. */
export function isMarkup(node: XmlNode): boolean {
  return node.kind === 'element' || node.kind === 'comment'
}

/** By how much the document indents a level; two blanks if it does not show. */
export function indentUnit(document: XmlDocument): string {
  const units = allElements(document.root).flatMap((element) => {
    if (!element.parent) return []
    const own = indentAt(document.text, element.start)
    const outer = indentAt(document.text, element.parent.start)
    return own !== undefined && outer !== undefined && own.length > outer.length && own.startsWith(outer)
      ? [own.slice(outer.length)]
      : []
  })
  return mostCommon(units) ?? '  '
}

/** How to write a new element, taken from what the document holds. */
export type ElementStyle = {
  readonly quote: string
  /** `/>` or ` />`. */
  readonly selfClose: string
  /** Whether an element with several attributes gets a line for each; undefined if nothing shows it. */
  readonly breaksAttributes: (name: string) => boolean | undefined
}

export function styleOf(document: XmlDocument): ElementStyle {
  const elements = allElements(document.root)
  const quotes = elements.flatMap(({ attributes }) =>
    attributes.map(({ valueEnd }) => document.text[valueEnd]!),
  )
  const closings = elements
    .filter((element) => element.isSelfClosing)
    .map((element) => (/\s\/>$/.test(document.text.slice(element.start, element.end)) ? ' />' : '/>'))
  return {
    quote: mostCommon(quotes) ?? '"',
    selfClose: mostCommon(closings) ?? '/>',
    breaksAttributes: (name) => {
      const several = elements.filter((element) => element.parent && element.attributes.length > 1)
      const breaks = (some: readonly XmlElement[]) =>
        mostCommon(some.map((each) => hasBrokenAttributes(document, each)))
      return breaks(several.filter((element) => element.name === name)) ?? breaks(several)
    },
  }
}

function hasBrokenAttributes(document: XmlDocument, { attributes }: XmlElement): boolean {
  return attributes.some(({ before, start }) => document.text.slice(before, start).includes('\n'))
}

export function allElements(element: XmlElement): XmlElement[] {
  return [element, ...element.children.flatMap((node) => (node.kind === 'element' ? allElements(node) : []))]
}
