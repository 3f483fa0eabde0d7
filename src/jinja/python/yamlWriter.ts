// Writes YAML byte for byte as PyYAML's C emitter, which Ansible uses.

import type { Value } from '../values/value.ts'
import { type PyYamlNode, type YamlDumpOptions, yamlNode } from './yamlNodes.ts'
import { YamlOutput } from './yamlOutput.ts'
import { analyzed } from './yamlStyle.ts'

type Style = '' | "'" | '"' | '|' | '>'
type NodeContext = 'root' | 'list' | 'dict' | 'key'

/** @throws PyError for values that YAML has not */
export function dumpYaml(value: Value, options: YamlDumpOptions = {}): string {
  return new YamlWriter(options).write(yamlNode(value, options))
}

class YamlWriter {
  readonly #options: YamlDumpOptions
  readonly #out: YamlOutput
  readonly #named = new Set<PyYamlNode>()
  #anchorCount = 0
  #flowLevel = 0

  constructor(options: YamlDumpOptions) {
    this.#options = options
    this.#out = new YamlOutput(options)
  }

  write(root: PyYamlNode): string {
    const out = this.#out
    if (this.#options.explicitStart) {
      out.indentLine()
      out.indicator('---', true)
    }
    this.#node(root, 'root')
    out.indentLine()
    if (this.#options.explicitEnd) {
      out.indicator('...', true)
      out.indentLine()
    }
    return out.text
  }

  #node(node: PyYamlNode, place: NodeContext): void {
    if (this.#named.has(node)) this.#out.indicator(`*${node.anchor!.name}`, true)
    else this.#newNode(node, place)
  }

  #newNode(node: PyYamlNode, place: NodeContext): void {
    if (node.anchor?.name !== undefined) {
      node.anchor.name = `id${String(++this.#anchorCount).padStart(3, '0')}`
      this.#named.add(node)
      this.#out.indicator(`&${node.anchor.name}`, true)
    }
    if (node.kind === 'scalar') this.#scalar(node, place)
    else if (node.kind === 'list') {
      if (this.#flowLevel > 0 || node.isFlow || node.items.length === 0) this.#flowList(node.items)
      else this.#blockList(node.items, place)
    } else if (this.#flowLevel > 0 || node.isFlow || node.entries.length === 0) this.#flowDict(node.entries)
    else this.#blockDict(node.entries)
  }

  #scalar(node: PyYamlNode & { kind: 'scalar' }, place: NodeContext): void {
    const out = this.#out
    const { text } = node
    const style = this.#styleOf(node, place)
    const isPlain = style === ''
    const needsTag = !isPlain && !node.isText
    if (needsTag) out.indicator('!', true)
    out.indented(true, false, () => {
      const mayBreak = place !== 'key'
      if (isPlain) out.plain(text, mayBreak, this.#flowLevel > 0)
      else if (style === "'") out.singleQuoted(text, mayBreak)
      else if (style === '"') out.doubleQuoted(text, mayBreak)
      else if (style === '|') out.literal(text)
      else out.folded(text)
    })
  }

  #styleOf({ text, isPlainSafe }: PyYamlNode & { kind: 'scalar' }, place: NodeContext): Style {
    const { isMultiline, ...allows } = analyzed(text)
    const isFlow = this.#flowLevel > 0
    let style = (this.#options.scalarStyle ?? '') as Style
    if (place === 'key' && isMultiline) style = '"'
    if (style === '') {
      const isAllowed = isFlow ? allows.allowsFlowPlain : allows.allowsBlockPlain
      if (!isAllowed || !isPlainSafe || (text === '' && (isFlow || place === 'key'))) style = "'"
    }
    if (style === "'" && !allows.allowsSingleQuoted) style = '"'
    if ((style === '|' || style === '>') && (!allows.allowsBlock || isFlow || place === 'key')) style = '"'
    return style
  }

  #flowList(items: readonly PyYamlNode[]): void {
    const out = this.#out
    out.indicator('[', true, true)
    this.#inFlow(() => {
      for (const [index, item] of items.entries()) {
        if (index > 0) out.indicator(',', false)
        out.breakIfWide()
        this.#node(item, 'list')
      }
    })
    out.indicator(']', false)
  }

  #flowDict(entries: readonly (readonly [PyYamlNode, PyYamlNode])[]): void {
    const out = this.#out
    out.indicator('{', true, true)
    this.#inFlow(() => {
      for (const [index, [key, item]] of entries.entries()) {
        if (index > 0) out.indicator(',', false)
        out.breakIfWide()
        if (this.#isSimpleKey(key)) {
          this.#node(key, 'key')
          out.indicator(':', false)
        } else {
          out.indicator('?', true)
          this.#node(key, 'dict')
          out.breakIfWide()
          out.indicator(':', true)
        }
        this.#node(item, 'dict')
      }
    })
    out.indicator('}', false)
  }

  #inFlow(work: () => void): void {
    this.#flowLevel++
    this.#out.indented(true, false, work)
    this.#flowLevel--
  }

  #blockList(items: readonly PyYamlNode[], place: NodeContext): void {
    const out = this.#out
    const isIndentless = place === 'dict' && !out.isAtIndent
    out.indented(false, isIndentless, () => {
      for (const item of items) {
        out.indentLine()
        out.indicator('-', true, false, true)
        this.#node(item, 'list')
      }
    })
  }

  #blockDict(entries: readonly (readonly [PyYamlNode, PyYamlNode])[]): void {
    const out = this.#out
    out.indented(false, false, () => {
      for (const [key, item] of entries) {
        out.indentLine()
        if (this.#isSimpleKey(key)) {
          this.#node(key, 'key')
          out.indicator(':', false)
        } else {
          out.indicator('?', true, false, true)
          this.#node(key, 'dict')
          out.indentLine()
          out.indicator(':', true, false, true)
        }
        this.#node(item, 'dict')
      }
    })
  }

  #isSimpleKey(key: PyYamlNode): boolean {
    if (key.kind === 'list') return key.items.length === 0
    if (key.kind === 'dict') return key.entries.length === 0
    return Buffer.byteLength(key.text) <= 128 && !analyzed(key.text).isMultiline
  }
}
