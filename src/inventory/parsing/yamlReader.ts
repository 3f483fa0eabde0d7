// Converts parsed YAML nodes into values with their locations.

import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import {
  isFloatWord,
  plainScalar,
  yamlBool,
  yamlFloat,
  yamlInt,
  yamlTimestamp,
} from '../../jinja/python/yamlScalar.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { SourceText } from '../../model/errors/sourceText.ts'
import type { OpenVault } from './ansibleJson.ts'
import { pythonFloat } from './pythonText.ts'
import type { MapEntry, SourceNode } from './sourceNode.ts'

export type YamlReaderOptions = {
  /** Makes a secret of the text of a `!vault` value. */
  readonly openVault: OpenVault
  /** Makes a secret of a text: for a file that was encrypted as a whole. */
  readonly toSecret?: (text: string, value: unknown) => unknown
}

const floatTag = 'tag:yaml.org,2002:float'
const pairTags = ['tag:yaml.org,2002:omap', 'tag:yaml.org,2002:pairs']

/** An inventory of 1 kB can repeat its values billions of times by aliases of aliases. */
const maxAliased = 200_000

/** Converts the nodes of the yaml package; what is wrong goes to `errors`. */
export class YamlReader {
  readonly errors: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  readonly #known = new Map<Node, SourceNode>()
  /** How many values an anchor stands for, those that its own aliases repeat included. */
  readonly #sizes = new Map<Node, number>()
  #nodeCount = 0
  #aliasedCount = 0
  readonly #source: SourceText
  readonly #options: YamlReaderOptions
  readonly #targets: ReadonlyMap<Alias, Node>

  constructor(source: SourceText, options: YamlReaderOptions, targets: ReadonlyMap<Alias, Node>) {
    this.#source = source
    this.#options = options
    this.#targets = targets
  }

  read(node: Node | null): SourceNode {
    if (node === null) return this.#node(null, 0)
    if (isAlias(node)) return this.#readAlias(node)
    const before = this.#nodeCount
    this.#nodeCount++
    const result = this.#readOwn(node)
    if (node.anchor) {
      this.#known.set(node, result)
      this.#sizes.set(node, this.#nodeCount - before)
    }
    return result
  }

  #readOwn(node: Node): SourceNode {
    const offset = offsetOf(node)
    if (isMap(node)) return this.#readMap(node, offset)
    if (isSeq(node)) return this.#readList(node, offset)
    if (isScalar(node)) return this.#readScalar(node as Scalar<string>, offset)
    return this.#node(null, offset)
  }

  #readAlias(node: Alias): SourceNode {
    const target = this.#targets.get(node)
    const result = target && this.#known.get(target)
    if (result) {
      const size = this.#sizes.get(target)!
      this.#nodeCount += size
      this.#aliasedCount += size
      if (this.#aliasedCount <= maxAliased) return result
      if (this.#aliasedCount - size <= maxAliased)
        this.#addError(
          offsetOf(node),
          `the aliases up to *${node.source} repeat more than ${maxAliased} values`,
        )
      return this.#node(null, offsetOf(node))
    }
    const message = target
      ? `*${node.source} refers to an anchor that contains it`
      : `*${node.source} has no anchor &${node.source} before it`
    this.#addError(offsetOf(node), message)
    return this.#node(null, offsetOf(node))
  }

  #readMap(node: YAMLMap, offset: number): SourceNode {
    if (node.tag === '!vault') this.#addError(offset, '!vault expects text, got a mapping')
    else if (node.tag === 'tag:yaml.org,2002:set') return this.#readSet(node, offset)
    else this.#checkTag(node, offset, ['tag:yaml.org,2002:map', '!unsafe'])
    const merged = new Map<string, MapEntry>()
    const own = new Map<string, MapEntry>()
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (isMergeKey(pair.key)) this.#merge(pair.value, merged)
      else this.#readPair(pair, own)
    }
    const entries = merged.size > 0 ? new Map([...merged, ...own]) : own
    const value: Record<string, unknown> = {}
    for (const [key, entry] of entries) setProperty(value, key, entry.node.value)
    const isUnsafe = node.tag === '!unsafe'
    return { value: Object.freeze(value), source: this.#source, offset, entries, isUnsafe }
  }

  /** A set of Python is a list here. */
  #readSet(node: YAMLMap, offset: number): SourceNode {
    const items = (node.items as Pair<Node, Node | null>[]).map(({ key }) => this.read(key))
    return this.#listOf(items, offset)
  }

  #readPair(pair: Pair<Node, Node | null>, entries: Map<string, MapEntry>): void {
    const keyOffset = offsetOf(pair.key)
    const read = this.#readKey(pair.key, keyOffset)
    if (read === undefined) return
    const { key, unquoted } = read
    const node = this.read(pair.value)
    if (entries.has(key)) {
      const where = this.#source.locate(keyOffset)
      const first = this.#source.locate(entries.get(key)!.keyOffset)
      const message = `duplicate key "${key}" (first on line ${first.line}); the last value is used`
      this.warnings.push(new PlaybookError('E_DUPLICATE_KEY', message, { where }))
    }
    entries.set(key, { key, keySource: this.#source, keyOffset, node, unquoted })
  }

  /** A key as JSON writes it: `true`, `null`, `15` for `017`, `1.0`. */
  #readKey(node: Node, offset: number): Pick<MapEntry, 'key' | 'unquoted'> | undefined {
    const target = isAlias(node) ? this.#targets.get(node) : node
    if (isScalar(target)) {
      const scalar = target as Scalar<string>
      if (scalar.value === '=' && scalar.type === 'PLAIN') return { key: '=' }
      const value = this.#scalarValue(scalar, offset)
      if (typeof value === 'string') return { key: value }
      const isFloat = typeof value === 'number' && isFloatWord(scalar.value)
      return { key: isFloat ? pythonFloat(value) : String(value), unquoted: scalar.value }
    }
    const isJinja = isMap(target) && target.flow === true
    this.#addError(
      offset,
      'a key must be text, got a mapping or a list',
      isJinja ? 'Quote a value that starts with {{.' : undefined,
    )
    return undefined
  }

  #merge(value: Node | null, merged: Map<string, MapEntry>): void {
    const node = this.read(value)
    const parts = node.items ? [...node.items].reverse() : [node]
    for (const part of parts) {
      if (part.entries) for (const [key, entry] of part.entries) merged.set(key, entry)
      else this.#addError(part.offset, '<< expects a mapping or a list of mappings')
    }
  }

  #readList(node: YAMLSeq, offset: number): SourceNode {
    if (pairTags.includes(node.tag ?? '')) return this.#readPairs(node, offset)
    this.#checkTag(node, offset, ['tag:yaml.org,2002:seq', '!unsafe'])
    const items = (node.items as Node[]).map((item) => this.read(item))
    const list = this.#listOf(items, offset)
    return node.tag === '!unsafe' ? { ...list, isUnsafe: true } : list
  }

  /** `!!omap` and `!!pairs`: a list of keys with their values. */
  #readPairs(node: YAMLSeq, offset: number): SourceNode {
    const items = (node.items as Node[]).map((item) => {
      const [pair, ...more] = isMap(item) ? (item.items as Pair<Node, Node | null>[]) : []
      if (pair && more.length === 0)
        return this.#listOf([this.read(pair.key), this.read(pair.value)], offsetOf(item))
      this.#addError(offsetOf(item), `${displayTag(node.tag!)} expects a list of single "key: value" pairs`)
      return this.#node(null, offsetOf(item))
    })
    return this.#listOf(items, offset)
  }

  #listOf(items: readonly SourceNode[], offset: number): SourceNode {
    const value = Object.freeze(items.map((item) => item.value))
    return { value, source: this.#source, offset, items }
  }

  #readScalar(node: Scalar<string>, offset: number): SourceNode {
    if (node.tag === '!vault' || node.tag === '!vault-encrypted') {
      const secret = this.#options.openVault(node.value, () => this.#source.locate(offset))
      return this.#node(secret, offset)
    }
    const value = this.#scalarValue(node, offset)
    const { toSecret } = this.#options
    const isFloat = typeof value === 'number' && (node.tag === floatTag || isFloatWord(node.value))
    const own = this.#node(toSecret ? toSecret(node.value, value) : value, offset)
    const read = isFloat ? { ...own, isFloat } : own
    return node.tag === '!unsafe' ? { ...read, isUnsafe: true } : read
  }

  #scalarValue(node: Scalar<string>, offset: number): unknown {
    try {
      switch (node.tag) {
        case undefined:
        case '!':
        case '!unsafe':
          return node.type === 'PLAIN' ? plainScalar(node.value) : node.value
        case 'tag:yaml.org,2002:str':
          return node.value
        case 'tag:yaml.org,2002:int':
          return yamlInt(node.value)
        case floatTag:
          return yamlFloat(node.value)
        case 'tag:yaml.org,2002:bool':
          return yamlBool(node.value)
        case 'tag:yaml.org,2002:null':
          return null
        case 'tag:yaml.org,2002:timestamp':
          return yamlTimestamp(node.value)
        default:
          this.#addError(offset, `unknown tag ${displayTag(node.tag)}`)
      }
    } catch (error) {
      const expected = node.tag ? displayTag(node.tag) : 'number'
      const message = error instanceof RangeError ? error.message : `not a valid ${expected}`
      this.#addError(offset, message, 'Quote it if it is text.')
    }
    return null
  }

  #checkTag(node: Node & { tag?: string }, offset: number, known: readonly string[]): void {
    if (node.tag === undefined || node.tag === '!' || known.includes(node.tag)) return
    this.#addError(offset, `unknown tag ${displayTag(node.tag)}`)
  }

  #addError(offset: number, message: string, hint?: string): void {
    const where = this.#source.locate(offset)
    this.errors.push(new PlaybookError('E_YAML', message, { where, hint }))
  }

  #node(value: unknown, offset: number): SourceNode {
    return { value, source: this.#source, offset }
  }
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && !key.tag
}

function setProperty(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else target[key] = value
}

function displayTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '!!')
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}
