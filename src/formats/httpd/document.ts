// A configuration file as lines and their nesting: what edits look into, and what splices of lines make anew.

import { PlaybookError } from '../../model/error.ts'
import type { DecodedHttpd, HttpdEncoding } from './encoding.ts'
import { type HttpdLine, isContinued, joinLine, scanLines } from './line.ts'

/**
 * `parents[i]` is the line that opens the section around line i, -1 at the top level (for a closing line: its own opening
 * one); `closes[i]` the line that closes the section that line i opens.
 */
export type HttpdDocument = {
  readonly lines: readonly HttpdLine[]
  readonly parents: Int32Array
  readonly closes: Int32Array
  readonly encoding: HttpdEncoding
  readonly mark: string
}

/** Lines from `at`, `remove` of them, become `text`, which is whole lines. */
export type LineSplice = { readonly at: number; readonly remove: number; readonly text: string }

/** @throws PlaybookError E_HTTPD for a section that is not closed, a closing that does not match, a missing `>` */
export function parseHttpd({ text, encoding, mark }: DecodedHttpd): HttpdDocument {
  return { ...nested(scanLines(text)), encoding, mark }
}

export function textOf({ lines }: HttpdDocument): string {
  return lines.map(({ raw }) => raw).join('')
}

/** The document with splices applied, which may touch but not overlap. Lines they are not about are the same objects. */
export function applyLineSplices(document: HttpdDocument, splices: readonly LineSplice[]): HttpdDocument {
  const sorted = [...splices].sort((a, b) => a.at - b.at || a.remove - b.remove)
  const lines: HttpdLine[] = []
  let next = 0
  for (const { at, remove, text } of sorted) {
    if (at < next) throw new RangeError(`A splice at line ${at} overlaps one that ends at ${next}.`)
    for (; next < at; next++) lines.push(document.lines[next]!)
    if (text !== '') closeLast(lines, lineEndAt(document, at))
    lines.push(...scanLines(text))
    next = at + remove
  }
  for (; next < document.lines.length; next++) lines.push(document.lines[next]!)
  return { ...document, ...nested(lines) }
}

/** The line end to use at a line: that of the line before, else of the line itself. */
export function lineEndAt({ lines }: HttpdDocument, index: number): string {
  for (const line of [lines[index - 1], lines[index], lines[0]]) {
    const end = line && /\r?\n$/.exec(line.raw)?.[0]
    if (end) return end
  }
  return '\n'
}

/** The number, from 1, of the first physical line of a line. */
export function lineNumber(lines: readonly HttpdLine[], index: number): number {
  let number = 1
  for (const { raw } of lines.slice(0, index)) number += raw.split('\n').length - 1
  return number
}

/** A line as it is shown in messages: without what is around it. */
export function shownLine({ raw }: HttpdLine): string {
  const text = raw.trim()
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** What was the last line of the file gets an end before another follows it. */
function closeLast(lines: HttpdLine[], lineEnd: string): void {
  const last = lines.at(-1)
  if (!last) return
  const isOpen = !last.raw.endsWith('\n') || isContinued(last.raw, last.raw.length)
  if (isOpen) lines[lines.length - 1] = { ...last, raw: last.raw + lineEnd }
}

function nested(lines: readonly HttpdLine[]): Pick<HttpdDocument, 'lines' | 'parents' | 'closes'> {
  const parents = new Int32Array(lines.length)
  const closes = new Int32Array(lines.length)
  let parent = -1
  for (let index = 0; index < lines.length; index++) {
    const { kind } = lines[index]!
    parents[index] = parent
    if (kind === 'open') {
      checkOpening(lines, index)
      parent = index
    } else if (kind === 'close') {
      checkClosing(lines, index, parent)
      closes[parent] = index
      parent = parents[parent]!
    }
  }
  if (parent !== -1) throw unclosed(lines, parent)
  return { lines, parents, closes }
}

function checkOpening(lines: readonly HttpdLine[], index: number): void {
  const { name, raw } = lines[index]!
  if (name === '') throw httpdFault(lines, index, 'The name of a section expected after "<".')
  const [word = '', rest] = /^(\S+)\s*(.*)$/s.exec(joinLine(raw).text.trim())!.slice(1)
  const hasEnd = rest ? rest.includes('>') : word.endsWith('>')
  if (!hasEnd) throw httpdFault(lines, index, `">" expected to end <${name}.`)
}

function checkClosing(lines: readonly HttpdLine[], index: number, parent: number): void {
  const { name, raw } = lines[index]!
  const opening = lines[parent]
  if (!opening) throw httpdFault(lines, index, `</${name}> closes nothing: no section is open.`)
  if (!/^\s*<\/[^\s>]*>(?:\s|$)/.test(raw)) throw httpdFault(lines, index, `">" expected to end </${name}.`)
  if (opening.name === name) return
  const opened = `</${nameAsWritten(opening)}> expected (opened on line ${lineNumber(lines, parent)})`
  throw httpdFault(lines, index, `${opened}, found </${nameAsWritten(lines[index]!)}>.`)
}

function unclosed(lines: readonly HttpdLine[], index: number): PlaybookError {
  const opening = shownLine(lines[index]!)
  const message = `${opening} is not closed: </${nameAsWritten(lines[index]!)}> expected, found the end of the file.`
  return httpdFault(lines, index, message)
}

function nameAsWritten({ raw }: HttpdLine): string {
  return /<\/?([^\s>]*)/.exec(raw)![1]!
}

function httpdFault(lines: readonly HttpdLine[], index: number, message: string): PlaybookError {
  const details = [shownLine(lines[index]!)]
  return new PlaybookError('E_HTTPD', `Line ${lineNumber(lines, index)}: ${message}`, { details })
}
