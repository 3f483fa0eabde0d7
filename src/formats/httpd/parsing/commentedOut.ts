// Comments that hold a directive, or the opening of a section, which could be live.

import { type HttpdLine, scanLines } from './line.ts'
import { argumentsOf } from './words.ts'

/** What a comment would be if it were live. `hasBlank`: blanks stand after its `#`, as in prose. */
export type CommentedOut = {
  readonly line: HttpdLine
  readonly args: readonly string[]
  readonly hasBlank: boolean
}

/** The directive or opening that a comment holds, of the name that it begins with. */
export function parseCommentedOut(comment: HttpdLine): CommentedOut | undefined {
  const [line, ...others] = scanLines(withoutMarks(comment.raw))
  if (!line || others.length > 0 || line.name !== comment.commented || line.problem !== '') return undefined
  if (line.kind !== 'open' && line.kind !== 'directive') return undefined
  const hasBlank = /^[ \t]*#[ \t]/.test(comment.raw)
  return { line, args: argumentsOf(line).map(({ value }) => value), hasBlank }
}

/** A comment line without its `#` and the blanks after it; further lines that a backslash joins lose theirs too. */
function withoutMarks(raw: string): string {
  return raw.replace(/^([ \t]*)#[ \t]*/, '$1').replace(/(\\\r?\n[ \t]*)#/g, '$1')
}

/** Any line as a comment: a `#` before what each of its physical lines holds. */
export function withMarks(raw: string): string {
  return raw.replace(/^([ \t]*)(?=\S)/gm, '$1#')
}
