// Sets a keyword of sshd_config, before the Match blocks or in one.

import { PlaybookError } from '../../model/errors/error.ts'
import { type TextLine, withLines } from '../shared/lines.ts'
import { pairInOrder } from '../shared/lists.ts'
import type { SshdSetEdit, SshdValue } from './edit.ts'
import { argumentsIn, criteriaOf, type SshdLine } from './parse.ts'
import { labelOf, type SshdEdited, type SshdPlan } from './plan.ts'
import { firstSetting } from './winner.ts'

/** Keywords whose lines add up (servconf.c). */
const additive = new Set(
  'port listenaddress hostkey hostcertificate acceptenv allowusers allowgroups denyusers denygroups subsystem setenv'.split(
    ' ',
  ),
)

export function setKeyword(plan: SshdPlan, edit: SshdSetEdit): SshdEdited | undefined {
  const keyword = edit.set.toLowerCase()
  const values = edit.values.map(written)
  const what = labelOf(edit.set, edit.match)
  if (!additive.has(keyword) && values.length > 1) {
    throw new PlaybookError(
      'E_SSHD_EDIT',
      `${edit.set} takes one value, since sshd uses only the first; got ${values.length}.`,
    )
  }
  const match = edit.match === undefined ? undefined : criteriaOf(edit.match)
  if (match !== undefined && !plan.lines.some((line) => line.match === match))
    return newBlock(plan, edit, values)
  const isInScope = (line: SshdLine) => line.match === match
  const present = plan.lines.flatMap((line, index) =>
    isInScope(line) && line.keyword === keyword ? [index] : [],
  )
  const to = values.join(', ')
  const fromOf = (some: readonly number[]) =>
    some.map((index) => plan.lines[index]!.args.join(' ')).join(', ') || 'absent'
  if (additive.has(keyword)) {
    const included = match === undefined ? firstIncluded(plan, keyword) : undefined
    if (included) throw addedElsewhere(edit.set, included)
    const lines = withValues(plan, edit, present, values, match)
    return lines && { lines, change: { what, from: fromOf(present), to } }
  }
  const winner = match === undefined ? firstSetting(plan.lines, keyword, plan.includes) : undefined
  const deciding = winner?.args ?? (present[0] === undefined ? undefined : plan.lines[present[0]]!.args)
  if (deciding && isSame(deciding, argumentsIn(values[0]!))) return undefined
  if (winner?.included) {
    const { path, line } = winner.included
    const rest = plan.lines.map((each, index) => ({ ...each, isGone: present.includes(index) }))
    const before = rest.slice(0, winner.index).filter(({ isGone }) => !isGone)
    const after = rest.slice(winner.index).filter(({ isGone }) => !isGone)
    const lines = withLines([...before, ...after], before.length, [`${edit.set} ${values[0]}`], plan.lineEnd)
    return { lines, change: { what, from: `${deciding!.join(' ')} (${path}:${line})`, to } }
  }
  const first = present[0]
  const lines =
    first === undefined
      ? insertedLines(plan, edit, values, match)
      : changedLine(plan.lines, first, values[0]!)
  return { lines, change: { what, from: fromOf(present.slice(0, 1)), to } }
}

function withValues(
  plan: SshdPlan,
  edit: SshdSetEdit,
  present: readonly number[],
  values: readonly string[],
  match: string | undefined,
): readonly TextLine[] | undefined {
  const { lines } = plan
  const partners = pairInOrder(present, values, (index, value) =>
    isSame(lines[index]!.args, argumentsIn(value)),
  )
  if (partners.size === present.length && partners.size === values.length) return undefined
  if (present.length === 0) return insertedLines(plan, edit, values, match)
  // The values that stay keep their lines; the others follow the line before them.
  const kept = new Set(partners.values())
  const indent = /^[ \t]*/.exec(lines[present[0]!]!.text)![0]
  const result: TextLine[] = []
  const isOf = (order: number) => partners.get(order)
  const added = (from: number): string[] => {
    const list: string[] = []
    for (let order = from; order < values.length && isOf(order) === undefined; order++)
      list.push(`${indent}${edit.set} ${values[order]}`)
    return list
  }
  let rest = added(0)
  for (const [index, line] of lines.entries()) {
    if (index === present[0] && rest.length > 0) {
      for (const text of rest) result.push({ text, end: plan.lineEnd })
      rest = []
    }
    if (present.includes(index) && !kept.has(index)) continue
    result.push(line)
    const order = [...partners].find(([, at]) => at === index)?.[0]
    if (order === undefined) continue
    const more = added(order + 1)
    if (more.length > 0 && line.end === '') result[result.length - 1] = { ...line, end: plan.lineEnd }
    for (const text of more) result.push({ text, end: plan.lineEnd })
  }
  return result
}

function insertedLines(
  { lines, lineEnd }: SshdPlan,
  { set }: SshdSetEdit,
  values: readonly string[],
  match: string | undefined,
): readonly TextLine[] {
  const keyword = set.toLowerCase()
  const scope = lines.flatMap((line, index) => (line.match === match ? [index] : []))
  const inactive = scope.findLast((index) => lines[index]!.inactive === keyword)
  const last = scope.findLast((index) => lines[index]!.keyword !== '')
  const at =
    (inactive ??
      last ??
      (match === undefined && lines.some((line) => line.match !== undefined) ? -1 : lines.length - 1)) + 1
  const neighbour = scope.find((index) => lines[index]!.keyword !== '' && lines[index]!.keyword !== 'match')
  const indent =
    neighbour === undefined ? (match === undefined ? '' : '  ') : /^[ \t]*/.exec(lines[neighbour]!.text)![0]
  return withLines(
    lines,
    at,
    values.map((value) => `${indent}${set} ${value}`),
    lineEnd,
  )
}

/** A block at the end of the file, after an empty line. */
function newBlock(
  { lines, lineEnd }: SshdPlan,
  { set, match }: SshdSetEdit,
  values: readonly string[],
): SshdEdited {
  const gap = lines.length === 0 || lines.at(-1)!.text.trim() === '' ? [] : ['']
  const block = [...gap, `Match ${match}`, ...values.map((value) => `  ${set} ${value}`)]
  return {
    lines: withLines(lines, lines.length, block, lineEnd),
    change: { what: labelOf(set, match), from: 'absent', to: values.join(', ') },
  }
}

function changedLine(lines: readonly SshdLine[], index: number, value: string): readonly TextLine[] {
  const { text, start, stop, end } = lines[index]!
  const gap = start > 0 && /[ \t=]/.test(text[start - 1] ?? '') ? '' : ' '
  const changed = { text: text.slice(0, start) + gap + value + text.slice(stop), end }
  return lines.map((line, each) => (each === index ? changed : line))
}

function firstIncluded({ lines, includes }: SshdPlan, keyword: string) {
  const only = lines.filter((line) => line.keyword === 'include')
  return firstSetting(only, keyword, includes)?.included
}

function written(value: SshdValue): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index])
}

function addedElsewhere(
  keyword: string,
  { path, line }: { readonly path: string; readonly line: number },
): PlaybookError {
  return new PlaybookError(
    'E_SSHD_INCLUDED',
    `${path}:${line} adds values of ${keyword} to those of this file.`,
    {
      hint: `Edit that file, or remove ${keyword} from it.`,
    },
  )
}
