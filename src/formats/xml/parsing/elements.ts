// Finds the elements of a document with fast-xml-parser.

import { createRequire } from 'node:module'
import type * as FastXmlParser from 'fast-xml-parser'
import { xmlError } from './error.ts'
import { checkTags } from './tags.ts'

/** An element, its span, and the elements in it. `end` is undefined where nothing closes it. */
export type FoundElement = {
  readonly start: number
  readonly end: number | undefined
  readonly children: readonly FoundElement[]
}

/**
 * The root elements of a text and what is in them.
 *
 * @param markup the text with blanks for comments, CDATA, processing instructions and DOCTYPE: the parser gives no offsets
 *   for most of them, refuses external entities in a DOCTYPE, and takes an apostrophe in an instruction for a quote
 * @throws PlaybookError E_XML at the first tag that has no end
 */
export function findElements(text: string, markup: string): readonly FoundElement[] {
  // Loaded when it is first needed: it would add 30 ms to every start of the program.
  const { XMLParser } = createRequire(import.meta.url)('fast-xml-parser') as typeof FastXmlParser
  const parser = new XMLParser({
    preserveOrder: true,
    captureMetaData: true,
    ignoreAttributes: true,
    processEntities: false,
    parseTagValue: false,
    trimValues: false,
    maxNestedTags: 1000,
    jPath: false,
    // The parser refuses elements called `constructor` and the like.
    transformTagName: (name) => `_${name}`,
  })
  const metadata = XMLParser.getMetaDataSymbol() as unknown as symbol
  try {
    return withoutText(parser.parse(markup), metadata)
  } catch (error) {
    // The parser says what is wrong, but not where.
    checkTags(text, markup)
    throw xmlError(text, 0, `The document cannot be read: ${(error as Error).message}`)
  }
}

/** A node as the parser gives it: its children under its name, its offsets under a symbol; text has no offsets. */
type ParsedNode = { readonly [name: string]: readonly ParsedNode[] } & {
  readonly [metadata: symbol]: { readonly startIndex: number; readonly endIndex?: number } | undefined
}

function withoutText(nodes: readonly ParsedNode[], metadata: symbol): readonly FoundElement[] {
  return nodes.flatMap((node) => {
    const offsets = node[metadata]
    if (!offsets) return []
    const children = withoutText(Object.values(node)[0] ?? [], metadata)
    return [{ start: offsets.startIndex, end: offsets.endIndex, children }]
  })
}
