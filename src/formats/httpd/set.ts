// `set`: one directive with exactly these arguments, live, in its place.

import type { HttpdDocument } from './document.ts'
import type { HttpdChange, HttpdPath, HttpdSetEdit } from './edit.ts'
import { type HttpdEdited, labelIn, labelOf, shownArguments, UNCHANGED } from './edited.ts'
import { type Commented, commentedIn, isOpening, liveIn, type Scope, scopesOf, valuesOf } from './find.ts'
import { hasKeyOf, isEqual, keyLength } from './keys.ts'
import type { HttpdLine } from './line.ts'
import { layoutAt, placeFor } from './place.ts'
import { directiveName, renderNode, renderValue, textsOf } from './render.ts'
import { type Word, wordsOf } from './words.ts'

/** A directive that is wanted: its arguments, and how many of them make out which one it is. */
type Wanted = { readonly name: string; readonly args: readonly string[]; readonly key: number }

export function setEdit(document: HttpdDocument, edit: HttpdSetEdit): HttpdEdited {
  const path = edit.in ?? []
  const wanted = wantedDirective(edit.set, textsOf(edit.args), edit.key)
  const scopes = scopesOf(document, path)
  const live = scopes.flatMap((scope) => liveLike(document, scope, wanted)).at(-1)
  if (live !== undefined) return changedDirective(document, live, wanted, path)
  const commented = commentedLike(document, scopes, wanted)[0]
  if (commented) return enabled(commented, wanted, path)
  const scope = scopes.at(-1)!
  return inserted(document, scope, placeFor(document, scope, path, wanted.name, edit.place), wanted, path)
}

export function wantedDirective(name: string, args: readonly string[], key?: number): Wanted {
  return { name: directiveName(name), args, key: key ?? keyLength(name, args) }
}

/** The live directives of a scope that are the wanted one, whatever their other arguments. */
export function liveLike(document: HttpdDocument, scope: Scope, wanted: Wanted): number[] {
  return liveIn(document, scope, wanted.name).filter(
    (index) => !isOpening(document, index) && hasKeyOf(valuesOf(document, index), wanted.args, wanted.key),
  )
}

/** Gives a live directive the wanted arguments. */
export function changedDirective(
  document: HttpdDocument,
  index: number,
  wanted: Wanted,
  path: HttpdPath,
): HttpdEdited {
  const line = document.lines[index]!
  const current = valuesOf(document, index)
  if (isEqual(current, wanted.args)) return UNCHANGED
  const text = withArguments(line, wanted.args)
  const from = shownArguments(wanted.name, otherArguments(current, wanted.key))
  return { splices: [{ at: index, remove: 1, text }], changes: [change(wanted, path, from)] }
}

/** Commented-out directives that are the wanted one; first those that have its very arguments. */
function commentedLike(
  document: HttpdDocument,
  scopes: readonly Scope[],
  { name, args, key }: Wanted,
): Commented[] {
  const directives = (start?: readonly string[]) =>
    scopes
      .flatMap((scope) => commentedIn(document, scope, name, start))
      .filter(({ revived }) => revived.line.kind === 'directive')
  return [
    ...directives(args).filter(({ revived }) => revived.args.length === args.length),
    ...directives().filter(({ revived }) => hasKeyOf(revived.args, args, key)),
  ]
}

function enabled({ index, revived }: Commented, wanted: Wanted, path: HttpdPath): HttpdEdited {
  const text = withArguments(revived.line, wanted.args)
  return { splices: [{ at: index, remove: 1, text }], changes: [change(wanted, path, 'commented out')] }
}

function inserted(
  document: HttpdDocument,
  scope: Scope,
  at: number,
  wanted: Wanted,
  path: HttpdPath,
): HttpdEdited {
  const text = renderNode(wanted, layoutAt(document, scope, at))
  return { splices: [{ at, remove: 0, text }], changes: [change(wanted, path, 'absent')] }
}

/** The line with these arguments; those that are as wanted keep their writing, the others at least their quotes. */
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

/** All arguments anew, where a quote that is not closed runs to the end of the line. */
function rewritten({ raw }: HttpdLine, name: Word, args: readonly string[]): string {
  const values = args.map((value) => ` ${renderValue(value)}`)
  return raw.slice(0, name.end) + values.join('') + /\s*$/.exec(raw)![0]
}

function change({ name, args, key }: Wanted, path: HttpdPath, from: string): HttpdChange {
  const identifying = key < 0 ? args.slice(key) : args.slice(0, key)
  const others = otherArguments(args, key)
  const to = from === 'commented out' && others.length === 0 ? 'live' : shownArguments(name, others)
  return { what: labelIn(path, labelOf(name, identifying)), from, to }
}

/** The arguments besides those that tell which directive it is. */
function otherArguments(args: readonly string[], key: number): readonly string[] {
  return key < 0 ? args.slice(0, key) : args.slice(key)
}
