// Inserts and removes the members of a list or object in brackets, keeping its layout.

import { indentAt, lineEndOf, lineStartOf } from '../shared/layout.ts'
import type { Splice } from '../shared/splice.ts'

type Span = { readonly start: number; readonly end: number }

/** What is between two brackets: `open` is after the first one, `close` before the last one. */
export type Brackets = { readonly open: number; readonly close: number; readonly members: readonly Span[] }

/** Where a comment ends that begins at an offset; undefined if none does. */
type CommentEnd = (text: string, at: number) => number | undefined

type MemberLayout = {
  readonly commentEnd: CommentEnd
  /** What goes between members on one line where there is no example. */
  readonly gap: string
  /** The indentations for a line in empty brackets, and for the closing one; undefined: on one line. */
  readonly empty?: { readonly indent: string; readonly outer: string }
}

/** A new member at an index, written as `written` says for its indentation. */
export function insertedMember(
  text: string,
  { open, close, members }: Brackets,
  index: number,
  written: (indent: string) => string,
  { commentEnd, gap, empty }: MemberLayout,
): Splice[] {
  const lineEnd = lineEndOf(text)
  const next = members[index]
  if (next) {
    const indent = indentAt(text, next.start)
    const between = indent === undefined ? (gapBetween(text, members) ?? gap) : lineEnd + indent
    return [{ start: next.start, end: next.start, text: `${written(indent ?? '')},${between}` }]
  }
  const last = members.at(-1)
  if (!last) return [intoEmpty(text, open, close, written, lineEnd, empty)]
  const comma = commaAfter(text, last.end, close, commentEnd)
  const indent = indentBefore(text, last.start)
  const after = comma === undefined ? last.end : comma + 1
  const tail = comma === undefined ? '' : ','
  if (indent === undefined) {
    const added = `${comma === undefined ? ',' : ''}${gapBetween(text, members) ?? gap}${written('')}${tail}`
    return [{ start: after, end: after, text: added }]
  }
  const rest = endOfComments(text, after, commentEnd)
  const added = `${lineEnd}${indent}${written(indent)}${tail}`
  if (comma !== undefined) return [{ start: rest, end: rest, text: added }]
  if (rest === after) return [{ start: after, end: after, text: `,${added}` }]
  return [
    { start: after, end: after, text: ',' },
    { start: rest, end: rest, text: added },
  ]
}

/** Removes a member with its comma, its line, and the comment behind it. */
export function removedMember(
  text: string,
  brackets: Brackets,
  index: number,
  commentEnd: CommentEnd,
): Splice[] {
  const { open, close, members } = brackets
  const { start, end } = members[index]!
  const comma = commaAfter(text, end, close, commentEnd)
  const after = comma === undefined ? end : comma + 1
  if (members.length === 1 && `${text.slice(open, start)}${text.slice(after, close)}`.trim() === '')
    return [{ start: open, end: close, text: '' }]
  const previous = members[index - 1]
  const next = members[index + 1]
  const rest = endOfComments(text, after, commentEnd)
  const line = /^[ \t]*\r?\n/.exec(text.slice(rest))
  if (indentAt(text, start) !== undefined && line) {
    const whole = { start: lineStartOf(text, start), end: rest + line[0].length, text: '' }
    const before =
      previous && !next && comma === undefined ? commaAfter(text, previous.end, start, commentEnd) : undefined
    return before === undefined ? [whole] : [{ start: before, end: before + 1, text: '' }, whole]
  }
  if (next) return [{ start, end: next.start, text: '' }]
  return [{ start: previous ? previous.end : start, end: previous ? end : after, text: '' }]
}

/** The indentation of a member that only block comments may precede on its line. */
function indentBefore(text: string, start: number): string | undefined {
  return /^([ \t]*)(?:\/\*.*?\*\/[ \t]*)*$/.exec(text.slice(lineStartOf(text, start), start))?.[1]
}

function intoEmpty(
  text: string,
  open: number,
  close: number,
  written: (indent: string) => string,
  lineEnd: string,
  empty: MemberLayout['empty'],
): Splice {
  const isBlank = text.slice(open, close).trim() === ''
  if (isBlank && !empty) return { start: open, end: close, text: written('') }
  const indent = empty?.indent ?? ''
  if (isBlank)
    return { start: open, end: close, text: `${lineEnd}${indent}${written(indent)}${lineEnd}${empty!.outer}` }
  // Comments stay before the new member.
  const own = indentAt(text, close)
  if (own === undefined)
    return {
      start: close,
      end: close,
      text: `${lineEnd}${indent}${written(indent)}${lineEnd}${empty?.outer ?? ''}`,
    }
  const start = lineStartOf(text, close)
  return { start, end: start, text: `${indent}${written(indent)}${lineEnd}` }
}

/** What is between two members on one line, behind the comma. */
function gapBetween(text: string, [first, second]: readonly Span[]): string | undefined {
  return first && second ? /^\s*,([ \t]*)$/.exec(text.slice(first.end, second.start))?.[1] : undefined
}

/** The comma behind a member. */
function commaAfter(text: string, from: number, until: number, commentEnd: CommentEnd): number | undefined {
  for (let at = from; at < until; ) {
    if (text[at] === ',') return at
    const end = commentEnd(text, at)
    if (end === undefined && !/\s/.test(text[at]!)) return undefined
    at = end ?? at + 1
  }
  return undefined
}

/** The end of the comments behind an offset on its line; the offset itself if there are none. */
function endOfComments(text: string, from: number, commentEnd: CommentEnd): number {
  let result = from
  for (let at = from; at < text.length && text[at] !== '\n'; ) {
    const end = commentEnd(text, at)
    if (end === undefined && !/[ \t\r]/.test(text[at]!)) return result
    if (end !== undefined) result = end
    at = end ?? at + 1
  }
  return result
}
