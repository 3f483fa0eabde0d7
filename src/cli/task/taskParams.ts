// Parses command-line words into the parameters of a task, guided by its schema.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { PlaybookError } from '../../model/errors/error.ts'
import { calledHere } from '../../model/schema/otherNames.ts'
import type { AnyTaskFunction } from '../../model/task.ts'

/**
 * Separates the words of a task (`--param`, and the next word if it needs a value) from the others, which are run flags
 * or positional.
 */
export function splitTaskWords(
  task: AnyTaskFunction,
  words: readonly string[],
): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const shape = paramShape(task)
  const own: string[] = []
  const others: string[] = []
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, written, value] = flagPattern.exec(word) ?? []
    const named = written === undefined ? undefined : paramOf(written, shape)
    if (named) own.push(word)
    else others.push(word)
    if (named && value === undefined && takesNext(shape, named, queue[0])) own.push(queue.shift()!)
  }
  return { own, others }
}

/**
 * Parses `--name value`, `--name=value`, `name=value`, `--flag` and `--no-flag`. Repeated parameters become a list, JSON is
 * accepted for lists and objects (one object is a list of one), and `@file` stands for the file's content. A word without a name sets the first
 * parameter.
 *
 * @throws PlaybookError E_UNKNOWN_PARAM with a suggestion, E_PARAM_VALUE if a value is missing, is not JSON, or is in a
 *   file that cannot be read
 */
export function parseTaskParams(task: AnyTaskFunction, words: readonly string[]): Record<string, unknown> {
  const shape = paramShape(task)
  const given = new Map<string, (string | boolean)[]>()
  const add = (name: string, value: string | boolean) => given.set(name, [...(given.get(name) ?? []), value])
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, written, value] = flagPattern.exec(word) ?? []
    const [, key, paired] = /^([A-Za-z]\w*)=([\s\S]*)$/.exec(word) ?? []
    if (written !== undefined) addFlag(written, value)
    else if (key === undefined) add(Object.keys(shape)[0] ?? '', word)
    else if (Object.hasOwn(shape, key)) add(key, paired!)
    else throw unknownParam(key, shape, task)
  }
  return Object.fromEntries([...given].map(([name, values]) => [name, coerce(name, shape[name]!, values)]))

  function addFlag(written: string, value: string | undefined): void {
    const named = paramOf(written, shape)
    if (!named) throw unknownParam(written, shape, task)
    if (named.isNegated) add(named.name, false)
    else if (value !== undefined) add(named.name, value)
    else if (takesNext(shape, named, queue[0])) add(named.name, queue.shift()!)
    else if (acceptsTrue(shape[named.name])) add(named.name, true)
    else throw new PlaybookError('E_PARAM_VALUE', `--${written} needs a value.`)
  }
}

const flagPattern = /^--([A-Za-z][\w-]*)(?:=([\s\S]*))?$/

/** The schemas of a task's parameters by name. */
export function paramShape(task: AnyTaskFunction): Record<string, z.ZodType> {
  let schema: unknown = task.spec.params
  while (schema instanceof z.ZodPipe) schema = schema.def.in
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}
}

type Named = { readonly name: string; readonly isNegated: boolean }

/** Finds the parameter of a flag: `create-home` means `createHome`. */
function paramOf(flag: string, shape: Record<string, z.ZodType>): Named | undefined {
  const camel = (text: string) => text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = camel(flag)
  if (Object.hasOwn(shape, name)) return { name, isNegated: false }
  const negated = camel(flag.replace(/^no-/, ''))
  const isNegated = flag.startsWith('no-') && Object.hasOwn(shape, negated) && acceptsTrue(shape[negated])
  return isNegated ? { name: negated, isNegated } : undefined
}

/** Whether the next word is the flag's value. A flag that needs no value takes only a word that its schema accepts. */
function takesNext(
  shape: Record<string, z.ZodType>,
  { name, isNegated }: Named,
  next: string | undefined,
): boolean {
  if (isNegated || next === undefined) return false
  if (!acceptsTrue(shape[name])) return true
  return (
    !next.startsWith('-') && interpretations(next).some((reading) => shape[name]!.safeParse(reading).success)
  )
}

function unknownParam(name: string, shape: Record<string, z.ZodType>, task: AnyTaskFunction): PlaybookError {
  const answer = calledHere(name.replaceAll('-', '_'), Object.keys(shape), task.spec.ansible)
  return new PlaybookError('E_UNKNOWN_PARAM', `${task.spec.name} has no parameter "${name}".`, {
    hint: `${answer === undefined ? '' : `${answer} `}List its parameters: run-playbook task ${task.spec.name} --help`,
  })
}

function acceptsTrue(schema: z.ZodType | undefined): boolean {
  return schema?.safeParse(true).success === true
}

/** The first interpretation that the schema accepts, or else the likeliest one, for the schema's error. */
function coerce(name: string, schema: z.ZodType, values: readonly (string | boolean)[]): unknown {
  const accepts = (value: unknown) => schema.safeParse(value).success
  const [only = '', ...others] = values.map(readFileValue)
  const readings = others.length > 0 ? [[only, ...others], lists([only, ...others])] : interpretations(only)
  const accepted = readings.findIndex(accepts)
  if (accepted !== -1) return readings[accepted]
  for (const value of values) requireReadable(name, value)
  if (others.length > 0 || typeof only === 'boolean') return readings[0]
  const [parsed] = jsonOf(only)
  if (typeof parsed === 'object') return expectsList(schema, parsed) ? [parsed] : parsed
  if (parsed === undefined && /^\s*[[{]/.test(only)) throw notJson(name, only, schema)
  return readings[0]
}

function expectsList(schema: z.ZodType, value: unknown): boolean {
  const issue = schema.safeParse(value).error?.issues[0]
  return issue?.code === 'invalid_type' && issue.expected === 'array' && issue.path.length === 0
}

function interpretations(value: string | boolean): unknown[] {
  if (typeof value === 'boolean') return [value]
  const word = /^(?:yes|on)$/i.test(value) ? [true] : /^(?:no|off)$/i.test(value) ? [false] : []
  const json = jsonOf(value)
  return [value, ...json, ...word, [value], value.split(','), ...json.map((each) => [each])]
}

/** Values that are JSON, as one list: that of `--edits '{…}' --edits '{…}'`. */
function lists(values: readonly (string | boolean)[]): unknown[] {
  return values.flatMap((value) => (typeof value === 'string' ? (jsonOf(value)[0] ?? value) : value))
}

function jsonOf(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

function readFileValue(value: string | boolean): string | boolean {
  if (typeof value !== 'string' || !value.startsWith('@')) return value
  try {
    return readFileSync(value.slice(1), 'utf8')
  } catch {
    return value
  }
}

/** @throws PlaybookError E_PARAM_VALUE for an `@file` that cannot be read */
function requireReadable(name: string, value: string | boolean): void {
  if (typeof value !== 'string' || !value.startsWith('@')) return
  try {
    readFileSync(value.slice(1))
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    throw new PlaybookError(
      'E_PARAM_VALUE',
      code === 'ENOENT'
        ? `--${name}: there is no file ${value.slice(1)}.`
        : `--${name}: cannot read ${value.slice(1)}: ${(thrown as Error).message}`,
      'A value with @ at its start names a file that holds the value.',
    )
  }
}

function notJson(name: string, text: string, schema: z.ZodType): PlaybookError {
  const example = schema.description?.match(/\[?\{.*[}\]]/)?.[0]
  return new PlaybookError('E_PARAM_VALUE', `--${name} is not JSON: ${abbreviated(text)}`, {
    details: [jsonError(text)],
    hint: `Put names and texts in double quotes, and the whole in single quotes${example ? `: --${name} '${example}'` : '.'}`,
  })
}

function jsonError(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (thrown) {
    return (thrown as Error).message
  }
}

function abbreviated(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
