// Parses YAML, and finds the nodes of a document with their spans.

import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { PlaybookError } from '../../model/errors/error.ts'
import { type Data, formatKeyPath, type KeyPath } from '../data/data.ts'

export type YamlOptions = {
  /** Which of several documents of the file to edit, from 0. Default: the only one. */
  readonly document?: number
  /** `1.1`: `yes`, `on` and `0644` are no texts, as for Ansible, PyYAML and Docker Compose. Default: `1.2`, as %YAML says. */
  readonly version?: '1.1' | '1.2'
}

export type YamlDocument = Yaml.Document.Parsed
export type YamlNode = Yaml.Node
export type Pair = Yaml.Pair<YamlNode, YamlNode | null>
type Token = { readonly type: string; readonly offset: number; readonly source: string }

export function yamlLibrary(): typeof Yaml {
  return createRequire(import.meta.url)('yaml')
}

/** The document to edit. @throws PlaybookError E_YAML (line:column), E_YAML_DOCUMENTS */
export function parseYamlDocument(text: string, { document, version = '1.2' }: YamlOptions): YamlDocument {
  const { parseAllDocuments, parseDocument } = yamlLibrary()
  const options = { keepSourceTokens: true, merge: true, version, logLevel: 'error' } as const
  const parsed = parseAllDocuments(text, options)
  const all = Array.isArray(parsed) ? (parsed as YamlDocument[]) : []
  const error = all.flatMap(({ errors }) => errors)[0]
  if (error) throw yamlError(error)
  if (all.length === 0) return parseDocument(text, options) as YamlDocument
  const found = all[document ?? 0]
  if (found && (document !== undefined || all.length === 1)) return found
  throw new PlaybookError(
    'E_YAML_DOCUMENTS',
    `The file has ${all.length} documents, ${document === undefined ? 'and document does not say which to edit' : `and no document ${document}`}.`,
    'document: 0 is the first one.',
  )
}

export function dataOf(document: YamlDocument): Data {
  if (document.contents === null) return undefined
  try {
    return document.toJS({ maxAliasCount: 10_000 }) as Data
  } catch (error) {
    throw new PlaybookError('E_YAML', (error as Error).message)
  }
}

/** The node at a place; null for one that has no text. @throws PlaybookError E_YAML_ALIAS inside an alias */
export function nodeAt(text: string, document: YamlDocument, place: KeyPath): YamlNode | null {
  return place.reduce<YamlNode | null>((node, step, depth) => {
    const { isSeq } = yamlLibrary()
    const at = notAlias(text, node, place.slice(0, depth))
    if (isSeq(at)) return at.items[step as number] as YamlNode | null
    return pairOf(at, step)?.value ?? null
  }, document.contents)
}

/** The pair of a map that has this key; undefined where it comes from a merged map. */
export function pairOf(node: YamlNode | null, key: string | number): Pair | undefined {
  const { isMap, isScalar } = yamlLibrary()
  if (!isMap(node)) return undefined
  return (node.items as Pair[]).find((pair) => isScalar(pair.key) && keyText(pair.key.value) === String(key))
}

/** The node, which must not be an alias: what is in it belongs to its anchor. */
export function notAlias(text: string, node: YamlNode | null, place: KeyPath): YamlNode | null {
  if (!yamlLibrary().isAlias(node)) return node
  throw new PlaybookError(
    'E_YAML_ALIAS',
    `${formatKeyPath(place)} is the alias *${node.source} (line ${lineAt(text, node.range![0])}): what is in it cannot be edited here.`,
    `Edit the value with the anchor &${node.source}, or set ${formatKeyPath(place)} as a whole.`,
  )
}

/** A collection in brackets, or an empty one, which is. */
export function isFlow(node: YamlNode | null): boolean {
  return (node as { flow?: boolean } | null)?.flow === true
}

export function hasText(node: YamlNode | null): node is YamlNode {
  return node !== null && node.range![0] !== node.range![1]
}

/** Where the text of a node ends, without the comments and empty lines behind it. */
export function endOf(node: YamlNode): number {
  const { isMap, isSeq } = yamlLibrary()
  if (isMap(node) && !isFlow(node) && node.items.length > 0) return endOfPair(node.items.at(-1) as Pair)
  if (isSeq(node) && !isFlow(node) && node.items.length > 0) return endOfItem(node, node.items.length - 1)
  return node.range![1]
}

export function endOfPair(pair: Pair): number {
  return hasText(pair.value) ? endOf(pair.value) : lastEnd(separatorsOf(pair), endOf(pair.key))
}

export function endOfItem(list: Yaml.YAMLSeq, index: number): number {
  const item = list.items[index] as YamlNode | null
  return hasText(item) ? endOf(item) : lastEnd(dashTokens(list, index), 0)
}

/** The tokens between key and value: the colon, blanks, an anchor, a tag, comments. */
export function separatorsOf(pair: Pair): readonly Token[] {
  return ((pair as { srcToken?: { sep?: Token[] } }).srcToken?.sep ?? []) as Token[]
}

/** The tokens before an item of a list: comments above it, the dash, blanks, an anchor, a tag. */
export function dashTokens(list: Yaml.YAMLSeq, index: number): readonly Token[] {
  const { items } = list.srcToken as unknown as { items: { start: Token[] }[] }
  return items.filter(({ start }) => start.some(({ type }) => type === 'seq-item-ind'))[index]?.start ?? []
}

/** The end of the indicator, the anchor and the tag before a value. */
export function lastEnd(tokens: readonly Token[], otherwise: number, isKept = isIndicator): number {
  const last = tokens.findLast(isKept)
  return last ? last.offset + last.source.length : otherwise
}

function isIndicator({ type }: Token): boolean {
  return ['map-value-ind', 'seq-item-ind', 'anchor', 'tag'].includes(type)
}

function keyText(value: unknown): string {
  return value === null ? '' : String(value)
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function yamlError({ message, linePos }: Yaml.YAMLParseError): PlaybookError {
  const why = message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '')
  const at = linePos?.[0]
  return new PlaybookError('E_YAML', `${at ? `Line ${at.line}:${at.col}: ` : ''}${why.replace(/\.$/, '')}.`)
}
