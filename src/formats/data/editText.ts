// Applies edits of data to the text of a document, one small operation after the other.

import { PlaybookError } from '../../model/errors/error.ts'
import { hiddenValue } from '../../model/secrets/secret.ts'
import type { EditChange } from '../shared/change.ts'
import { revealedEdit, shownChanges } from '../shared/secretEdits.ts'
import { isSecretName, shownValue } from '../shared/secretNames.ts'
import { changedData } from './changedData.ts'
import { type Data, formatKeyPath, isEqual, isList, isObject, type KeyPath } from './data.ts'
import type { DataEdit } from './edit.ts'
import { afterOperation, nextOperation, type Operation } from './operations.ts'

/** How a language writes data. */
type DataLanguage = {
  readonly name: string
  /** The code of the error where an edit cannot be made. */
  readonly code: string
  /** @throws PlaybookError where the text is not of the language */
  readonly read: (text: string) => Data
  readonly write: (text: string, operation: Operation) => string
}

/**
 * The text after the edits. After each operation the text is read again, and must hold what was meant.
 *
 * @throws PlaybookError what `read` throws, E_DATA_NO_MATCH, E_DATA_AMBIGUOUS, and `code`
 */
export function editText(
  text: string,
  edits: readonly DataEdit[],
  language: DataLanguage,
): { readonly text: string; readonly changes: EditChange[] } {
  const changes: EditChange[] = []
  let result = text
  let data = language.read(text)
  for (const edit of edits) {
    const desired = changedData(data, revealedEdit<unknown>(edit) as DataEdit)
    const made: EditChange[] = []
    for (let next = nextOperation(data, desired); next; next = nextOperation(data, desired)) {
      result = language.write(result, next)
      data = checked(language, result, afterOperation(data, next), next)
      made.push(changeOf(next))
    }
    changes.push(...shownChanges(edit, made))
  }
  return { text: result, changes }
}

function checked(
  { name, code, read }: DataLanguage,
  text: string,
  expected: Data,
  { place }: Operation,
): Data {
  const data = readOrNothing(read, text)
  if (data && isEqual(data.value, expected)) return data.value
  throw new PlaybookError(
    code,
    `${formatKeyPath(place)} cannot be edited without changing other values of this ${name}.`,
    {
      hint: 'Is it used in several places, by an anchor or a repeated key? Change it there by hand.',
    },
  )
}

function readOrNothing(read: DataLanguage['read'], text: string): { readonly value: Data } | undefined {
  try {
    return { value: read(text) }
  } catch (error) {
    if (error instanceof PlaybookError) return undefined
    throw error
  }
}

function changeOf(operation: Operation): EditChange {
  const { kind, place } = operation
  if (kind === 'replace') {
    const from = shown(operation.from, place)
    const to = shown(operation.value, place)
    return { what: formatKeyPath(place), from, to: from === to ? `${to}, changed` : to }
  }
  const at = [...place, operation.key]
  if (kind === 'insert') return { what: formatKeyPath(at), from: 'absent', to: shown(operation.value, at) }
  return { what: formatKeyPath(at), from: shown(operation.from, at), to: 'removed' }
}

function shown(data: Data, place: KeyPath): string {
  const name = place.findLast((step) => typeof step === 'string')
  if (data === undefined) return 'absent'
  if (!isObject(data) && !isList(data)) return shownValue(String(name ?? ''), String(data))
  if (isSecretName(String(name ?? ''))) return hiddenValue
  const json = JSON.stringify(data, (key, value) => (isSecretName(key) ? hiddenValue : value))
  return json.length > 80 ? `${json.slice(0, 79)}…` : json
}
