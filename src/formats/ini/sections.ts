// Finds the sections of an INI file that an edit means, and adds or removes whole ones.

import type { TextLine } from '../shared/lines.ts'
import type { Revealed } from '../shared/secretEdits.ts'
import type { IniSetEdit, IniValue } from './edit.ts'
import type { IniLine, IniOptionLine } from './parse.ts'

/** The lines of one section, from its header to the next one; of what is before the first section, from 0. */
export type IniSpan = { readonly start: number; readonly end: number }

type Having = Revealed<IniSetEdit>['having']
type PlainValue = Revealed<IniValue>

/** All sections of the name, in order; of those with the options, the first. */
export function sectionsOf(lines: readonly IniLine[], name: string | undefined, having: Having): IniSpan[] {
  const headers = lines.flatMap((line, index) => (line.kind === 'header' ? [index] : []))
  if (name === undefined) return [{ start: 0, end: headers[0] ?? lines.length }]
  const spans = headers
    .map((start, index) => ({ start, end: headers[index + 1] ?? lines.length }))
    .filter(({ start }) => (lines[start] as { name: string }).name === name)
  return having ? spans.filter((span) => hasAll(lines, span, having)).slice(0, 1) : spans
}

/** The lines that set an option, in these sections. */
export function optionsIn(
  lines: readonly IniLine[],
  spans: readonly IniSpan[],
  name: string,
  kind: 'option' | 'inactive' = 'option',
): number[] {
  return spans.flatMap(({ start, end }) =>
    lines
      .slice(start, end)
      .flatMap((line, index) => (line.kind === kind && line.name === name ? [start + index] : [])),
  )
}

export function valueAt(lines: readonly IniLine[], index: number): string | null {
  return (lines[index] as IniOptionLine).value
}

/** A value as text, and that of an option without one as null. */
export function valueText(value: PlainValue): string | null {
  return value === null ? null : String(value)
}

function hasAll(lines: readonly IniLine[], span: IniSpan, having: NonNullable<Having>): boolean {
  return Object.entries(having).every(([name, values]) => {
    const present = optionsIn(lines, [span], name).map((index) => valueAt(lines, index))
    return [values].flat().every((value) => present.includes(valueText(value as PlainValue)))
  })
}

/** The lines without a section; comments right above the next header stay. */
export function withoutSection(lines: readonly IniLine[], { start, end }: IniSpan): TextLine[] {
  let until = end
  if (end < lines.length) {
    while (until > start + 1 && isComment(lines[until - 1]!)) until--
    if (lines[until - 1]!.kind !== 'blank') until = end
  }
  return [...lines.slice(0, start), ...lines.slice(until)]
}

function isComment({ kind }: IniLine): boolean {
  return kind === 'comment' || kind === 'inactive'
}

/** What goes before a new section at the end: an empty line, unless those of the file follow without one. */
export function gapBeforeSection(lines: readonly IniLine[]): string[] {
  if (lines.length === 0 || lines.at(-1)!.kind === 'blank') return []
  const later = lines.flatMap((line, index) => (line.kind === 'header' && index > 0 ? [index] : []))
  const isTight = later.length > 0 && later.every((index) => lines[index - 1]!.kind !== 'blank')
  return isTight ? [] : ['']
}
