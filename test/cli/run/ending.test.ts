// Tests the end of runs: -q, exit codes, pending handlers, hints.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const hosts = Array.from({ length: 12 }, (_, n) => `app-${String(n + 1).padStart(2, '0')}`)
const site = cliSite({
  'inventory.yaml': `app:\n  hosts:\n${hosts.map((name) => `    ${name}: { ansible_connection: local }\n`).join('')}`,
  'play.ts': `import { definePlay } from 'run-playbook'
import { command, copyFile } from 'run-playbook/tasks'
const restart = command({ argv: ['true'] }, { title: 'restart app' })
export default definePlay({
  name: 'App',
  hosts: 'app',
  tasks: ({ name }) => [
    copyFile({ dest: \`\${process.cwd()}/\${name}.conf\`, content: 'x\\n' }, { notify: restart }),
    name === 'app-07' && command({ argv: ['ls', '/no/such/folder'] }),
    command({ argv: ['sh', '-c', 'echo printed-' + name] }, { title: 'talk' }),
  ],
})
`,
  'still.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ name: 'Still', hosts: 'app', tasks: () => [command({ argv: ['true'], changed: false })] })
`,
})
test.after(() => site.remove())

test('-q: the failure in whole, pending handlers, and the way on as it was typed', async () => {
  const env = { npm_command: 'exec', npm_config_user_agent: 'npm/10.8.2 node/v20' }
  const { code, stdout, stderr } = await site.run('play.ts -i inventory.yaml -q', { env })
  assert.equal([code, stderr], [2, ''])
  assert.match(
    stdout,
    /^App {2}12 hosts: 11 ok · 34 changed · 1 failed · .*\nchanged on 11 hosts\n {2}copyFile \S+<host>\.conf {3}absent → 2 bytes\n/,
  )
  assert.match(
    stdout,
    /\nfailed: app-07\n {2}command ls \/no\/such\/folder {3}E_STEP {3}play\.ts:9\n {4}Exit code 2: ls \/no\/such\/folder\n {4}ls: .*\n {4}not done: 2 of 3 tasks\n/,
  )
  assert.match(
    stdout,
    /\nhandlers still to run on app-07: restart app\n(?:slowest: .*\n)?npx run-playbook play\.ts --resume {3}resumes from here\n$/,
  )
  assert.ok(stdout.split('\n').length <= 40)
})

const codes: readonly [args: string, code: number][] = [
  ['still.ts -i inventory.yaml', 0],
  ['still.ts -i inventory.yaml --detailed-exitcode', 0],
  ['play.ts -i inventory.yaml -l app-01 --check', 0],
  ['play.ts -i inventory.yaml -l app-01 --check --detailed-exitcode', 3],
  ['play.ts -i inventory.yaml -l app-07 --detailed-exitcode', 2],
]

for (const [args, expected] of codes) {
  test(`Exit code ${expected}: ${args}`, async () => assert.is((await site.run(args)).code, expected))
}

test('--list-tasks lists equal hosts once', async () => {
  const { code, stdout } = await site.run('play.ts -i inventory.yaml --list-tasks')
  assert.is(code, 0)
  assert.match(
    stdout,
    /^App {2}\(app\)\n {2}11 hosts: app-01 app-02 .* and \d more\n {4}copyFile \S+\/<host>\.conf\n {4}talk\n {2}app-07\n {4}copyFile \S+app-07\.conf\n {4}command ls \/no\/such\/folder\n {4}talk\n$/,
  )
})

test('Hosts that are not reached are named with the reason, and have begun no task', async () => {
  const far = ['far-01', 'far-02'].map(
    (name) => `    ${name}: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none }\n`,
  )
  site.write({ 'far.yaml': `app:\n  hosts:\n    app-01: { ansible_connection: local }\n${far.join('')}` })
  const { code, stdout } = await site.run('still.ts -i far.yaml -q')
  assert.is(code, 4)
  assert.match(stdout, /\nunreachable: far-01 far-02\s+\S+ refused the connection:/)
  assert.match(
    (await site.run('still.ts -i far.yaml')).stdout,
    /^far-0\d {2}UNREACHABLE {2}connect {2,}E_CONNECT_REFUSED\n {8}\S+ refused/m,
  )
})

test.run()
