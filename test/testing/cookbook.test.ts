// Runs every recipe of docs/cookbook.md twice, on a described host.

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { fakeHost, testPlay } from '../../src/testing/index.ts'
import { loadPlaybook } from '../../src/userCode/loadPlaybook.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/cookbook.md', import.meta.url)), 'utf8')
const recipes = [...page.matchAll(/^## (.*)\n\n```ts\n\/\/ (\S+)\n([\s\S]*?)```/gm)]
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-cookbook-')))
mkdirSync(folder, { recursive: true })
test.after(() => rmSync(folder, { recursive: true, force: true }))

const files = {
  '/etc/app.conf': 'port = 80\n',
  '/etc/app.ini': '[database]\nhost = old\n',
  '/etc/app.properties': 'server.port=80\n',
  '/etc/server.xml': '<Server>\n  <Connector port="8080"/>\n</Server>\n',
  '/etc/app.json': '{ "log": { "level": "info" } }\n',
  '/etc/app.yaml': 'log:\n  level: info # less\n',
  '/etc/old.conf': '',
  '/etc/hosts.allow': 'sshd: old.example\n',
  '/etc/default/app': 'PORT=80\n',
  '/srv/': '',
}

test('the page has recipes, each with a question', () => {
  assert.is(recipes.length, page.match(/^## How do I .*\?$/gm)?.length)
  assert.ok(recipes.length >= 24)
})

for (const [, title, name = '', code = ''] of recipes) {
  test(`${title} (${name})`, async () => {
    writeFileSync(join(folder, name), code)
    const [play] = await loadPlaybook(join(folder, name))
    const { tasks, changes, secondRun } = await testPlay(play!, fakeHost({ os: 'rocky 9.4', files }))
    assert.equal(
      tasks.filter(({ status }) => status === 'failed').map(({ error }) => error?.message),
      [],
    )
    assert.ok(changes.length > 0, 'changes something')
    assert.equal(secondRun.changes, [])
  })
}

test.run()
