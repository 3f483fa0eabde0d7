// Comments that hold a directive, or the opening of a section, which could be live.

import { type HttpdLine, scanLines } from './line.ts'
import { argumentsOf } from './words.ts'

/** What a comment would be if it were live. `hasBlank`: blanks stand after its `#`, as in prose. */
export type CommentedOut = {
  readonly line: HttpdLine
  readonly args: readonly string[]
  readonly hasBlank: boolean
}

/** The directive or opening of this name (in lower case) that a comment holds. */
export function commentedOut(comment: HttpdLine, name: string): CommentedOut | undefined {
  const begin = /^([ \t]*)#([ \t]*)(<?)/.exec(comment.raw)
  if (!begin || !startsWithName(comment.raw, begin[0].length, name)) return undefined
  const [line, ...others] = scanLines(withoutMarks(comment.raw))
  const kind = begin[3] === '<' ? 'open' : 'directive'
  if (!line || others.length > 0 || line.kind !== kind || line.name !== name) return undefined
  if (kind === 'open' && !/>\s*$/.test(line.raw)) return undefined
  return { line, args: argumentsOf(line).map(({ value }) => value), hasBlank: begin[2] !== '' }
}

/** A comment line without its `#` and the blanks after it; further lines that a backslash joins lose theirs too. */
export function withoutMarks(raw: string): string {
  return raw.replace(/^([ \t]*)#[ \t]*/, '$1').replace(/(\\\r?\n[ \t]*)#/g, '$1')
}

/** Any line as a comment: a `#` before what each of its physical lines holds. */
export function withMarks(raw: string): string {
  return raw.replace(/^([ \t]*)(?=\S)/gm, '$1#')
}

function startsWithName(raw: string, at: number, name: string): boolean {
  return raw.slice(at, at + name.length).toLowerCase() === name
}
