// Splits a template into text, expressions and statements, and trims whitespace.

import type { TemplateSettings } from './settings.ts'
import { TemplateSyntaxError } from './templateSyntaxError.ts'
import { type Token, tokensUntil } from './tokens.ts'

export type Segment =
  | { readonly kind: 'text'; readonly text: string; readonly offset: number }
  | { readonly kind: 'variable' | 'block'; readonly tokens: readonly Token[]; readonly offset: number }

type Opening = {
  readonly kind: 'variable' | 'block' | 'comment' | 'line' | 'lineComment'
  readonly at: number
  readonly length: number
  readonly sign: string
}

/**
 * The parts of a template. Line ends are `\n` in `text`; in the result they are those of the settings.
 *
 * @throws TemplateSyntaxError
 */
export function segmentsOf(
  text: string,
  start: number,
  settings: TemplateSettings,
  escapes: boolean,
): Segment[] {
  const segments: Segment[] = []
  const openings = openingPattern(settings)
  let at = start
  let isLineStart = true
  const addText = (value: string, offset: number) => {
    if (value === '') return
    const { newlineSequence } = settings
    const written = newlineSequence === '\n' ? value : value.replaceAll('\n', newlineSequence)
    segments.push({ kind: 'text', text: written, offset })
  }
  while (at < text.length) {
    const opening = nextOpening(text, at, openings, settings)
    const before = text.slice(at, opening?.at)
    if (!opening) {
      addText(before, at)
      break
    }
    addText(trimmedBefore(before, opening, isLineStart, settings), at)
    at = segmentAt(opening)
    isLineStart = text[at - 1] === '\n'
  }
  return segments

  /** Adds what an opening begins, and returns the offset after it. */
  function segmentAt(opening: Opening): number {
    const inside = opening.at + opening.length
    if (opening.kind === 'lineComment') return lineEnd(text, inside)
    if (opening.kind === 'comment') return commentEnd(text, opening, settings)
    if (opening.kind === 'block') {
      const raw = rawAt(text, opening, settings)
      if (raw) {
        addText(raw.text, inside)
        return raw.next
      }
    }
    const isVariable = opening.kind === 'variable'
    const delimiter = isVariable ? settings.variableEndString : settings.blockEndString
    const name = isVariable ? 'expression' : 'statement'
    const isLine = opening.kind === 'line'
    const end = tokensUntil(text, inside, { delimiter, name, isLine }, escapes || !isVariable)
    segments.push({ kind: isVariable ? 'variable' : 'block', tokens: end.tokens, offset: opening.at })
    if (end.sign === '-') return skipSpace(text, end.next)
    const doesTrim = !isVariable && !isLine && end.sign !== '+' && settings.trimBlocks
    return doesTrim && text[end.next] === '\n' ? end.next + 1 : end.next
  }
}

/** The longest delimiter wins where several begin at one place. */
function openingPattern(settings: TemplateSettings): RegExp {
  const delimiters = [settings.variableStartString, settings.blockStartString, settings.commentStartString]
  const sorted = [...delimiters].sort((a, b) => b.length - a.length).map(escapePattern)
  const { lineStatementPrefix, lineCommentPrefix } = settings
  const lines = [
    ...(lineStatementPrefix ? [`^[ \\t\\v]*${escapePattern(lineStatementPrefix)}`] : []),
    ...(lineCommentPrefix ? [`(?:^|(?<=\\S))[^\\S\\r\\n]*${escapePattern(lineCommentPrefix)}`] : []),
  ]
  return new RegExp([...lines, ...sorted].map((each) => `(${each})`).join('|'), 'gm')
}

function nextOpening(
  text: string,
  from: number,
  pattern: RegExp,
  settings: TemplateSettings,
): Opening | undefined {
  pattern.lastIndex = from
  const found = pattern.exec(text)
  if (!found) return undefined
  const at = found.index
  const [written] = found
  const kind =
    written === settings.variableStartString
      ? 'variable'
      : written === settings.blockStartString
        ? 'block'
        : written === settings.commentStartString
          ? 'comment'
          : settings.lineStatementPrefix && written.trimStart() === settings.lineStatementPrefix
            ? 'line'
            : 'lineComment'
  const isLine = kind === 'line' || kind === 'lineComment'
  const sign = !isLine && /[-+]/.test(text[at + written.length] ?? '') ? text[at + written.length]! : ''
  return { kind, at, length: written.length + sign.length, sign }
}

function trimmedBefore(
  before: string,
  { kind, sign }: Opening,
  isLineStart: boolean,
  { lstripBlocks }: TemplateSettings,
): string {
  if (sign === '-') return before.trimEnd()
  if (sign === '+' || !lstripBlocks || kind === 'variable') return before
  const line = before.lastIndexOf('\n') + 1
  const isBlank = (line > 0 || isLineStart) && before.slice(line).trim() === ''
  return isBlank ? before.slice(0, line) : before
}

function commentEnd(text: string, opening: Opening, settings: TemplateSettings): number {
  const end = text.indexOf(settings.commentEndString, opening.at + opening.length)
  if (end < 0)
    throw new TemplateSyntaxError(
      'the comment is not closed',
      opening.at,
      `Close it with ${settings.commentEndString}.`,
    )
  const next = end + settings.commentEndString.length
  if (text[end - 1] === '-') return skipSpace(text, next)
  return settings.trimBlocks && text[end - 1] !== '+' && text[next] === '\n' ? next + 1 : next
}

/** The text of `{% raw %}` up to `{% endraw %}`. */
function rawAt(
  text: string,
  opening: Opening,
  settings: TemplateSettings,
): { readonly text: string; readonly next: number } | undefined {
  const start = escapePattern(settings.blockStartString)
  const end = escapePattern(settings.blockEndString)
  const begin = new RegExp(`\\s*raw\\s*(?:-${end}\\s*|${end})`, 'y')
  begin.lastIndex = opening.at + opening.length
  if (!begin.test(text)) return undefined
  const from = begin.lastIndex
  const newline = settings.trimBlocks ? '\\n?' : ''
  const close = new RegExp(`${start}([-+]?)\\s*endraw\\s*(?:\\+${end}|-${end}\\s*|${end}${newline})`, 'g')
  close.lastIndex = from
  const found = close.exec(text)
  if (!found)
    throw new TemplateSyntaxError('{% raw %} is not closed', opening.at, 'Close it with {% endraw %}.')
  const inside = text.slice(from, found.index)
  const closing: Opening = { kind: 'block', at: found.index, length: 0, sign: found[1]! }
  return { text: trimmedBefore(inside, closing, text[from - 1] === '\n', settings), next: close.lastIndex }
}

function skipSpace(text: string, from: number): number {
  const rest = /\s*/y
  rest.lastIndex = from
  rest.exec(text)
  return rest.lastIndex
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
