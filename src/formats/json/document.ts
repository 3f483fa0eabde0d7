// Parses JSON with comments, and finds the nodes of a document.

import { createRequire } from 'node:module'
import type * as JsoncParser from 'jsonc-parser'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Data, KeyPath } from '../data/data.ts'
import type { Brackets } from '../data/members.ts'

export type JsonNode = JsoncParser.Node

/** The root of a text; undefined for one that is empty. Comments and commas at the end of a list are allowed. */
export function parseJson(text: string): JsonNode | undefined {
  if (text.trim() === '') return undefined
  const { parseTree, printParseErrorCode } = jsonc()
  const errors: JsoncParser.ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false })
  const [error] = errors
  if (!error && root) return root
  const { offset, length } = error ?? { offset: 0, length: 0 }
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  const found = text.slice(offset, offset + length).split('\n')[0]
  const why = error ? words(printParseErrorCode(error.error)) : 'no value'
  throw new PlaybookError('E_JSON', `Line ${line}:${column}: ${why}${found ? `, found ${found}` : ''}.`)
}

export function dataOf(root: JsonNode | undefined): Data {
  return root && (jsonc().getNodeValue(root) as Data)
}

/** The node at a place; of repeated keys the last one, which counts. */
export function nodeAt(root: JsonNode, place: KeyPath): JsonNode {
  return place.reduce<JsonNode>((node, step) => {
    if (node.type === 'array') return node.children![step as number]!
    return propertiesNamed(node, step).at(-1)!.children![1]!
  }, root)
}

/** The indexes of all properties of a name. */
export function propertyIndexes(node: JsonNode, key: string | number): number[] {
  return node.children!.flatMap(({ children }, index) => (children![0]!.value === key ? [index] : []))
}

export function bracketsOf({ offset, length, children = [] }: JsonNode): Brackets {
  const members = children.map((child) => ({ start: child.offset, end: child.offset + child.length }))
  return { open: offset + 1, close: offset + length - 1, members }
}

/** Where a comment ends that begins at an offset. */
export function jsonCommentEnd(text: string, at: number): number | undefined {
  if (text.startsWith('//', at)) {
    const end = text.slice(at).search(/\r?\n|$(?![\s\S])/)
    return at + end
  }
  if (!text.startsWith('/*', at)) return undefined
  const end = text.indexOf('*/', at + 2)
  return end === -1 ? undefined : end + 2
}

/** Every container of a document. */
export function containers(node: JsonNode): JsonNode[] {
  const inside = (node.children ?? []).flatMap(containers)
  return node.type === 'array' || node.type === 'object' ? [node, ...inside] : inside
}

function propertiesNamed(node: JsonNode, key: string | number): JsonNode[] {
  return propertyIndexes(node, key).map((index) => node.children![index]!)
}

/** `CloseBraceExpected` is `close brace expected`. */
function words(code: string): string {
  return code.replace(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
}

function jsonc(): typeof JsoncParser {
  return createRequire(import.meta.url)('jsonc-parser')
}
