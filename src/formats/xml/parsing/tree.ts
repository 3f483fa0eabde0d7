// Joins two readings of a text: the parser's elements, and the tokens of our scanner.

import { type FoundElement, findElements } from './elements.ts'
import { xmlError } from './error.ts'
import type { XmlElement, XmlNode } from './node.ts'
import type { XmlToken } from './token.ts'

/** @throws PlaybookError E_XML where the two do not agree: what is not understood is not edited */
export function buildTree(text: string, tokens: readonly XmlToken[]): readonly XmlNode[] {
  return new TreeBuilder(text, tokens).nodes(findElements(text, tokens), undefined)
}

/** Walks the elements and takes the tokens along. */
class TreeBuilder {
  readonly #text: string
  readonly #tokens: readonly XmlToken[]
  #next = 0

  constructor(text: string, tokens: readonly XmlToken[]) {
    this.#text = text
    this.#tokens = tokens
  }

  nodes(found: readonly FoundElement[], parent: XmlElement | undefined): XmlNode[] {
    const nodes: XmlNode[] = []
    for (const each of found) {
      this.#takeLeaves(nodes, parent)
      nodes.push(this.#element(each, parent))
    }
    this.#takeLeaves(nodes, parent)
    return nodes
  }

  #takeLeaves(nodes: XmlNode[], parent: XmlElement | undefined): void {
    for (let token = this.#tokens[this.#next]; token; token = this.#tokens[++this.#next]) {
      if (token.kind === 'open' || token.kind === 'close') return
      nodes.push({ kind: token.kind, start: token.start, end: token.end, parent })
    }
  }

  #element(found: FoundElement, parent: XmlElement | undefined): XmlElement {
    const { start, end, name, attributes, isSelfClosing } = this.#take('open')
    if (start !== found.start) throw this.#disagreement(start)
    const opened = { kind: 'element' as const, name, attributes, parent, start, openEnd: end, isSelfClosing }
    const element = { ...opened, children: [] as readonly XmlNode[], closeStart: end, end }
    if (isSelfClosing) return element
    element.children = this.nodes(found.children, element)
    const close = this.#take('close')
    if (close.end !== found.end) throw this.#disagreement(close.start)
    return Object.assign(element, { closeStart: close.start, end: close.end })
  }

  #take<K extends 'open' | 'close'>(kind: K): Extract<XmlToken, { kind: K }> {
    const token = this.#tokens[this.#next++]
    if (token?.kind !== kind) throw this.#disagreement(token?.start ?? this.#text.length)
    return token as Extract<XmlToken, { kind: K }>
  }

  #disagreement(offset: number) {
    return xmlError(this.#text, offset, 'Two readings of the document disagree here, so it is not edited.')
  }
}
