// Filters of texts: case, width, indentation, replacement.

import { percentFormat } from '../methods/percent.ts'
import { textWrap } from '../python/textWrap.ts'
import { intOf, named, plain } from '../values/arguments.ts'
import { truth } from '../values/compare.ts'
import { itemsOf } from '../values/iterate.ts'
import type { Filter } from '../values/library.ts'
import { capitalized, codePoints, repr, str } from '../values/text.ts'
import { isInt, PyError, Tuple, type Value } from '../values/value.ts'

export const textFilters: { readonly [name: string]: Filter } = {
  upper: plain((value) => str(value).toUpperCase()),
  lower: plain((value) => str(value).toLowerCase()),
  capitalize: plain((value) => capitalized(str(value))),
  title: plain((value) =>
    str(value)
      .split(/([-\s({[<]+)/)
      .map(capitalized)
      .join(''),
  ),
  trim: named(['chars'], (value, [characters = null]) => trimmed(str(value), characters)),
  replace: named(
    ['old', 'new', 'count'],
    (value, [old, fresh, count = null]) => replaced(str(value), str(old!), str(fresh!), limitOf(count)),
    2,
  ),
  center: named(['width'], (value, [width = 80]) => centered(str(value), intOf(width, 'width'))),
  truncate: named(
    ['length', 'killwords', 'end', 'leeway'],
    (value, [length = 255, kill = false, end = '...', leeway = 5]) =>
      truncated(
        str(value),
        intOf(length, 'length'),
        truth(kill),
        str(end),
        leeway === null ? 5 : intOf(leeway, 'leeway'),
      ),
  ),
  wordwrap: named(
    ['width', 'break_long_words', 'wrapstring', 'break_on_hyphens'],
    (value, [width = 79, breakLong = true, separator = null, onHyphens = true]) => {
      const options = {
        width: intOf(width, 'width'),
        breaksLongWords: truth(breakLong),
        breaksOnHyphens: truth(onHyphens),
      }
      const join = separator === null ? '\n' : str(separator)
      return splitLines(str(value))
        .map((line) => textWrap(line, options).join(join))
        .join(join)
    },
  ),
  wordcount: plain((value) => str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  indent: named(['width', 'first', 'blank'], (value, [width = 4, first = false, blank = false]) =>
    indented(str(value), width, truth(first), truth(blank)),
  ),
  split: named(['sep', 'maxsplit'], (value, [separator = null, most = -1]) =>
    separator === null
      ? splitOnSpace(str(value), intOf(most, 'maxsplit'))
      : splitOn(str(value), str(separator), intOf(most, 'maxsplit')),
  ),
  string: plain((value) => str(value)),
  /** As the operator `%`; with names, `%(name)s`. */
  format: (value, args, kwargs) => {
    if (args.length > 0 && kwargs.size > 0) throw new PyError('takes values with names or without, not both')
    return percentFormat(str(value), kwargs.size > 0 ? new Map(kwargs) : Tuple.from(args))
  },
  pprint: plain((value) => repr(value)),
  quote: plain((value) => shellQuoted(value === null ? '' : str(value))),
  reverse: plain((value) => {
    const items = [...itemsOf(value)].reverse()
    return typeof value === 'string' ? items.join('') : items
  }),
}

function trimmed(text: string, characters: Value): string {
  if (characters === null) return text.trim()
  const all = new Set(codePoints(str(characters)))
  const each = codePoints(text)
  const begin = each.findIndex((character) => !all.has(character))
  const end = each.findLastIndex((character) => !all.has(character))
  return begin < 0 ? '' : each.slice(begin, end + 1).join('')
}

function limitOf(count: Value): number {
  const limit = count === null ? -1 : intOf(count, 'count')
  return limit < 0 ? Number.POSITIVE_INFINITY : limit
}

function replaced(text: string, old: string, fresh: string, limit: number): string {
  const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old)
  const last = Math.min(limit, parts.length - 1)
  return parts.map((part, index) => (index === 0 ? '' : index <= last ? fresh : old) + part).join('')
}

/** As str.center: of an odd rest, the left side gets more if the width is odd. */
function centered(text: string, width: number): string {
  const rest = Math.max(0, width - codePoints(text).length)
  const left = Math.floor(rest / 2) + (rest & width & 1)
  return ' '.repeat(left) + text + ' '.repeat(rest - left)
}

function truncated(text: string, length: number, kill: boolean, end: string, leeway: number): string {
  const all = codePoints(text)
  const endLength = codePoints(end).length
  if (length < endLength) throw new PyError(`length has to be at least ${endLength}, got ${length}`)
  if (all.length <= length + leeway) return text
  const cut = all.slice(0, length - endLength).join('')
  const space = cut.lastIndexOf(' ')
  return (kill || space < 0 ? cut : cut.slice(0, space)) + end
}

/** As str.splitlines: a line end at the end begins no line. */
function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function indented(text: string, width: Value, first: boolean, blank: boolean): string {
  const space = isInt(width) ? ' '.repeat(Number(width)) : str(width)
  const lines = splitLines(`${text}\n`)
  const [head = '', ...rest] = lines
  const indentedRest = rest.map((line) => (blank || line !== '' ? space + line : line))
  return [first ? space + head : head, ...indentedRest].join('\n')
}

function splitOnSpace(text: string, most: number): string[] {
  const rest = text.trimStart()
  if (most < 0) return rest.split(/\s+/).filter((part) => part !== '')
  const match = most === 0 ? null : /\s+/.exec(rest)
  if (rest === '') return []
  return match
    ? [rest.slice(0, match.index), ...splitOnSpace(rest.slice(match.index), most - 1)]
    : [rest.trimEnd()]
}

function splitOn(text: string, separator: string, most: number): string[] {
  if (separator === '') throw new PyError('the separator is empty')
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(separator)]
}

/** As Python's shlex.quote. */
function shellQuoted(text: string): string {
  if (text !== '' && !/[^\w@%+=:,./-]/.test(text)) return text
  return `'${text.replaceAll("'", `'"'"'`)}'`
}
