// Represents a configuration file as lines and nested sections.

import { PlaybookError } from '../../../model/errors/error.ts'
import type { DecodedText, TextEncoding } from '../../shared/encoding.ts'
import { type HttpdLine, isContinued, scanLines } from './line.ts'

/** `closes[i]` is the line that closes the section that line i opens. */
export type HttpdDocument = {
  readonly lines: readonly HttpdLine[]
  readonly closes: Int32Array
  readonly encoding: TextEncoding
  readonly bom: string
}

/** Lines from `at`, `remove` of them, become `text`, which is whole lines. */
export type LineSplice = { readonly at: number; readonly remove: number; readonly text: string }

/** @throws PlaybookError E_HTTPD for an unclosed section, a closing that does not match, a missing `>` */
export function parseHttpd({ text, encoding, bom }: DecodedText): HttpdDocument {
  return { ...nested(scanLines(text)), encoding, bom }
}

export function textOf({ lines }: HttpdDocument): string {
  return lines.map(({ raw }) => raw).join('')
}

/** Splices may touch, but not overlap. */
export function applyLineSplices(document: HttpdDocument, splices: readonly LineSplice[]): HttpdDocument {
  if (splices.length === 0) return document
  const sorted = [...splices].sort((a, b) => a.at - b.at || a.remove - b.remove)
  const lines = [...document.lines]
  let isNestingKept = true
  let next = 0
  for (const { at, remove, text } of sorted) {
    if (at < next) throw new RangeError(`A splice at line ${at} overlaps one that ends at ${next}.`)
    const start = at + lines.length - document.lines.length
    const inserted = scanLines(text)
    const removed = lines.splice(start, remove, ...inserted)
    if (inserted.length > 0) closeLine(lines, start - 1, lineEndAt(document, at))
    isNestingKept &&= inserted.length === remove && ![...inserted, ...removed].some(isTag)
    next = at + remove
  }
  return isNestingKept ? { ...document, lines } : { ...document, ...nested(lines) }
}

function isTag({ kind }: HttpdLine): boolean {
  return kind === 'open' || kind === 'close'
}

/** The line end for a new line: that of the line before, else of the line itself. */
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

/** A line for messages: trimmed, at most 80 characters. */
export function displayLine({ raw }: HttpdLine): string {
  const text = raw.trim()
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Ends the last line of the file before another one follows. */
function closeLine(lines: HttpdLine[], index: number, lineEnd: string): void {
  const last = lines[index]
  if (!last) return
  const ended = last.raw.endsWith('\n') ? last.raw : last.raw + lineEnd
  // A backslash joins the next line, so that must be an empty one.
  lines[index] = { ...last, raw: isContinued(ended, ended.length) ? ended + lineEnd : ended }
}

function nested(lines: readonly HttpdLine[]): Pick<HttpdDocument, 'lines' | 'closes'> {
  const closes = new Int32Array(lines.length)
  const open: number[] = []
  for (let index = 0; index < lines.length; index++) {
    const { kind, problem } = lines[index]!
    if (kind !== 'open' && kind !== 'close') continue
    if (problem !== '') throw httpdError(lines, index, problem)
    if (kind === 'open') open.push(index)
    else closes[openedBy(lines, index, open)] = index
  }
  const last = open.at(-1)
  if (last !== undefined) throw unclosed(lines, last)
  return { lines, closes }
}

/** Takes the section that a line closes from the open ones. */
function openedBy(lines: readonly HttpdLine[], index: number, open: number[]): number {
  const parent = open.pop()
  if (parent !== undefined && lines[parent]!.name === lines[index]!.name) return parent
  const found = nameAsWritten(lines[index]!)
  if (parent === undefined) {
    throw httpdError(lines, index, `</${found}> closes nothing: no section is open.`)
  }
  const opening = lines[parent]!
  const opened = `</${nameAsWritten(opening)}> expected (opened on line ${lineNumber(lines, parent)})`
  throw httpdError(lines, index, `${opened}, found </${found}>.`)
}

function unclosed(lines: readonly HttpdLine[], index: number): PlaybookError {
  const opening = displayLine(lines[index]!)
  const message = `${opening} is not closed: </${nameAsWritten(lines[index]!)}> expected, found the end of the file.`
  return httpdError(lines, index, message)
}

function nameAsWritten({ raw }: HttpdLine): string {
  return /<\/?([^\s>]*)/.exec(raw)![1]!
}

function httpdError(lines: readonly HttpdLine[], index: number, message: string): PlaybookError {
  const details = [displayLine(lines[index]!)]
  return new PlaybookError('E_HTTPD', `Line ${lineNumber(lines, index)}: ${message}`, { details })
}
