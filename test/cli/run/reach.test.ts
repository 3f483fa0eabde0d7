// Tests unreachable hosts and connection flags with a real sshd.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { freePort, makeKey, type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { addUser, becomeMissing, type TestUser } from '../../transport/testUser.ts'
import { cliSite } from '../command.ts'

const missing = sshdMissing()
const test = suite(missing ? `reach: skipped, ${missing}` : 'reach')
const it = missing ? test.skip : test

const site = cliSite({
  'play.ts': `import { definePlay } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Reach',
  hosts: 'all',
  tasks: (host) => [copyFile({ dest: \`\${process.cwd()}/\${host.name}.out\`, content: 'x' })],
})
`,
})

let sshd: Sshd
let silent: Server
let user: TestUser | undefined
const sockets = new Set<Socket>()

test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  silent = createServer((socket) => sockets.add(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const closed = await freePort()
  const type = (name: string) => join(site.path, name)
  makeKey(type('other'), 'ed25519')
  writeFileSync(type('changed_hosts'), otherHostKey(type('other.pub'), sshd.port))
  writeFileSync(type('no_hosts'), '')
  const common = (hosts: string) =>
    `-F none -o UserKnownHostsFile=${hosts} -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none`
  const inventory = (vars: Record<string, unknown>) =>
    `${JSON.stringify({ all: { hosts: { far: { ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_ssh_common_args: common(sshd.knownHostsFile), ...vars } } } })}\n`
  site.write({
    'good.yaml': inventory({}),
    'closed.yaml': inventory({ ansible_port: closed }),
    'silent.yaml': inventory({ ansible_port: (silent.address() as { port: number }).port }),
    'changed.yaml': inventory({ ansible_ssh_common_args: common(type('changed_hosts')) }),
    'unknown.yaml': inventory({ ansible_ssh_common_args: common(type('no_hosts')) }),
    'bare.yaml': inventory({ ansible_ssh_common_args: '-F none' }),
    'two.yaml': `${JSON.stringify({ all: { hosts: { near: { ansible_connection: 'local' }, far: { ansible_host: '127.0.0.1', ansible_port: closed } } } })}\n`,
    password: 'wrong',
  })
})
test.after(async () => {
  for (const socket of sockets) socket.destroy()
  silent?.close()
  await sshd?.stop()
  user?.remove()
  site.remove()
})

const ways: readonly [title: string, words: () => readonly string[]][] = [
  ['-u and --private-key', () => ['-i', 'good.yaml', '-u', 'root', '--private-key', sshd.keyFile]],
  [
    '--user, a timeout',
    () => ['-i', 'good.yaml', '--user', 'root', '-T', '5', '--private-key', sshd.keyFile],
  ],
  [
    '--ssh-extra-args behind --ssh-common-args',
    () => [
      '-i',
      'bare.yaml',
      '--ssh-common-args',
      `-o UserKnownHostsFile=${sshd.knownHostsFile} -o GlobalKnownHostsFile=/dev/null`,
      '--ssh-extra-args',
      `-i ${sshd.keyFile} -l root`,
    ],
  ],
  [
    '--ssh-common-args',
    () => [
      '-i',
      'bare.yaml',
      '--ssh-common-args',
      `-o UserKnownHostsFile=${sshd.knownHostsFile} -o GlobalKnownHostsFile=/dev/null -i ${sshd.keyFile} -l root`,
    ],
  ],
]

for (const [title, words] of ways) {
  it(`A host is reached by ${title}`, async () => {
    rmSync(join(site.path, 'far.out'), { force: true })
    const { code, stdout, stderr } = await site.runWords(['play', ...words()])
    assert.is(code, 0, stdout + stderr)
    assert.match(stdout, /1 host: 1 ok · 1 changed/)
    assert.ok(existsSync(join(site.path, 'far.out')))
  })
}

const failures: readonly [title: string, words: () => readonly string[], says: RegExp][] = [
  ['refuses the connection', () => ['-i', 'closed.yaml'], /E_(?:CONNECT|REFUSED)\w*[\s\S]*refused/i],
  ['does not answer in time', () => ['-i', 'silent.yaml', '-T', '1'], /E_\w*TIMEOUT/],
  ['has another key than it had', () => ['-i', 'changed.yaml'], /E_HOST_KEY\w*[\s\S]*changed/i],
  ['is not known', () => ['-i', 'unknown.yaml'], /E_HOST_KEY\w*[\s\S]*known_hosts|no_hosts/],
  [
    'does not take the key',
    () => ['-i', 'good.yaml', '-u', 'root', '--private-key', 'other'],
    /E_(?:AUTH|LOGIN)\w*/,
  ],
  [
    'rejects the password',
    () => ['-i', 'good.yaml', '-u', 'root', '--connection-password-file', 'password'],
    /E_(?:AUTH|LOGIN)\w*/,
  ],
]

for (const [title, words, says] of failures) {
  it(`A host that ${title}: unreachable, exit code 4, nothing done`, async () => {
    rmSync(join(site.path, 'far.out'), { force: true })
    const startedAt = performance.now()
    const { code, stdout, stderr } = await site.runWords(['play', '-u', 'root', ...words()])
    assert.is(code, 4, stdout + stderr)
    assert.match(stdout, /^far +UNREACHABLE/m)
    assert.match(stdout, says)
    assert.not.match(stdout + stderr, /^\s+at |\bwrong\b/m)
    assert.not.ok(existsSync(join(site.path, 'far.out')))
    assert.ok(performance.now() - startedAt < 8000)
  })
}

it('One host that cannot be reached does not keep the other', async () => {
  const { code, stdout } = await site.run('play -i two.yaml')
  assert.is(code, 4)
  assert.match(stdout, /^near +ok +1 task, 1 changed$/m)
  assert.match(stdout, /2 hosts: 1 ok · .*1 unreachable/)
})

const itSudo = missing || becomeMissing('sudo') ? test.skip : test
itSudo('A wrong password for the real sudo: the host failed, the task is not done', async () => {
  user = addUser({ sudoers: 'USER ALL=(ALL) ALL' })
  const words = ['-i', 'good.yaml', '-u', user.name, '--private-key', sshd.keyFile, '-b']
  const { code, stdout } = await site.runWords(['play', ...words, '--become-password-file', 'password'])
  assert.is(code, 2, stdout)
  assert.match(stdout, /E_BECOME_PASSWORD/)
  assert.not.match(stdout, /\bwrong\b/)
})

function otherHostKey(file: string, port: number): string {
  const [type, key] = readFileSync(file, 'utf8').split(' ')
  return `[127.0.0.1]:${port} ${type} ${key}\n`
}

test.run()
