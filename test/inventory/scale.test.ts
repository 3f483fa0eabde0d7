// The time for large inventories grows linearly with their hosts.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Inventory, loadInventory } from '../../src/inventory/inventory.ts'
import { validateVars } from '../../src/inventory/vars/validateVars.ts'
import { listInventory } from '../../src/inventory/views/listing.ts'
import { AggregatePlaybookError } from '../../src/model/errors/error.ts'
import { testFolder } from '../testFolder.ts'

const folder = testFolder('inventory-scale')
writeFileSync(
  join(folder, 'hosts.yaml'),
  `all:
  vars: { number: text, jinja: "{{ x }}" }
  children:
    web: { hosts: { "web[00001:25000].example.com": { http: 80 } }, vars: { ansible_user: deploy } }
    db: { hosts: { "db[00001:25000].example.com": } }
    even: { hosts: { "web[00002:25000:2].example.com": } }
    site: { children: { web: , db: } }
`,
)
let inventory: Inventory

/** CPU seconds that each step may take; quadratic growth would take minutes. */
const secondsAllowed = 15

const steps: readonly (readonly [title: string, work: () => unknown])[] = [
  [
    'loaded',
    async () => {
      inventory = await loadInventory(['hosts.yaml'], { cwd: folder })
      assert.is(inventory.hosts.length, 50_000)
    },
  ],
  [
    'chosen by patterns and a limit',
    () => assert.is(inventory.select('site:!even:~db.*', 'web*:db0*[0:9]').length, 12_510),
  ],
  ['listed', () => assert.is(Object.keys(listInventory(inventory)._meta.hostvars).length, 50_000)],
  [
    'checked, and what is wrong with all of them is reported once',
    () => {
      const schema = z.object({ number: z.int(), jinja: z.string(), lacking: z.string() })
      try {
        validateVars(schema, inventory.select('all'), { name: 'P' })
        assert.unreachable('nothing was found wrong')
      } catch (thrown) {
        assert.instance(thrown, AggregatePlaybookError)
        assert.is((thrown as AggregatePlaybookError).errors.length, 3)
      }
    },
  ],
]

for (const [title, work] of steps) {
  test(`50,000 hosts are ${title}`, async () => {
    const before = process.cpuUsage()
    await work()
    const { user } = process.cpuUsage(before)
    assert.ok(user < secondsAllowed * 1e6, `${user / 1e6} s`)
  })
}

test.run()
