// Edits INI files; whatever no edit changes keeps its bytes.

import type { IniEdit, IniOptions } from './ini/edit.ts'
import { type IniPlan, withMoreValues, withoutOption, withValues } from './ini/options.ts'
import { parseIni } from './ini/parse.ts'
import { iniEditSchema } from './ini/schema.ts'
import {
  gapBeforeSection,
  optionsIn,
  sectionsOf,
  valueAt,
  valueText,
  withoutSection,
} from './ini/sections.ts'
import type { EditChange, EditedBytes } from './shared/change.ts'
import { checkEdits } from './shared/editSchema.ts'
import { decodeText, encodeText, inEncoding } from './shared/encoding.ts'
import { lineEndOf } from './shared/layout.ts'
import { type TextLine, textOfLines, withLines } from './shared/lines.ts'
import { type Revealed, revealedEdit, shownChanges } from './shared/secretEdits.ts'
import { shownValue } from './shared/secretNames.ts'

export type {
  IniEdit,
  IniOptions,
  IniRemoveEdit,
  IniRemoveSectionEdit,
  IniSectionEdit,
  IniSetEdit,
  IniValue,
} from './ini/edit.ts'
export { iniHaving, iniOption, iniSection, iniValue } from './ini/schema.ts'
export { iniEditSchema }

/**
 * Applies edits to the bytes of an INI file, in order: `[section]`s with options `name = value`, as systemd, php.ini,
 * my.cnf, smb.conf, git and Python's configparser have them, each with its additions.
 *
 * An option may occur several times. `#name = value` and `;name = value` are inactive options: a new one goes right
 * after its inactive one, else after the last option of the section. Of an option only the value is changed; its
 * indentation, its separator and the order stay, and new options follow those around them. Lines that continue a value
 * (indented deeper, or after a backslash) belong to it. Sections of the same name count as one.
 *
 * Idempotent: applied to its own result, it returns `changes: []` and the same bytes.
 *
 * @param bytes the file, empty for a new one: UTF-8, or any other superset of ASCII, whose bytes are kept
 * @param edits see `IniEdit`; of an edit with a `Secret`, `changes` has no values
 * @returns the new bytes, and each change for people; without changes, the bytes that came in
 * @throws PlaybookError E_INI_EDIT (an edit with unknown keys, or with a name or value that no line can hold)
 * @example editIni(bytes, [{ set: 'memory_limit', section: 'PHP', values: ['512M'] }])
 */
export function editIni(bytes: Uint8Array, edits: readonly IniEdit[], options: IniOptions = {}): EditedBytes {
  checkEdits(edits, iniEditSchema, 'E_INI_EDIT')
  return applyIniEdits(bytes, edits, options)
}

/** `editIni` for edits that `iniEditSchema` has checked already, as those of a task's parameters. */
export function applyIniEdits(
  bytes: Uint8Array,
  edits: readonly IniEdit[],
  options: IniOptions = {},
): EditedBytes {
  const original = decodeText(bytes)
  const changes: EditChange[] = []
  let { text } = original
  for (const edit of edits) {
    const lines = parseIni(text, options.inlineComments ?? false)
    const edited = editLines({ lines, text, options }, inEncoding(revealedEdit(edit), original.encoding))
    if (!edited) continue
    text = textOfLines(edited.lines)
    changes.push(...shownChanges(edit, [edited.change]))
  }
  if (text === original.text) return { bytes, changes: [] }
  return { bytes: encodeText({ ...original, text }), changes }
}

type EditedLines = { readonly lines: readonly TextLine[]; readonly change: EditChange }

function editLines(plan: IniPlan, edit: Revealed<IniEdit>): EditedLines | undefined {
  if ('set' in edit) return setOption(plan, edit)
  if ('remove' in edit) return removeOption(plan, edit)
  if ('ensureSection' in edit) return ensureSection(plan, edit)
  return removeSection(plan, edit)
}

type Edit<K extends string> = Extract<Revealed<IniEdit>, { readonly [key in K]: unknown }>

function setOption(plan: IniPlan, edit: Edit<'set'>): EditedLines | undefined {
  const { set, section, having, exclusive = true } = edit
  const values = edit.values.map(valueText)
  const what = labelOf(set, section)
  const to = shown(set, values)
  const spans = sectionsOf(plan.lines, section, having)
  if (spans.length === 0) {
    const made = withNewSection(plan, section!, having)
    const grown = {
      ...plan,
      text: textOfLines(made),
      lines: parseIni(textOfLines(made), plan.options.inlineComments ?? false),
    }
    const lines = withValues(grown, sectionsOf(grown.lines, section, having).slice(-1), set, values) ?? made
    return { lines, change: { what, from: 'absent', to } }
  }
  const present = optionsIn(plan.lines, spans, set).map((index) => valueAt(plan.lines, index))
  const lines = (exclusive ? withValues : withMoreValues)(plan, spans, set, values)
  if (!lines) return undefined
  const from = present.length === 0 ? 'absent' : shown(set, present)
  const all = exclusive ? to : shown(set, [...present, ...values.filter((value) => !present.includes(value))])
  return { lines, change: { what, from, to: from === all ? `${all}, changed` : all } }
}

function removeOption(plan: IniPlan, edit: Edit<'remove'>): EditedLines | undefined {
  const { remove, section, having } = edit
  const gone = withoutOption(
    plan,
    sectionsOf(plan.lines, section, having),
    remove,
    edit.values?.map(valueText),
  )
  if (!gone) return undefined
  return {
    lines: gone.lines,
    change: { what: labelOf(remove, section), from: shown(remove, gone.removed), to: 'removed' },
  }
}

function ensureSection(plan: IniPlan, edit: Edit<'ensureSection'>): EditedLines | undefined {
  const { ensureSection: name, having } = edit
  if (sectionsOf(plan.lines, name, having).length > 0) return undefined
  return {
    lines: withNewSection(plan, name, having),
    change: { what: `[${name}]`, from: 'absent', to: 'present' },
  }
}

function removeSection({ lines, ...plan }: IniPlan, edit: Edit<'removeSection'>): EditedLines | undefined {
  const { removeSection: name, having } = edit
  const [first, ...others] = sectionsOf(lines, name, having)
  if (!first) return undefined
  const rest = withoutSection(lines, others.at(-1) ?? first)
  const change = { what: `[${name}]`, from: 'present', to: 'removed' }
  if (others.length === 0) return { lines: rest, change }
  const inlineComments = plan.options.inlineComments ?? false
  const again = { ...plan, lines: parseIni(textOfLines(rest), inlineComments) }
  return { lines: removeSection(again, edit)!.lines, change }
}

/** The lines with a new section at their end, which has the options by which it will be found. */
function withNewSection(
  { lines, text, options }: IniPlan,
  name: string,
  having: Edit<'set'>['having'],
): TextLine[] {
  const lineEnd = lineEndOf(text)
  const made = withLines(lines, lines.length, [...gapBeforeSection(lines), `[${name}]`], lineEnd)
  return Object.entries(having ?? {}).reduce<TextLine[]>((before, [option, values]) => {
    const parsed = parseIni(textOfLines(before), options.inlineComments ?? false)
    const span = sectionsOf(parsed, name, undefined).slice(-1)
    const all = [values].flat().map((value) => valueText(value as Parameters<typeof valueText>[0]))
    return withValues({ lines: parsed, text, options }, span, option, all) ?? before
  }, made)
}

function labelOf(option: string, section: string | undefined): string {
  return section === undefined ? option : `[${section}] ${option}`
}

function shown(option: string, values: readonly (string | null)[]): string {
  return values.map((value) => (value === null ? 'no value' : shownValue(option, value))).join(', ')
}
