// Builds the nodes of a document from fast-xml-parser's elements, with all their spans.

import type { Doctype } from './doctype.ts'
import { type FoundElement, findElements } from './elements.ts'
import type { Entities } from './entities.ts'
import { positionAt, xmlError } from './error.ts'
import { forbiddenCharacter } from './name.ts'
import type { XmlElement, XmlNode } from './node.ts'
import { checkReferences } from './references.ts'
import { findSections, type Section } from './sections.ts'
import { readCloseTag, readOpenTag } from './tags.ts'

/** `children` are the nodes beside and around the root element, the XML declaration among them. */
export type XmlTree = {
  readonly children: readonly XmlNode[]
  readonly root: XmlElement
  readonly entities: Entities
}

/**
 * Which elements there are, and what is in which, is as fast-xml-parser says. Their tags, and the text between them,
 * are read where it says that they are.
 *
 * @throws PlaybookError E_XML where the text is not well-formed
 */
export function readTree(text: string): XmlTree {
  const forbidden = forbiddenCharacter(text)
  if (forbidden !== -1) throw forbiddenCharacterError(text, forbidden)
  const { sections, doctype, markup } = findSections(text)
  const builder = new TreeBuilder(text, markup, sections, doctype)
  const children = builder.nodes(findElements(text, markup), 0, text.length, undefined)
  const root = children.find((node) => node.kind === 'element')
  if (!root) throw xmlError(text, text.length, 'A root element expected, found none.')
  return { children, root, entities: doctype?.entities ?? new Map() }
}

/** Goes through the text from its start to its end. */
class TreeBuilder {
  readonly #text: string
  readonly #markup: string
  readonly #sections: readonly Section[]
  readonly #doctype: Doctype | undefined
  #nextSection = 0
  #rootName: string | undefined

  constructor(text: string, markup: string, sections: readonly Section[], doctype: Doctype | undefined) {
    this.#text = text
    this.#markup = markup
    this.#sections = sections
    this.#doctype = doctype
  }

  /** The nodes between two offsets, of which the elements are known. */
  nodes(
    elements: readonly FoundElement[],
    start: number,
    end: number,
    parent: XmlElement | undefined,
  ): XmlNode[] {
    const nodes: XmlNode[] = []
    let at = start
    for (const found of elements) {
      this.#addLeaves(nodes, at, found.start, parent)
      const element = this.#element(found, parent)
      nodes.push(element)
      at = element.end
    }
    this.#addLeaves(nodes, at, end, parent)
    return nodes
  }

  #addLeaves(nodes: XmlNode[], start: number, end: number, parent: XmlElement | undefined): void {
    for (let at = start; at < end; at = nodes.at(-1)!.end) {
      const { kind, end: leafEnd } = this.#takeSection(at) ?? this.#readText(at, end)
      if (!parent) this.#checkOutsideRoot(kind, at, leafEnd)
      if (kind === 'doctype' && this.#rootName !== undefined)
        throw this.#error(at, 'The DOCTYPE must come before the root element.')
      nodes.push({ kind, start: at, end: leafEnd, parent })
    }
  }

  #takeSection(start: number): Section | undefined {
    const section = this.#sections[this.#nextSection]
    if (section?.start !== start) return undefined
    this.#nextSection++
    return section
  }

  /** The text from an offset to the next section or tag. */
  #readText(start: number, limit: number): Section {
    const less = this.#markup.indexOf('<', start)
    if (less === start) {
      const { name } = readCloseTag(this.#text, start)
      throw this.#error(start, `</${name}> closes nothing: no element is open.`)
    }
    const section = this.#sections[this.#nextSection]
    const end = Math.min(limit, section?.start ?? limit, less === -1 ? limit : less)
    const cdataEnd = this.#text.slice(start, end).indexOf(']]>')
    if (cdataEnd !== -1)
      throw this.#error(start + cdataEnd, '"]]>" must be written "]]&gt;" outside of CDATA.')
    this.#checkReferences(start, end)
    return { kind: 'text', start, end }
  }

  #element(found: FoundElement, parent: XmlElement | undefined): XmlElement {
    const { start } = found
    const { end: openEnd, ...tag } = readOpenTag(this.#text, start)
    if (!parent) this.#checkOnlyRoot(start, tag.name)
    for (const { valueStart, valueEnd } of tag.attributes) this.#checkReferences(valueStart, valueEnd)
    const opened = { kind: 'element' as const, ...tag, parent, start, openEnd }
    const element = { ...opened, children: [] as readonly XmlNode[], closeStart: openEnd, end: openEnd }
    if (tag.isSelfClosing) return element
    const closeStart =
      found.end === undefined ? this.#text.length : this.#markup.lastIndexOf('</', found.end - 1)
    element.children = this.nodes(found.children, openEnd, closeStart, element)
    if (found.end === undefined) {
      const problem = `<${tag.name}> is not closed: </${tag.name}> expected, found the end of the file.`
      throw this.#error(start, problem)
    }
    const close = readCloseTag(this.#text, closeStart)
    if (close.name !== tag.name) throw this.#wrongCloseError(closeStart, close.name, element)
    return Object.assign(element, { closeStart, end: close.end })
  }

  #checkReferences(start: number, end: number): void {
    checkReferences(this.#text, start, end, this.#doctype)
  }

  #checkOutsideRoot(kind: Section['kind'], start: number, end: number): void {
    const first = this.#text.slice(start, end).search(/\S/)
    if (first === -1 || (kind !== 'text' && kind !== 'cdata')) return
    const where = this.#rootName === undefined ? 'before' : 'after'
    throw this.#error(start + first, `Text ${where} the root element: only comments are allowed there.`)
  }

  #checkOnlyRoot(start: number, name: string): void {
    const root = this.#rootName
    if (root !== undefined) {
      const problem = `A second root element <${name}>: <${root}> is closed already, and only one is allowed.`
      throw this.#error(start, problem)
    }
    this.#rootName = name
  }

  #wrongCloseError(offset: number, found: string, { name, start }: XmlElement) {
    const { line, column } = positionAt(this.#text, start)
    return this.#error(offset, `</${name}> expected (opened at ${line}:${column}), found </${found}>.`)
  }

  #error(offset: number, message: string) {
    return xmlError(this.#text, offset, message)
  }
}

function forbiddenCharacterError(text: string, offset: number) {
  const code = text.codePointAt(offset)!.toString(16).toUpperCase().padStart(4, '0')
  return xmlError(text, offset, `The character U+${code} is not allowed in XML.`)
}
