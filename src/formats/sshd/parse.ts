// Reads the lines of an sshd_config: keywords with their arguments, and Match blocks.

import { PlaybookError } from '../../model/errors/error.ts'
import { linesOf, type TextLine } from '../shared/lines.ts'

/**
 * A line as read; `keyword` is in lower case, and empty for comments and empty lines. `inactive` is the keyword of a line
 * that is commented out. `match` is the criteria of the block that a line is in or begins; undefined before the first.
 */
export type SshdLine = TextLine & {
  readonly keyword: string
  readonly args: readonly string[]
  readonly inactive: string
  readonly match: string | undefined
  /** Where the arguments are in the line. */
  readonly start: number
  readonly stop: number
}

/** @throws PlaybookError E_SSHD for a quote that is not closed, with its line */
export function parseSshd(text: string): SshdLine[] {
  let match: string | undefined
  return linesOf(text).map((line, index) => {
    const [, before = '', word = '', gap = '', rest = ''] =
      /^([ \t]*)([A-Za-z]\w*)([ \t]*=[ \t]*|[ \t]+|$)(.*)$/.exec(line.text) ?? []
    const inactive = /^[ \t]*#[ \t]*([A-Za-z]\w*)[ \t=]+\S/.exec(line.text)?.[1]?.toLowerCase() ?? ''
    const start = before.length + word.length + gap.length
    const { args, length } = argumentsOf(rest, index + 1)
    const keyword = word.toLowerCase()
    if (keyword === 'match') match = criteriaOf(args.join(' '))
    return {
      ...line,
      keyword,
      args,
      inactive: word === '' ? inactive : '',
      match,
      start,
      stop: start + length,
    }
  })
}

/** Criteria as they are compared: names in lower case, one blank between words. */
export function criteriaOf(match: string): string {
  return match
    .trim()
    .replace(/[ \t]*=[ \t]*/g, ' ')
    .split(/[ \t]+/)
    .map((word, index) => (index % 2 === 0 ? word.toLowerCase() : word))
    .join(' ')
}

/** The words of a line, without quotes, up to a comment. */
function argumentsOf(rest: string, number: number): { args: string[]; length: number } {
  const args: string[] = []
  const word = /[ \t]*(?:"((?:[^"\\]|\\.)*)"|((?:[^\s"#\\]|\\.)(?:[^\s"\\]|\\.)*))/y
  let length = 0
  for (let found = word.exec(rest); found; found = word.exec(rest)) {
    args.push((found[1] ?? found[2]!).replace(/\\(["'\\ ])/g, '$1'))
    length = word.lastIndex
  }
  const left = rest.slice(length).trim()
  if (left === '' || left.startsWith('#')) return { args, length }
  throw new PlaybookError('E_SSHD', `Line ${number}: a quote is not closed in ${rest.trim()}.`)
}

/** The arguments of a value that is to be written. */
export function argumentsIn(value: string): readonly string[] {
  return argumentsOf(value, 1).args
}
