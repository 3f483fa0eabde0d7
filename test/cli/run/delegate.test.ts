// Tests delegated tasks on a host behind a real sshd.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { freePort, type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { cliSite } from '../command.ts'

const missing = sshdMissing()
const test = suite(missing ? `delegate: skipped, ${missing}` : 'delegate')
const it = missing ? test.skip : test

const site = cliSite({
  'balance.ts': `import { definePlay } from 'run-playbook'
import { line, shell } from 'run-playbook/tasks'

const file = process.cwd() + '/balancer.conf'
const reload = shell({ script: 'echo reloaded >> ' + file + '.log', writes: [file + '.log'] }, { delegateTo: 'lb', title: 'reload' })
export default definePlay({
  name: 'Balance',
  hosts: 'near',
  tasks: ({ name }) => [
    line({ path: file, line: 'server ' + name, create: true }, { delegateTo: 'lb', notify: reload }),
    shell({ script: 'echo "over ssh: $SSH_CONNECTION" >> ' + file + '.how', writes: [file + '.how'] }, { delegateTo: 'lb', runOnce: true, title: 'how' }),
  ],
})
`,
  'lost.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'

const after = shell({ script: 'touch after', chdir: process.cwd() }, { title: 'after' })
export const play = (options) =>
  definePlay({
    name: 'Lost',
    hosts: 'near-01',
    tasks: () => [shell({ script: 'true' }, { delegateTo: 'gone', title: 'there', ...options }), after],
  })
export default play({})
`,
  'forgiven.ts': `import { play } from './lost.ts'

export default play({ ignoreUnreachable: true })
`,
})

let sshd: Sshd

test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  const local = { ansible_connection: 'local' }
  const reached = {
    ...{ ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_user: 'root' },
    ansible_ssh_private_key_file: sshd.keyFile,
    ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${sshd.knownHostsFile} -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none`,
  }
  const near = { hosts: { 'near-01': local, 'near-02': local, 'near-03': local } }
  const far = { hosts: { lb: reached, gone: { ...reached, ansible_port: await freePort() } } }
  site.write({ 'inventory.yaml': `${JSON.stringify({ all: { children: { near, far } } })}\n` })
})
test.after(async () => {
  await sshd?.stop()
  site.remove()
})

const read = (name: string) => readFileSync(join(site.path, name), 'utf8').split('\n').slice(0, -1)

it('hosts that change one file of a delegate lose no line, and once is once', async () => {
  const { code, stdout, stderr } = await site.run('balance -i inventory.yaml -vv')
  assert.is(code, 0, stdout + stderr)
  assert.equal(read('balancer.conf').sort(), ['server near-01', 'server near-02', 'server near-03'])
  assert.is(read('balancer.conf.log').length, 3)
  assert.is(read('balancer.conf.how').length, 1)
  assert.match(read('balancer.conf.how')[0]!, /^over ssh: 127\.0\.0\.1 /)
  assert.match(stdout, /^near-02 -> lb {2}changed {2}line/m)
  assert.match(stdout, /^near-03 -> lb {2}handler {2}reload/m)
})

it('a dry run of it all asks the delegate in one trip, for all hosts', async () => {
  const { code, stdout } = await site.run('balance -i inventory.yaml --check -vv')
  assert.is(code, 0)
  assert.match(stdout, /^near-02 -> lb {2}ok/m)
  assert.is(stdout.match(/^lb +trip /gm)?.length, 1, stdout)
})

it('a delegate that cannot be reached fails the task, not the host: exit code 2', async () => {
  const { code, stdout } = await site.run('lost -i inventory.yaml')
  assert.is(code, 2)
  assert.match(stdout, /^near-01 -> gone {2}FAILED {3}there +E_OTHER_HOST/m)
  assert.match(stdout, 'gone, which this task also needs:')
  assert.not(existsSync(join(site.path, 'after')))
})

it('its loss may be ignored, and the host goes on', async () => {
  const { code, stdout } = await site.run('forgiven -i inventory.yaml')
  assert.is(code, 0, stdout)
  assert.match(stdout, /^near-01 -> gone {2}ignored {2}there/m)
  assert.ok(existsSync(join(site.path, 'after')))
})

test.run()
