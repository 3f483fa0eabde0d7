// Two commands at once on one host, with --lock.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'

/** Made by the first command once it changes the host. */
const begun = join(mkdtempSync(join(tmpdir(), 'run-playbook-begun-')), 'begun')

const playbook = (name: string, script: string) => `
import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'
export default definePlay({ name: '${name}', hosts: 'one', tasks: () => [shell({ script: '${script}' })] })
`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'first.ts': playbook('first', `touch ${begun}; sleep 120`),
  'second.ts': playbook('second', 'true'),
})
test.after(() => {
  site.remove()
  rmSync(dirname(begun), { recursive: true })
})

test('a second command names the first; once that is interrupted, the lock is free', async () => {
  const wait = { env: { RUN_PLAYBOOK_LOCK: 'wait' } }
  const words = (name: string, ...more: string[]) => [name, '-i', 'inventory.yaml', ...more]
  const first = site.start(words('first.ts', '-v'), wait)
  while (!existsSync(begun)) await new Promise((resolve) => setTimeout(resolve, 50))
  const failed = await site.runWords(words('second.ts', '--lock', 'fail'))
  assert.is(failed.code, 2)
  assert.match(failed.stdout + failed.stderr, /one is being changed by first\.ts, \S+@\S+, since \d\d:\d\d\./)
  assert.is((await site.runWords(words('second.ts', '--lock', 'off'))).code, 0)
  const second = site.start(words('second.ts'), wait)
  await second.says(/waiting for it to end, at most 600 s/)
  first.child.kill('SIGINT')
  const { code } = await second.ended
  assert.is(code, 0)
})

test.run()
