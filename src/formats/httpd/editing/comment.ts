// Comments directives and sections out, and uncomments them.

import type { HttpdCommentEdit, HttpdPath, HttpdUncommentEdit } from '../edit.ts'
import { withMarks } from '../parsing/commentedOut.ts'
import type { HttpdDocument, LineSplice } from '../parsing/document.ts'
import { scanLines } from '../parsing/line.ts'
import { type HttpdEditResult, labelIn, labelOf, unchangedResult } from './editResult.ts'
import { type CommentedMatch, commentedIn, endOf, isOpening, liveIn, noMatchError, scopesOf } from './find.ts'
import { directiveName, textsOf } from './render.ts'

export function commentEdit(document: HttpdDocument, edit: HttpdCommentEdit): HttpdEditResult {
  const path = edit.in ?? []
  const name = directiveName(edit.comment)
  const args = textsOf(edit.args)
  const scopes = scopesOf(document, path)
  const live = scopes.flatMap((scope) => liveIn(document, scope, name, args))
  const isCommented = scopes.some((scope) => commentedIn(document, scope, name, args).length > 0)
  if (live.length === 0 && !isCommented) throw noMatchError(document, name, args, path)
  return {
    splices: live.flatMap((index) => commentSplices(document, index)),
    changes: live.map((index) => ({
      what: labelIn(path, labelOf(name, args, isOpening(document, index))),
      from: 'live',
      to: 'commented out',
    })),
  }
}

export function uncommentEdit(document: HttpdDocument, edit: HttpdUncommentEdit): HttpdEditResult {
  const path = edit.in ?? []
  const name = directiveName(edit.uncomment)
  const args = textsOf(edit.args)
  const scopes = scopesOf(document, path)
  if (scopes.some((scope) => liveIn(document, scope, name, args).length > 0)) return unchangedResult
  for (const commented of scopes.flatMap((scope) => commentedIn(document, scope, name, args))) {
    const splice = uncommentSplice(document, commented)
    if (splice) return uncommentResult(splice, commented, name, args, path)
  }
  throw noMatchError(document, name, args, path)
}

function uncommentResult(
  splice: LineSplice,
  { parsed }: CommentedMatch,
  name: string,
  args: readonly string[],
  path: HttpdPath,
): HttpdEditResult {
  const what = labelIn(path, labelOf(name, args, parsed.line.kind === 'open'))
  return { splices: [splice], changes: [{ what, from: 'commented out', to: 'live' }] }
}

function commentSplices(document: HttpdDocument, start: number): LineSplice[] {
  return document.lines
    .slice(start, endOf(document, start))
    .map(({ raw }, index) => ({ at: start + index, remove: 1, text: withMarks(raw) }))
}

/** The splice that uncomments a directive, or a section from its opening on; undefined if it has no end. */
function uncommentSplice(
  { lines }: HttpdDocument,
  { index, parsed }: CommentedMatch,
): LineSplice | undefined {
  if (parsed.line.kind === 'directive') return { at: index, remove: 1, text: parsed.line.raw }
  if (parsed.hasBlank) return undefined
  const open: string[] = []
  const texts: string[] = []
  for (let at = index; at < lines.length; at++) {
    const text = uncommentedLine(lines[at]!)
    const [line, ...others] = text === undefined ? [] : scanLines(text)
    if (!line || others.length > 0) return undefined
    texts.push(line.raw)
    if (line.kind === 'open') open.push(line.name)
    if (line.kind === 'close' && open.pop() !== line.name) return undefined
    if (open.length === 0) return { at: index, remove: texts.length, text: texts.join('') }
  }
  return undefined
}

/** A line of a commented-out section without its `#`; blanks after the `#` are its indentation. */
function uncommentedLine({ kind, raw }: HttpdDocument['lines'][number]): string | undefined {
  if (kind === 'blank') return raw
  if (kind !== 'comment') return undefined
  return raw.replace(/^([ \t]*)#/, '$1').replace(/(\\\r?\n[ \t]*)#/g, '$1')
}
