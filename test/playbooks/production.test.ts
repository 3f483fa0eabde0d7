// The inventory for real hosts is complete, but for the addresses.

import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../cli/command.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const inventory = `-i ${root}inventory/production.yaml`
const site = cliSite({})
type Counts = { host: string; failed: number; unreachable: number }

test.after(() => site.remove())

for (const playbook of ['was.ts', 'web.ts', 'site.ts', 'rolling.ts', 'sessions.ts'])
  test(`${playbook} loads with it`, async () => {
    const { code, stderr } = await site.run(`${root}playbooks/${playbook} ${inventory} --syntax-check`)
    assert.equal([code, stderr], [0, ''])
  })

test('a dry run fails for the hosts that are not there, and for nothing else', async () => {
  const nowhere = '-e ansible_host=127.0.0.1 -e ansible_port=1 -e site_address=192.0.2.9'
  const { code, stdout } = await site.run(
    `${root}playbooks/site.ts ${inventory} --check ${nowhere} --output jsonl`,
  )
  assert.is(code, 4, stdout)
  const { hosts } = JSON.parse(stdout.trim().split('\n').at(-1)!)
  assert.equal(
    hosts.map(({ host, failed, unreachable }: Counts) => [host, failed, unreachable]),
    ['was-01', 'was-02', 'web-01', 'web-02'].map((host) => [host, 0, 1]),
  )
})

test.run()
