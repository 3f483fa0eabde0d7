// Reads one YAML text into located values: YAML 1.1 words, anchors, merges and Ansible's tags.

import type { Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml'
import { PlaybookError } from '../../model/errors/error.ts'
import type { Secret } from '../../model/secrets/secret.ts'
import { pythonFloat } from './pythonText.ts'
import { type MapEntry, type SourceNode, type SourceText, sourceText } from './sourceNode.ts'
import { isFloatWord, plainScalar, yamlBool, yamlFloat, yamlInt, yamlTimestamp } from './yamlScalar.ts'

export type ParsedYaml = {
  /** Absent where the text is empty or does not parse. */
  readonly root?: SourceNode
  readonly errors: readonly PlaybookError[]
  readonly warnings: readonly PlaybookError[]
}

export type ParseYamlOptions = {
  /** As shown in messages. */
  readonly file: string
  /** Makes a secret of the text of a `!vault` value. */
  readonly openVault: (ciphertext: string, at: () => PlaybookError['where']) => Secret
  /** Makes secrets of all texts and numbers: for a file that was encrypted as a whole. */
  readonly toSecret?: (text: string, value: unknown) => unknown
}

/**
 * Reads a YAML text as Ansible does: words as in YAML 1.1, a repeated key keeps its last value (with a warning),
 * `<<` merges, `!vault` becomes a secret, `!unsafe` marks text whose braces are not Jinja.
 *
 * It never throws: what is wrong is in `faults`, each E_YAML with line and column.
 */
export function parseYaml(text: string, options: ParseYamlOptions): ParsedYaml {
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    resolveKnownTags: false,
    uniqueKeys: false,
  })
  const source = sourceText(options.file, text)
  const unprintable = unprintableError(text, source)
  if (unprintable) return { errors: [unprintable], warnings: [] }
  if (document.errors.length > 0)
    return { errors: syntaxErrors(document, text, source, options.toSecret === undefined), warnings: [] }
  if (!document.contents) return { errors: [], warnings: [] }
  const reader = new YamlReader(source, options, aliasTargets(document, text))
  const root = reader.read(document.contents as Node)
  return { root, errors: reader.errors, warnings: reader.warnings }
}

const pairTags = ['tag:yaml.org,2002:omap', 'tag:yaml.org,2002:pairs']

class YamlReader {
  readonly errors: PlaybookError[] = []
  readonly warnings: PlaybookError[] = []
  readonly #known = new Map<Node, SourceNode>()
  readonly #source: SourceText
  readonly #options: ParseYamlOptions
  readonly #targets: ReadonlyMap<Alias, Node>

  constructor(source: SourceText, options: ParseYamlOptions, targets: ReadonlyMap<Alias, Node>) {
    this.#source = source
    this.#options = options
    this.#targets = targets
  }

  read(node: Node | null): SourceNode {
    if (node === null) return this.#at(null, 0)
    if (isAlias(node)) return this.#readAlias(node)
    const located = this.#readNode(node)
    if (node.anchor) this.#known.set(node, located)
    return located
  }

  #readNode(node: Node): SourceNode {
    const offset = offsetOf(node)
    if (isMap(node)) return this.#readMap(node, offset)
    if (isSeq(node)) return this.#readList(node, offset)
    if (isScalar(node)) return this.#readScalar(node as Scalar<string>, offset)
    return this.#at(null, offset)
  }

  #readAlias(node: Alias): SourceNode {
    const target = this.#targets.get(node)
    const located = target && this.#known.get(target)
    if (located) return located
    const message = target
      ? `*${node.source} stands inside its own anchor`
      : `*${node.source} has no anchor &${node.source} before it`
    this.#addError(offsetOf(node), message)
    return this.#at(null, offsetOf(node))
  }

  #readMap(node: YAMLMap, offset: number): SourceNode {
    if (node.tag === '!vault') this.#addError(offset, '!vault wants text, got a mapping')
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
    return {
      value: Object.freeze(value),
      source: this.#source,
      offset,
      entries,
      ...(isUnsafe ? { isUnsafe } : {}),
    }
  }

  /** Python's set, a list here. */
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
      const where = { file: this.#source.file, ...this.#source.locate(keyOffset) }
      const first = this.#source.locate(entries.get(key)!.keyOffset)
      const message = `"${key}" stands here again (first in line ${first.line}); this later value is used`
      this.warnings.push(new PlaybookError('E_DUPLICATE_KEY', message, { where }))
    }
    const entry = { key, keySource: this.#source, keyOffset, node }
    entries.set(key, unquoted === undefined ? entry : { ...entry, unquoted })
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
      'a key must be a word, got a mapping or list',
      isJinja ? 'A value that starts with {{ needs quotes.' : undefined,
    )
    return undefined
  }

  #merge(value: Node | null, merged: Map<string, MapEntry>): void {
    const node = this.read(value)
    const parts = node.items ? [...node.items].reverse() : [node]
    for (const part of parts) {
      if (part.entries) for (const [key, entry] of part.entries) merged.set(key, entry)
      else this.#addError(part.offset, '<< merges mappings, got something else')
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
      this.#addError(offsetOf(item), `${displayTag(node.tag!)} is a list of single "key: value"`)
      return this.#at(null, offsetOf(item))
    })
    return this.#listOf(items, offset)
  }

  #listOf(items: readonly SourceNode[], offset: number): SourceNode {
    const value = Object.freeze(items.map((item) => item.value))
    return { value, source: this.#source, offset, items }
  }

  #readScalar(node: Scalar<string>, offset: number): SourceNode {
    if (node.tag === '!vault' || node.tag === '!vault-encrypted') {
      const source = this.#source
      const where = () => ({ file: source.file, ...source.locate(offset) })
      return this.#at(this.#options.openVault(node.value, where), offset)
    }
    const value = this.#scalarValue(node, offset)
    const shown = this.#options.toSecret ? this.#options.toSecret(node.value, value) : value
    const located = this.#at(shown, offset)
    return node.tag === '!unsafe' ? { ...located, isUnsafe: true } : located
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
        case 'tag:yaml.org,2002:float':
          return yamlFloat(node.value)
        case 'tag:yaml.org,2002:bool':
          return yamlBool(node.value)
        case 'tag:yaml.org,2002:null':
          return null
        case 'tag:yaml.org,2002:timestamp':
          return yamlTimestamp(node.value)
        default:
          this.#addError(offset, `the tag ${displayTag(node.tag)} is not known here`)
      }
    } catch (error) {
      const expected = node.tag ? displayTag(node.tag) : 'number'
      const message = error instanceof RangeError ? error.message : `the value is no ${expected}`
      this.#addError(offset, message, 'Put it in quotes if it is text.')
    }
    return null
  }

  #checkTag(node: Node & { tag?: string }, offset: number, known: readonly string[]): void {
    if (node.tag === undefined || node.tag === '!' || known.includes(node.tag)) return
    this.#addError(offset, `the tag ${displayTag(node.tag)} is not known here`)
  }

  #addError(offset: number, message: string, hint?: string): void {
    const where = { file: this.#source.file, ...this.#source.locate(offset) }
    this.errors.push(new PlaybookError('E_YAML', message, { where, ...(hint ? { hint } : {}) }))
  }

  #at(value: unknown, offset: number): SourceNode {
    return { value, source: this.#source, offset }
  }
}

/** A character that YAML lets stand in no text as it is. */
function unprintableError(text: string, source: SourceText): PlaybookError | undefined {
  const found = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/.exec(text)
  if (!found) return undefined
  const code = found[0].charCodeAt(0).toString(16).padStart(2, '0')
  const message = `a character that cannot be seen stands here (U+${code.padStart(4, '0').toUpperCase()})`
  return new PlaybookError('E_YAML', message, {
    where: { file: source.file, ...source.locate(found.index) },
    hint: `Take it out, or write it as "\\${code.length > 2 ? 'u' : 'x'}${code}" in double quotes.`,
  })
}

/** Each alias with the node it stands for, in one walk: asking the document walks it anew for each. */
function aliasTargets(document: Document, text: string): ReadonlyMap<Alias, Node> {
  const targets = new Map<Alias, Node>()
  if (!text.includes('*')) return targets
  const anchors = new Map<string, Node>()
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target) targets.set(node, target)
      } else if (node.anchor) anchors.set(node.anchor, node as Node)
    },
  })
  return targets
}

/** `showsLine`: not where the line is part of what was encrypted. */
function syntaxErrors(
  document: Document,
  text: string,
  source: SourceText,
  showsLine: boolean,
): PlaybookError[] {
  const tabs = [...text.matchAll(/^ *\t/gm)].filter(() =>
    document.errors.some((error) => error.code === 'TAB_AS_INDENT' || startsWithTab(text, error.pos[0])),
  )
  if (tabs.length > 0) {
    return tabs.map((match) => {
      const location = source.locate(match.index + match[0].length - 1)
      const message = `line ${location.line} has a tab; YAML indents with spaces`
      return new PlaybookError('E_YAML', message, { where: { file: source.file, ...location } })
    })
  }
  const first = document.errors[0]!
  const location = source.locate(Math.min(first.pos[0], text.length))
  const line = text.split('\n')[location.line - 1]!.trim()
  const [message, hint] = syntaxMessage(first.code, first.message)
  return [
    new PlaybookError('E_YAML', message, {
      where: { file: source.file, ...location },
      details: line && showsLine ? [`    ${line}`] : [],
      ...(hint ? { hint } : {}),
    }),
  ]
}

function startsWithTab(text: string, offset: number): boolean {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^ *\t/.test(text.slice(start, start + 200))
}

function syntaxMessage(code: string, message: string): [string, string?] {
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a second ": " in one line', 'Put a value that holds ": " in quotes.']
    case 'BAD_INDENT':
      return ['the indentation fits nothing above it', 'Entries of one mapping or list start in one column.']
    case 'MULTIPLE_DOCS':
      return ['a second document starts here (---)', 'Keep one document a file.']
    case 'MISSING_CHAR':
      return [/quote/.test(message) ? 'a quote that opens above is not closed' : lowerFirst(message)]
    case 'BAD_SCALAR_START':
      return [lowerFirst(message), 'Put the value in quotes.']
    default:
      return [lowerFirst(message)]
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
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
