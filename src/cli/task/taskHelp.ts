// Describes a task's parameters from its schema, for --help and the reference.

import type { AnyTaskFunction } from '../../model/task.ts'
import { paramShape } from './taskParams.ts'
import { typeText } from './typeText.ts'

type ParamText = {
  readonly name: string
  /** In TypeScript. */
  readonly type: string
  readonly isRequired: boolean
  /** In TypeScript; undefined if there is none. */
  readonly default: string | undefined
  readonly description: string
}

/** The text of `run-playbook task NAME --help`. */
export function taskHelp(task: AnyTaskFunction): string {
  return [
    `Usage: run-playbook task ${task.spec.name} [--param value | key=value …] -i INVENTORY [-l PATTERN]`,
    '',
    task.spec.summary,
    '',
    ...paramLines(task),
    '',
    'Flags of a run (-i, -l, -C, -D, -b, …) may come before or after the name: run-playbook task --help. After the name,',
    `a flag that is named like a parameter sets the parameter. Examples: run-playbook docs ${task.spec.name}`,
    '',
  ].join('\n')
}

/** One line per parameter, the required ones first. */
export function paramLines(task: AnyTaskFunction): string[] {
  const typed = paramTexts(task).map((param) => ({ ...param, word: wordType(param.type) }))
  const params = typed
    .filter(({ word }) => word !== '')
    .map((param) => ({ ...param, flag: `--${param.name} <${param.word}>` }))
  const width = Math.min(36, Math.max(0, ...params.map(({ flag }) => flag.length)))
  return params.map(({ flag, isRequired, description, default: value }) => {
    const note = isRequired ? 'Required.' : value === undefined ? '' : `Default ${value}.`
    const text = [description, note].filter((each) => each !== '').join(' ')
    return flag.length > width
      ? `  ${flag}\n  ${''.padEnd(width)}  ${text}`
      : `  ${flag.padEnd(width)}  ${text}`
  })
}

/** A task's parameters in the order of its schema, the required ones first. */
export function paramTexts(task: AnyTaskFunction): ParamText[] {
  const params = Object.entries(paramShape(task)).map(([name, schema]): ParamText => {
    const isRequired = !schema.safeParse(undefined).success
    const value = isRequired ? undefined : schema.safeParse(undefined).data
    return {
      name,
      type: typeText(schema),
      isRequired,
      default: value === undefined ? undefined : literal(value),
      description: schema.description ?? '',
    }
  })
  return [...params.filter((each) => each.isRequired), ...params.filter((each) => !each.isRequired)]
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}

/** The type for the command line: without quotes, and without types that only TypeScript can pass; often nothing is left. */
function wordType(type: string): string {
  const words = type
    .replace(/\(\w+\) => .*$/, '')
    .split(' | ')
    .filter((each) => !/^(?:Secret|Buffer|RegExp|Uint8Array|)$/.test(each))
  return words.join('|').replaceAll("'", '')
}
