// Finds sections, directives and commented-out directives.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { HttpdPath, HttpdSelector } from '../edit.ts'
import { type CommentedOut, parseCommentedOut } from '../parsing/commentedOut.ts'
import { displayLine, type HttpdDocument, lineNumber } from '../parsing/document.ts'
import type { HttpdLine } from '../parsing/line.ts'
import { argumentsOf } from '../parsing/words.ts'
import { isPrefix } from './keys.ts'
import { renderOpening, textsOf } from './render.ts'

/** The line that opens a section, or the whole file. */
export type SectionIndex = number

export const topLevel: SectionIndex = -1

/**
 * All sections that a path matches.
 *
 * @throws PlaybookError E_HTTPD_NO_MATCH if there is none
 */
export function scopesOf(document: HttpdDocument, path: HttpdPath): SectionIndex[] {
  const scopes = scopesIfAny(document, path)
  if (scopes.length === 0) throw noSection(document, path)
  return scopes
}

export function scopesIfAny(document: HttpdDocument, path: HttpdPath): SectionIndex[] {
  let scopes: SectionIndex[] = [topLevel]
  for (const { name, args } of path) {
    scopes = scopes.flatMap((scope) => sectionsIn(document, scope, name, textsOf(args)))
  }
  return scopes
}

/** Sections directly in a scope, of one name and with exactly these arguments. */
export function sectionsIn(
  document: HttpdDocument,
  scope: SectionIndex,
  name: string,
  args: readonly string[],
): number[] {
  return liveIn(document, scope, name, args).filter(
    (index) => isOpening(document, index) && valuesOf(document, index).length === args.length,
  )
}

/** The lines of directives and section openings directly in a scope, of one name and with these first arguments. */
export function liveIn(
  document: HttpdDocument,
  scope: SectionIndex,
  name: string,
  args: readonly string[] = [],
): number[] {
  const lower = name.toLowerCase()
  const named = childrenOf(document, scope, (line) => line.name === lower)
  return args.length === 0 ? named : named.filter((index) => isPrefix(args, valuesOf(document, index)))
}

export type CommentedMatch = { readonly index: number; readonly parsed: CommentedOut }

/**
 * Commented-out directives and section openings directly in a scope, of one name and with these first arguments. With
 * blanks after the `#` they count only if `args` are given and the comment ends there: else they are prose.
 */
export function commentedIn(
  document: HttpdDocument,
  scope: SectionIndex,
  name: string,
  args: readonly string[] = [],
): CommentedMatch[] {
  const { lines } = document
  const lower = name.toLowerCase()
  const found: CommentedMatch[] = []
  for (const index of childrenOf(document, scope, (line) => line.commented === lower)) {
    const parsed = parseCommentedOut(lines[index]!)
    if (!parsed || !isPrefix(args, parsed.args)) continue
    const isProse = parsed.hasBlank && (args.length === 0 || lines[index + 1]?.kind === 'comment')
    if (!isProse) found.push({ index, parsed })
  }
  return found
}

/** The accepted lines directly in a scope; of a section in it only the opening. */
export function childrenOf(
  { lines, closes }: HttpdDocument,
  scope: SectionIndex,
  accept: (line: HttpdLine) => boolean = () => true,
): number[] {
  const end = scope === topLevel ? lines.length : closes[scope]!
  const found: number[] = []
  for (let index = scope + 1; index < end; index++) {
    const line = lines[index]!
    if (accept(line)) found.push(index)
    if (line.kind === 'open') index = closes[index]!
  }
  return found
}

/** The line after a directive, or after the section that a line opens. */
export function endOf(document: HttpdDocument, index: number): number {
  return isOpening(document, index) ? document.closes[index]! + 1 : index + 1
}

export function isOpening({ lines }: HttpdDocument, index: number): boolean {
  return lines[index]!.kind === 'open'
}

export function valuesOf({ lines }: HttpdDocument, index: number): string[] {
  return argumentsOf(lines[index]!).map(({ value }) => value)
}

export function selectorParts(selector: HttpdSelector): { name: string; args: string[] } {
  return typeof selector === 'string'
    ? { name: selector, args: [] }
    : { name: selector.name, args: textsOf(selector.args) }
}

/** Names what was requested and where, and lists the lines with that name. */
export function noMatchError(
  document: HttpdDocument,
  name: string,
  args: readonly string[],
  path: HttpdPath,
): PlaybookError {
  const requested = [name, ...args].join(' ')
  const place = path.length === 0 ? 'at the top level' : `in ${path.map(renderOpening).join(' ')}`
  return new PlaybookError('E_HTTPD_NO_MATCH', `There is no ${requested} ${place}, live or commented out.`, {
    details: linesNamed(document, name),
  })
}

function noSection(document: HttpdDocument, path: HttpdPath): PlaybookError {
  const requested = path.map(renderOpening).join(' ')
  const { name } = path.at(-1)!
  return new PlaybookError('E_HTTPD_NO_MATCH', `There is no section ${requested}.`, {
    details: linesNamed(document, name),
  })
}

/** The lines with a name, for the details of an error. */
function linesNamed({ lines }: HttpdDocument, name: string): string[] {
  const found = lines.flatMap((line, index) =>
    line.name === name.toLowerCase() && line.kind !== 'close' ? [index] : [],
  )
  return found.slice(0, 5).map((index) => `line ${lineNumber(lines, index)}: ${displayLine(lines[index]!)}`)
}
