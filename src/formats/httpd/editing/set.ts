// Sets the arguments of one directive, enabling or inserting it where needed.

import type { HttpdChange, HttpdPath, HttpdSetEdit } from '../edit.ts'
import type { HttpdDocument } from '../parsing/document.ts'
import type { HttpdLine } from '../parsing/line.ts'
import { type Word, wordsOf } from '../parsing/words.ts'
import { displayArguments, type HttpdEditResult, labelIn, labelOf, unchangedResult } from './editResult.ts'
import {
  type CommentedMatch,
  commentedIn,
  isOpening,
  liveIn,
  type SectionIndex,
  scopesOf,
  valuesOf,
} from './find.ts'
import { hasKeyOf, keyLength, sameArguments } from './keys.ts'
import { insertionLine, layoutAt } from './place.ts'
import { directiveName, renderNode, renderValue, textsOf } from './render.ts'

/** A desired directive; `key` arguments identify it. */
type DesiredDirective = { readonly name: string; readonly args: readonly string[]; readonly key: number }

export function setEdit(document: HttpdDocument, edit: HttpdSetEdit): HttpdEditResult {
  const path = edit.in ?? []
  const desired = desiredDirective(edit.set, textsOf(edit.args), edit.key)
  const scopes = scopesOf(document, path)
  const live = scopes.flatMap((scope) => liveLike(document, scope, desired)).at(-1)
  if (live !== undefined) return changeDirective(document, live, desired, path)
  const commented = commentedLike(document, scopes, desired)[0]
  if (commented) return enableCommented(commented, desired, path)
  const scope = scopes.at(-1)!
  return insertDirective(
    document,
    scope,
    insertionLine(document, scope, path, desired.name, edit.place),
    desired,
    path,
  )
}

export function desiredDirective(name: string, args: readonly string[], key?: number): DesiredDirective {
  return { name: directiveName(name), args, key: key ?? keyLength(name, args) }
}

/** The live directives of a scope with the same key. */
export function liveLike(document: HttpdDocument, scope: SectionIndex, desired: DesiredDirective): number[] {
  return liveIn(document, scope, desired.name).filter(
    (index) => !isOpening(document, index) && hasKeyOf(valuesOf(document, index), desired.args, desired.key),
  )
}

/** Gives a live directive the desired arguments. */
export function changeDirective(
  document: HttpdDocument,
  index: number,
  desired: DesiredDirective,
  path: HttpdPath,
): HttpdEditResult {
  const line = document.lines[index]!
  const current = valuesOf(document, index)
  if (sameArguments(current, desired.args)) return unchangedResult
  const text = withArguments(line, desired.args)
  const from = displayArguments(desired.name, otherArguments(current, desired.key))
  return { splices: [{ at: index, remove: 1, text }], changes: [change(desired, path, from)] }
}

/** Commented-out directives with the same key; first those with exactly the same arguments. */
function commentedLike(
  document: HttpdDocument,
  scopes: readonly SectionIndex[],
  { name, args, key }: DesiredDirective,
): CommentedMatch[] {
  const directives = (start?: readonly string[]) =>
    scopes
      .flatMap((scope) => commentedIn(document, scope, name, start))
      .filter(({ parsed }) => parsed.line.kind === 'directive')
  return [
    ...directives(args).filter(({ parsed }) => parsed.args.length === args.length),
    ...directives().filter(({ parsed }) => hasKeyOf(parsed.args, args, key)),
  ]
}

function enableCommented(
  { index, parsed }: CommentedMatch,
  desired: DesiredDirective,
  path: HttpdPath,
): HttpdEditResult {
  const text = withArguments(parsed.line, desired.args)
  return { splices: [{ at: index, remove: 1, text }], changes: [change(desired, path, 'commented out')] }
}

function insertDirective(
  document: HttpdDocument,
  scope: SectionIndex,
  at: number,
  desired: DesiredDirective,
  path: HttpdPath,
): HttpdEditResult {
  const text = renderNode(desired, layoutAt(document, scope, at))
  return { splices: [{ at, remove: 0, text }], changes: [change(desired, path, 'absent')] }
}

/** The line with these arguments; equal ones stay as written, the others keep at least their quotes. */
function withArguments(line: HttpdLine, args: readonly string[]): string {
  const [name, ...words] = wordsOf(line)
  if (words.some(({ isClosed }) => !isClosed)) return rewritten(line, name!, args)
  let text = line.raw
  const last = words.at(-1) ?? name!
  const common = Math.min(words.length, args.length)
  const edge = words[common - 1] ?? name!
  if (args.length > common) {
    const added = args.slice(common).map((value) => ` ${renderValue(value)}`)
    text = text.slice(0, last.end) + added.join('') + text.slice(last.end)
  } else if (words.length > common) {
    text = text.slice(0, edge.end) + text.slice(last.end)
  }
  for (let index = common - 1; index >= 0; index--) {
    const { value, quote, start, end } = words[index]!
    if (value !== args[index])
      text = text.slice(0, start) + renderValue(args[index]!, quote) + text.slice(end)
  }
  return text
}

/** Rewrites all arguments, because an unclosed quote runs to the end of the line. */
function rewritten({ raw }: HttpdLine, name: Word, args: readonly string[]): string {
  const values = args.map((value) => ` ${renderValue(value)}`)
  return raw.slice(0, name.end) + values.join('') + /\s*$/.exec(raw)![0]
}

function change({ name, args, key }: DesiredDirective, path: HttpdPath, from: string): HttpdChange {
  const identifying = key < 0 ? args.slice(key) : args.slice(0, key)
  const others = otherArguments(args, key)
  const to = from === 'commented out' && others.length === 0 ? 'live' : displayArguments(name, others)
  return { what: labelIn(path, labelOf(name, identifying)), from, to }
}

/** The arguments besides the key. */
function otherArguments(args: readonly string[], key: number): readonly string[] {
  return key < 0 ? args.slice(0, key) : args.slice(key)
}
