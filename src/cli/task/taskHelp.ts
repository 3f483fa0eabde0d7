// What a task's schema says of its parameters, for --help and the reference.

import type { AnyTaskFunction } from '../../model/task.ts'
import { paramShape } from './taskParams.ts'
import { typeText } from './typeText.ts'

export type ParamText = {
  readonly name: string
  /** As TypeScript would write it. */
  readonly type: string
  readonly isRequired: boolean
  /** As TypeScript would write it; undefined where there is none. */
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
    'The flags of a run (-i, -l, -C, -D, -b, …) may stand anywhere: run-playbook task --help. Behind the name, a flag',
    `that is named like a parameter is the parameter. With examples: run-playbook docs ${task.spec.name}`,
    '',
  ].join('\n')
}

/** A line a parameter, the required ones first. */
export function paramLines(task: AnyTaskFunction): string[] {
  const params = paramTexts(task).map((param) => ({
    ...param,
    flag: `--${param.name} <${wordType(param.type)}>`,
  }))
  const width = Math.min(36, Math.max(0, ...params.map(({ flag }) => flag.length)))
  return params.map(({ flag, isRequired, description, default: value }) => {
    const note = isRequired ? 'Required.' : value === undefined ? '' : `Default ${value}.`
    const text = [description, note].filter((each) => each !== '').join(' ')
    return flag.length > width
      ? `  ${flag}\n  ${''.padEnd(width)}  ${text}`
      : `  ${flag.padEnd(width)}  ${text}`
  })
}

/** A task's parameters, the required ones first, else in the schema's order. */
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

/** The type as words of a command line can hold it: without quotes, and without what only TypeScript can give. */
function wordType(type: string): string {
  const words = type.split(' | ').filter((each) => !/^(?:Secret|Buffer|RegExp|Uint8Array)$/.test(each))
  return words.join('|').replaceAll("'", '')
}
