// Wraps a line as Python's textwrap does, with its rules for hyphens and long words.

import { codePoints } from '../values/text.ts'

const space = '[\\t\\n\\v\\f\\r ]'
const word = `[\\p{L}\\p{N}_!"'&.,?]`
const letter = '[\\p{L}_]'

/** Where a line may break: textwrap's wordsep_re. */
const chunks = new RegExp(
  `(${space}+|(?<=${word})-{2,}(?=[\\p{L}\\p{N}_])|[^\\t\\n\\v\\f\\r ]+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=${space}|$)|(?<=${word})(?=-{2,}[\\p{L}\\p{N}_])))`,
  'u',
)
const spaces = new RegExp(`(${space}+)`)

type WrapOptions = {
  readonly width: number
  readonly breaksLongWords: boolean
  readonly breaksOnHyphens: boolean
}

export function textWrap(text: string, { width, breaksLongWords, breaksOnHyphens }: WrapOptions): string[] {
  const rest = text
    .split(breaksOnHyphens ? chunks : spaces)
    .filter((chunk) => chunk !== undefined && chunk !== '')
    .reverse()
  const lines: string[] = []
  while (rest.length > 0) {
    if (lines.length > 0 && rest.at(-1)!.trim() === '') rest.pop()
    const line: string[] = []
    let length = 0
    while (rest.length > 0 && length + sizeOf(rest.at(-1)!) <= width) {
      length += sizeOf(rest.at(-1)!)
      line.push(rest.pop()!)
    }
    const next = rest.at(-1)
    if (next !== undefined && sizeOf(next) > width) {
      if (breaksLongWords) {
        const end = breakOf(next, Math.max(1, width - length), breaksOnHyphens)
        line.push(codePoints(next).slice(0, end).join(''))
        rest[rest.length - 1] = codePoints(next).slice(end).join('')
      } else if (line.length === 0) line.push(rest.pop()!)
    }
    if (line.at(-1)?.trim() === '') line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

function sizeOf(text: string): number {
  return codePoints(text).length
}

/** Where a long word is cut: behind its last hyphen that fits, if there is one behind other characters. */
function breakOf(chunk: string, left: number, breaksOnHyphens: boolean): number {
  const characters = codePoints(chunk)
  if (!breaksOnHyphens || characters.length <= left) return left
  const hyphen = characters.slice(0, left).lastIndexOf('-')
  return hyphen > 0 && characters.slice(0, hyphen).some((each) => each !== '-') ? hyphen + 1 : left
}
