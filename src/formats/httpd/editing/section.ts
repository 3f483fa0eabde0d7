// Makes a section hold exactly the given content, changing as few lines as possible.

import { PlaybookError } from '../../../model/errors/error.ts'
import { mergeResults } from '../../shared/change.ts'
import { pairInOrder } from '../../shared/lists.ts'
import type { HttpdNode, HttpdPath, HttpdSectionEdit } from '../edit.ts'
import { type HttpdDocument, lineNumber } from '../parsing/document.ts'
import { displayArguments, type HttpdEditResult, labelIn, labelOf } from './editResult.ts'
import {
  childrenOf,
  isOpening,
  liveIn,
  type SectionIndex,
  scopesOf,
  sectionsIn,
  selectorParts,
  valuesOf,
} from './find.ts'
import { hasKeyOf, keyLength, sameArguments } from './keys.ts'
import { insertionLine, layoutAt } from './place.ts'
import { removal } from './remove.ts'
import { directiveName, isSection, renderNode, textsOf } from './render.ts'
import { changeDirective, desiredDirective, liveLike } from './set.ts'

export function sectionEdit(document: HttpdDocument, edit: HttpdSectionEdit): HttpdEditResult {
  const path = edit.in ?? []
  const name = directiveName(edit.section)
  const args = textsOf(edit.args)
  const scopes = scopesOf(document, path)
  const found = scopes.flatMap((scope) => sectionsIn(document, scope, name, args))
  const section = chooseSection(document, found, edit)
  const inside = [...path, { name, args }]
  if (section !== undefined) {
    const superfluous = edit.only ? found.filter((index) => index !== section) : []
    return mergeResults([
      makeEqual(document, section, edit.content, inside, edit.keepsOthers),
      ...superfluous.map((index) => removeChild(document, index, path)),
    ])
  }
  const scope = scopes.at(-1)!
  const at = insertionLine(document, scope, path, name, edit.place)
  return insertNode(document, scope, at, { name, args, content: edit.content }, path)
}

/**
 * Chooses one of several sections.
 *
 * @throws PlaybookError E_HTTPD_AMBIGUOUS if nothing decides
 */
function chooseSection(
  document: HttpdDocument,
  found: readonly number[],
  edit: HttpdSectionEdit,
): number | undefined {
  const { content, having, keepsOthers } = edit
  const candidates =
    having === undefined ? found : found.filter((index) => hasInside(document, index, having))
  if (candidates.length < 2) return candidates[0]
  const equal = candidates.find(
    (index) => makeEqual(document, index, content, [], keepsOthers).splices.length === 0,
  )
  if (equal !== undefined || edit.only) return equal ?? candidates[0]
  const similar = candidates.filter((index) =>
    content.some(({ name }) => liveIn(document, index, directiveName(name)).length > 0),
  )
  if (similar.length === 1) return similar[0]
  throw ambiguousError(document, candidates, edit)
}

function hasInside(
  document: HttpdDocument,
  section: number,
  selector: HttpdSectionEdit['having'] & {},
): boolean {
  const { name, args } = selectorParts(selector)
  return liveIn(document, section, name, args).length > 0
}

function ambiguousError(
  document: HttpdDocument,
  found: readonly number[],
  edit: HttpdSectionEdit,
): PlaybookError {
  const lines = found.map((index) => lineNumber(document.lines, index)).join(', ')
  const label = labelOf(edit.section, textsOf(edit.args), true)
  return new PlaybookError(
    'E_HTTPD_AMBIGUOUS',
    `${found.length} sections match ${label} (lines ${lines}).`,
    "Choose one with having: 'NAME' (a directive or section that only it contains), or remove the others.",
  )
}

/** Makes a section have the desired content. */
function makeEqual(
  document: HttpdDocument,
  section: number,
  content: readonly HttpdNode[],
  path: HttpdPath,
  keepsOthers = false,
): HttpdEditResult {
  return keepsOthers
    ? mergeResults(content.map((node) => ensureNode(document, section, node, path)))
    : alignContent(document, section, content, path)
}

/** Ensures one directive or section among others, which are left alone. */
function ensureNode(
  document: HttpdDocument,
  section: number,
  node: HttpdNode,
  path: HttpdPath,
): HttpdEditResult {
  const args = textsOf(node.args)
  if (isSection(node)) {
    const inner = sectionsIn(document, section, directiveName(node.name), args).at(-1)
    if (inner !== undefined) return makeEqual(document, inner, node.content, [...path, node])
  } else {
    const desired = desiredDirective(node.name, args)
    const live = liveLike(document, section, desired).at(-1)
    if (live !== undefined) return changeDirective(document, live, desired, path)
  }
  return insertNode(document, section, document.closes[section]!, node, path)
}

/** Pairs current and desired content in order; edits the pairs, removes and inserts the others. */
function alignContent(
  document: HttpdDocument,
  section: number,
  content: readonly HttpdNode[],
  path: HttpdPath,
): HttpdEditResult {
  const current = childrenOf(document, section).filter((index) => document.lines[index]!.name !== '')
  const partners = pairInOrder(current, content, (index, node) => isSameNode(document, index, node))
  const kept = new Set(partners.values())
  const removed = current
    .filter((index) => !kept.has(index))
    .map((index) => removeChild(document, index, path))
  let at = section + 1
  const desired = content.map((node, order) => {
    const index = partners.get(order)
    if (index === undefined) return insertNode(document, section, at, node, path)
    at = isOpening(document, index) ? document.closes[index]! + 1 : index + 1
    return makeNodeEqual(document, index, node, path)
  })
  return mergeResults([...desired, ...removed])
}

/** Whether a line is the desired node, whatever its other arguments or content. */
function isSameNode(document: HttpdDocument, index: number, node: HttpdNode): boolean {
  const line = document.lines[index]!
  const isSameKind = isSection(node) === (line.kind === 'open')
  if (!isSameKind || line.name !== directiveName(node.name).toLowerCase()) return false
  const args = textsOf(node.args)
  const values = valuesOf(document, index)
  return isSection(node) ? sameArguments(values, args) : hasKeyOf(values, args, keyLength(node.name, args))
}

function makeNodeEqual(
  document: HttpdDocument,
  index: number,
  node: HttpdNode,
  path: HttpdPath,
): HttpdEditResult {
  if (isSection(node)) return alignContent(document, index, node.content, [...path, node])
  return changeDirective(document, index, desiredDirective(node.name, textsOf(node.args)), path)
}

function removeChild(document: HttpdDocument, index: number, path: HttpdPath): HttpdEditResult {
  const { kind, name } = document.lines[index]!
  const args = valuesOf(document, index)
  const written = nameAsWritten(document.lines[index]!.raw) ?? name
  const what = kind === 'open' ? labelOf(written, args, true) : written
  const from = kind === 'open' ? 'present' : displayArguments(name, args)
  return {
    splices: [removal(document, index)],
    changes: [{ what: labelIn(path, what), from, to: 'removed' }],
  }
}

function nameAsWritten(raw: string): string | undefined {
  return /[A-Za-z_][\w.:-]*/.exec(raw)?.[0]
}

/** New lines for a directive or a section; a section gets blank lines around it where its neighbours have none. */
function insertNode(
  document: HttpdDocument,
  scope: SectionIndex,
  at: number,
  node: HttpdNode,
  path: HttpdPath,
): HttpdEditResult {
  const layout = layoutAt(document, scope, at)
  const text = renderNode(node, layout)
  const what = labelIn(path, isSection(node) ? labelOf(node.name, textsOf(node.args), true) : node.name)
  const to = isSection(node) ? describe(node.content) : displayArguments(node.name, textsOf(node.args))
  const isSpaced = isSection(node) && path.length === 0
  const before = isSpaced && isText(document, at - 1) ? layout.lineEnd : ''
  const after = isSpaced && isText(document, at) ? layout.lineEnd : ''
  const splice = { at, remove: 0, text: before + text + after }
  return { splices: [splice], changes: [{ what, from: 'absent', to }] }
}

function isText({ lines }: HttpdDocument, index: number): boolean {
  const kind = lines[index]?.kind ?? 'blank'
  return kind !== 'blank'
}

function describe(content: readonly HttpdNode[]): string {
  return content.map(({ name }) => name).join(', ') || 'empty'
}
