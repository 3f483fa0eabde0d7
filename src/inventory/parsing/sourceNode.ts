// Values that know where they were written: the one shape into which YAML, INI, scripts and modules are read.

import type { SourceLocation } from '../../model/errors/location.ts'

/** A text that was read, able to turn an offset into a line and column. */
export type SourceText = {
  /** As shown to people: relative to the working folder where it lies inside. */
  readonly file: string
  /** Line and column of an offset, counting from 1. */
  readonly locate: (offset: number) => { readonly line: number; readonly column: number }
}

/** A value and the offset at which it starts. What has no text (a module's object) has no source. */
export type SourceNode = {
  readonly value: unknown
  readonly source: SourceText | undefined
  readonly offset: number
  /** Of a mapping: its entries in the order written, merged ones first. */
  readonly entries?: ReadonlyMap<string, MapEntry>
  /** Of a list. */
  readonly items?: readonly SourceNode[]
  /** Marked `!unsafe`: braces in it are not Jinja. */
  readonly isUnsafe?: boolean
}

/** An entry of a mapping. `keyOffset` lies in the source of the file that holds the key. */
export type MapEntry = {
  readonly key: string
  readonly keySource: SourceText | undefined
  readonly keyOffset: number
  readonly node: SourceNode
  /** The key as it is written, where YAML takes it for something else than text: `yes`, `8080`, `~`. */
  readonly unquoted?: string
}

/** The place at which a value starts. */
export function locationOf({ source, offset }: SourceNode): SourceLocation | undefined {
  return source && { file: source.file, ...source.locate(offset) }
}

/** The place at which an entry's key starts. */
export function keyLocationOf({ keySource, keyOffset }: MapEntry): SourceLocation | undefined {
  return keySource && { file: keySource.file, ...keySource.locate(keyOffset) }
}

/** What stands at a path inside a value, or the innermost part that exists on the way there. */
export function nodeAt(root: SourceNode, path: readonly PropertyKey[]): SourceNode {
  let at = root
  for (const key of path) {
    const next = at.entries?.get(String(key))?.node ?? at.items?.[Number(key)]
    if (!next) break
    at = next
  }
  return at
}

/** A plain value (from a module, a script, the command line) without places, or all at one place. */
export function toSourceNode(value: unknown, source?: SourceText, offset = 0): SourceNode {
  if (Array.isArray(value)) {
    const items = value.map((item) => toSourceNode(item, source, offset))
    return { value, source, offset, items }
  }
  if (!isPlainObject(value)) return { value, source, offset }
  const entries = new Map<string, MapEntry>()
  for (const [key, item] of Object.entries(value)) {
    entries.set(key, { key, keySource: source, keyOffset: offset, node: toSourceNode(item, source, offset) })
  }
  return { value, source, offset, entries }
}

/** A text as a source, its line starts found when first asked for. */
export function sourceText(file: string, text: string): SourceText {
  let starts: number[] | undefined
  return {
    file,
    locate: (offset) => {
      starts ??= lineStarts(text)
      const line = lastIndexAtMost(starts, offset)
      return { line: line + 1, column: offset - starts[line]! + 1 }
    },
  }
}

/** What a value is, in a person's words: `a list`, `a mapping`, `"8o81"`. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isPlainObject(value)) return 'a mapping'
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'object') return 'a secret'
  const json = JSON.stringify(value) ?? String(value)
  return json.length > 80 ? `${json.slice(0, 77)}…` : json
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || !Object.getPrototypeOf(prototype)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lastIndexAtMost(sorted: readonly number[], target: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (sorted[middle]! <= target) low = middle
    else high = middle - 1
  }
  return low
}
