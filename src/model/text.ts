// The function text: output as text, and as a tag an indented text with lists and secrets.

import { type Output, text as outputText } from './probe.ts'
import { revealed, Secret } from './secrets/secret.ts'

type Nothing = false | null | undefined
type Plain = string | number | bigint | Nothing
/** A value in a `text` template: a list is one line for each item. */
type Inserted<T> = T | readonly Inserted<T>[]

/**
 * As a tag: a text without the indentation that it has in the source, such as the content of a file.
 *
 * - The line end behind the opening backtick is left out, and so are the spaces before the closing one, so that the
 *   text ends with a line end.
 * - A list is one line for each item, and all lines of a value get the indentation of its line. A
 *   line end at the end of a value is left out.
 * - A line with nothing but values that are `false`, `null`, `undefined` or empty lists is left out.
 * - With a secret in it, the result is a secret.
 *
 * As a function: the standard output of a result as text.
 *
 * @example
 * copyFile({
 *   dest: '/etc/app.conf',
 *   content: text`
 *     [app]
 *     password = ${host.vars.password}
 *     ${peers.map(({ address }) => `peer = ${address}`)}
 *     ${isDebug && 'debug = 1'}
 *   `,
 * })
 */
export function text(result: Output): string
export function text(strings: TemplateStringsArray, ...values: readonly Inserted<Plain>[]): string
export function text(
  strings: TemplateStringsArray,
  ...values: readonly Inserted<Plain | Secret>[]
): string | Secret
export function text(
  first: Output | TemplateStringsArray,
  ...values: readonly Inserted<Plain | Secret>[]
): string | Secret {
  if (!('raw' in first)) return outputText(first)
  const secrets: Secret[] = []
  const lines = dedented(linesOf(first, values)).flatMap((line) => written(line, secrets))
  return secrets.length === 0 ? lines.join('\n') : new Secret(lines.join('\n'), secrets, { isOpen: true })
}

type Part = string | { readonly value: Inserted<Plain | Secret> }
type Line = readonly Part[]

function linesOf(strings: readonly string[], values: readonly Inserted<Plain | Secret>[]): Line[] {
  const lines: Part[][] = [[]]
  for (const [index, string] of strings.entries()) {
    const [head = '', ...rest] = string.split(/\r?\n/)
    lines.at(-1)!.push(head)
    for (const each of rest) lines.push([each])
    if (index < values.length) lines.at(-1)!.push({ value: values[index] })
  }
  return lines
}

function dedented(lines: readonly Line[]): Line[] {
  const isBlank = (line: Line) => line.every((part) => typeof part === 'string' && part.trim() === '')
  const kept = lines.slice(lines.length > 1 && isBlank(lines[0]!) ? 1 : 0)
  const indents = kept
    .filter((line) => !isBlank(line))
    .map(([head]) => /^[ \t]*/.exec(head as string)![0].length)
  // The first line has no indentation of its own where the text begins right behind the backtick.
  const own = kept.length === lines.length ? indents.slice(1) : indents
  const indent = own.length === 0 ? 0 : Math.min(...own)
  return kept.map((line, index) => {
    if (isBlank(line)) return ['']
    const isHead = index === 0 && kept.length === lines.length
    return [isHead ? line[0]! : (line[0] as string).slice(indent), ...line.slice(1)]
  })
}

/** The lines that a line becomes; none if it has nothing but values that are nothing. */
function written(line: Line, secrets: Secret[]): string[] {
  const margin = /^[ \t]*/.exec(line[0] as string)![0]
  const parts = line.map((part) => (typeof part === 'string' ? [part] : insertedLines(part.value, secrets)))
  const hasText = line.some((part) => typeof part === 'string' && part.trim() !== '')
  if (
    line.length > 1 &&
    !hasText &&
    parts.every((each, index) => typeof line[index] === 'string' || each.length === 0)
  )
    return []
  return parts
    .map((each) => each.join(`\n${margin}`))
    .join('')
    .split('\n')
    .map((each) => (each.trim() === '' && line.length > 1 ? each.trimEnd() : each))
}

function insertedLines(value: Inserted<Plain | Secret>, secrets: Secret[]): string[] {
  if (value === false || value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap((item) => insertedLines(item, secrets))
  if (value instanceof Secret) secrets.push(value)
  const plain = String(revealed(value))
  return plain.replace(/\n$/, '').split('\n')
}
