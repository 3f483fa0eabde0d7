// Compares data with what they become, as one small operation after the other.

import { pairInOrder } from '../shared/lists.ts'
import { type Data, isEqual, isList, isObject, type KeyPath, memberOf } from './data.ts'

/** One change of a document; an `insert` puts an item at an index of a list, or a member behind the others. */
export type Operation =
  | { readonly kind: 'replace'; readonly place: KeyPath; readonly from: Data; readonly value: Data }
  | { readonly kind: 'insert'; readonly place: KeyPath; readonly key: string | number; readonly value: Data }
  | { readonly kind: 'remove'; readonly place: KeyPath; readonly key: string | number; readonly from: Data }

/** The first operation on the way from one value to another; undefined if they are equal. */
export function nextOperation(current: Data, desired: Data, place: KeyPath = []): Operation | undefined {
  if (isEqual(current, desired)) return undefined
  if (isObject(current) && isObject(desired)) {
    for (const [key, value] of Object.entries(desired)) {
      if (!Object.hasOwn(current, key)) return { kind: 'insert', place, key, value }
      const inside = nextOperation(current[key], value, [...place, key])
      if (inside) return inside
    }
    const key = Object.keys(current).find((each) => !Object.hasOwn(desired, each))!
    return { kind: 'remove', place, key, from: current[key] }
  }
  if (isList(current) && isList(desired)) return listOperation(current, desired, place)
  return { kind: 'replace', place, from: current, value: desired }
}

/** Items that are equal stay; of the others, one that takes the place of another is edited. */
function listOperation(current: readonly Data[], desired: readonly Data[], place: KeyPath): Operation {
  let first = 0
  while (first < current.length && first < desired.length && isEqual(current[first], desired[first])) first++
  const olds = current.slice(first)
  const news = desired.slice(first)
  const partners = pairInOrder([...olds.keys()], news, (index, item) => isEqual(olds[index], item))
  const kept = new Set(partners.values())
  if (olds.length > 0 && !kept.has(0) && news.length > 0 && !partners.has(0))
    return nextOperation(olds[0], news[0], [...place, first])!
  if (olds.length > 0 && !kept.has(0)) return { kind: 'remove', place, key: first, from: olds[0] }
  return { kind: 'insert', place, key: first, value: news[0] }
}

/** The value at a place. */
export function valueAtPath(data: Data, place: KeyPath): Data {
  return place.reduce<Data>(memberOf, data)
}

/** The data after an operation. */
export function afterOperation(data: Data, operation: Operation, depth = 0): Data {
  const step = operation.place[depth]
  if (step !== undefined) {
    const inside = afterOperation(memberOf(data, step), operation, depth + 1)
    if (isList(data)) return data.map((each, index) => (index === step ? inside : each))
    return { ...(data as object), [step]: inside }
  }
  if (operation.kind === 'replace') return operation.value
  const { key } = operation
  if (isList(data)) {
    const inserted = operation.kind === 'insert' ? [operation.value] : []
    const at = key as number
    return [...data.slice(0, at), ...inserted, ...data.slice(operation.kind === 'insert' ? at : at + 1)]
  }
  if (operation.kind === 'insert') return { ...(data as object), [key]: operation.value }
  return Object.fromEntries(Object.entries(data as object).filter(([each]) => each !== key))
}
