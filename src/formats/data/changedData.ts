// Computes what a document's data become by an edit.

import { PlaybookError } from '../../model/errors/error.ts'
import {
  type Data,
  type DataObject,
  formatKeyPath,
  isEqual,
  isList,
  isObject,
  type KeyPath,
  memberOf,
  withMember,
} from './data.ts'
import type { DataEdit, DataPath, DataStep } from './edit.ts'

/**
 * The data after an edit without secrets; the same object if nothing differs.
 *
 * @throws PlaybookError E_DATA_NO_MATCH where a parent is no object or list, or an index is beyond the end
 */
export function changedData(data: Data, edit: DataEdit): Data {
  if ('set' in edit) return changedAt(data, stepsOf(edit.set), () => edit.value as Data)
  if ('merge' in edit)
    return changedAt(data, stepsOf(edit.merge), (old) => merged(old, edit.value as DataObject))
  if ('remove' in edit) return changedAt(data, stepsOf(edit.remove), () => undefined)
  if ('include' in edit)
    return changedAt(data, stepsOf(edit.include), (old, place) =>
      included(old, edit.items as readonly Data[], place),
    )
  return changedAt(data, stepsOf(edit.exclude), (old, place) =>
    excluded(old, edit.items as readonly Data[], place),
  )
}

/** The steps of a path: those of a JSON Pointer are keys, and indexes of lists. */
function stepsOf(path: DataPath): readonly DataStep[] {
  if (typeof path !== 'string') return path
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** `change` gets the value at the end of the steps, or undefined, and returns the new one; undefined removes it. */
function changedAt(
  data: Data,
  steps: readonly DataStep[],
  change: (old: Data, place: KeyPath) => Data,
  place: KeyPath = [],
): Data {
  const [step, ...rest] = steps
  if (step === undefined) {
    const next = change(data, place)
    return isEqual(data, next) ? data : next
  }
  if (typeof step === 'object') return changedItem(data, step, rest, change, place)
  if (isList(data)) return changedIndex(data, indexOf(step, data, place), rest, change, place)
  if (typeof step === 'number' && !isObject(data))
    return changedIndex(listAt(data, place), step, rest, change, place)
  if (data !== undefined && data !== null && !isObject(data)) throw notInside(data, place, 'an object')
  const key = String(step)
  const old = memberOf(data, key)
  const next = changedAt(old, rest, change, [...place, key])
  if (next === old) return data
  return withMember(data ?? {}, key, next)
}

/** The item that has these members; where none has, and something is to be made, a new one with them. */
function changedItem(
  data: Data,
  members: { readonly [key: string]: Data },
  rest: readonly DataStep[],
  change: (old: Data, place: KeyPath) => Data,
  place: KeyPath,
): Data {
  const list = listAt(data, place)
  const matches = (item: Data) =>
    isObject(item) && Object.entries(members).every(([key, value]) => isEqual(memberOf(item, key), value))
  const found = list.flatMap((item, index) => (matches(item) ? [index] : []))
  if (found.length > 1) throw severalItems(members, found, place)
  const [index] = found
  if (index !== undefined) return changedIndex(list, index, rest, change, place)
  const next = changedAt(undefined, rest, change, [...place, list.length])
  if (next === undefined) return data
  return [...list, rest.length === 0 && !isObject(next) ? next : { ...members, ...(next as DataObject) }]
}

function changedIndex(
  list: readonly Data[],
  index: number,
  rest: readonly DataStep[],
  change: (old: Data, place: KeyPath) => Data,
  place: KeyPath,
): Data {
  const old = list[index]
  const next = changedAt(old, rest, change, [...place, index])
  if (next === old) return list
  if (next === undefined) return list.filter((_, each) => each !== index)
  if (index > list.length) throw beyondEnd(list, index, place)
  return index === list.length ? [...list, next] : list.with(index, next)
}

function indexOf(step: string | number, list: readonly Data[], place: KeyPath): number {
  if (typeof step === 'number') return step
  if (step === '-') return list.length
  if (/^\d+$/.test(step)) return Number(step)
  throw notInside(list, place, 'an object')
}

function listAt(data: Data, place: KeyPath): readonly Data[] {
  if (data === undefined || data === null) return []
  if (isList(data)) return data
  throw notInside(data, place, 'a list')
}

function merged(old: Data, value: DataObject): Data {
  if (!isObject(old)) return value
  return Object.entries(value).reduce<DataObject>((object, [key, each]) => {
    const before = memberOf(object, key)
    const next = isObject(each) ? merged(before, each) : each
    return isEqual(before, next) && before !== undefined ? object : withMember(object, key, next)
  }, old)
}

function included(old: Data, items: readonly Data[], place: KeyPath): Data {
  const list = listAt(old, place)
  const missing = items.filter((item) => !list.some((each) => isEqual(each, item)))
  return missing.length === 0 && isList(old) ? old : [...list, ...missing]
}

function excluded(old: Data, items: readonly Data[], place: KeyPath): Data {
  if (old === undefined || old === null) return old
  const list = listAt(old, place)
  const rest = list.filter((each) => !items.some((item) => isEqual(each, item)))
  return rest.length === list.length ? old : rest
}

function notInside(data: Data, place: KeyPath, expected: string): PlaybookError {
  const found = isList(data)
    ? 'a list'
    : isObject(data)
      ? 'an object'
      : `the ${typeof data} ${JSON.stringify(data)}`
  return new PlaybookError('E_DATA_NO_MATCH', `${formatKeyPath(place)} is ${found}, but must be ${expected}.`)
}

function severalItems(members: object, found: readonly number[], place: KeyPath): PlaybookError {
  return new PlaybookError(
    'E_DATA_AMBIGUOUS',
    `${formatKeyPath(place)} has ${found.length} items with ${JSON.stringify(members)} (${found.join(', ')}), but must have one.`,
    'Give more of its members, or its index.',
  )
}

function beyondEnd(list: readonly Data[], index: number, place: KeyPath): PlaybookError {
  return new PlaybookError(
    'E_DATA_NO_MATCH',
    `${formatKeyPath(place)} has ${list.length} items, so there can be no item ${index}.`,
    `The next index is ${list.length}; "-" stands for it.`,
  )
}
