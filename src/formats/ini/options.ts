// Sets and removes the options of a section, a line for each value.

import { lineEndOf } from '../shared/layout.ts'
import { type TextLine, withLines } from '../shared/lines.ts'
import { mostCommon, pairInOrder } from '../shared/lists.ts'
import type { IniOptions } from './edit.ts'
import { extentOf, type IniLine, type IniOptionLine } from './parse.ts'
import { type IniSpan, optionsIn, valueAt } from './sections.ts'

export type IniPlan = {
  readonly lines: readonly IniLine[]
  readonly text: string
  readonly options: IniOptions
}

/** The lines in which the option has exactly these values, in this order; undefined if it has them already. */
export function withValues(
  plan: IniPlan,
  spans: readonly IniSpan[],
  name: string,
  values: readonly (string | null)[],
): TextLine[] | undefined {
  const { lines } = plan
  const present = optionsIn(lines, spans, name)
  const partners = pairInOrder(present, values, (index, value) => isValue(lines, index, value))
  const kept = new Set(partners.values())
  if (kept.size === present.length && kept.size === values.length) return undefined
  const changed = new Map<number, string | null>()
  const added = new Map<number, (string | null)[]>()
  let next = 0
  for (const [order, value] of values.entries()) {
    const partner = partners.get(order)
    if (partner !== undefined) next = present.indexOf(partner) + 1
    else if (next < present.length && !kept.has(present[next]!)) changed.set(present[next++]!, value)
    else added.set(next, [...(added.get(next) ?? []), value])
  }
  let result: readonly TextLine[] = lines
  for (let order = present.length; order >= 0; order--) {
    const more = added.get(order)
    if (more) result = insertion(plan, result, spans, name, present, order, more)
    const index = present[order - 1]
    if (index === undefined) continue
    const isChanged = changed.has(index)
    if (!isChanged && kept.has(index)) continue
    const rest = result.slice(index + extentOf(lines, index))
    const line = lines[index] as IniOptionLine
    result = [
      ...result.slice(0, index),
      ...(isChanged ? [changedLine(plan, line, changed.get(index)!)] : []),
      ...rest,
    ]
  }
  return [...result]
}

/** The lines with values that are missing; undefined if none is. */
export function withMoreValues(
  plan: IniPlan,
  spans: readonly IniSpan[],
  name: string,
  values: readonly (string | null)[],
): TextLine[] | undefined {
  const present = optionsIn(plan.lines, spans, name)
  const missing = values.filter((value) => !present.some((index) => isValue(plan.lines, index, value)))
  if (missing.length === 0) return undefined
  return insertion(plan, plan.lines, spans, name, present, present.length, missing)
}

/** The lines without an option, or without its lines with these values; undefined if there are none. */
export function withoutOption(
  { lines }: IniPlan,
  spans: readonly IniSpan[],
  name: string,
  values: readonly (string | null)[] | undefined,
): { readonly lines: TextLine[]; readonly removed: readonly (string | null)[] } | undefined {
  const found = optionsIn(lines, spans, name).filter(
    (index) => !values || values.some((value) => isValue(lines, index, value)),
  )
  if (found.length === 0) return undefined
  const gone = new Set(
    found.flatMap((index) => Array.from({ length: extentOf(lines, index) }, (_, at) => index + at)),
  )
  return {
    lines: lines.filter((_, index) => !gone.has(index)),
    removed: found.map((index) => valueAt(lines, index)),
  }
}

/** A value is also equal to the whole text after the separator, which may hold what looks like a comment. */
function isValue(lines: readonly IniLine[], index: number, value: string | null): boolean {
  const line = lines[index] as IniOptionLine
  return extentOf(lines, index) === 1 && (line.value === value || (value !== null && line.written === value))
}

/** The line with another value, and the comment after it. */
function changedLine({ lines, options }: IniPlan, line: IniOptionLine, value: string | null): TextLine {
  if (value === null) return { text: `${line.indent}${line.name}`, end: line.end }
  const separator = separatorFor(line, value, lines, options)
  const comment = line.value === null ? '' : line.written.slice(line.value.length)
  return { text: `${line.indent}${line.name}${spaced(separator, value)}${value}${comment}`, end: line.end }
}

function insertion(
  plan: IniPlan,
  result: readonly TextLine[],
  spans: readonly IniSpan[],
  name: string,
  present: readonly number[],
  order: number,
  values: readonly (string | null)[],
): TextLine[] {
  const { lines, text, options } = plan
  const previous = present[order - 1]
  const at =
    previous === undefined
      ? (present[0] ?? insertionIndex(lines, spans, name))
      : previous + extentOf(lines, previous)
  const model = lines[previous ?? present[0] ?? -1] as IniOptionLine | undefined
  const indent = model?.indent ?? usualIndent(lines, spans)
  const added = values.map((value) =>
    value === null
      ? `${indent}${name}`
      : `${indent}${name}${spaced(separatorFor(model, value, lines, options), value)}${value}`,
  )
  const isBeforeHeader = isPrelude(lines, spans) && lines[at]?.kind === 'header'
  return withLines(result, at, isBeforeHeader ? [...added, ''] : added, lineEndOf(text))
}

/** After the option that is commented out; else after the last option of the section, else after its header. */
function insertionIndex(lines: readonly IniLine[], spans: readonly IniSpan[], name: string): number {
  const inactive = optionsIn(lines, spans, name, 'inactive').at(-1)
  if (inactive !== undefined) return inactive + 1
  const { start, end } = spans.at(-1)!
  for (let at = end - 1; at >= start; at--) if (lines[at]!.kind === 'option') return at + extentOf(lines, at)
  if (!isPrelude(lines, spans)) return afterComments(lines, start + 1, end)
  // Before the first section: comments that an empty line follows are about the whole file.
  for (let at = end - 1; at >= start; at--) if (lines[at]!.kind === 'blank') return at + 1
  return end === lines.length ? end : start
}

function afterComments(lines: readonly IniLine[], from: number, end: number): number {
  let at = from
  while (at < end && lines[at]!.kind === 'comment') at++
  const isAboveNext = at === end && end < lines.length
  return isAboveNext ? from : at
}

/** That of the line, unless a colon would leave an `=` in the value to separate. */
function separatorFor(
  line: IniOptionLine | undefined,
  value: string,
  lines: readonly IniLine[],
  options: IniOptions,
): string {
  const usual = usualSeparator(lines, options)
  const isMisread = line?.separator.includes(':') && value.includes('=') && usual.includes('=')
  return isMisread ? usual : line?.separator || usual
}

function usualSeparator(lines: readonly IniLine[], { noExtraSpaces }: IniOptions): string {
  const all = lines.flatMap((line) =>
    line.kind === 'option' && line.separator.trim() !== '' ? [line.separator] : [],
  )
  const usual = mostCommon(
    all.map((separator) => (/[ \t]{2,}|\t/.test(separator) ? ` ${separator.trim()} ` : separator)),
  )
  if (noExtraSpaces !== undefined) return noExtraSpaces ? (usual ?? '=').trim() : ` ${(usual ?? '=').trim()} `
  return usual ?? ' = '
}

function usualIndent(lines: readonly IniLine[], spans: readonly IniSpan[]): string {
  const indents = (some: readonly IniLine[]) =>
    some.flatMap((line) => (line.kind === 'option' ? [line.indent] : []))
  if (isPrelude(lines, spans)) return ''
  const inside = indents(spans.flatMap(({ start, end }) => lines.slice(start, end)))
  return mostCommon(inside.length > 0 ? inside : indents(lines)) ?? ''
}

/** Whether they are what is before the first section. */
function isPrelude(lines: readonly IniLine[], spans: readonly IniSpan[]): boolean {
  const { start, end } = spans.at(-1)!
  return start === end || lines[start]!.kind !== 'header'
}

/** No blank at the end of a line without a value. */
function spaced(separator: string, value: string): string {
  return value === '' ? separator.trimEnd() : separator
}
