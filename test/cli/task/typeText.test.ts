// Tests how types of parameters appear in the reference.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { typeText } from '../../../src/cli/task/typeText.ts'
import { absolutePath, account, checksum, fileMode, Secret, z } from '../../../src/index.ts'

const cases: readonly [schema: z.ZodType, text: string][] = [
  [z.string(), 'string'],
  [z.string().min(1).optional().describe('x'), 'string'],
  [z.boolean().default(true), 'boolean'],
  [z.int(), 'integer'],
  [z.int().min(0), 'integer'],
  [z.int().min(1).max(65535), 'integer 1-65535'],
  [z.number().positive(), 'number'],
  [z.enum(['open', 'closed']).default('open'), "'open' | 'closed'"],
  [z.literal(false), 'false'],
  [z.union([z.string(), z.array(z.string())]), 'string | string[]'],
  [z.array(z.union([z.string(), z.number()])), '(string | number)[]'],
  [z.array(z.int().min(0).max(255)), '(integer 0-255)[]'],
  [z.record(z.string(), z.union([z.string(), z.instanceof(Secret)])), '{ [name]: string | Secret }'],
  [
    z.object({ a: z.string(), b: z.int().optional(), c: z.boolean().default(false) }),
    '{ a: string, b?: integer, c?: boolean }',
  ],
  [z.array(z.object({ name: z.string() })), '{ name: string }[]'],
  [z.tuple([z.string(), z.int()]), '[string, integer]'],
  [z.union([z.literal('EOF'), z.string(), z.instanceof(RegExp)]), "'EOF' | string | RegExp"],
  [z.union([z.string(), z.string().transform(Number)]), 'string'],
  [z.preprocess((value) => value, z.string()), 'string'],
  [z.custom(() => true), 'value'],
  [z.custom(() => true).meta({ title: 'XmlEdit' }), 'XmlEdit'],
  [z.array(z.custom(() => true).meta({ title: 'XmlEdit' })).describe('x'), 'XmlEdit[]'],
  [absolutePath.optional(), 'string'],
  [account, 'string | integer'],
  [fileMode, 'string | integer'],
  [checksum, 'string'],
]

for (const [schema, text] of cases) {
  test(text, () => assert.is(typeText(schema), text))
}

test.run()
