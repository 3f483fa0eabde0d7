// Represents parsed values with their source locations.

import type { SourceLocation } from '../../model/errors/location.ts'
import type { SourceText } from '../../model/errors/sourceText.ts'

/** A value and the offset at which it starts. A value without a text (an object of `-e`) has no source. */
export type SourceNode = {
  readonly value: unknown
  readonly source: SourceText | undefined
  readonly offset: number
  /** The entries of a mapping in the order written, merged ones first. */
  readonly entries?: ReadonlyMap<string, MapEntry>
  /** The items of a list. */
  readonly items?: readonly SourceNode[]
  /** Whether it is marked `!unsafe`: braces in it are not Jinja. */
  readonly isUnsafe?: boolean
  /** Whether it is a number with a point, which templates write with it: `1.0`. */
  readonly isFloat?: boolean
}

/** An entry of a mapping. A merged entry's key may come from another file than its value. */
export type MapEntry = {
  readonly key: string
  readonly keySource: SourceText | undefined
  readonly keyOffset: number
  readonly node: SourceNode
  /** The key as written, if YAML does not read it as text: `yes`, `8080`, `~`. */
  readonly unquoted?: string
}

/** The location at which a value starts. */
export function locationOf({ source, offset }: SourceNode): SourceLocation | undefined {
  return source?.locate(offset)
}

/** The location at which an entry's key starts. */
export function keyLocationOf({ keySource, keyOffset }: MapEntry): SourceLocation | undefined {
  return keySource?.locate(keyOffset)
}

/** The node at a path inside a value, or the innermost one on the way there that exists. */
export function nodeAt(root: SourceNode, path: readonly PropertyKey[]): SourceNode {
  let at = root
  for (const key of path) {
    const next = at.entries?.get(String(key))?.node ?? at.items?.[Number(key)]
    if (!next) break
    at = next
  }
  return at
}

/** Wraps a plain value (of a module, a script, the command line); all its parts get the same location. */
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

/** Describes a value for an error message: `a list`, `a mapping`, `"8o81"`. */
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
