// What a task's schema says of its parameters, for --help and the reference.

import { z } from 'zod'
import type { AnyTaskFunction } from '../model/task.ts'
import { paramShape } from './taskParams.ts'

export type ParamText = {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly default: string | undefined
  readonly description: string
}

/** The text of `run-playbook task NAME --help`. */
export function taskHelp(task: AnyTaskFunction): string {
  const params = paramTexts(task)
  const width = Math.max(0, ...params.map(({ name, type }) => name.length + type.length + 5))
  const lines = params.map(({ name, type, isRequired, description, default: value }) => {
    const note = isRequired ? ' Required.' : value === undefined ? '' : ` Default ${value}.`
    return `  ${`--${name} <${type}>`.padEnd(width + 2)}${description}${note}`
  })
  return [
    `run-playbook task ${task.spec.name} [--param value | key=value …] -i INVENTORY [-l PATTERN]`,
    '',
    task.spec.summary,
    '',
    ...lines,
    '',
    'The flags of a run (-i, -l, -C, -D, -b, …) may stand anywhere; a parameter that is named like one: key=value.',
    '',
  ].join('\n')
}

/** A task's parameters in the schema's order. */
export function paramTexts(task: AnyTaskFunction): ParamText[] {
  return Object.entries(paramShape(task)).map(([name, schema]) => {
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
    return {
      name,
      type: typeText(json),
      isRequired: !schema.safeParse(undefined).success,
      default: json.default === undefined ? undefined : JSON.stringify(json.default),
      description: schema.description ?? json.description ?? '',
    }
  })
}

type JsonSchema = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly default?: unknown
  readonly description?: string
}

function typeText(json: JsonSchema): string {
  if (json.const !== undefined) return JSON.stringify(json.const)
  if (json.enum) return json.enum.map(String).join('|')
  if (json.anyOf) return [...new Set(json.anyOf.map(typeText))].join('|')
  if (json.type === 'array') return `${typeText(json.items ?? {})}…`
  return json.type ?? 'value'
}
