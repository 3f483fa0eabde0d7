// Reads the directive or section opening that a comment holds.

import { type HttpdLine, scanLines } from './line.ts'
import { argumentsOf } from './words.ts'

/** A comment as if it were live. `hasBlank`: blanks follow its `#`, as in prose. */
export type CommentedOut = {
  readonly line: HttpdLine
  readonly args: readonly string[]
  readonly hasBlank: boolean
}

/** Undefined for a comment that is neither a directive nor an opening. */
export function parseCommentedOut(comment: HttpdLine): CommentedOut | undefined {
  const [line, ...others] = scanLines(withoutMarks(comment.raw))
  if (!line || others.length > 0 || line.name !== comment.commented || line.problem !== '') return undefined
  if (line.kind !== 'open' && line.kind !== 'directive') return undefined
  const hasBlank = /^[ \t]*#[ \t]/.test(comment.raw)
  return { line, args: argumentsOf(line).map(({ value }) => value), hasBlank }
}

/** A comment without its `#` and the blanks after it, also on lines that a backslash joins. */
function withoutMarks(raw: string): string {
  return raw.replace(/^([ \t]*)#[ \t]*/, '$1').replace(/(\\\r?\n[ \t]*)#/g, '$1')
}

/** Comments a line out: puts a `#` before the content of each of its physical lines. */
export function withMarks(raw: string): string {
  return raw.replace(/^([ \t]*)(?=\S)/gm, '$1#')
}
