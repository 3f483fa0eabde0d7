// Tests the command test: converge, idempotence and verify, with their exit codes.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'

const playbook = (tasks: string) => `import { definePlay } from 'run-playbook'
import { copyFile, shell } from 'run-playbook/tasks'
export default definePlay({ name: 'Tested', hosts: 'web', tasks: ({ name }) => [${tasks}] })
`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'good.ts': playbook("copyFile({ dest: process.cwd() + '/' + name, content: 'x\\n' })"),
  'again.ts': playbook("name === 'two' && shell({ script: 'true' }, { title: 'always' })"),
  'fails.ts': playbook(
    "shell({ script: 'exit 3' }), copyFile({ dest: process.cwd() + '/late', content: '' })",
  ),
  'good.verify.ts': playbook("shell({ script: 'cat ' + process.cwd() + '/' + name })"),
  'wrong.ts': playbook("shell({ script: 'exit 5' }, { title: 'is it there' })"),
  'own/verify.ts': playbook("shell({ script: 'exit 6' })"),
  'own/play.ts': playbook(''),
})
test.after(() => site.remove())

const phases = (stderr: string) => stderr.match(/^(?:Converge|Idempotence|Verify|Passed|Failed).*$/gm)

const rows: readonly [args: string, code: number, phases: readonly string[]][] = [
  [
    'good.ts',
    0,
    [
      'Converge: good.ts',
      'Idempotence: good.ts',
      `Verify: ${site.path}/good.verify.ts`,
      'Passed: converge, idempotence, verify.',
    ],
  ],
  [
    'good.ts --verify wrong.ts',
    2,
    ['Converge: good.ts', 'Idempotence: good.ts', 'Verify: wrong.ts', 'Failed: verify.'],
  ],
  ['again.ts', 8, ['Converge: again.ts', 'Idempotence: again.ts', 'Failed: idempotence.']],
  ['fails.ts', 2, ['Converge: fails.ts', 'Failed: converge.']],
  [
    'own/play.ts',
    2,
    [
      'Converge: own/play.ts',
      'Idempotence: own/play.ts',
      `Verify: ${site.path}/own/verify.ts`,
      'Failed: verify.',
    ],
  ],
]

for (const [args, code, expected] of rows) {
  test(`test ${args} ends with ${code}`, async () => {
    const ended = await site.run(`test ${args} -i inventory.yaml`)
    assert.equal([ended.code, phases(ended.stderr)], [code, expected], ended.stdout + ended.stderr)
  })
}

test('What changed again is named; the limit of hosts holds for all phases', async () => {
  const { stderr } = await site.run('test again.ts -i inventory.yaml')
  assert.match(stderr, /^ {4}changed again on two: always$/m)
  assert.is((await site.run('test again.ts -i inventory.yaml -l one')).code, 0)
})

test('Wrong files are found before any host is contacted', async () => {
  rmSync(join(site.path, 'one'), { force: true })
  const { code, stderr } = await site.run('test good.ts -i inventory.yaml --verify none.ts')
  assert.is(code, 1)
  assert.match(stderr, /No playbook "none.ts"/)
  assert.not.ok(existsSync(join(site.path, 'one')))
  assert.is((await site.run('test -i inventory.yaml')).code, 1)
  assert.match((await site.run('test good.ts --check -i inventory.yaml')).stderr, /unknown option '--check'/)
})

test('Its help says the phases and exit codes', async () => {
  const { code, stdout } = await site.run('test --help')
  assert.is(code, 0)
  for (const word of ['converge', 'idempotence', 'verify', '--verify', '8 ', 'Exit codes'])
    assert.match(stdout, word)
})

test.run()
