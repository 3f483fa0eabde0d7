// Reads YAML into the values of templates: YAML 1.1 words, anchors, merges.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { dictKey } from '../values/compare.ts'
import { type Dict, Float, isDict, isList, PyError, type Value } from '../values/value.ts'
import { isFloatWord, plainScalar, yamlFloat } from './yamlScalar.ts'

/** The one document of a text. @throws PyError with line and column */
export function readYaml(text: string): Value {
  const documents = readYamlDocuments(text)
  if (documents.length > 1) throw new PyError('the text has several YAML documents', 'Use from_yaml_all.')
  return documents[0] ?? null
}

/** All documents of a text. @throws PyError with line and column */
export function readYamlDocuments(text: string): Value[] {
  const options = {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: true,
  } as const
  const parsed = parseAllDocuments(text, options)
  if (!Array.isArray(parsed)) return []
  return parsed.map((document) => {
    const [error] = document.errors
    if (error) throw new PyError(`the text is not YAML: ${error.message.split('\n')[0]!.replace(/:$/, '')}`)
    return document.contents ? readNode(document.contents as Node, document as Document) : null
  })
}

function readNode(node: Node | null, document: Document): Value {
  if (node === null) return null
  if (isAlias(node)) {
    const target = node.resolve(document)
    if (!target) throw new PyError(`the YAML has no anchor &${node.source}`)
    return readNode(target, document)
  }
  if (isSeq(node)) return node.items.map((item) => readNode(item as Node, document))
  if (isMap(node)) return dictOf(node.items as { key: Node; value: Node | null }[], document)
  return isScalar(node) ? scalarOf(node as Scalar<string>) : null
}

function dictOf(pairs: readonly { key: Node; value: Node | null }[], document: Document): Dict {
  const merged: Dict = new Map()
  const own: Dict = new Map()
  for (const { key, value } of pairs) {
    const read = readNode(value, document)
    if (!isMergeKey(key)) own.set(dictKey(readNode(key, document)), read)
    else
      for (const each of isList(read) ? [...read].reverse() : [read]) {
        if (!isDict(each)) throw new PyError('<< in YAML merges a mapping, or a list of them')
        for (const [name, item] of each) merged.set(name, item)
      }
  }
  return new Map([...merged, ...own])
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN'
}

function scalarOf(node: Scalar<string>): Value {
  const text = node.value ?? ''
  const tag = node.tag?.replace('tag:yaml.org,2002:', '')
  if (tag === 'str' || (node.type !== 'PLAIN' && tag === undefined)) return text
  if (tag === 'float' || (tag === undefined && isFloatWord(text))) return new Float(yamlFloat(text))
  if (/^[-+]?[1-9]\d{15,}$/.test(text)) return BigInt(text)
  return plainScalar(text) as Value
}
