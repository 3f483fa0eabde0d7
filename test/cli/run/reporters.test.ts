// Tests users' reporters: files, packages, their errors, and who may have written them.

import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'

const reporter = (body: string, name = 'mine') =>
  `import { writeFileSync } from 'node:fs'
import { defineReporter } from 'run-playbook'
const events: string[] = []
export default defineReporter({ name: '${name}', start: ({ cwd }) => (${body}) })
`
const noting = (file: string) =>
  `{ handle: (event) => void events.push(event.event + (event.event === 'taskEnd' ? ' ' + event.stdout.trim() : '')), close: async () => { await new Promise((resolve) => setTimeout(resolve, 50)); writeFileSync(cwd + '/${file}', events.join()) } }`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'play.ts': `import { definePlay, secret } from 'run-playbook'
import { shell } from 'run-playbook/tasks'
export default definePlay({ name: 'Reported', hosts: 'one', tasks: () => [shell({ script: 'cat', stdin: secret('hunter2-hunter2') }, { title: 'says' })] })
`,
  'good.ts': reporter(noting('good.txt')),
  'throws.ts': reporter(
    `{ handle: (event) => { if (event.event === 'taskStart') throw new Error('boom') } }`,
    'throwing',
  ),
  'rejects.ts': reporter(`{ handle: async () => { throw new Error('late boom') } }`, 'rejecting'),
  'start.ts': reporter(`{ handle: (null as any).x }`, 'starting'),
  'closes.ts': reporter(`{ handle: () => {}, close: () => { throw new Error('close boom') } }`, 'closing'),
  'none.ts': 'export default 5\n',
  'node_modules/their-reporter/package.json':
    '{ "name": "their-reporter", "type": "module", "exports": { "import": "./index.js" } }',
  'node_modules/their-reporter/index.js': reporter(noting('theirs.txt'), 'theirs').replace(': string[]', ''),
  'node_modules/shared-reporter/package.json':
    '{ "name": "shared-reporter", "main": "index.js", "type": "module" }',
  'node_modules/shared-reporter/index.js': reporter(noting('shared.txt'), 'shared').replace(': string[]', ''),
})
test.after(() => site.remove())
chmodSync(join(site.path, 'node_modules/shared-reporter'), 0o777)

const text = (file: string) => readFileSync(join(site.path, file), 'utf8')

test('A reporter from a file and one from a package get all events, masked, beside the built-in one', async () => {
  const { code, stdout, stderr } = await site.run(
    'play.ts -i inventory.yaml --reporter ./good.ts --reporter their-reporter',
  )
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /one +changed +says/)
  const events = text('good.txt').split(',')
  assert.equal([events[0], events.at(-1)], ['start', 'runEnd'])
  assert.ok(events.includes('taskEnd ••••••••'))
  assert.is(text('theirs.txt'), text('good.txt'))
})

for (const [file, message] of [
  ['throws', /The reporter throwing failed: boom \(.*throws\.ts:\d+\)\. It gets no more events\./],
  ['rejects', /The reporter rejecting failed: late boom/],
  ['start', /The reporter starting failed: Cannot read properties of null/],
  ['closes', /The reporter closing failed: close boom/],
] as const) {
  test(`An error in a reporter is named once, and stops neither the run nor other reporters: ${file}`, async () => {
    const { code, stdout, stderr } = await site.run(
      `play.ts -i inventory.yaml --reporter ${file}.ts --reporter good.ts`,
    )
    assert.is(code, 0)
    assert.match(stdout, /1 host: 1 ok · 1 changed/)
    assert.match(stderr, message)
    assert.is(stderr.match(/The reporter/g)!.length, 1)
    assert.match(text('good.txt'), /runEnd$/)
  })
}

test('With --output jsonl the error is a warning in the stream', async () => {
  const { stdout } = await site.run('play.ts -i inventory.yaml --output jsonl --reporter throws.ts')
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.match(events.find(({ event }) => event === 'warning').message, /throwing failed: boom/)
  assert.is(events.at(-1).event, 'runEnd')
})

test('A recorded run is reported too, and the configuration may name reporters', async () => {
  await site.run('play.ts -i inventory.yaml')
  assert.is((await site.run('report --reporter good.ts')).code, 0)
  assert.match(text('good.txt'), /^start,runStart.*runEnd$/)
  site.write({ 'good.txt': '' })
  await site.run('play.ts -i inventory.yaml', { env: { RUN_PLAYBOOK_REPORTER: 'good.ts' } })
  assert.match(text('good.txt'), /runEnd$/)
})

for (const [name, code, hint] of [
  ['./nowhere.ts', 'E_NO_FILE', ''],
  ['none.ts', 'E_NO_REPORTER', 'export default defineReporter'],
  ['no-such-reporter', 'E_NO_REPORTER', 'npm install no-such-reporter'],
  ['shared-reporter', 'E_NO_REPORTER', 'If you trust it, give its file'],
] as const) {
  test(`Refused before any host is contacted: ${name}`, async () => {
    const { code: exit, stderr, stdout } = await site.run(`play.ts -i inventory.yaml --reporter ${name}`)
    assert.equal([exit, stdout], [1, ''])
    assert.match(stderr, code)
    assert.match(stderr, hint)
  })
}

test.run()
