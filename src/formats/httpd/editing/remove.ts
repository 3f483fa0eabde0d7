// Removes directives and sections with their lines.

import type { HttpdRemoveEdit } from '../edit.ts'
import type { HttpdDocument, LineSplice } from '../parsing/document.ts'
import { displayArguments, type HttpdEditResult, labelIn, labelOf } from './editResult.ts'
import { isOpening, liveIn, scopesIfAny, valuesOf } from './find.ts'
import { directiveName, textsOf } from './render.ts'

export function removeEdit(document: HttpdDocument, edit: HttpdRemoveEdit): HttpdEditResult {
  const path = edit.in ?? []
  const name = directiveName(edit.remove)
  const args = textsOf(edit.args)
  const found = scopesIfAny(document, path).flatMap((scope) => liveIn(document, scope, name, args))
  return {
    splices: found.map((index) => removal(document, index)),
    changes: found.map((index) => ({
      what: labelIn(path, labelOf(name, args, isOpening(document, index))),
      from: displayArguments(name, valuesOf(document, index)),
      to: 'removed',
    })),
  }
}

/** The splice that removes a directive, or a section with one of the blank lines around it. */
export function removal({ lines, closes }: HttpdDocument, index: number): LineSplice {
  if (lines[index]!.kind !== 'open') return { at: index, remove: 1, text: '' }
  const end = closes[index]! + 1
  const isBetweenBlanks = lines[index - 1]?.kind === 'blank' && (lines[end]?.kind ?? 'blank') === 'blank'
  const at = isBetweenBlanks ? index - 1 : index
  return { at, remove: end - at, text: '' }
}
