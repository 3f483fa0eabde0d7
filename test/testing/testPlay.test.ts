// Tests plays and roles on described hosts: what they write, answer and change again.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, defineRole, PlaybookError, z } from '../../src/index.ts'
import { fakeHost, recordHost, testPlay } from '../../src/testing/index.ts'
import { copyFile, directory, dnf, link, service, shell } from '../../tasks/index.ts'

const greet = definePlay({
  name: 'Greet',
  hosts: 'web',
  become: true,
  vars: z.object({ greeting: z.string() }),
  tasks: ({ vars, groups }) => [
    directory({ path: '/srv/app', mode: '0750', owner: 'app' }),
    copyFile({ dest: '/etc/motd', content: `${vars.greeting} ${groups.join()}\n` }),
    link({ path: '/srv/link', target: '/srv/app' }),
    shell({ script: 'uname -r > /srv/release', creates: '/srv/release' }, { title: 'release' }),
  ],
})

async function errorOf(run: Promise<unknown>): Promise<PlaybookError> {
  const thrown = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.instance(thrown, PlaybookError)
  return thrown as PlaybookError
}

test('A play runs for real on a described host, which keeps what was written; a second run changes nothing', async () => {
  const host = fakeHost({
    files: { '/etc/motd': 'Hello\n', '/srv/': '' },
    users: ['app'],
    groups: ['web'],
    commands: { 'uname -r': '5.14' },
    vars: { greeting: 'Hi' },
  })
  const { tasks, changes, secondRun } = await testPlay(greet, host)
  assert.equal(
    tasks.map(({ status, error }) => error?.message ?? status).join(),
    'changed,changed,changed,changed',
  )
  const { diff, ...change } = changes[1]!
  assert.equal(change, { task: 'copyFile /etc/motd', what: '/etc/motd', from: '6 bytes', to: '7 bytes' })
  assert.equal(diff, { path: '/etc/motd', before: 'Hello\n', after: 'Hi web\n' })
  assert.equal(
    [host.file('/etc/motd'), host.file('/srv/release'), host.file('/none')],
    ['Hi web\n', '5.14\n', undefined],
  )
  assert.equal([secondRun.tasks.length, secondRun.changes], [4, []])
  assert.equal(host.ran(), ['uname -r'])
  assert.not.ok(existsSync('/srv/app') || existsSync('/srv/release'))
  host.remove()
  assert.not.ok(existsSync(host.root))
})

test('A role with parameters, and answers that depend on what has been run', async () => {
  const editor = defineRole({
    name: 'editor',
    params: z.object({ name: z.string() }),
    tasks: ({ params }) => [dnf({ name: params.name })],
  })
  const host = fakeHost({
    os: 'rocky 9.4',
    commands: {
      'rpm -q *': [
        { stdout: 'package vim is not installed', code: 1 },
        { after: 'dnf *', stdout: '= vim 9-1' },
      ],
      'dnf -y install vim': 'Complete!',
    },
  })
  const { tasks, secondRun } = await testPlay(editor({ name: 'vim' }), host)
  assert.equal(
    [tasks[0]!.title, tasks[0]!.status, tasks[0]!.stdout],
    ['editor : dnf vim', 'changed', 'Complete!\n'],
  )
  assert.equal(secondRun.changes, [])
})

test('What changes again is in the second run, and a failure is a result', async () => {
  const again = await testPlay(() => [shell({ script: 'echo x' }, { title: 'always' })], fakeHost())
  assert.equal(
    again.secondRun.changes.map(({ task }) => task),
    ['always'],
  )
  const failing = await testPlay(() => [shell({ script: 'echo no >&2; exit 3' })], fakeHost())
  assert.equal(
    [failing.tasks[0]!.status, failing.tasks[0]!.stderr, failing.secondRun.tasks],
    ['failed', 'no\n', []],
  )
})

test('Tasks are delegated to other described hosts, whose facts and groups the play sees', async () => {
  const host = fakeHost({ name: 'web-01', files: { '/etc/motd': 'web\n' } })
  const lb = fakeHost({ name: 'lb-01', groups: ['lb'], os: 'alpine 3.20', commands: { 'lbctl *': 'ok' } })
  const play = definePlay({
    hosts: 'web-01',
    tasks: ({ hosts }) => [
      shell({ script: 'lbctl drain web-01' }, { delegateTo: 'lb-01' }),
      copyFile({
        dest: '/etc/motd',
        content: hosts('lb')
          .map(({ name, os }) => `${name} ${os.id}\n`)
          .join(''),
      }),
    ],
  })
  const { tasks } = await testPlay(play, host, { otherHosts: [lb] })
  assert.equal(tasks.map(({ status, error }) => error?.message ?? status).join(), 'changed,changed')
  assert.ok(lb.ran().includes('lbctl drain web-01'))
  assert.equal(host.ran(), [])
  assert.is(host.file('/etc/motd'), 'lb-01 alpine\n')
})

test('A dry run writes nothing', async () => {
  const host = fakeHost()
  const { changes } = await testPlay(() => [copyFile({ dest: '/etc/x', content: 'x' })], host, {
    check: true,
  })
  assert.equal([changes.length, host.file('/etc/x')], [1, undefined])
})

for (const [title, os, tasks, command] of [
  ['a package', 'rocky 9.4', () => [dnf({ name: 'vim' })], /^rpm -q .* vim$/],
  [
    'a service',
    'debian 12',
    () => [service({ name: 'nginx', state: 'started' })],
    /^systemctl show .* nginx\.service$/,
  ],
  [
    'a command of the test',
    'debian 12',
    () => [shell({ script: 'curl -s http://x' })],
    /^curl -s http:\/\/x$/,
  ],
] as const) {
  test(`A command without an answer is named: ${title}`, async () => {
    const { code, message, hint } = await errorOf(testPlay(tasks, fakeHost({ os })))
    assert.is(code, 'E_UNKNOWN_COMMAND')
    assert.match(message.replace(/^.*has no answer for: /, ''), command)
    assert.match(hint!, 'fakeHost({ commands: {')
  })
}

for (const [title, spec, message, hint] of [
  ['an unknown option', { file: {} }, /no option "file"/, /Did you mean files\?/],
  ['an unknown system', { os: 'rocki 9' }, /no operating system "rocki 9"/, /Did you mean rocky\?/],
  ['a relative path', { files: { 'etc/motd': '' } }, /not "etc\/motd"/, /'\/etc\/motd'/],
] as const) {
  test(`A wrong description is refused with its place: ${title}`, () => {
    let thrown: unknown
    try {
      fakeHost(spec as object)
    } catch (error) {
      thrown = error
    }
    assert.instance(thrown, PlaybookError)
    const error = thrown as PlaybookError
    assert.match(error.message, message)
    assert.match(error.hint!, hint)
    assert.match(error.where!.file, /testPlay\.test/)
  })
}

test('A recorded host answers as the real one', async () => {
  const inventory = {
    web: {
      hosts: {
        here: { ansible_connection: 'local' },
        far: { ansible_host: '127.0.0.1', ansible_port: 1, ansible_ssh_common_args: '-F none' },
      },
    },
  }
  const commands = ['rpm -q none', 'echo recorded >&2; exit 3', 'apt-cache --version']
  const spec = await recordHost({ inventory, host: 'here', files: ['/etc/hosts', '/none', '/etc'], commands })
  assert.equal(Object.keys(spec.files!), ['/etc/hosts', '/etc/'])
  assert.equal(spec.commands!['echo recorded >&2; exit 3'], { stdout: '', stderr: 'recorded\n', code: 3 })
  const host = fakeHost({
    ...JSON.parse(JSON.stringify(spec)),
    files: { '/etc/hosts': spec.files!['/etc/hosts'] },
  })
  const { tasks } = await testPlay(() => [shell({ script: 'apt-cache --version; cat /etc/hosts' })], host)
  assert.is(tasks[0]!.stdout.split(' ')[0], 'apt')
  const { code, message } = await errorOf(recordHost({ inventory, host: 'far', timeout: 2 }))
  assert.equal([code, /far cannot be recorded/.test(message)], ['E_RECORD', true])
})

test('What is no play is refused', async () => {
  assert.match((await errorOf(testPlay(undefined as never, fakeHost()))).message, /found undefined/)
})

test('The play sees the described system', async () => {
  const host = fakeHost({ os: 'rocky 9.4' })
  await testPlay(
    ({ os }) => [copyFile({ dest: '/etc/os', content: `${os.family} ${os.distribution} ${os.major}` })],
    host,
  )
  assert.is(host.file('/etc/os'), 'RedHat Rocky 9')
})

test('Wrong variables are refused with the place of the call', async () => {
  const { code, message } = await errorOf(testPlay(greet, fakeHost()))
  assert.is(code, 'E_FAULTS')
  assert.match(message, /greeting is missing/)
  const { tasks } = await testPlay(greet, fakeHost({ users: ['app'], files: { '/srv/': '' } }), {
    vars: { greeting: 'x' },
  })
  assert.is(tasks[1]!.status, 'changed')
})

test('Nothing of a described host is mounted on this machine', () => {
  assert.not.match(execFileSync('cat', ['/proc/mounts'], { encoding: 'utf8' }), /run-playbook-host/)
})

test('The machine’s own programs cannot be changed from a described host', async () => {
  const bin = readdirSync('/usr/bin').length
  const { tasks } = await testPlay(
    () => [shell({ script: 'echo x > /.host/usr/bin/run-playbook-test' })],
    fakeHost(),
  )
  assert.is(tasks[0]!.status, 'failed')
  assert.match(tasks[0]!.stderr, /Read-only|cannot create/)
  assert.is(readdirSync('/usr/bin').length, bin)
})

test('An unprivileged user can run described hosts too', async () => {
  if (process.getuid?.() !== 0) return
  const script = `import { fakeHost, testPlay } from '${fileURLToPath(new URL('../../src/testing/index.js', import.meta.url))}'
import { copyFile } from '${fileURLToPath(new URL('../../tasks/index.js', import.meta.url))}'
const host = fakeHost()
const { secondRun } = await testPlay(() => [copyFile({ dest: '/etc/motd', content: 'x' })], host)
console.log(host.file('/etc/motd'), secondRun.changes.length)`
  const answer = execFileSync(
    'setpriv',
    [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ],
    {
      encoding: 'utf8',
      cwd: '/',
      env: { ...process.env, HOME: '/tmp', XDG_CACHE_HOME: '/tmp/.nobody-cache' },
    },
  )
  assert.is(answer, 'x 0\n')
})

test.run()
