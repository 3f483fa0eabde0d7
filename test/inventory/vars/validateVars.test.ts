// Tests that a play's schema checks all its hosts at once, with located errors.

import { resolve } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Inventory, loadInventory } from '../../../src/inventory/inventory.ts'
import { mergeMissing } from '../../../src/inventory/vars/missingVars.ts'
import { validateVars } from '../../../src/inventory/vars/validateVars.ts'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'
import { shownLines } from '../../shownLines.ts'
import { inventoryFixtures } from '../fixtures.ts'

const cwd = resolve(inventoryFixtures, 'loads')
const port = z.int('expected a port (1-65535)').min(1).max(65535)
const was = { name: 'WAS', where: { file: 'playbooks/was.ts', line: 9 } }
const load = () => loadInventory(['production.yml'], { cwd })

type Row = readonly [title: string, pattern: string, schema: z.ZodType, lines: readonly string[]]

const rows: readonly Row[] = [
  [
    'a wrong value in a group is reported once, for the group',
    'was',
    z.object({ instances: z.array(z.object({ name: z.string(), http: port })) }),
    ['production.yml:14:19  was: instances[1].http  expected a port (1-65535), got "8o81"  E_VARS'],
  ],
  [
    'a wrong value of one host names the host',
    'web',
    z.object({ weight: z.number() }),
    ['production.yml:20:35  web-01: weight  expected number, got "heavy"  E_VARS'],
  ],
  [
    'what all hosts lack is missing in their group',
    'was',
    z.object({ tomcat_version: z.string() }),
    ['production.yml:7:9  was: tomcat_version is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR'],
  ],
  [
    'what all hosts of all groups lack is missing in all',
    'all',
    z.object({ tomcat_version: z.string() }),
    ['production.yml:3:5  all: tomcat_version is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR'],
  ],
  [
    'what one host lacks is missing there',
    'was',
    z.object({ node: z.number() }),
    ['production.yml:17:9  was-02: node is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR'],
  ],
  [
    'a misspelt variable is suggested',
    'was',
    z.object({ miror: z.string() }),
    [
      'production.yml:7:9  was: miror is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR',
      '    Did you mean mirror?',
    ],
  ],
  [
    'a missing part has the location of what surrounds it',
    'was',
    z.object({ instances: z.array(z.object({ ajp: port.optional(), jvm: z.string() })) }),
    [
      'production.yml:12:13  was: instances[0].jvm  expected string, got nothing  E_VARS',
      'production.yml:13:13  was: instances[1].jvm  expected string, got nothing  E_VARS',
    ],
  ],
  [
    'a template that cannot be evaluated is refused once, where its braces are, and raw text is none',
    'was',
    z.object({ broken: z.string(), raw: z.string() }),
    ['production.yml:9:17  was: broken: "sit" is undefined  E_UNDEFINED', '    Did you mean site?'],
  ],
  [
    'all errors of all hosts come together',
    'was:web',
    z.object({ node: z.number(), weight: z.number(), broken: z.string() }),
    [
      'production.yml:9:17  was: broken: "sit" is undefined  E_UNDEFINED',
      '    Did you mean site?',
      'production.yml:20:35  web-01: weight  expected number, got "heavy"  E_VARS',
      'production.yml:7:9  was: weight is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR',
      'production.yml:17:9  was-02: node is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR',
      'production.yml:18:5  web: broken is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR',
    ],
  ],
  [
    'a failed refinement of the whole is reported for the host',
    'web-02',
    z.object({ node: z.number() }).refine(() => false, 'no node fits'),
    ['production.yml:21:9  web-02: the variables of WAS  no node fits  E_VARS'],
  ],
]

for (const [title, pattern, schema, lines] of rows) {
  test(title, async () => assert.equal(await errorsOf(await load(), pattern, schema), lines))
}

test('variables come back as the schema makes them, without those it does not name', async () => {
  const inventory = await load()
  const schema = z.strictObject({ site: z.string(), node: z.coerce.string(), serial: z.number().default(1) })
  const parsed = validateVars(schema, inventory.select('web'), was)
  assert.equal(
    [...parsed].map(([{ name }, vars]) => [name, vars]),
    [
      ['web-01', { site: 'main', node: '9', serial: 1 }],
      ['web-02', { site: 'main', node: '8', serial: 1 }],
    ],
  )
})

test('a schema may ask for the name of the host', async () => {
  const inventory = await load()
  const parsed = validateVars(z.object({ inventory_hostname: z.string() }), inventory.select('was-01'), was)
  assert.equal([...parsed.values()], [{ inventory_hostname: 'was-01' }])
})

test('a limited play still names the group', async () => {
  const inventory = await load()
  assert.equal(await errorsOf(inventory, 'was[0]', z.object({ x: z.string() })), [
    'production.yml:7:9  was: x is missing; WAS (playbooks/was.ts:9) needs it  E_MISSING_VAR',
  ])
})

test('a wrong value of the command line is reported as such', async () => {
  const inventory = await loadInventory(['production.yml'], { cwd, extraVars: ['node=x'] })
  assert.equal(await errorsOf(inventory, 'all', z.object({ node: z.number() })), [
    '-e: node  expected number, got "x"  E_VARS',
  ])
})

test('a result is checked by the schema like any other value', async () => {
  const inventory = await load()
  const parsed = validateVars(z.object({ template: z.string() }), inventory.select('was'), was)
  assert.equal([...parsed.values()], [{ template: 'main/x' }, { template: 'main/x' }])
  assert.equal(await errorsOf(inventory, 'was', z.object({ template: z.number() })), [
    'production.yml:8:19  was: template  expected number, got "main/x"  E_VARS',
  ])
})

test('a template is found at any depth', async () => {
  const extraVars = [{ deep: ['x', { inner: '{% if x %}' }], plain: ['x', 1, null, true] }]
  const inventory = await loadInventory(['production.yml'], { cwd, extraVars })
  assert.equal(await errorsOf(inventory, 'all', z.object({ deep: z.any(), plain: z.any() })), [
    '-e: deep[1].inner: {% if %} is not closed  E_TEMPLATE',
    '    Close it with {% endif %}.',
  ])
})

test('a secret instead of text is reported as such', async () => {
  const inventory = await loadInventory(['inline.yml'], { cwd })
  assert.equal(await errorsOf(inventory, 'h', z.object({ pw: z.string() })), [
    'inline.yml:4:18  h: pw  expected string, got a secret  E_VARS',
    '    It comes from a vault: use secretText in the schema.',
  ])
  assert.equal(await errorsOf(inventory, 'h', z.object({ pw: z.instanceof(Secret) })), [])
})

test('without a schema everything comes back, and what cannot be evaluated fails where it is read', async () => {
  const inventory = await load()
  const host = inventory.host('was-01')!
  const vars = validateVars(undefined, [host], was).get(host) as Record<string, unknown>
  assert.is(vars.site, 'main')
  assert.is(vars.raw, '{{ kept }}')
  assert.is(vars.template, 'main/x')
  assert.throws(
    () => vars.broken,
    (error: PlaybookError) =>
      error.code === 'E_UNDEFINED' &&
      error.where?.line === 9 &&
      error.message === 'was-01: broken: "sit" is undefined',
  )
})

async function errorsOf(
  inventory: Inventory,
  pattern: string,
  schema: z.ZodType,
): Promise<readonly string[]> {
  try {
    validateVars(schema, inventory.select(pattern), was)
  } catch (error) {
    return shownLines(error, cwd)
  }
  return []
}

test('A variable that several plays lack is one error', () => {
  const error = (play: string, name = 'port') =>
    new PlaybookError('E_MISSING_VAR', `web: ${name} is missing; ${play} needs it`, {
      where: { file: 'a.yaml', line: 1 },
    })
  const merged = mergeMissing([
    error('A (a.ts:1)'),
    error('A (a.ts:1)', 'host'),
    error('B (b.ts:2)'),
    error('C'),
  ])
  assert.equal(
    merged.map(({ message }) => message),
    [
      'web: port is missing; A (a.ts:1), B (b.ts:2) and C need it',
      'web: host is missing; A (a.ts:1) needs it',
    ],
  )
})

test.run()
