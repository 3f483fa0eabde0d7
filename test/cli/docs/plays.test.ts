// Tests that docs/plays.md is up to date, and that its example and claims hold.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { playsText } from '../../../docs/plays.ts'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const root = resolve(fileURLToPath(new URL('../../../..', import.meta.url)))
const page = readFileSync(join(root, 'docs/plays.md'), 'utf8')

const inventory = `all:
  children:
    web:
      hosts:
        web-02: { ansible_connection: local, version: '1' }
        web-01: { ansible_connection: local, version: '1' }
        web-03: { ansible_connection: local, version: '1' }
    balancers:
      hosts:
        lb-01: { ansible_connection: local, version: '1' }
    app:
      hosts:
        app-01: { ansible_connection: local, version: '1' }
`

const site = cliSite({
  'inventory.yaml': inventory,
  'site.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'

const say = (word, options = {}) => shell({ script: \`echo \${word} >> order.txt\`, chdir: process.cwd() }, { title: word, ...options })
export default definePlay({
  name: 'Site',
  hosts: 'web',
  order: 'sorted',
  serial: [1, 2],
  tasks: ({ name }) => [
    say('once', { runOnce: true, delegateTo: 'lb-01', notify: say('reload', { delegateTo: 'localhost' }) }),
    say(name),
  ],
})
`,
  'failing.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'

const handler = shell({ script: 'echo handled > handled.txt', chdir: process.cwd() }, { title: 'handler' })
export default definePlay({
  name: 'Failing',
  hosts: 'web-01',
  tasks: () => [shell({ script: 'true' }, { notify: handler }), shell({ script: 'exit 1' })],
})
`,
  'example.ts': page.slice(page.indexOf('```ts') + 5, page.indexOf('```\n\n')),
  'files/app.conf': 'a\n',
  'files/app.conf.old': 'a\n',
})
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(' '))

test('docs/plays.md is up to date: npm run docs writes it', () =>
  assert.ok(page === playsText(), 'docs/plays.md is not what docs/keywords.ts says: npm run docs'))

test('the example of docs/plays.md is a playbook without an error', async () => {
  const { code, stdout, stderr } = await here('example.ts -i inventory.yaml --syntax-check')
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, 'No errors found in 1 play')
})

test('order, batches, runOnce and delegates: in the order that the play says, reported as host -> delegate', async () => {
  const { code, stdout } = await here('site.ts -i inventory.yaml --output lines')
  assert.is(code, 0)
  const printed = readFileSync(join(site.path, 'order.txt'), 'utf8').split('\n')
  assert.equal(printed.slice(0, 3), ['once', 'web-01', 'reload'])
  assert.is(printed[3], 'once')
  assert.equal(printed.slice(4, -1).sort(), ['reload', 'web-02', 'web-03'])
  assert.match(stdout, /^web-01 -> lb-01 {2}changed {2}once/m)
  assert.match(stdout, /^web-01 -> localhost {2}handler {2}reload/m)
  assert.match(stdout, /^web-02 -> lb-01 {2}changed {2}once/m)
})

test('jsonl names the delegate beside the host, and says why a host passes a task', async () => {
  const { stdout } = await here('site.ts -i inventory.yaml --output jsonl')
  const ends = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event, task }) => event === 'taskEnd' && task === 'once')
  assert.equal(
    ends.map(({ host, delegate, status, reason }) => [host, delegate, status, reason]),
    [
      ['web-01', 'lb-01', 'changed', undefined],
      ['web-02', 'lb-01', 'changed', undefined],
      ['web-03', 'lb-01', 'skipped', 'runs once, on web-02'],
    ],
  )
})

test('handlers of a failed host run with --force-handlers, and are pending without', async () => {
  const handled = () => readFileSync(join(site.path, 'handled.txt'), 'utf8')
  const owing = await here('failing.ts -i inventory.yaml')
  assert.is(owing.code, 2)
  assert.throws(handled)
  const forced = await here('failing.ts -i inventory.yaml --force-handlers')
  assert.is(forced.code, 2)
  assert.match(forced.stdout, /handler {2}handler/)
  assert.is(handled(), 'handled\n')
})

const wrong: [title: string, options: string, printed: RegExp, hint: string][] = [
  [
    'an unknown delegate',
    "{ delegateTo: 'lb-1' }",
    /wrong\.ts:7.*No host "lb-1" in the inventory\./,
    'lb-01',
  ],
  [
    'a keyword that does not exist',
    '{ runonce: true }',
    /wrong\.ts:7.*a task has no keyword runonce\./,
    'runOnce',
  ],
]
for (const [title, options, printed, hint] of wrong) {
  test(`${title} is reported with its line and a suggestion, and nothing is run`, async () => {
    site.write({ 'wrong.ts': wrongPlay(options) })
    const { code, stdout, stderr } = await site.run('wrong.ts -i inventory.yaml')
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, printed)
    assert.match(stderr, `Did you mean ${hint}?`)
  })
}

function wrongPlay(options: string): string {
  return `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'

export default definePlay({
  name: 'Wrong',
  hosts: 'web',
  tasks: () => [shell({ script: 'touch wrong' }, ${options})],
})
`
}

test.run()
