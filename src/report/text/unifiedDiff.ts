// Compares two texts as unified hunks, for --diff.

import { structuredPatch } from 'diff'
import type { TextDiff } from '../../model/change.ts'
import { showControls } from '../output/sanitize.ts'

type DiffLine = {
  readonly kind: 'header' | 'context' | 'added' | 'removed' | 'note'
  readonly text: string
}

type Patch = { readonly oldStart: number; readonly newStart: number; readonly lines: readonly string[] }

const contextLines = 3
const diffLimits = { maxEditLength: 1500, timeout: 300 }

/**
 * The hunks of a diff, with three lines of context around each: a header (`@@ line 71 @@`), then lines that begin
 * with ` `, `-` or `+`. Tabs, carriage returns and final blanks are made visible (`⇥`, `␍`, `·`) in lines that
 * differ in nothing else. Texts too different to be compared line by line are shown as one replaced by the other.
 *
 * @param name put into each header; needed where no title names the file
 */
export function diffLines({ before, after }: TextDiff, name = ''): DiffLine[] {
  const prefix = name === '' ? '' : `${name}, `
  if (before === '') return wholeText(after, '+', `${prefix}all added`)
  if (after === '') return wholeText(before, '-', `${prefix}all removed`)
  const isEndShown = newlineStyle(before) !== newlineStyle(after) || newlineStyle(before) === 'mixed'
  return patches(before, after).flatMap((patch) => [
    header(`${prefix}${position(patch)}`),
    ...markBlankChanges(patch.lines).map((line) => diffLine(line, isEndShown)),
  ])
}

function header(text: string): DiffLine {
  return { kind: 'header', text: `@@ ${text} @@` }
}

/** Where the first difference of a hunk is; both numbers where lines above have moved it. */
function position({ oldStart, newStart, lines }: Patch): string {
  const first = lines.findIndex((line) => !line.startsWith(' '))
  const [before, after] = [oldStart + first, newStart + first]
  return before === after ? `line ${before}` : `line ${before} → ${after}`
}

function wholeText(text: string, sign: '+' | '-', summary: string): DiffLine[] {
  const isEndShown = newlineStyle(text) === 'mixed'
  return [header(summary), ...signedLines(text, sign).map((line) => diffLine(line, isEndShown))]
}

function patches(before: string, after: string): readonly Patch[] {
  const options = { context: contextLines, ...diffLimits }
  const patch = structuredPatch('', '', before, after, undefined, undefined, options)
  return patch?.hunks ?? [replacement(before, after)]
}

/** What lies between the first and the last differing line, as removed and then added. */
function replacement(before: string, after: string): Patch {
  const [old, now] = [signedLines(before, '-'), signedLines(after, '+')]
  const isSame = (i: number, j: number) => old.at(i)?.slice(1) === now.at(j)?.slice(1)
  const max = Math.min(old.length, now.length)
  let head = 0
  while (head < max && isSame(head, head)) head += 1
  let tail = 0
  while (tail < max - head && isSame(-1 - tail, -1 - tail)) tail += 1
  const start = Math.max(0, head - contextLines)
  const context = (from: number, to: number) => old.slice(from, to).map((line) => ` ${line.slice(1)}`)
  const lines = [
    ...context(start, head),
    ...old.slice(head, old.length - tail),
    ...now.slice(head, now.length - tail),
    ...context(old.length - tail, Math.min(old.length, old.length - tail + contextLines)),
  ]
  return { oldStart: start + 1, newStart: start + 1, lines }
}

function signedLines(text: string, sign: '+' | '-'): string[] {
  const lines = text.split('\n')
  const isEnded = lines.at(-1) === ''
  if (isEnded) lines.pop()
  const all = lines.map((line) => `${sign}${line}`)
  return isEnded ? all : [...all, '\\ No newline at end of file']
}

/** Pairs the n-th removed line with the n-th added one of a block; where only blanks differ, both show them. */
function markBlankChanges(lines: readonly string[]): string[] {
  const shown = [...lines]
  for (let from = 0; from < lines.length; from += 1) {
    if (!lines[from]!.startsWith('-')) continue
    const removed = linesWithSign(lines, from, '-')
    const added = linesWithSign(lines, removed.at(-1)! + 1, '+')
    for (const [n, old] of removed.entries()) {
      const now = added[n]
      if (now === undefined || withoutBlanks(lines[old]!) !== withoutBlanks(lines[now]!)) continue
      shown[old] = showBlanks(lines[old]!)
      shown[now] = showBlanks(lines[now]!)
    }
    from = added.at(-1) ?? removed.at(-1)!
  }
  return shown
}

/** The positions of lines with a sign from `from` on; skipping the note on a missing newline. */
function linesWithSign(lines: readonly string[], from: number, sign: string): number[] {
  const found: number[] = []
  for (let at = from; at < lines.length; at += 1) {
    if (lines[at]!.startsWith(sign)) found.push(at)
    else if (!lines[at]!.startsWith('\\')) break
  }
  return found
}

function withoutBlanks(line: string): string {
  return line.slice(1).replace(/\s+/g, '')
}

function showBlanks(line: string): string {
  return line
    .replace(/\r/g, '␍')
    .replace(/\t/g, '⇥\t')
    .replace(/ +(?=␍?$)/, (blanks) => '·'.repeat(blanks.length))
}

function diffLine(line: string, isEndShown: boolean): DiffLine {
  if (line.startsWith('\\')) return { kind: 'note', text: '\\ no newline at end of file' }
  const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'context'
  const ended = line.endsWith('\r') ? `${line.slice(0, -1)}${isEndShown ? '␍' : ''}` : line
  return { kind, text: showControls(ended) }
}

function newlineStyle(text: string): 'lf' | 'crlf' | 'mixed' {
  const all = text.split('\n').length - 1
  const withReturn = text.split('\r\n').length - 1
  if (withReturn === 0) return 'lf'
  return withReturn === all ? 'crlf' : 'mixed'
}
