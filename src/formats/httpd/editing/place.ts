// Decides where a new line goes and how it is indented.

import { PlaybookError } from '../../../model/errors/error.ts'
import { mostCommon } from '../../shared/lists.ts'
import type { HttpdPath, HttpdPlace } from '../edit.ts'
import { type HttpdDocument, lineEndAt } from '../parsing/document.ts'
import {
  childrenOf,
  commentedIn,
  endOf,
  isOpening,
  liveIn,
  noMatchError,
  type SectionIndex,
  selectorParts,
  topLevel,
} from './find.ts'
import type { Layout } from './render.ts'

/**
 * The line before which something new of this name goes: at the first of several places that applies; by default after
 * the last of its name, live or else commented out, or last.
 *
 * @throws PlaybookError E_HTTPD_NO_MATCH if no place applies
 */
export function insertionLine(
  document: HttpdDocument,
  scope: SectionIndex,
  path: HttpdPath,
  name: string,
  place: HttpdPlace | readonly HttpdPlace[] = [{ after: name }, 'last'],
): number {
  const places = Array.isArray(place) ? (place as readonly HttpdPlace[]) : [place as HttpdPlace]
  for (const each of places) {
    const index = lineOfPlace(document, scope, each)
    if (index !== undefined) return index
  }
  const last = places.at(-1)
  if (typeof last !== 'object') throw new PlaybookError('E_HTTPD_EDIT', 'The list of places is empty.')
  const { name: anchor, args } = selectorParts('after' in last ? last.after : last.before)
  throw noMatchError(document, anchor, args, path)
}

function lineOfPlace(document: HttpdDocument, scope: SectionIndex, place: HttpdPlace): number | undefined {
  if (place === 'first') return scope + 1
  if (place === 'last') return scope === topLevel ? document.lines.length : document.closes[scope]!
  const { name, args } = selectorParts('after' in place ? place.after : place.before)
  const live = liveIn(document, scope, name, args)
  const found = live.length > 0 ? live : commentedIn(document, scope, name, args).map(({ index }) => index)
  if ('before' in place) return found[0]
  return found.length === 0 ? undefined : endOf(document, found.at(-1)!)
}

/** The layout of a new child of a scope that is inserted before a line. */
export function layoutAt(document: HttpdDocument, scope: SectionIndex, index: number): Layout {
  const unit = indentUnit(document)
  return { indent: childIndent(document, scope, unit), unit, lineEnd: lineEndAt(document, index) }
}

function childIndent(document: HttpdDocument, scope: SectionIndex, unit: string): string {
  if (scope === topLevel) return ''
  const sibling = childrenOf(document, scope).find((index) => document.lines[index]!.name !== '')
  return sibling === undefined
    ? indentOf(document.lines[scope]!.raw) + unit
    : indentOf(document.lines[sibling]!.raw)
}

/** By how much the file indents what is in a section: as most of the first sections do, or by four blanks. */
function indentUnit(document: HttpdDocument): string {
  const units: string[] = []
  for (let index = 0; index < document.lines.length && units.length < 20; index++) {
    const inside = document.lines[index + 1]
    if (!isOpening(document, index) || !inside || inside.kind === 'close' || inside.kind === 'blank') continue
    const outer = indentOf(document.lines[index]!.raw)
    const inner = indentOf(inside.raw)
    if (inner.length > outer.length && inner.startsWith(outer)) units.push(inner.slice(outer.length))
  }
  return mostCommon(units) ?? '    '
}

function indentOf(raw: string): string {
  return /^[ \t]*/.exec(raw)![0]
}
