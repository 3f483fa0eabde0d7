// The elements of a document as fast-xml-parser finds them.

import { createRequire } from 'node:module'
import type * as FastXmlParser from 'fast-xml-parser'
import { xmlError } from './error.ts'
import type { XmlToken } from './token.ts'

/** An element with its offsets in the text, and the elements in it. */
export type FoundElement = {
  readonly start: number
  readonly end: number
  readonly children: readonly FoundElement[]
}

/**
 * The root elements of a text and what is in them. The parser sees tags only: all else is blanked out, so that a
 * DOCTYPE cannot do anything, and offsets stay.
 */
export function findElements(text: string, tokens: readonly XmlToken[]): readonly FoundElement[] {
  // Loaded when it is first needed: it would cost every start of the program 30 ms.
  const { XMLParser } = createRequire(import.meta.url)('fast-xml-parser') as typeof FastXmlParser
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: true,
    processEntities: false,
    parseTagValue: false,
    trimValues: false,
    maxNestedTags: 1000,
    // The parser refuses names such as `constructor`; ours come from the tokens, so it may see others.
    transformTagName: (name) => `_${name}`,
  })
  const metadata = XMLParser.getMetaDataSymbol() as unknown as symbol
  try {
    return simplified(parser.parse(onlyTags(text, tokens)), metadata)
  } catch (error) {
    throw xmlError(text, 0, `The document cannot be read: ${(error as Error).message}`)
  }
}

function onlyTags(text: string, tokens: readonly XmlToken[]): string {
  return tokens
    .map(({ kind, start, end }) => {
      const piece = text.slice(start, end)
      return kind === 'open' || kind === 'close' ? piece : piece.replace(/[^\r\n]/g, ' ')
    })
    .join('')
}

/** A node as the parser gives it: its children under its name, its offsets under a symbol; text has no offsets. */
type ParsedNode = { readonly [name: string]: readonly ParsedNode[] } & {
  readonly [metadata: symbol]: { readonly startIndex: number; readonly endIndex: number } | undefined
}

function simplified(nodes: readonly ParsedNode[], metadata: symbol): readonly FoundElement[] {
  return nodes.flatMap((node) => {
    const offsets = node[metadata]
    if (!offsets) return []
    const children = simplified(Object.values(node)[0] ?? [], metadata)
    return [{ start: offsets.startIndex, end: offsets.endIndex, children }]
  })
}
