// Tests the task template with a real inventory: nested variables, floats, other hosts.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, z } from '../../src/index.ts'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { bindPlays } from '../../src/run/bindPlays.ts'
import { template } from '../../tasks/files/template.ts'

const rows: [title: string, vars: string, text: string, expected: string][] = [
  [
    'a float stays one',
    '{ version: 1.0, deep: { x: [2.50] } }',
    '{{ version }} {{ deep }}',
    "1.0 {'x': [2.5]}",
  ],
  [
    'a variable that refers to others is evaluated',
    "{ version: 1.0, path: '/srv/{{ version }}' }",
    '{{ path }} {{ version }}',
    '/srv/1.0 1.0',
  ],
  [
    'a float of another host stays one',
    '{ version: 1.0 }',
    '{{ hostvars.two.version }} {{ hostvars.two }}',
    "1.0 {'version': 1.0, 'inventory_hostname': 'two', 'inventory_hostname_short': 'two', 'group_names': ['web'], 'groups': {'all': ['one', 'two'], 'ungrouped': [], 'web': ['one', 'two'], 'empty': []}}",
  ],
  [
    'other hosts are seen with all that they have',
    '{ port: 80 }',
    '{{ hostvars.two.port }} {{ hostvars.two.inventory_hostname }} {{ groups.web }} {{ groups.empty }}',
    "80 two ['one', 'two'] []",
  ],
]

for (const [title, vars, text, expected] of rows) {
  test(`in a template ${title}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'run-playbook-variables-'))
    try {
      const inventory = `all:\n  vars: ${vars}\n  children:\n    web: { hosts: { one: , two: } }\n    empty: {}\n`
      writeFileSync(join(folder, 'hosts.yaml'), inventory)
      writeFileSync(join(folder, 't.j2'), text)
      const play = definePlay({
        name: 'test',
        hosts: 'one',
        vars: z.object({ version: z.number().optional() }),
        tasks: () => [template({ src: join(folder, 't.j2'), dest: '/x' })],
      })
      const loaded = await loadInventory(['hosts.yaml'], { cwd: folder })
      const [plan] = await bindPlays([play], loaded, { tags: [], skipTags: [] } as never, {} as never)
      const { inputs } = plan!.hosts[0]!.items![0]!
      assert.is(String((inputs as { content: Buffer }).content), expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

test.run()
