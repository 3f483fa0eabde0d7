// Edits Java .properties files; whatever no edit changes keeps its bytes.

import { isUtf8 } from 'node:buffer'
import { PlaybookError } from '../model/errors/error.ts'
import { mask, revealed, Secret } from '../model/secrets/secret.ts'
import type {
  PropertiesChange,
  PropertiesEdit,
  PropertiesEncoding,
  PropertiesOptions,
  PropertyRemoveEdit,
  PropertySetEdit,
} from './properties/edit.ts'
import { escapeKey, escapeValue } from './properties/escape.ts'
import { type PropertyEntry, scanProperties } from './properties/scan.ts'
import { propertiesEditSchema } from './properties/schema.ts'
import type { EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { mostCommon } from './shared/lists.ts'
import { shownValue } from './shared/secretNames.ts'

export type {
  PropertiesChange,
  PropertiesEdit,
  PropertiesEncoding,
  PropertiesOptions,
  PropertyRemoveEdit,
  PropertySetEdit,
} from './properties/edit.ts'
export { scalarValue as propertyValue } from './shared/editSchema.ts'

/**
 * Applies edits to the bytes of a .properties file, in order.
 *
 * The grammar is that of `java.util.Properties.load`: `key=value`, `key: value`, `key value`; comments begin with `#` or
 * `!`; a `\` at the end joins the next line; escapes are `\t \n \r \f \uXXXX` and `\` before any other character. If a key
 * occurs several times, the last one counts, and is the one that is set. Comments, order, layout, line ends and whatever
 * is not edited stay byte for byte; a changed value keeps its separator, a new key gets the most common one.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file; empty for a new one
 * @param edits `{ set: key, value, after? }` and `{ remove: key }`; a `Secret` is written, and masked in `changes`
 * @param options `encoding`: `iso-8859-1` (default; all beyond ASCII is written `\uXXXX`) or `utf-8`
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_PROPERTIES (a malformed `\u`, with its line), E_PROPERTIES_NO_MATCH (no key `after`),
 *   E_PROPERTIES_ENCODING (bytes that are not UTF-8), E_PROPERTIES_EDIT (unknown keys, or missing ones)
 * @example editProperties(bytes, [{ set: 'worker.ecs1.port', value: 8009 }, { remove: 'worker.old.port' }])
 */
export function editProperties(
  bytes: Uint8Array,
  edits: readonly PropertiesEdit[],
  options: PropertiesOptions = {},
): EditedBytes {
  checkEdits(edits, propertiesEditSchema, 'E_PROPERTIES_EDIT')
  return applyPropertiesEdits(bytes, edits, options)
}

/** `editProperties` for edits that are known to be right, as those made of a task's parameters. */
export function applyPropertiesEdits(
  bytes: Uint8Array,
  edits: readonly PropertiesEdit[],
  { encoding = 'iso-8859-1' }: PropertiesOptions = {},
): EditedBytes {
  const original = decode(bytes, encoding)
  const changes: PropertiesChange[] = []
  let text = original
  for (const edit of edits) {
    const edited = 'set' in edit ? setProperty(text, edit, encoding) : removeProperty(text, edit)
    if (!edited) continue
    text = edited.text
    changes.push(edited.change)
  }
  if (text === original) return { bytes, changes: [] }
  return { bytes: Buffer.from(text, nodeEncodings[encoding]), changes }
}

/**
 * The keys and values of a .properties file as Java would load them.
 *
 * @example readProperties(bytes).get('common.loader')
 */
export function readProperties(
  bytes: Uint8Array,
  { encoding = 'iso-8859-1' }: PropertiesOptions = {},
): Map<string, string> {
  return new Map(scanProperties(decode(bytes, encoding)).map(({ key, value }) => [key, value]))
}

const nodeEncodings = { 'iso-8859-1': 'latin1', 'utf-8': 'utf8' } as const

function decode(bytes: Uint8Array, encoding: PropertiesEncoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (encoding === 'iso-8859-1' || isUtf8(buffer)) return buffer.toString(nodeEncodings[encoding])
  throw new PlaybookError(
    'E_PROPERTIES_ENCODING',
    'The file is not UTF-8.',
    "If it is ISO-8859-1, set encoding: 'iso-8859-1'.",
  )
}

type EditedText = { readonly text: string; readonly change: PropertiesChange }

function setProperty(
  text: string,
  edit: PropertySetEdit,
  encoding: PropertiesEncoding,
): EditedText | undefined {
  const entries = scanProperties(text)
  const value = edit.value instanceof Secret ? revealed(edit.value) : String(edit.value)
  const escaped = escapeValue(value, encoding)
  const entry = lastOf(entries, edit.set)
  if (entry?.value === value) return undefined
  const from = entry ? displayValue(edit, entry.value) : 'absent'
  return {
    text: entry ? withValue(text, entry, escaped) : withEntry(text, entries, edit, escaped, encoding),
    change: { what: edit.set, from, to: displayValue(edit, value) },
  }
}

function removeProperty(text: string, { remove }: PropertyRemoveEdit): EditedText | undefined {
  const found = scanProperties(text).filter(({ key }) => key === remove)
  const last = found.at(-1)
  if (!last) return undefined
  const rest = found.reduceRight((before, { start, end }) => before.slice(0, start) + before.slice(end), text)
  return {
    text: rest,
    change: {
      what: remove,
      from: displayValue({ set: remove, value: last.value }, last.value),
      to: 'removed',
    },
  }
}

function lastOf(entries: readonly PropertyEntry[], key: string): PropertyEntry | undefined {
  return entries.findLast((entry) => entry.key === key)
}

function withValue(text: string, entry: PropertyEntry, escaped: string): string {
  const separator = entry.separator === '' ? '=' : ''
  return text.slice(0, entry.valueStart) + separator + escaped + text.slice(entry.valueEnd)
}

function withEntry(
  text: string,
  entries: readonly PropertyEntry[],
  edit: PropertySetEdit,
  escaped: string,
  encoding: PropertiesEncoding,
): string {
  const at = edit.after === undefined ? text.length : endOfKey(entries, edit.after)
  const lineEnd = lineEndOf(text)
  const line = `${escapeKey(edit.set, encoding)}${usualSeparator(entries)}${escaped}${lineEnd}`
  const before = text.slice(0, at)
  return before + closing(before, line, lineEnd) + line + text.slice(at)
}

/** What to add before a new line: nothing, a line end, or two if a backslash would join it to the last line. */
function closing(before: string, line: string, lineEnd: string): string {
  const isOwnLine = (added: string) =>
    scanProperties(before + added + line).at(-1)?.start === before.length + added.length
  return ['', lineEnd].find(isOwnLine) ?? lineEnd + lineEnd
}

function endOfKey(entries: readonly PropertyEntry[], key: string): number {
  const entry = lastOf(entries, key)
  if (entry) return entry.end
  throw new PlaybookError('E_PROPERTIES_NO_MATCH', `There is no key ${key} to insert a new one after.`)
}

/** The line end that most lines have. */
function lineEndOf(text: string): string {
  return mostCommon(text.match(/\r\n|\r|\n/g) ?? []) ?? '\n'
}

function usualSeparator(entries: readonly PropertyEntry[]): string {
  return mostCommon(entries.map(({ separator }) => separator).filter((each) => each !== '')) ?? '='
}

function displayValue({ set, value }: PropertySetEdit, text: string): string {
  if (value instanceof Secret) return mask
  return shownValue(set, text)
}
