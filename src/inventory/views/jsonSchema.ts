// Makes a JSON Schema of inventories and variable files, for editors.

import { z } from 'zod'
import { connectionVars } from '../connection/connectionVars.ts'

/** The part of a play that the schema needs. */
type PlayWithVars = { readonly name: string; readonly vars?: z.ZodType }

export type JsonSchema = { readonly [key: string]: unknown }

/** `inventory`: groups with hosts, children, vars. `vars`: a file in group_vars/ or host_vars/. */
type SchemaKind = 'inventory' | 'vars'

/**
 * The schema of an inventory for some plays, in draft 7, which editors support best for YAML. The variables of the
 * plays have the types of their schemas; one in several plays may have any of its types. Other variables are allowed,
 * because an inventory may serve more plays. No variable is required, because each group sets only some of a host's
 * variables; `--syntax-check` finds missing ones.
 *
 * @example inventorySchema([{ name: 'WAS', vars: z.object({ tomcat_version: z.string() }) }], 'inventory')
 */
export function inventorySchema(plays: readonly PlayWithVars[], kind: SchemaKind): JsonSchema {
  const { properties, definitions } = knownVars(plays)
  const names = [...new Set(plays.map(({ name }) => name))].join(', ')
  const vars = { type: ['object', 'null'], properties: { ...connectionProperties(), ...properties } }
  const head = { $schema: 'http://json-schema.org/draft-07/schema#' }
  if (kind === 'vars') return { ...head, title: `Variables for ${names}`, ...vars, definitions }
  return {
    ...head,
    title: `Inventory for ${names}`,
    type: ['object', 'null'],
    properties: { all: { $ref: '#/definitions/group', description: 'All hosts.' } },
    additionalProperties: { $ref: '#/definitions/group' },
    definitions: { group: groupSchema, vars, ...definitions },
  }
}

const mapOf = (description: string, items: string): JsonSchema => ({
  type: ['object', 'null'],
  description,
  additionalProperties: { $ref: `#/definitions/${items}` },
})

const groupSchema: JsonSchema = {
  type: ['object', 'null'],
  properties: {
    hosts: mapOf('Hosts by name, each with its own variables; web[01:10] means ten hosts.', 'vars'),
    children: mapOf('Groups inside this one, by name.', 'group'),
    vars: { $ref: '#/definitions/vars', description: 'Variables of all hosts in the group.' },
  },
  additionalProperties: false,
}

function connectionProperties(): Record<string, JsonSchema> {
  const entries = Object.entries(connectionVars).map(([name, { type, description }]) => [
    name,
    // A vault value is text in YAML, and text may look like a number: both are allowed.
    { type: type === 'string' ? ['string', 'number'] : [type, 'string'], description },
  ])
  return Object.fromEntries(entries)
}

type KnownVars = {
  readonly properties: Record<string, JsonSchema>
  readonly definitions: Record<string, JsonSchema>
}

function knownVars(plays: readonly PlayWithVars[]): KnownVars {
  const found = new Map<string, Map<string, JsonSchema>>()
  for (const { name: play, vars } of plays) {
    for (const [name, schema] of Object.entries(shapeOf(vars))) {
      const known = found.get(name) ?? new Map<string, JsonSchema>()
      const json = jsonOf(schema)
      const key = JSON.stringify(json)
      if (!known.has(key)) known.set(key, { ...json, title: `${name} (${play})` })
      found.set(name, known)
    }
  }
  const definitions: Record<string, JsonSchema> = {}
  const properties: Record<string, JsonSchema> = {}
  for (const [name, schemas] of found) {
    const keys = [...schemas.values()].map((schema, index) => {
      const key = index === 0 ? `var_${name}` : `var_${name}_${index + 1}`
      Object.assign(definitions, hoisted(schema, key))
      return key
    })
    const refs = keys.map((key) => ({ $ref: `#/definitions/${key}` }))
    properties[name] = refs.length === 1 ? refs[0]! : { anyOf: refs }
  }
  return { properties, definitions }
}

/** The variables of a play's schema. */
function shapeOf(vars: z.ZodType | undefined): { readonly [name: string]: z.ZodType } {
  return (vars as Partial<z.ZodObject> | undefined)?.shape ?? {}
}

function jsonOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema
  return json
}

/** Moves a schema and its inner definitions to names that start with `key`, and adapts its references. */
function hoisted({ definitions = {}, ...schema }: JsonSchema, key: string): Record<string, JsonSchema> {
  const renamed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(renamed)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        name === '$ref' && typeof item === 'string' ? reference(item, key) : renamed(item),
      ]),
    )
  }
  const inner = Object.entries(definitions as object).map(([name, item]) => [`${key}_${name}`, renamed(item)])
  return Object.fromEntries([[key, renamed(schema)], ...inner])
}

function reference(ref: string, key: string): string {
  return ref === '#' ? `#/definitions/${key}` : ref.replace(/^#\/definitions\//, `#/definitions/${key}_`)
}
