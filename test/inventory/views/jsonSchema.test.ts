// The JSON Schema of inventories types the variables of plays.

import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { connectionSettings } from '../../../src/inventory/connection/connectionSettings.ts'
import { connectionVars } from '../../../src/inventory/connection/connectionVars.ts'
import { inventorySchema, type JsonSchema } from '../../../src/inventory/views/jsonSchema.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree).optional()
  },
})

// biome-ignore lint/suspicious/noExplicitAny: a schema is read by whatever path a case wants
const definitionsOf = (schema: JsonSchema) => schema.definitions as any

test('the structure of groups is checked, and is recursive', () => {
  const { group } = definitionsOf(inventorySchema([], 'inventory'))
  assert.equal(Object.keys(group.properties), ['hosts', 'children', 'vars'])
  assert.is(group.additionalProperties, false)
  assert.is(group.properties.children.additionalProperties.$ref, '#/definitions/group')
  assert.is(group.properties.hosts.additionalProperties.$ref, '#/definitions/vars')
  assert.equal(group.type, ['object', 'null'])
})

test('variables have type, description and default; other variables are allowed, and none is required', () => {
  const vars = z.object({
    port: z.int().min(1).default(8080).describe('Where it listens.'),
    mode: z.enum(['a', 'b']),
  })
  const definitions = definitionsOf(inventorySchema([{ name: 'Web', vars }], 'inventory'))
  const { minimum, type, description, default: value } = definitions.var_port
  assert.equal(
    { minimum, type, description, value },
    { minimum: 1, type: 'integer', description: 'Where it listens.', value: 8080 },
  )
  assert.equal(definitions.var_mode.enum, ['a', 'b'])
  assert.is(definitions.vars.required, undefined)
  assert.is(definitions.vars.additionalProperties, undefined)
})

test('what a schema makes of a value does not matter, only what it takes', () => {
  const vars = z.object({ on: z.string().transform((text) => text.length), pw: z.instanceof(Secret) })
  const definitions = definitionsOf(inventorySchema([{ name: 'Web', vars }], 'inventory'))
  assert.is(definitions.var_on.type, 'string')
  assert.equal(definitions.var_pw, { title: 'pw (Web)' })
})

test('a variable of several plays may be what any of them takes; the same type is listed once', () => {
  const one = { name: 'One', vars: z.object({ a: z.string(), b: z.string() }) }
  const two = { name: 'Two', vars: z.object({ a: z.int(), b: z.string() }) }
  const { vars } = definitionsOf(inventorySchema([one, two], 'inventory'))
  assert.equal(vars.properties.a, {
    anyOf: [{ $ref: '#/definitions/var_a' }, { $ref: '#/definitions/var_a_2' }],
  })
  assert.equal(vars.properties.b, { $ref: '#/definitions/var_b' })
})

test('a recursive variable refers to itself, not to the inventory', () => {
  const vars = z.object({ root: tree, list: z.array(tree) })
  const definitions = definitionsOf(inventorySchema([{ name: 'T', vars }], 'vars'))
  assert.is(definitions.var_root.properties.children.items.$ref, '#/definitions/var_root')
  const { $ref } = definitions.var_list.items
  assert.ok($ref.startsWith('#/definitions/var_list_'))
  assert.ok(definitions[$ref.slice('#/definitions/'.length)].properties.name)
})

test('every connection variable that is described is one that is read', () => {
  const read = new Set<string>()
  const vars = new Proxy({}, { get: (_, name) => void read.add(String(name)) })
  const host = { name: 'h', groups: [], vars, where: () => undefined }
  for (const connection of ['ssh', 'docker', 'podman']) connectionSettings(host, { connection })
  const known = [...read, 'ansible_become']
  assert.equal(
    Object.keys(connectionVars).filter((name) => !known.includes(name)),
    [],
  )
})

test('a play without variables adds none', () => {
  const schema = inventorySchema([{ name: 'Bare' }], 'vars')
  assert.equal(Object.keys(schema.properties as object), Object.keys(connectionVars))
})

test.run()
