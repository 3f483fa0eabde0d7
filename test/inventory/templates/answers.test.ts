// Tests that variables with templates have the values and types that Ansible gives them.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { TemplateEvaluator } from '../../../src/inventory/templates/evaluator.ts'
import { plainValue } from '../../../src/jinja/evaluation/concat.ts'
import { repr } from '../../../src/jinja/values/text.ts'
import { UndefinedUsed } from '../../../src/jinja/values/value.ts'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { inventoryFixtures } from '../fixtures.ts'

const folder = join(inventoryFixtures, 'templates')
let count = 0

for (const name of readdirSync(folder).sort()) {
  const cwd = join(folder, name)
  const source = readdirSync(cwd).find((each) => each.startsWith('hosts.'))!
  const answers = JSON.parse(readFileSync(join(cwd, 'answers.json'), 'utf8')) as {
    readonly [host: string]: { readonly [name: string]: string | null }
  }
  for (const [host, variables] of Object.entries(answers)) {
    count += Object.keys(variables).length
    test(`${name}: the variables of ${host} are those of Ansible`, async () => {
      const inventory = await loadInventory([source], { cwd })
      const { hosts, groups } = inventory
      const evaluator = new TemplateEvaluator({
        hosts,
        groups,
        playbookDir: undefined,
        cwd,
        searchPath: [cwd],
      })
      const results = Object.keys(variables).map((variable) => {
        try {
          return [variable, repr(plainValue(evaluator.variable(inventory.host(host)!, variable)!))]
        } catch (error) {
          if (!(error instanceof UndefinedUsed || error instanceof PlaybookError)) throw error
          return [variable, null]
        }
      })
      assert.equal(Object.fromEntries(results), variables)
    })
  }
}

test('there are at least 100 of them', () => assert.ok(count >= 100, String(count)))

test.run()
