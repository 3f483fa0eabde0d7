// Turns a parsed value into that of a template; what has braces is evaluated when read.

import { plainValue } from '../../jinja/evaluation/concat.ts'
import { plainScalar } from '../../jinja/python/yamlScalar.ts'
import { dictKey } from '../../jinja/values/compare.ts'
import { fromJs } from '../../jinja/values/convert.ts'
import { LazyDict, lazyList } from '../../jinja/values/lazy.ts'
import { madeOf } from '../../jinja/values/secrets.ts'
import { Float, Undefined, type Value } from '../../jinja/values/value.ts'
import type { SourceLocation } from '../../model/errors/location.ts'
import { Secret } from '../../model/secrets/secret.ts'
import { containsJinja } from '../parsing/jinja.ts'
import { locationOf, type MapEntry, type SourceNode } from '../parsing/sourceNode.ts'

/** Evaluates a text that is at this path of a variable. */
type Evaluate = (text: string, path: readonly PropertyKey[], where: SourceLocation | undefined) => Value

export function nodeValue(node: SourceNode, path: readonly PropertyKey[], evaluate: Evaluate): Value {
  const isTemplate = containsJinja(node)
  const member = (each: SourceNode, key: PropertyKey) =>
    isTemplate
      ? () => nodeValue(each, [...path, key], evaluate)
      : nodeValue({ ...each, isUnsafe: true }, path, evaluate)
  const { items, entries, value } = node
  if (items) return lazyList(items.map(member))
  if (entries)
    return LazyDict.of(
      [...entries.values()].map((entry) => [keyOf(entry), member(entry.node, entry.key)] as const),
    )
  if (!isTemplate) return node.isFloat ? new Float(value as number) : fromJs(value)
  if (value instanceof Secret) return secretValue(value, evaluate(value.reveal(), path, locationOf(node)))
  return evaluate(value as string, path, locationOf(node))
}

/** What comes of a text of an encrypted file is secret. */
function secretValue(secret: Secret, value: Value): Value {
  return value instanceof Undefined ? value : madeOf(secret, plainValue(value))
}

/** A key that YAML does not read as text is what it reads: `8080: …` has the int 8080 as its key. */
function keyOf({ key, unquoted }: MapEntry): Value {
  return dictKey(unquoted === undefined ? key : fromJs(plainScalar(unquoted)))
}
