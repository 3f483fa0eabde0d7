// Edits files of keys and values, such as sysctl.conf; the rest keeps its bytes.

import type { KeyValueEdit, KeyValueOptions, KeyValueRemoveEdit, KeyValueSetEdit } from './keyValue/edit.ts'
import { hasQuotedValues, type KeyValueEntry, scanPlain, scanShell } from './keyValue/scan.ts'
import { keyValueEditSchema } from './keyValue/schema.ts'
import type { EditChange, EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText, inEncoding } from './shared/encoding.ts'
import { lineEndOf } from './shared/layout.ts'
import { mostCommon } from './shared/lists.ts'
import { type Revealed, revealedEdit, shownChanges } from './shared/secretEdits.ts'
import { shownValue } from './shared/secretNames.ts'
import { applySplices, type Splice } from './shared/splice.ts'

export type { KeyValueEdit, KeyValueOptions, KeyValueRemoveEdit, KeyValueSetEdit } from './keyValue/edit.ts'
export { keyValueKey, keyValueValue } from './keyValue/schema.ts'
export { keyValueEditSchema }

/**
 * Applies edits to the bytes of a file with a key and a value on each line, in order: sysctl.conf, login.defs,
 * /etc/default/*, /etc/sysconfig/*, os-release.
 *
 * If a key occurs several times, the last one counts, and is the one that is set. Separators, quotes, comments, order,
 * `export` and line ends stay; a value keeps its kind of quotes. A new key goes right after the line in which it is
 * commented out, else to the end.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file, empty for a new one: UTF-8, or any other superset of ASCII, whose bytes are kept
 * @param edits `{ set: key, value }` and `{ remove: key }`; a `Secret` is written, and masked in `changes`
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_KEY_VALUE (a quote that is not closed, with its line), E_KEY_VALUE_EDIT (an edit with unknown
 *   keys, or with a key or value that no line can hold)
 * @example editKeyValue(bytes, [{ set: 'net.ipv4.ip_forward', value: 1 }])
 * @example editKeyValue(bytes, [{ set: 'GRUB_CMDLINE_LINUX', value: 'quiet splash' }], { quotes: 'shell' })
 */
export function editKeyValue(
  bytes: Uint8Array,
  edits: readonly KeyValueEdit[],
  options: KeyValueOptions = {},
): EditedBytes {
  checkEdits(edits, keyValueEditSchema, 'E_KEY_VALUE_EDIT')
  return applyKeyValueEdits(bytes, edits, options)
}

/** `editKeyValue` for edits that `keyValueEditSchema` has checked already, as those of a task's parameters. */
export function applyKeyValueEdits(
  bytes: Uint8Array,
  edits: readonly KeyValueEdit[],
  { quotes, separator }: KeyValueOptions = {},
): EditedBytes {
  const original = decodeText(bytes)
  const isShell = quotes === undefined ? hasQuotedValues(original.text) : quotes === 'shell'
  const changes: EditChange[] = []
  let { text } = original
  for (const edit of edits) {
    const file = { text, entries: isShell ? scanShell(text) : scanPlain(text), isShell, separator }
    const plain = inEncoding(revealedEdit(edit), original.encoding)
    const edited = 'set' in plain ? setKey(file, plain) : removeKey(file, plain)
    if (!edited) continue
    text = applySplices(text, edited.splices)
    changes.push(...shownChanges(edit, [edited.change]))
  }
  if (text === original.text) return { bytes, changes: [] }
  return { bytes: encodeText({ ...original, text }), changes }
}

type File = {
  readonly text: string
  readonly entries: readonly KeyValueEntry[]
  readonly isShell: boolean
  readonly separator: string | undefined
}

type Edited = { readonly splices: readonly Splice[]; readonly change: EditChange }

function setKey(file: File, { set, value }: Revealed<KeyValueSetEdit>): Edited | undefined {
  const { text, entries } = file
  const desired = String(value)
  const entry = entries.findLast(({ key }) => key === set)
  const written = entry && text.slice(entry.valueStart, entry.valueEnd)
  if (entry?.value === desired) return undefined
  const from = entry ? shownValue(set, entry.value ?? written!) : 'absent'
  const to = shownValue(set, desired)
  const change = { what: set, from, to: from === to ? `${to}, changed` : to }
  if (!entry) return { splices: [insertion(file, set, writtenValue(file, desired, ''))], change }
  const missing = entry.separator === '' ? usualSeparator(file) : ''
  const replacement = missing + writtenValue(file, desired, written!)
  return { splices: [{ start: entry.valueStart, end: entry.valueEnd, text: replacement }], change }
}

function removeKey({ text, entries }: File, { remove }: Revealed<KeyValueRemoveEdit>): Edited | undefined {
  const found = entries.filter(({ key }) => key === remove)
  const last = found.at(-1)
  if (!last) return undefined
  const from = shownValue(remove, last.value ?? text.slice(last.valueStart, last.valueEnd))
  return {
    splices: found.map(({ start, end }) => ({ start, end, text: '' })),
    change: { what: remove, from, to: 'removed' },
  }
}

/** The value as the file writes it: with the quotes of the old one, where it had some. */
function writtenValue({ text, entries, isShell }: File, value: string, old: string): string {
  if (!isShell) return value
  const quotesOf = (written: string) => /^["']/.exec(written)?.[0] ?? ''
  const usual = mostCommon(
    entries
      .map(({ valueStart, valueEnd }) => quotesOf(text.slice(valueStart, valueEnd)))
      .filter((each) => each !== ''),
  )
  const isSafe = /^[\w@%+=:,./-]*$/.test(value)
  const quote = quotesOf(old) || (isSafe ? '' : (usual ?? '"'))
  if (quote === '') return value
  return quote === "'" && !value.includes("'") ? `'${value}'` : `"${value.replace(/["\\$`]/g, '\\$&')}"`
}

function insertion(file: File, key: string, value: string): Splice {
  const { text } = file
  const lineEnd = lineEndOf(text)
  const line = `${key}${usualSeparator(file)}${value}`
  const inactive = new RegExp(
    `^[ \\t]*[#;]+[ \\t]*(?:export[ \\t]+)?${escaped(key)}(?=[ \\t]*[=:]|[ \\t]+\\S).*\\n?`,
    'gm',
  )
  const found = [...text.matchAll(inactive)].at(-1)
  const at = found ? found.index + found[0].length : text.length
  const isOpen = at > 0 && text[at - 1] !== '\n'
  return { start: at, end: at, text: `${isOpen ? lineEnd : ''}${line}${lineEnd}` }
}

function usualSeparator({ entries, isShell, separator }: File): string {
  const all = entries.map((entry) => entry.separator).filter((each) => each !== '')
  return isShell ? '=' : (separator ?? mostCommon(all) ?? ' = ')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
