// Writes one operation into the text of a YAML document.

import type { YAMLMap, YAMLSeq } from 'yaml'
import { PlaybookError } from '../../model/errors/error.ts'
import { type Data, formatKeyPath, isList, isObject, type KeyPath } from '../data/data.ts'
import { type Brackets, insertedMember, removedMember } from '../data/members.ts'
import type { Operation } from '../data/operations.ts'
import { indentAt, lineEndOf, lineStartOf } from '../shared/layout.ts'
import { applySplices, type Splice } from '../shared/splice.ts'
import {
  dashTokens,
  endOf,
  endOfItem,
  endOfPair,
  hasText,
  isFlow,
  lastEnd,
  nodeAt,
  notAlias,
  type Pair,
  pairOf,
  parseYamlDocument,
  separatorsOf,
  type YamlDocument,
  type YamlNode,
  type YamlOptions,
  yamlLibrary,
} from './document.ts'
import {
  blockText,
  flowText,
  isFilled,
  memberText,
  nestedIndent,
  plainOrQuoted,
  scalarText,
  styleOf,
  type YamlStyle,
  yamlKey,
} from './render.ts'

type Plan = { readonly text: string; readonly document: YamlDocument; readonly style: YamlStyle }

/** The text after an operation; new text follows the indentation, quotes and layout around it. */
export function writeYaml(text: string, operation: Operation, options: YamlOptions): string {
  const document = parseYamlDocument(text, options)
  const plan = { text, document, style: styleOf(text, document, lineEndOf(text)) }
  return applySplices(text, splicesOf(plan, operation))
}

function splicesOf(plan: Plan, operation: Operation): Splice[] {
  const { kind, place } = operation
  if (kind === 'replace') return replaced(plan, place, operation.value)
  const node = collectionAt(plan, place)
  if (kind === 'insert') return inserted(plan, node, place, operation.key, operation.value)
  return removed(plan, node, place, operation.key)
}

function replaced(plan: Plan, place: KeyPath, value: Data): Splice[] {
  const { text, document, style } = plan
  const node = nodeAt(text, document, place)
  if (place.length === 0) {
    const start = hasText(node) ? node.range![0] : text.length
    const lead = start > 0 && !hasText(node) && text[start - 1] !== '\n' ? style.lineEnd : ''
    const whole = isFilled(value) ? blockText(value, '', style) : scalarText(value, '', style)
    const end = hasText(node) ? endOf(node) : start
    return [
      {
        start,
        end,
        text: lead + whole + (text[end] === undefined || text[end - 1] === '\n' ? style.lineEnd : ''),
      },
    ]
  }
  const parent = collectionAt(plan, place.slice(0, -1))
  const key = place.at(-1)!
  const pair = pairOf(parent, key)
  const isItem = yamlLibrary().isSeq(parent)
  // A value that comes from a merged map gets a pair of its own.
  if (!pair && !isItem) return inserted(plan, parent, place.slice(0, -1), key, value)
  const tokens = isItem ? dashTokens(parent as YAMLSeq, key as number) : separatorsOf(pair!)
  const indicator = lastEnd(tokens, node?.range?.[0] ?? 0, ({ type }) => /-ind$|^anchor$/.test(type))
  const tag = tokens.find(({ type }) => type === 'tag')
  const start = tag?.offset ?? (hasText(node) ? node.range![0] : indicator)
  const end = hasText(node) ? endOf(node) : indicator
  if (isInFlow(plan, place)) {
    const gap = start === indicator && !isItem ? ' ' : ''
    const written = isFilled(value) ? flowText(value, style) : plainOrQuoted(value, style, true, node)
    return [{ start, end, text: gap + (isList(value) || isObject(value) ? flowText(value, style) : written) }]
  }
  const indent = indentOf(text, isItem ? dashOf(parent as YAMLSeq, key as number) : pair!.key.range![0])
  return inBlock(plan, { start, end, indicator, node, indent, isItem }, value)
}

/** @throws PlaybookError E_YAML_ALIAS for an alias, and for what comes from a merged map */
function collectionAt({ text, document }: Plan, place: KeyPath): YAMLMap | YAMLSeq {
  const node = notAlias(text, nodeAt(text, document, place), place)
  if (!node) throw mergedKey(place)
  return node as YAMLMap | YAMLSeq
}

type Slot = {
  readonly start: number
  readonly end: number
  /** The end of the colon or dash, and of the anchor. */
  readonly indicator: number
  readonly node: YamlNode | null
  readonly indent: string
  readonly isItem: boolean
}

function inBlock(
  { text, style }: Plan,
  { start, end, indicator, node, indent, isItem }: Slot,
  value: Data,
): Splice[] {
  const { lineEnd } = style
  // A block scalar and what follows it end with a line end of their own.
  const tail = text[end - 1] === '\n' && end > start ? lineEnd : ''
  const isOnLine = !text.slice(indicator, start).includes('\n')
  if (!isFilled(value)) {
    const isSimple = typeof value !== 'string' || !/\n/.test(value)
    const isScalar = yamlLibrary().isScalar(node) && hasText(node)
    const written =
      isScalar && isSimple && !isList(value) && !isObject(value)
        ? plainOrQuoted(value, style, false, node)
        : scalarText(value, isItem ? `${indent}` : indent, style)
    if (isOnLine && start > indicator) return [{ start, end, text: written + tail }]
    return [{ start: indicator, end, text: ` ${written}${tail}` }]
  }
  if (isItem) {
    const inner = `${indent}  `
    const written = blockText(value, inner, style).slice(inner.length)
    return [
      {
        start: isOnLine && start > indicator ? start : indicator,
        end,
        text: (isOnLine && start > indicator ? '' : ' ') + written + tail,
      },
    ]
  }
  const written = lineEnd + blockText(value, nestedIndent(value, indent, style), style)
  if (!isOnLine || tail !== '') return [{ start: indicator, end, text: written + tail }]
  // A comment behind the old value stays behind the key.
  const rest = endOfLine(text, end)
  if (rest === end) return [{ start: indicator, end, text: written }]
  return [
    { start: indicator, end, text: '' },
    { start: rest, end: rest, text: written },
  ]
}

function inserted(
  plan: Plan,
  node: YAMLMap | YAMLSeq,
  place: KeyPath,
  key: string | number,
  value: Data,
): Splice[] {
  const { text, style } = plan
  const isItem = yamlLibrary().isSeq(node)
  const { items } = node
  if (isFlow(node) || items.length === 0) {
    if (items.length === 0 && !isInFlow(plan, place) && isBlank(text, node))
      return replaced(plan, place, isItem ? [value] : { [key]: value })
    const member = () => (isItem ? '' : `${yamlKey(String(key), style)}: `) + flowText(value, style)
    const index = isItem ? (key as number) : items.length
    return insertedMember(text, bracketsOf(node), index, member, { commentEnd, gap: ' ' })
  }
  if (isItem) {
    const list = node as YAMLSeq
    const index = key as number
    const dash = dashOf(list, 0)
    const indent = indentOf(text, dash)
    const written = `${blockText([value], indent, style).slice(indent.length)}`
    if (index === 0) return [{ start: dash, end: dash, text: `${written}${style.lineEnd}${indent}` }]
    return [newLine(plan, endOfItem(list, index - 1), indent + written)]
  }
  const last = items.at(-1) as Pair
  const indent = indentOf(text, (items[0] as Pair).key.range![0])
  return [newLine(plan, endOfPair(last), indent + memberText(String(key), value, indent, style))]
}

/** A line after the one that an offset is on; after a block scalar, which ends with a line end, at the offset. */
function newLine({ text, style }: Plan, end: number, line: string): Splice {
  if (text[end - 1] === '\n') return { start: end, end, text: line + style.lineEnd }
  const at = endOfLine(text, end)
  return { start: at, end: at, text: style.lineEnd + line }
}

function removed(plan: Plan, node: YAMLMap | YAMLSeq, place: KeyPath, key: string | number): Splice[] {
  const { text } = plan
  const { isSeq } = yamlLibrary()
  const { items } = node
  const index = isSeq(node) ? (key as number) : items.indexOf(pairOf(node, key) as never)
  if (index === -1) throw mergedKey([...place, key])
  if (isFlow(node)) return removedMember(text, bracketsOf(node), index, commentEnd)
  if (items.length === 1) return emptied(plan, node, place)
  const start = startOf(node, index)
  const end = isSeq(node) ? endOfItem(node, index) : endOfPair(items[index] as Pair)
  const rest = text[end - 1] === '\n' ? end : afterLine(text, end)
  if (indentAt(text, start) !== undefined) return [{ start: lineStartOf(text, start), end: rest, text: '' }]
  // The first one, on the line of a dash or a key: what follows takes its place.
  const next = rest + /^[ \t]*/.exec(text.slice(rest))![0].length
  return [{ start, end: next, text: '' }]
}

/** A block that loses its last item becomes `[]` or `{}`, behind the colon or dash of what holds it. */
function emptied(plan: Plan, node: YAMLMap | YAMLSeq, place: KeyPath): Splice[] {
  return replaced(plan, place, yamlLibrary().isSeq(node) ? [] : {})
}

function bracketsOf(node: YAMLMap | YAMLSeq): Brackets {
  const { isSeq } = yamlLibrary()
  const [start, end] = node.range!
  const members = isSeq(node)
    ? (node.items as YamlNode[]).map((item) => ({ start: item.range![0], end: item.range![1] }))
    : (node.items as Pair[]).map((pair) => ({ start: pair.key.range![0], end: endOfPair(pair) }))
  return { open: start + 1, close: end - 1, members }
}

function startOf(node: YAMLMap | YAMLSeq, index: number): number {
  if (yamlLibrary().isSeq(node)) return dashOf(node as YAMLSeq, index)
  return (node.items[index] as Pair).key.range![0]
}

function dashOf(list: YAMLSeq, index: number): number {
  return dashTokens(list, index).find(({ type }) => type === 'seq-item-ind')?.offset ?? list.range![0]
}

/** Whether a place is inside of brackets. */
function isInFlow({ text, document }: Plan, place: KeyPath): boolean {
  return place.some((_, depth) => isFlow(nodeAt(text, document, place.slice(0, depth))))
}

/** Blanks as wide as what is before an offset on its line. */
function indentOf(text: string, offset: number): string {
  return ' '.repeat(offset - lineStartOf(text, offset))
}

function isBlank(text: string, node: YamlNode): boolean {
  const [start, end] = node.range!
  return text.slice(start + 1, end - 1).trim() === ''
}

function endOfLine(text: string, offset: number): number {
  const length = text.slice(offset).search(/\r?\n/)
  return length === -1 ? text.length : offset + length
}

function afterLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

/** A comment begins with `#` after a blank, and ends with its line. */
function commentEnd(text: string, at: number): number | undefined {
  if (text[at] !== '#' || !/\s/.test(text[at - 1] ?? ' ')) return undefined
  return endOfLine(text, at)
}

function mergedKey(place: KeyPath): PlaybookError {
  return new PlaybookError(
    'E_YAML_ALIAS',
    `${formatKeyPath(place)} comes from a map that is merged in (<<): what is in it cannot be edited here.`,
    'Edit the value with the anchor, or set it here as a whole.',
  )
}
