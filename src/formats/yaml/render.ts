// Writes values as YAML, in the style of the file.

import { type Data, isList, isObject } from '../data/data.ts'
import { mostCommon } from '../shared/lists.ts'
import { hasText, isFlow, type Pair, type YamlDocument, type YamlNode, yamlLibrary } from './document.ts'

export type YamlStyle = {
  readonly unit: string
  /** Whether lists below a key are indented. */
  readonly indentsLists: boolean
  readonly quote: '"' | "'"
  readonly lineEnd: string
}

export function styleOf(text: string, document: YamlDocument, lineEnd: string): YamlStyle {
  const units: string[] = []
  const lists: boolean[] = []
  const quotes: ('"' | "'")[] = []
  const { isMap, isSeq, visit } = yamlLibrary()
  const columnOf = (offset: number) => offset - (text.lastIndexOf('\n', offset - 1) + 1)
  visit(document as Parameters<typeof visit>[0], {
    Scalar: (_, { type }) => {
      if (type === 'QUOTE_DOUBLE') quotes.push('"')
      if (type === 'QUOTE_SINGLE') quotes.push("'")
    },
    Pair: (_, pair) => {
      const { key, value } = pair as unknown as Pair
      if (!hasText(value) || isFlow(value) || !key?.range) return
      const deeper = columnOf(value.range![0]) - columnOf(key.range[0])
      if (isMap(value) && deeper > 0) units.push(' '.repeat(deeper))
      if (isSeq(value)) lists.push(deeper > 0)
    },
  })
  return {
    unit: mostCommon(units) ?? '  ',
    indentsLists: mostCommon(lists) ?? true,
    quote: mostCommon(quotes) ?? '"',
    lineEnd,
  }
}

/** A value as lines below a key or at the top, each with the indentation. */
export function blockText(value: Data, indent: string, style: YamlStyle): string {
  const { lineEnd } = style
  if (isList(value)) {
    return value
      .map((item) => {
        if (!isFilled(item)) return `${indent}- ${scalarText(item, indent, style)}`
        return `${indent}- ${blockText(item, `${indent}  `, style).slice(indent.length + 2)}`
      })
      .join(lineEnd)
  }
  return Object.entries(value as object)
    .map(([key, each]) => `${indent}${memberText(key, each as Data, indent, style)}`)
    .join(lineEnd)
}

/** `key: value`, for a key with this indentation. */
export function memberText(key: string, value: Data, indent: string, style: YamlStyle): string {
  const name = yamlKey(key, style)
  if (!isFilled(value)) return `${name}: ${scalarText(value, indent, style)}`
  return `${name}:${style.lineEnd}${blockText(value, nestedIndent(value, indent, style), style)}`
}

export function nestedIndent(value: Data, indent: string, { unit, indentsLists }: YamlStyle): string {
  return isList(value) && !indentsLists ? indent : indent + unit
}

/** A value in brackets, on one line. */
export function flowText(value: Data, style: YamlStyle): string {
  if (isList(value)) return `[${value.map((each) => flowText(each, style)).join(', ')}]`
  if (!isObject(value)) return plainOrQuoted(value, style, true)
  const members = Object.entries(value).map(
    ([key, each]) => `${yamlKey(key, style)}: ${flowText(each, style)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A scalar or an empty collection; a text of several lines gets lines of its own. */
export function scalarText(value: Data, indent: string, style: YamlStyle): string {
  if (typeof value === 'string' && isLiteral(value)) return literalText(value, indent, style)
  return isList(value) || isObject(value) ? flowText(value, style) : plainOrQuoted(value, style, false)
}

/** A list or an object that is not empty. */
export function isFilled(value: Data): boolean {
  return (isList(value) && value.length > 0) || (isObject(value) && Object.keys(value).length > 0)
}

export function yamlKey(key: string, style: YamlStyle): string {
  return !key.endsWith(':') && isPlain(`${key}: 1`, { [key]: 1 }) ? key : quoted(key, style.quote)
}

export function plainOrQuoted(
  value: Data,
  style: Pick<YamlStyle, 'quote'>,
  inFlow: boolean,
  old?: YamlNode | null,
): string {
  if (typeof value !== 'string')
    return typeof value === 'number' && !Number.isFinite(value) ? special(value) : String(value)
  const kind = (old as { type?: string } | null | undefined)?.type
  if (kind === 'QUOTE_DOUBLE') return quoted(value, '"')
  if (kind === 'QUOTE_SINGLE') return quoted(value, "'")
  const source = inFlow ? `[${value}, 1]` : `k: ${value}`
  return isPlain(source, inFlow ? [value, 1] : { k: value }) ? value : quoted(value, style.quote)
}

/** Whether YAML 1.1 and 1.2 both read this text as that. */
function isPlain(text: string, expected: object): boolean {
  if (/[\r\n\t\0]/.test(text)) return false
  const { parseDocument } = yamlLibrary()
  return (['1.1', '1.2'] as const).every((version) => {
    const document = parseDocument(text, { version, logLevel: 'silent' })
    if (document.errors.length > 0 || document.warnings.length > 0 || document.comment) return false
    return JSON.stringify(document.toJS()) === JSON.stringify(expected) && !/(?:^|[[\s])[&*!]/.test(text)
  })
}

function quoted(value: string, quote: '"' | "'"): string {
  // What cannot be in single quotes on one line.
  const needsEscapes = /[\0-\x1f\x7f-\x9f\u2028\u2029\uFEFF]/.test(value)
  return quote === "'" && !needsEscapes ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value)
}

function special(value: number): string {
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
}

function isLiteral(value: string): boolean {
  return /\n./.test(value) && !/^[ \n]|[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\uFEFF\t]|\n\n$/.test(value)
}

function literalText(value: string, indent: string, { unit, lineEnd }: YamlStyle): string {
  const isClosed = value.endsWith('\n')
  const lines = (isClosed ? value.slice(0, -1) : value).split('\n')
  return [`|${isClosed ? '' : '-'}`, ...lines.map((line) => (line === '' ? '' : indent + unit + line))].join(
    lineEnd,
  )
}
