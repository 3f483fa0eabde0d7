// Values as nodes of YAML: their texts and styles, and which occur more than once.

import { Secret } from '../../model/secrets/secret.ts'
import { order } from '../values/compare.ts'
import { floatText } from '../values/floatText.ts'
import { SecretScalar, unwrapped } from '../values/secrets.ts'
import { str } from '../values/text.ts'
import { defined, Float, isDict, isList, PyError, typeName, type Value } from '../values/value.ts'
import { isWord } from './yamlScalar.ts'

export type YamlDumpOptions = {
  /** Default 2. */
  readonly indent?: number
  /** Default 80. */
  readonly width?: number
  /** true: everything in flow style; undefined: only the innermost lists and dicts. */
  readonly flowStyle?: boolean
  readonly sortKeys?: boolean
  /** `"`, `'`, `|` or `>` for all scalars. */
  readonly scalarStyle?: string
  readonly explicitStart?: boolean
  readonly explicitEnd?: boolean
}

export type PyYamlNode = { readonly anchor?: { name?: string } } & (
  | {
      readonly kind: 'scalar'
      readonly text: string
      readonly isText: boolean
      readonly isPlainSafe: boolean
    }
  | { readonly kind: 'list'; readonly items: readonly PyYamlNode[]; readonly isFlow: boolean }
  | {
      readonly kind: 'dict'
      readonly entries: readonly (readonly [PyYamlNode, PyYamlNode])[]
      readonly isFlow: boolean
    }
)

/** The nodes of lists and dicts: one that occurs more than once is written once, and referred to. */
type Anchors = Map<object, PyYamlNode>

/** @throws PyError for values that YAML has not */
export function yamlNode(value: Value, options: YamlDumpOptions, anchors: Anchors = new Map()): PyYamlNode {
  const known = defined(value)
  if (!isList(known) && !isDict(known)) return scalarNode(known)
  const before = anchors.get(known)
  if (before) {
    before.anchor!.name = ''
    return before
  }
  const anchor: { name?: string } = {}
  if (isList(known)) {
    const items: PyYamlNode[] = []
    const node = { kind: 'list' as const, items, isFlow: false, anchor }
    anchors.set(known, node)
    for (const item of known) items.push(yamlNode(item, options, anchors))
    node.isFlow = options.flowStyle ?? items.every((item) => isPlainNode(item, options))
    return node
  }
  const entries: [PyYamlNode, PyYamlNode][] = []
  const node = { kind: 'dict' as const, entries, isFlow: false, anchor }
  anchors.set(known, node)
  for (const [key, item] of options.sortKeys === false ? known : sortedEntries(known))
    entries.push([yamlNode(key, options, anchors), yamlNode(item, options, anchors)])
  node.isFlow = options.flowStyle ?? entries.flat().every((item) => isPlainNode(item, options))
  return node
}

function isPlainNode(node: PyYamlNode, { scalarStyle }: YamlDumpOptions): boolean {
  return node.kind === 'scalar' && scalarStyle === undefined
}

/** Keys that have no order stay in theirs. */
function sortedEntries(dict: ReadonlyMap<Value, Value>): readonly (readonly [Value, Value])[] {
  try {
    return [...dict].sort(([one], [other]) => order(one, other))
  } catch (thrown) {
    if (thrown instanceof PyError) return [...dict]
    throw thrown
  }
}

function scalarNode(value: Value): PyYamlNode {
  if (value instanceof SecretScalar) return scalarNode(unwrapped(value))
  if (typeof value === 'string' || value instanceof Secret) {
    const text = str(value)
    return { kind: 'scalar', text, isText: true, isPlainSafe: !isWord(text) }
  }
  return { kind: 'scalar', text: scalarText(value), isText: false, isPlainSafe: true }
}

function scalarText(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint')
    return String(value)
  if (!(value instanceof Float)) throw new PyError(`${typeName(value)} cannot be written as YAML`)
  if (!Number.isFinite(value.value))
    return Number.isNaN(value.value) ? '.nan' : value.value < 0 ? '-.inf' : '.inf'
  const text = floatText(value.value)
  return text.includes('.') ? text : text.replace('e', '.0e')
}
