// Tests the JSON Schema of --schema with an independent validator.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { testFolder } from '../../testFolder.ts'
import { runHere } from '../inProcess.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const cache = testFolder('cache')

const validatorOf = async (flags: string) => {
  const { stdout } = await runHere(root, ['inventory', ...flags.split(' ')], { XDG_CACHE_HOME: cache })
  return new Ajv({ allErrors: true, strict: false, formats: { uri: true, email: true } }).compile(
    JSON.parse(stdout),
  )
}
const yaml = (file: string) =>
  parse(readFileSync(join(root, file), 'utf8'), {
    version: '1.1',
    customTags: [{ tag: '!vault', resolve: (text: string) => text }],
  })

for (const playbook of ['was.ts', 'web.ts', 'site.ts']) {
  test(`the project's own inventories are what the schema of ${playbook} wants`, async () => {
    const ofInventory = await validatorOf(`--schema ${playbook}`)
    const ofVars = await validatorOf(`--schema ${playbook} --vars`)
    for (const file of ['inventory/lab.yaml', 'inventory/production.yaml'])
      assert.ok(ofInventory(yaml(file)), `${file}: ${JSON.stringify(ofInventory.errors)}`)
    for (const file of ['inventory/group_vars/was.yaml', 'inventory/group_vars/web.yaml'])
      assert.ok(ofVars(yaml(file)), `${file}: ${JSON.stringify(ofVars.errors)}`)
  })
}

const wrong: readonly (readonly [title: string, inventory: string, place: string])[] = [
  ['an unknown key of a group', 'was: { host: { was-01: } }', '/was'],
  ['hosts as a list', 'was: { hosts: [was-01] }', '/was/hosts'],
  [
    'a port that is a mapping',
    'was: { hosts: { was-01: { ansible_port: {} } } }',
    '/was/hosts/was-01/ansible_port',
  ],
  ['a variable of the wrong type', 'was: { vars: { tomcat_urls: { a: 1 } } }', '/was/vars/tomcat_urls'],
  [
    'deep inside of children',
    'all: { children: { site: { children: { was: { vars: { instances: 5 } } } } } }',
    '/all/children/site/children/was/vars/instances',
  ],
]

for (const [title, inventory, place] of wrong) {
  test(`the schema finds ${title}`, async () => {
    const validate = await validatorOf('--schema was.ts')
    assert.not.ok(validate(parse(inventory)))
    const places = validate.errors?.map(({ instancePath }) => instancePath) ?? []
    assert.ok(places.includes(place), places.join(', '))
  })
}

test.run()
