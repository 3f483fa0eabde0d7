// The methods of texts.

import { itemsOf } from '../values/iterate.ts'
import { bindArguments } from '../values/library.ts'
import { indexOf } from '../values/numbers.ts'
import { unwrapped } from '../values/secrets.ts'
import { capitalized, codePoints, repr } from '../values/text.ts'
import { isDict, isList, type Kwargs, PyError, tuple, typeName, type Value } from '../values/value.ts'
import { formatText } from './format.ts'

type Methods = { readonly [name: string]: (self: string, args: readonly Value[], kwargs: Kwargs) => Value }

/** Methods without arguments. */
const plain: { readonly [name: string]: (self: string) => Value } = {
  upper: (self) => self.toUpperCase(),
  lower: (self) => self.toLowerCase(),
  casefold: (self) => self.toLowerCase().replaceAll('ß', 'ss'),
  capitalize: (self) => capitalized(self),
  title: (self) => self.replace(/\p{L}+/gu, capitalized),
  swapcase: (self) =>
    codePoints(self)
      .map((each) => (each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase()))
      .join(''),
  isalnum: (self) => /^[\p{L}\p{N}]+$/u.test(self),
  isalpha: (self) => /^\p{L}+$/u.test(self),
  isascii: (self) => /^[\x00-\x7f]*$/.test(self),
  isdecimal: (self) => /^\p{Nd}+$/u.test(self),
  isdigit: (self) => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2089]+$/u.test(self),
  isnumeric: (self) => /^\p{N}+$/u.test(self),
  isidentifier: (self) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(self),
  isspace: (self) => /^\s+$/.test(self),
  islower: (self) => self !== self.toUpperCase() && self === self.toLowerCase(),
  isupper: (self) => self !== self.toLowerCase() && self === self.toUpperCase(),
  istitle: (self) => /\p{L}/u.test(self) && self === self.replace(/\p{L}+/gu, capitalized),
}

export const textMethods: Methods = {
  ...Object.fromEntries(
    Object.entries(plain).map(([name, method]): [string, Methods[string]] => [
      name,
      (self, args, kwargs) => {
        bindArguments(args, kwargs, [])
        return method(self)
      },
    ]),
  ),
  strip: (self, args) => stripped(self, args, true, true),
  lstrip: (self, args) => stripped(self, args, true, false),
  rstrip: (self, args) => stripped(self, args, false, true),
  removeprefix: (self, args) => {
    const prefix = textArgument(args, 0, 'prefix')
    return self.startsWith(prefix) ? self.slice(prefix.length) : self
  },
  removesuffix: (self, args) => {
    const suffix = textArgument(args, 0, 'suffix')
    return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self
  },
  split: (self, args, kwargs) => splitText(self, args, kwargs, false),
  rsplit: (self, args, kwargs) => splitText(self, args, kwargs, true),
  splitlines: (self, args, kwargs) => {
    const [keeps = false] = bindArguments(args, kwargs, ['keepends'])
    const lines =
      self.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g) ?? []
    const kept = lines.at(-1) === '' ? lines.slice(0, -1) : lines
    return keeps === true
      ? [...kept]
      : kept.map((line) => line.replace(/[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/, ''))
  },
  partition: (self, args) => {
    const separator = nonEmpty(textArgument(args, 0, 'separator'))
    const at = self.indexOf(separator)
    return at < 0
      ? tuple(self, '', '')
      : tuple(self.slice(0, at), separator, self.slice(at + separator.length))
  },
  rpartition: (self, args) => {
    const separator = nonEmpty(textArgument(args, 0, 'separator'))
    const at = self.lastIndexOf(separator)
    return at < 0
      ? tuple('', '', self)
      : tuple(self.slice(0, at), separator, self.slice(at + separator.length))
  },
  join: (self, args, kwargs) => {
    const [items] = bindArguments(args, kwargs, ['iterable'], 1)
    return itemsOf(items!)
      .map((item, index) => {
        const text = unwrapped(item)
        if (typeof text === 'string') return text
        throw new PyError(
          `item ${index} is ${typeName(item)}, not a text`,
          "Use | join, or map('string') before.",
        )
      })
      .join(self)
  },
  replace: (self, args, kwargs) => {
    const [old, by, count = -1] = bindArguments(args, kwargs, ['old', 'new', 'count'], 2)
    return replaced(self, textValue(old!, 'old'), textValue(by!, 'new'), indexOf(count))
  },
  startswith: (self, args) => affixes(args).some((each) => within(self, args).startsWith(each)),
  endswith: (self, args) => affixes(args).some((each) => within(self, args).endsWith(each)),
  count: (self, args) => {
    const needle = textArgument(args, 0, 'sub')
    return needle === '' ? codePoints(self).length + 1 : within(self, args).split(needle).length - 1
  },
  find: (self, args) => position(self, args, false),
  rfind: (self, args) => position(self, args, true),
  index: (self, args) => found(position(self, args, false), args),
  rindex: (self, args) => found(position(self, args, true), args),
  ljust: (self, args) => self + filling(self, args),
  rjust: (self, args) => filling(self, args) + self,
  center: (self, args) => {
    const fill = codePoints(filling(self, args))
    const width = indexOf(args[0]!)
    const left = Math.floor(fill.length / 2) + (fill.length & width & 1)
    return fill.slice(0, left).join('') + self + fill.slice(left).join('')
  },
  zfill: (self, args, kwargs) => {
    const [width] = bindArguments(args, kwargs, ['width'], 1)
    const sign = /^[-+]/.exec(self)?.[0] ?? ''
    const rest = self.slice(sign.length)
    return sign + '0'.repeat(bounded(indexOf(width!) - codePoints(self).length)) + rest
  },
  expandtabs: (self, args, kwargs) => {
    const [size = 8] = bindArguments(args, kwargs, ['tabsize'])
    let column = 0
    return self.replace(/[\s\S]/g, (character) => {
      if (character === '\n' || character === '\r') column = 0
      else if (character !== '\t') column++
      else {
        const spaces = indexOf(size) > 0 ? indexOf(size) - (column % indexOf(size)) : 0
        column += spaces
        return ' '.repeat(spaces)
      }
      return character
    })
  },
  format: (self, args, kwargs) => formatText(self, args, kwargs),
  format_map: (self, args, kwargs) => {
    const [mapping] = bindArguments(args, kwargs, ['mapping'], 1)
    if (!isDict(mapping)) throw new PyError('takes a dict')
    return formatText(self, [], new Map([...mapping].map(([key, value]) => [String(key), value])))
  },
}

function textValue(value: Value, name: string): string {
  const text = unwrapped(value)
  if (typeof text !== 'string')
    throw new PyError(`its argument "${name}" has to be a text, not ${typeName(value)}`)
  return text
}

function textArgument(args: readonly Value[], index: number, name: string): string {
  if (args[index] === undefined) throw new PyError(`lacks its argument "${name}"`)
  return textValue(args[index], name)
}

function nonEmpty(separator: string): string {
  if (separator === '') throw new PyError('the separator is empty')
  return separator
}

function stripped(self: string, args: readonly Value[], left: boolean, right: boolean): string {
  const given = args[0] ?? null
  const characters = given === null ? undefined : new Set(codePoints(textValue(given, 'chars')))
  const isStripped = (character: string) => (characters ? characters.has(character) : /\s/.test(character))
  const all = codePoints(self)
  let from = 0
  let to = all.length
  while (left && from < to && isStripped(all[from]!)) from++
  while (right && to > from && isStripped(all[to - 1]!)) to--
  return all.slice(from, to).join('')
}

function splitText(self: string, args: readonly Value[], kwargs: Kwargs, isRight: boolean): string[] {
  const [given = null, limit = -1] = bindArguments(args, kwargs, ['sep', 'maxsplit'])
  const separator = given === null ? /\s+/g : nonEmpty(textValue(given, 'sep'))
  const text = given === null ? (isRight ? self.trimEnd() : self.trimStart()) : self
  const most = indexOf(limit)
  if (given === null && text.trim() === '') return []
  const parts = (given === null ? text.trim() : text).split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return isRight ? splitRight(text, parts, most, separator) : splitLeft(text, parts, most, separator)
}

function splitLeft(text: string, parts: string[], most: number, separator: string | RegExp): string[] {
  let at = 0
  for (const part of parts.slice(0, most))
    at = text.indexOf(part, at) + part.length + gap(text, at, part, separator)
  return [...parts.slice(0, most), text.slice(at)]
}

function gap(text: string, at: number, part: string, separator: string | RegExp): number {
  if (typeof separator === 'string') return separator.length
  return /^\s*/.exec(text.slice(text.indexOf(part, at) + part.length))![0].length
}

function splitRight(text: string, parts: string[], most: number, separator: string | RegExp): string[] {
  const last = most === 0 ? [] : parts.slice(-most)
  let end = text.length
  for (const part of [...last].reverse()) {
    end -= part.length
    end -= typeof separator === 'string' ? separator.length : /\s*$/.exec(text.slice(0, end))![0].length
  }
  return [text.slice(0, end), ...last]
}

function replaced(self: string, old: string, by: string, count: number): string {
  if (count < 0) return self.replaceAll(old, () => by)
  let left = count
  return self.replaceAll(old, (each) => (left-- > 0 ? by : each))
}

/** The part of a text that the arguments `start` and `end` leave. */
function within(self: string, args: readonly Value[]): string {
  const [, start = null, end = null] = args
  if (start === null && end === null) return self
  const all = codePoints(self)
  return all.slice(start === null ? 0 : indexOf(start), end === null ? all.length : indexOf(end)).join('')
}

function affixes(args: readonly Value[]): string[] {
  const [given] = args
  if (given === undefined) throw new PyError('lacks its argument')
  return isList(given) ? given.map((each) => textValue(each, 'prefix')) : [textValue(given, 'prefix')]
}

function position(self: string, args: readonly Value[], isLast: boolean): number {
  const needle = textArgument(args, 0, 'sub')
  const part = within(self, args)
  const at = isLast ? part.lastIndexOf(needle) : part.indexOf(needle)
  if (at < 0) return -1
  const start = args[1] === undefined || args[1] === null ? 0 : indexOf(args[1])
  const length = codePoints(self).length
  return (
    codePoints(part.slice(0, at)).length + (start < 0 ? Math.max(0, start + length) : Math.min(start, length))
  )
}

function found(at: number, args: readonly Value[]): number {
  if (at < 0) throw new PyError(`the text does not contain ${repr(args[0]!)}`)
  return at
}

function filling(self: string, args: readonly Value[]): string {
  const [width, fill = ' '] = bindArguments(args, new Map(), ['width', 'fillchar'], 1)
  return textValue(fill, 'fillchar').repeat(bounded(indexOf(width!) - codePoints(self).length))
}

function bounded(count: number): number {
  if (count > 1_000_000) throw new PyError(`the width ${count} is too large`)
  return Math.max(0, count)
}
