// Puts a line into the lines of a text, or removes lines.

import { PlaybookError, revealed, Secret } from '../../src/index.ts'
import {
  abbreviated,
  type FileText,
  insertionIndex,
  joinLines,
  type Line,
  type Position,
  splitIntoLines,
} from './textFile.ts'

type LineParams = Position & {
  line?: string | Secret
  match?: RegExp
  search?: string
  which: 'last' | 'first' | 'all'
  backrefs: boolean
  state: 'present' | 'absent'
}

/** `number`: of the line, from 1. */
export type LineEdit = { number: number; from?: string; to?: string }

/** The text with the line, or without what is to be removed, and what was edited. */
export function editLines(
  { text, encoded }: FileText,
  params: LineParams,
): { text: string; edits: LineEdit[] } {
  const { bom, lines } = splitIntoLines(text)
  const edits =
    params.state === 'absent'
      ? removeLines(lines, params, encoded)
      : params.backrefs
        ? expandLines(lines, params, encoded)
        : putLine(lines, params, encoded)
  return { text: joinLines(bom, lines), edits }
}

function removeLines(lines: Line[], params: LineParams, encoded: FileText['encoded']): LineEdit[] {
  const isRemoved = matcher(params, encoded) ?? equals(params, encoded)
  const edits = lines.flatMap((each, index) =>
    isRemoved(each.text) ? [{ number: index + 1, from: each.text }] : [],
  )
  lines.splice(0, lines.length, ...lines.filter((each) => !isRemoved(each.text)))
  return edits
}

function putLine(lines: Line[], params: LineParams, encoded: FileText['encoded']): LineEdit[] {
  const text = encoded(revealed(params.line!))
  const matches = matcher(params, encoded)
  const isPresent = lines.some((each) => each.text === text)
  const found = matches ? lines.flatMap((each, index) => (matches(each.text) ? [index] : [])) : []
  const matchesItself = matches?.(text) ?? false
  if (isPresent && !matchesItself && (params.which !== 'all' || found.length === 0)) return []
  if (found.length === 0) return isPresent ? [] : [insertLine(lines, params, text)]
  return chosen(found, params).flatMap((index) => replaceLine(lines[index]!, index, text))
}

function chosen(found: readonly number[], { which }: LineParams): readonly number[] {
  return { last: found.slice(-1), first: found.slice(0, 1), all: found }[which]
}

/** @throws PlaybookError E_NOT_IDEMPOTENT if a second run would change a line again */
function expandLines(lines: Line[], params: LineParams, encoded: FileText['encoded']): LineEdit[] {
  const { line, match } = params
  // A dollar in a secret is literal.
  const template = encoded(line instanceof Secret ? revealed(line).replaceAll('$', '$$$$') : line!)
  const expandOnce = () => {
    const found = lines.flatMap(({ text }, index) => (match!.test(text) ? [index] : []))
    return chosen(found, params).flatMap((index) =>
      replaceLine(lines[index]!, index, expanded(lines[index]!.text, match!, template)),
    )
  }
  const edits = expandOnce()
  const [again] = expandOnce()
  if (again) throw unstable(match!, line instanceof Secret ? undefined : again)
  return edits
}

/** The template with what the pattern captures in a text. */
function expanded(text: string, match: RegExp, template: string): string {
  const { index, 0: matched } = match.exec(text)!
  const replaced = text.replace(match, template)
  return replaced.slice(index, replaced.length - (text.length - index - matched.length))
}

function unstable(match: RegExp, again: LineEdit | undefined): PlaybookError {
  const { number, from = '', to = '' } = again ?? {}
  return new PlaybookError('E_NOT_IDEMPOTENT', 'a second run would change a line again.', {
    details: again
      ? [`${match} would replace “${abbreviated(from)}” by “${abbreviated(to)}” in line ${number}.`]
      : [],
    hint: "Make match fit only the old line: by ^ and $, or a (?!…) that excludes the new one; or use which: 'all'.",
  })
}

function replaceLine(at: Line, index: number, text: string): LineEdit[] {
  if (at.text === text) return []
  const from = at.text
  at.text = text
  return [{ number: index + 1, from, to: text }]
}

function insertLine(lines: Line[], params: LineParams, text: string): LineEdit {
  const at = insertionIndex(lines, params, params.which === 'first' ? 'first' : 'last')
  const above = lines[at - 1]
  const end = (above ?? lines[at])?.end || lines[0]?.end || '\n'
  if (above?.end === '') above.end = end
  lines.splice(at, 0, { text, end })
  return { number: at + 1, to: text }
}

function matcher({ match, search }: LineParams, encoded: FileText['encoded']) {
  if (match) return (text: string) => match.test(text)
  if (search === undefined) return undefined
  const part = encoded(search)
  return (text: string) => text.includes(part)
}

function equals({ line }: LineParams, encoded: FileText['encoded']) {
  const whole = encoded(revealed(line!))
  return (text: string) => text === whole
}
