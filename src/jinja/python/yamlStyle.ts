// Decides how a text is written in YAML, as libyaml does: plain, quoted or as a block.

type ScalarAnalysis = {
  readonly isMultiline: boolean
  readonly allowsFlowPlain: boolean
  readonly allowsBlockPlain: boolean
  readonly allowsSingleQuoted: boolean
  readonly allowsBlock: boolean
}

export const breaks = '\n\r\x85\u2028\u2029'

/** Printable for libyaml: no control characters, nothing beyond U+FFFF. */
function isPrintable(character: string): boolean {
  return /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character)
}

export function analyzed(text: string): ScalarAnalysis {
  const isEmpty = text === ''
  const characters = Array.from(text)
  const isMultiline = /[\n\r\x85\u2028\u2029]/.test(text)
  const isSpecial = characters.some((character) => !isPrintable(character))
  const hasOuterSpace = /^[ \n\r\x85\u2028\u2029]|[ \n\r\x85\u2028\u2029]$/.test(text)
  const hasBreakSpace = /[\n\r\x85\u2028\u2029] /.test(text)
  const hasSpaceBreak = / [\n\r\x85\u2028\u2029]/.test(text)
  const { inFlow, inBlock } = indicators(text)
  const allowsPlain = !hasOuterSpace && !hasBreakSpace && !hasSpaceBreak && !isSpecial && !isMultiline
  return {
    isMultiline,
    allowsFlowPlain: !isEmpty && allowsPlain && !inFlow,
    allowsBlockPlain: isEmpty || (allowsPlain && !inBlock),
    allowsSingleQuoted: !hasBreakSpace && !hasSpaceBreak && !isSpecial,
    allowsBlock: !isEmpty && !text.endsWith(' ') && !hasSpaceBreak && !isSpecial,
  }
}

const blank = '[\\0 \\t\\n\\r\\x85\\u2028\\u2029]'
const followedByBlank = `(?=${blank}|$)`
const leadingInFlow = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`?:])/
const leadingInBlock = new RegExp(`^(?:---|\\.\\.\\.|[#,[\\]{}&*!|>'"%@\`]|[-?:]${followedByBlank})`)
const innerInFlow = new RegExp(`(?<=[\\s\\S])[,?[\\]{}:]|(?<=${blank})#`)
const innerInBlock = new RegExp(`(?<=[\\s\\S]):${followedByBlank}|(?<=${blank})#`)

/** Whether the text has what means something else in flow or block style. */
function indicators(text: string): { readonly inFlow: boolean; readonly inBlock: boolean } {
  const inBlock = leadingInBlock.test(text) || innerInBlock.test(text)
  return { inFlow: inBlock || leadingInFlow.test(text) || innerInFlow.test(text), inBlock }
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
}

/** A character in double quotes. */
export function doubleQuoted(character: string): string {
  const isPlain =
    isPrintable(character) && !breaks.includes(character) && character !== '"' && character !== '\\'
  if (isPlain) return character
  const short = escapes[character]
  if (short !== undefined) return `\\${short}`
  const code = character.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
