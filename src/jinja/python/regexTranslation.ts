// Translates patterns of Python's re to those of JavaScript with the flag v.

import { quoted } from '../values/text.ts'
import { PyError } from '../values/value.ts'

type PatternFlags = { readonly ignoreCase: boolean; readonly multiline: boolean }

const wordSet = '\\p{L}\\p{N}_'
const spaceSet = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const end = '(?![\\s\\S])'

const sets: Readonly<Record<string, string>> = {
  d: '[\\p{Nd}]',
  D: '[^\\p{Nd}]',
  w: `[${wordSet}]`,
  W: `[^${wordSet}]`,
  s: `[${spaceSet}]`,
  S: `[^${spaceSet}]`,
}

const anchors: Readonly<Record<string, string>> = {
  A: '(?<![\\s\\S])',
  Z: end,
  b: `(?:(?<=[${wordSet}])(?![${wordSet}])|(?<![${wordSet}])(?=[${wordSet}]))`,
  B: `(?:(?<=[${wordSet}])(?=[${wordSet}])|(?<![${wordSet}])(?![${wordSet}]))`,
}

const controls: Readonly<Record<string, string>> = {
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
}

/** @throws PyError for what is wrong, and for what JavaScript cannot do */
export function translatedPattern(
  pattern: string,
  given: PatternFlags,
): { readonly source: string; readonly flags: string } {
  const [, letters = ''] = /^\(\?([aiLmsux]+)\)/.exec(pattern) ?? []
  const has = (letter: string) => letters.includes(letter)
  const state: State = {
    pattern,
    at: letters === '' ? 0 : letters.length + 3,
    multiline: given.multiline || has('m'),
    dotAll: has('s'),
    verbose: has('x'),
    ascii: has('a'),
  }
  let source = ''
  while (state.at < pattern.length) source += next(state)
  return { source, flags: given.ignoreCase || has('i') ? 'i' : '' }
}

type State = {
  readonly pattern: string
  at: number
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
  readonly ascii: boolean
}

function next(state: State): string {
  const { pattern, at } = state
  const character = String.fromCodePoint(pattern.codePointAt(at)!)
  state.at += character.length
  if (state.verbose && /\s/.test(character)) return ''
  if (state.verbose && character === '#') {
    const lineEnd = pattern.indexOf('\n', at)
    state.at = lineEnd < 0 ? pattern.length : lineEnd
    return ''
  }
  if (character === '\\') return escaped(state)
  if (character === '[') return characterClass(state)
  if (character === '(') return group(state)
  if (character === '.') return state.dotAll ? '[\\s\\S]' : '[^\\n]'
  if (character === '^') return state.multiline ? '(?<![^\\n])' : '(?<![\\s\\S])'
  if (character === '$') return state.multiline ? '(?![^\\n])' : `(?=\\n?${end})`
  if (character === '{') return repetition(state)
  if (/[*+?]/.test(character) && pattern[state.at] === '+') throw unsupported(state, `${character}+`)
  return /[*+?|)]/.test(character) ? character : literal(character)
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}

/** `{2}`, `{2,}`, `{,3}`, `{2,3}`; other braces are themselves. */
function repetition(state: State): string {
  const [whole, least = '', comma = '', most = ''] =
    /^\{(\d*)(,?)(\d*)\}/.exec(state.pattern.slice(state.at - 1)) ?? []
  if (whole === undefined || (least === '' && most === '' && comma === '') || whole === '{,}') return '\\{'
  state.at += whole.length - 1
  if (state.pattern[state.at] === '+') throw unsupported(state, `${whole}+`)
  return `{${least === '' ? '0' : least}${comma}${most}}`
}

function group(state: State): string {
  const rest = state.pattern.slice(state.at)
  const [whole, name, back, comment, plain, other] =
    /^\?(?:P<(\w+)>|P=(\w+)\)|#([^)]*)\)|(:|=|!|<=|<!)|([\s\S]))/.exec(rest) ?? []
  if (whole === undefined) return '('
  if (other !== undefined) throw unsupported(state, `(${rest.slice(0, 3)}`)
  state.at += whole.length
  if (name !== undefined) return `(?<${name}>`
  if (back !== undefined) return `\\k<${back}>`
  return comment !== undefined ? '' : `(?${plain}`
}

function escaped(state: State): string {
  const rest = state.pattern.slice(state.at)
  const letter = rest[0]
  if (letter === undefined) throw new PyError(`the pattern ${quoted(state.pattern)} ends with a backslash`)
  const anchor = anchors[letter]
  const reference = /^[1-9]\d?/.exec(rest)?.[0]
  if (anchor === undefined && reference === undefined) return character(state)
  state.at += (reference ?? letter).length
  if (anchor !== undefined) return state.ascii ? anchor.replaceAll('\\p{L}\\p{N}', 'A-Za-z0-9') : anchor
  return `(?:\\${reference})`
}

/** An escape for one character or a set of them, in a class or outside. */
function character(state: State): string {
  const rest = state.pattern.slice(state.at)
  const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(0[0-7]{0,2}|[1-7][0-7]{2}))/.exec(
    rest,
  )
  if (code) {
    state.at += code[0].length
    const hex = code[1] ?? code[2] ?? code[3]
    return `\\u{${(hex === undefined ? Number.parseInt(code[4]!, 8) : Number.parseInt(hex, 16)).toString(16)}}`
  }
  const letter = String.fromCodePoint(rest.codePointAt(0)!)
  state.at += letter.length
  const set = sets[letter]
  if (set !== undefined)
    return state.ascii ? set.replaceAll('\\p{L}\\p{N}', 'A-Za-z0-9').replaceAll('\\p{Nd}', '0-9') : set
  const control = controls[letter]
  if (control !== undefined) return control
  if (/[A-Za-z0-9]/.test(letter))
    throw new PyError(`the pattern ${quoted(state.pattern)} has the unknown escape \\${letter}`)
  return literal(letter)
}

function characterClass(state: State): string {
  const { pattern } = state
  let result = '['
  if (pattern[state.at] === '^') {
    result += '^'
    state.at++
  }
  for (let isFirst = true; ; isFirst = false) {
    const each = pattern[state.at]
    if (each === undefined) throw new PyError(`the pattern ${quoted(pattern)} has a [ without a ]`)
    if (each === ']' && !isFirst) break
    const from = classItem(state)
    if (pattern[state.at] === '-' && pattern[state.at + 1] !== ']' && pattern[state.at + 1] !== undefined) {
      state.at++
      result += `${from}-${classItem(state)}`
    } else result += from
  }
  state.at++
  return `${result}]`
}

function classItem(state: State): string {
  const each = String.fromCodePoint(state.pattern.codePointAt(state.at)!)
  state.at += each.length
  if (each !== '\\') return classLiteral(each)
  if (state.pattern[state.at] === 'b') {
    state.at++
    return '\\x08'
  }
  const translated = character(state)
  return translated.length === 1 ? classLiteral(translated) : translated
}

function classLiteral(each: string): string {
  return /[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(each) ? `\\${each}` : each
}

function unsupported({ pattern }: State, part: string): PyError {
  return new PyError(
    `the pattern ${quoted(pattern)} has ${part}, which JavaScript does not know`,
    'Write it without.',
  )
}
