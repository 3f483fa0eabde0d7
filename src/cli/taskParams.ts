// Makes a task's parameters of command-line words, as its schema wants them.

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { nearest } from '../inventory/suggest.ts'
import { PlaybookError } from '../model/error.ts'
import type { AnyTaskFunction } from '../model/task.ts'

/**
 * `--name value`, `--name=value`, `name=value`, `--flag`, `--no-flag`; what is given several times becomes a list;
 * JSON where the schema wants a list or an object; `@file` for a file's content. A single word without a name goes
 * to the task's first parameter.
 *
 * @throws PlaybookError E_UNKNOWN_PARAM with a suggestion, E_PARAM_VALUE where a value is missing
 */
export function readTaskParams(task: AnyTaskFunction, words: readonly string[]): Record<string, unknown> {
  const shape = paramShape(task)
  const given = new Map<string, (string | boolean)[]>()
  const add = (name: string, value: string | boolean) => given.set(name, [...(given.get(name) ?? []), value])
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const flag = /^--([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(word)
    const pair = /^([A-Za-z]\w*)=([\s\S]*)$/.exec(word)
    if (flag) addFlag(flag[1]!, flag[2])
    else if (pair && !(pair[1]! in shape)) throw unknownParam(pair[1]!, shape, task)
    else if (pair) add(pair[1]!, pair[2]!)
    else add(Object.keys(shape)[0] ?? '', word)
  }
  return Object.fromEntries([...given].map(([name, values]) => [name, fitted(shape[name], values)]))

  function addFlag(written: string, value: string | undefined): void {
    const { name, isNegated } = paramName(written, shape, task)
    const next = queue[0]
    if (isNegated) add(name, false)
    else if (value !== undefined) add(name, value)
    else if (acceptsTrue(shape, name) && (next === undefined || next.startsWith('-'))) add(name, true)
    else if (next === undefined) throw new PlaybookError('E_PARAM_VALUE', `--${written} needs a value.`)
    else add(name, queue.shift()!)
  }
}

/** The schemas of a task's parameters by name. */
export function paramShape(task: AnyTaskFunction): Record<string, z.ZodType> {
  let schema: unknown = task.spec.params
  while (schema instanceof z.ZodPipe) schema = schema.def.in
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}
}

/** `create-home`, as a shell user writes, means `createHome`. */
function paramName(
  flag: string,
  shape: Record<string, z.ZodType>,
  task: AnyTaskFunction,
): { readonly name: string; readonly isNegated: boolean } {
  const camel = (text: string) => text.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = camel(flag)
  if (name in shape) return { name, isNegated: false }
  const negated = camel(flag.replace(/^no-/, ''))
  if (flag.startsWith('no-') && negated in shape) return { name: negated, isNegated: true }
  throw unknownParam(flag, shape, task)
}

function unknownParam(name: string, shape: Record<string, z.ZodType>, task: AnyTaskFunction): PlaybookError {
  const near = nearest(name, Object.keys(shape))
  return new PlaybookError('E_UNKNOWN_PARAM', `${task.spec.name} has no parameter "${name}".`, {
    hint: `${near ? `Did you mean ${near}? ` : ''}Its parameters: run-playbook task ${task.spec.name} --help`,
  })
}

function acceptsTrue(shape: Record<string, z.ZodType>, name: string): boolean {
  return shape[name]?.safeParse(true).success === true
}

/** The first reading of the words that the schema accepts; the words themselves where none is, for its error. */
function fitted(schema: z.ZodType | undefined, values: readonly (string | boolean)[]): unknown {
  const readings = values.length > 1 ? [values.map(fromFile)] : readingsOf(fromFile(values[0]!))
  return readings.find((reading) => schema?.safeParse(reading).success) ?? readings[0]
}

function readingsOf(value: string | boolean): unknown[] {
  if (typeof value === 'boolean') return [value]
  return [value, ...jsonOf(value), [value], value.split(',')]
}

function jsonOf(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

function fromFile(value: string | boolean): string | boolean {
  if (typeof value !== 'string' || !value.startsWith('@')) return value
  try {
    return readFileSync(value.slice(1), 'utf8')
  } catch {
    return value
  }
}
