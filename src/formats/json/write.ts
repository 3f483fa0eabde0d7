// Writes one operation into the text of a JSON document.

import { type Data, isList, isObject } from '../data/data.ts'
import { insertedMember, removedMember } from '../data/members.ts'
import type { Operation } from '../data/operations.ts'
import { indentAt, indentOfLine, lineEndOf } from '../shared/layout.ts'
import { mostCommon } from '../shared/lists.ts'
import { applySplices } from '../shared/splice.ts'
import {
  bracketsOf,
  containers,
  type JsonNode,
  jsonCommentEnd,
  nodeAt,
  parseJson,
  propertyIndexes,
} from './document.ts'

/** The text after an operation; new text follows the layout around it. */
export function writeJson(text: string, operation: Operation): string {
  const root = parseJson(text)
  if (!root)
    return `${written((operation as { value: Data }).value, '', { ...freshStyle, lineEnd: lineEndOf(text) })}${lineEndOf(text)}`
  const style = styleOf(text, root)
  const node = nodeAt(root, operation.place)
  if (operation.kind === 'replace') {
    const value = written(operation.value, indentOfLine(text, node.offset), style)
    return applySplices(text, [{ start: node.offset, end: node.offset + node.length, text: value }])
  }
  const { key } = operation
  if (operation.kind === 'remove') {
    const indexes = node.type === 'array' ? [key as number] : propertyIndexes(node, key)
    const last = indexes.at(-1)!
    const result = applySplices(text, removedMember(text, bracketsOf(node), last, jsonCommentEnd))
    return indexes.length > 1 ? writeJson(result, operation) : result
  }
  const index = node.type === 'array' ? (key as number) : (node.children?.length ?? 0)
  const name = node.type === 'array' ? '' : `${JSON.stringify(key)}${style.colon}`
  const outer = indentOfLine(text, node.offset)
  const empty = style.isBroken ? { indent: outer + style.unit, outer } : undefined
  const isLine = style.isBroken && (node.children?.length ?? 0) === 0
  const member = (indent: string) => name + written(operation.value, indent || (isLine ? '' : outer), style)
  return applySplices(
    text,
    insertedMember(text, bracketsOf(node), index, member, {
      commentEnd: jsonCommentEnd,
      gap: style.colon.endsWith(' ') ? ' ' : '',
      empty,
    }),
  )
}

type Style = {
  readonly isBroken: boolean
  readonly unit: string
  readonly colon: string
  readonly lineEnd: string
  /** Whether lists of plain values are on one line. */
  readonly hasShortLists: boolean
}

const freshStyle: Style = { isBroken: true, unit: '  ', colon: ': ', lineEnd: '\n', hasShortLists: false }

function styleOf(text: string, root: JsonNode): Style {
  const all = containers(root)
  const filled = all.filter(({ children }) => children!.length > 0)
  const isBroken = (node: JsonNode) => indentAt(text, node.children![0]!.offset) !== undefined
  const units = filled.flatMap((node) => {
    const inner = indentAt(text, node.children![0]!.offset)
    const outer = indentOfLine(text, node.offset)
    return inner?.startsWith(outer) && inner !== outer ? [inner.slice(outer.length)] : []
  })
  const lists = filled.filter(
    ({ type, children }) =>
      type === 'array' && children!.every((each) => !each.children) && children!.length > 1,
  )
  const colons = filled
    .filter(({ type }) => type === 'object')
    .flatMap(({ children }) =>
      children!.map(({ children: [key, value] = [] }) =>
        text.slice(key!.offset + key!.length, value!.offset),
      ),
    )
    .filter((each) => /^[ \t]*:[ \t]*$/.test(each))
  const root0 = filled[0]
  return {
    isBroken: root0 ? isBroken(root0) : true,
    unit: mostCommon(units) ?? '  ',
    colon: mostCommon(colons) ?? ': ',
    lineEnd: lineEndOf(text),
    hasShortLists: mostCommon(lists.map((node) => !isBroken(node))) ?? false,
  }
}

function written(value: Data, indent: string, style: Style): string {
  if (!isList(value) && !isObject(value)) return JSON.stringify(value)
  const isShort =
    !style.isBroken ||
    (isList(value) && style.hasShortLists && value.every((each) => typeof each !== 'object' || each === null))
  const inner = isShort ? '' : indent + style.unit
  const members = isList(value)
    ? value.map((each) => written(each, inner, style))
    : Object.entries(value).map(
        ([key, each]) => JSON.stringify(key) + style.colon + written(each, inner, style),
      )
  const [open, close] = isList(value) ? '[]' : '{}'
  if (members.length === 0) return `${open}${close}`
  if (isShort) return `${open}${members.join(style.colon.endsWith(' ') ? ', ' : ',')}${close}`
  const { lineEnd } = style
  return `${open}${lineEnd}${members.map((each) => inner + each).join(`,${lineEnd}`)}${lineEnd}${indent}${close}`
}
