// Compares dry runs of the built-in tasks on a real host with the runs that follow.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, output, sh, stdout, type Task } from '../../src/index.ts'
import {
  command,
  copyFile,
  directory,
  download,
  group,
  httpCheck,
  line,
  link,
  ownership,
  properties,
  remove,
  shell,
  sshdConfig,
  textBlock,
  unarchive,
  user,
} from '../../tasks/index.ts'
import { inFolder, type Ran, runPlays, runTasks } from '../engine/harness.ts'

type End = { readonly status: string; readonly says: string }

/** Of each task its status, and the reason or error. */
function ends({ events }: Ran): End[] {
  return events.flatMap((event) => {
    if (event.kind !== 'taskEnd') return []
    const { status, reason, error } = event.result
    return [{ status, says: reason ?? error?.message ?? '' }]
  })
}

const check = async (...tasks: Task[]) => ends(await runTasks(tasks, { isCheck: true }))
const run = async (...tasks: Task[]) => ends(await runTasks(tasks))
const statuses = (all: readonly End[]) => all.map(({ status }) => status).join(' ')

test('directories above a planned one belong to the owner of the directory that they are made in', () =>
  inFolder(async (path) => {
    const tasks = [
      directory({ path: path('data'), owner: 'nobody' }),
      directory({ path: path('data/logs/one'), owner: 'nobody' }),
      directory({ path: path('data/logs/two'), owner: 'nobody' }),
    ]
    for (const all of [await check(...tasks), await run(...tasks)]) {
      assert.equal(
        all.map(({ says }) => says),
        ['', '', ''],
      )
      assert.is(statuses(all), 'changed changed changed')
    }
    assert.is(statSync(path('data/logs')).uid, statSync(path('data')).uid)
  }))

test('after a bare command files are unknown, and the cause is that command', () =>
  inFolder(async (path) => {
    const tasks = [
      shell({ script: `mkdir -p ${path('sub')}; touch ${path('junk')}` }, { title: 'bare' }),
      command({ argv: ['true'], writes: [path('other')] }),
      directory({ path: path('sub') }),
      remove({ path: path('junk') }),
    ]
    const dry = await check(...tasks)
    assert.is(statuses(dry), 'changed changed unknown unknown')
    assert.equal(
      dry.slice(2).map(({ says }) => says),
      ['depends on bare', 'depends on bare'],
    )
    assert.is(statuses(await run(...tasks)), 'changed changed ok changed')
  }))

test('a command that says what it writes leaves the rest known', () =>
  inFolder(async (path) => {
    const dry = await check(
      command({ argv: ['true'], writes: [path('a')] }),
      copyFile({ dest: path('b'), content: 'b' }),
      copyFile({ dest: path('a'), content: 'a' }),
      command({ argv: ['true'], writes: [] }),
      copyFile({ dest: path('c'), content: 'c' }),
    )
    assert.is(statuses(dry), 'changed changed unknown changed changed')
  }))

test('what a command creates may come with more beside it, or with its folder', () =>
  inFolder(async (path) => {
    writeFileSync(path('there'), '')
    const script = `mkdir -p ${path('app/conf')}; touch ${path('app/done')}`
    const make = shell({ script, creates: path('app/done') }, { title: 'make' })
    const tasks = [
      make,
      line({ path: path('app/conf/x'), line: 'x', create: true }),
      line({ path: path('there'), line: 'x' }),
    ]
    const dry = await check(...tasks)
    assert.is(statuses(dry), 'changed unknown changed')
    assert.is(dry[1]!.says, 'depends on make')
    assert.is(statuses(await run(...tasks)), 'changed changed changed')
  }))

test('after an edit of a file, an owner that is wrong elsewhere is still reported', () =>
  inFolder(async (path) => {
    mkdirSync(path('tree'))
    writeFileSync(path('tree/a'), 'a')
    writeFileSync(path('tree/b'), 'b')
    const edit = copyFile({ dest: path('tree/a'), content: 'other' })
    const owned = ownership({ path: path('tree'), owner: '0' })
    assert.is(statuses(await check(edit, owned)), 'changed ok')
    execFileSync('chown', ['12345', path('tree/b')])
    assert.is(statuses(await check(edit, owned)), 'changed changed')
    const added = copyFile({ dest: path('tree/new'), content: 'new' })
    assert.is(statuses(await check(added, owned)), 'changed changed')
    execFileSync('chown', ['0', path('tree/b')])
    assert.is(statuses(await check(added, owned)), 'changed unknown')
  }))

test('a change of owners leaves contents known', () =>
  inFolder(async (path) => {
    mkdirSync(path('tree'))
    writeFileSync(path('tree/a'), 'a')
    const owned = ownership({ path: path('tree'), owner: '12345' })
    const dry = await check(
      owned,
      copyFile({ dest: path('tree/a'), content: 'a' }),
      copyFile({ dest: path('tree/b'), content: 'b' }),
      copyFile({ dest: path('tree/a'), content: 'a', owner: '12345' }),
      httpCheck({ url: 'http://127.0.0.1:9/', status: 200 }),
    )
    assert.is(statuses(dry), 'changed ok changed unknown changed')
  }))

test('what a task that is unknown may do makes others unknown, but only what it looks at', () =>
  inFolder(async (path) => {
    const foo = `nobody-${process.pid}`
    const dry = await check(
      command({ argv: ['true'], writes: ['/etc/passwd'] }, { title: 'accounts' }),
      user({ name: foo, home: path('home') }),
      textBlock({ path: path('home/.profile'), block: 'umask 027', create: true }),
      copyFile({ dest: path('elsewhere'), content: 'x' }),
    )
    assert.is(statuses(dry), 'changed unknown unknown changed')
    assert.is(dry[1]!.says, 'depends on accounts')
    assert.is(dry[2]!.says, `depends on user ${foo}`)
  }))

test('what a wait finds changes nothing for later ones', async () => {
  const dry = await check(
    shell({ script: 'true', writes: [] }, { title: 'start' }),
    httpCheck({ url: 'http://127.0.0.1:9/' }),
    httpCheck({ url: 'http://127.0.0.1:10/' }),
  )
  assert.equal(dry.slice(1), [
    { status: 'unknown', says: 'depends on start' },
    { status: 'unknown', says: 'depends on start' },
  ])
})

test('a loopback address does not depend on other hosts', async () => {
  const tasks = (host: string) =>
    host === 'one'
      ? [shell({ script: 'true', writes: [] }, { title: 'start' })]
      : [httpCheck({ url: 'http://127.0.0.1:9/' }), httpCheck({ url: 'http://192.0.2.1:9/', timeout: 1 })]
  const play = (hosts: string) => definePlay({ name: hosts, hosts, tasks: ({ name }) => tasks(name) })
  const ran = await runPlays([play('one'), play('two')], { hosts: ['one', 'two'], isCheck: true })
  assert.equal(ends(ran).slice(1), [
    { status: 'changed', says: '' },
    { status: 'unknown', says: 'depends on start on one' },
  ])
})

test('a fact that reads nothing fails, whatever is planned', () =>
  inFolder(async (path) => {
    const change = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [command({ argv: ['true'] }), copyFile({ dest: path('x'), content: 'x' })],
    })
    const facts = { wrong: stdout(sh`echo no >&2; exit 3`, { reads: [] }) }
    const play = definePlay({
      name: '2',
      hosts: 'all',
      facts,
      tasks: ({ facts }) => [command({ argv: [facts.wrong] })],
    })
    assert.equal(ends(await runPlays([change, play], { isCheck: true })).at(-1), {
      status: 'failed',
      says: 'Exit code 3: echo no >&2; exit 3',
    })
  }))

test('an error that no planned change can mend is an error', () =>
  inFolder(async (path) => {
    const planned = copyFile({ dest: path('x'), content: 'x' })
    const dry = await check(planned, line({ path: path('missing'), line: 'a' }))
    assert.is(statuses(dry), 'changed failed')
    const asks = {
      when: output(sh`exit 9`, ({ code }) => code === 0, { reads: ['/etc/x'] }),
    }
    assert.is(statuses(await check(planned, command({ argv: ['true'] }, asks))), 'changed skipped')
  }))

test('validation refuses in the dry run what it refuses in the run, and the target stays alone', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'old\n')
    const seen = path('seen')
    const validate = `echo "$PWD" {} >${seen}; grep -q good {} || { echo 'line 1 is bad'; exit 1; }`
    const bad = copyFile({ dest: path('conf'), content: 'bad\n', validate })
    const dry = await check(bad)
    assert.is(statuses(dry), 'failed')
    assert.match(dry[0]!.says, 'rejects the new content')
    assert.not.match(readFileSync(seen, 'utf8'), path('.'))
    assert.equal(readdirSync(path('.')).sort(), ['conf', 'seen'])
    assert.is(statuses(await run(bad)), 'failed')
    const good = copyFile({ dest: path('conf'), content: "it's good\n", validate })
    assert.is(statuses(await check(good)), 'changed')
    assert.is(readFileSync(path('conf'), 'utf8'), 'old\n')
    assert.is(statuses(await check(command({ argv: ['true'], writes: [path('y')] }), bad)), 'changed unknown')
  }))

test('numbers that are taken are reported beforehand', async () => {
  const name = `nobody-${process.pid}`
  const gid = group({ name, gid: 0 })
  const uid = user({ name, uid: 0, createHome: false })
  for (const task of [gid, uid]) {
    const [end] = await check(task)
    assert.is(end!.status, 'failed')
    assert.match(end!.says, /[GU]ID 0 is taken by root\./)
  }
})

test('a missing folder is reported beforehand, and one that is planned is not missing', () =>
  inFolder(async (path) => {
    const tasks = (folder: string) => [
      line({ path: `${folder}/a`, line: 'a', create: true }),
      properties({ path: `${folder}/b`, set: { a: '1' }, create: true }),
      textBlock({ path: `${folder}/c`, block: 'a', create: true }),
      link({ path: `${folder}/d`, target: '/' }),
      directory({ path: `${folder}/e`, parents: false }),
      command({ argv: ['true'], chdir: folder, writes: [] }),
    ]
    for (const task of tasks(path('missing'))) {
      const dry = await check(task)
      assert.equal(
        dry,
        [{ status: 'failed', says: `The folder ${path('missing')} does not exist.` }],
        task.title,
      )
      assert.is(statuses(await run(task)), 'failed')
    }
    const planned = [directory({ path: path('new') }), ...tasks(path('new'))]
    assert.is(statuses(await check(...planned)), planned.map(() => 'changed').join(' '))
    assert.is(statuses(await run(...planned)), planned.map(() => 'changed').join(' '))
  }))

test('folders above a planned directory are planned too', () =>
  inFolder(async (path) => {
    const tasks = [
      directory({ path: path('a/b/c') }),
      copyFile({ dest: path('a/f'), content: 'x' }),
      directory({ path: path('a/b/d'), parents: false }),
    ]
    assert.is(statuses(await check(...tasks)), 'changed changed changed')
    assert.is(statuses(await run(...tasks)), 'changed changed changed')
  }))

test('what is in the way is reported beforehand', () =>
  inFolder(async (path) => {
    mkdirSync(path('full'))
    writeFileSync(path('full/file'), '')
    const rows: [Task, RegExp][] = [
      [
        link({ path: path('full'), target: '/nowhere', force: true }),
        /is a directory that is not empty: file/,
      ],
      [directory({ path: path('full/file/below/it') }), /full\/file is a file, not a directory/],
    ]
    for (const [task, says] of rows) {
      const dry = await check(task)
      assert.is(statuses(dry), 'failed', task.title)
      assert.match(dry[0]!.says, says)
      assert.is(statuses(await run(task)), 'failed', task.title)
    }
  }))

test('a tool that is missing is reported beforehand', () =>
  inFolder(async (path) => {
    mkdirSync(path('bin'))
    execFileSync('tar', ['-cf', path('a.tar'), '-C', path('.'), 'bin'])
    writeFileSync(path('bin/tar'), '')
    const task = unarchive({ src: path('a.tar'), dest: path('to') })
    assert.is(statuses(await check(task)), 'changed')
    const dry = await check(
      unarchive({ src: path('a.tar'), dest: path('to') }, { environment: { PATH: path('bin') } }),
    )
    assert.is(statuses(dry), 'failed')
    assert.match(dry[0]!.says, 'has no tar')
    const getent = execFileSync('sh', ['-c', 'command -v getent'], { encoding: 'utf8' }).trim()
    symlinkSync(getent, path('bin/getent'))
    const [made] = await check(group({ name: 'new' }, { environment: { PATH: path('bin') } }))
    assert.is(made!.says, 'The host has no groupadd.')
    chmodSync(path('bin/tar'), 0o755)
  }))

test('a second edit of sshd_config is planned on the first, unless Include lines read something else then', () =>
  inFolder(async (path) => {
    const config = path('sshd_config')
    const include = `Include ${path('conf.d')}/*.conf\n`
    mkdirSync(path('conf.d'))
    writeFileSync(path('conf.d/50.conf'), 'UseDNS yes\n')
    writeFileSync(config, `${include}PermitRootLogin yes\n`)
    const sets = (set: Record<string, string>) => sshdConfig({ path: config, set, validate: 'true {}' })
    const tasks = [sets({ PermitRootLogin: 'no' }), sets({ PermitRootLogin: 'no' }), sets({ UseDNS: 'yes' })]
    assert.is(statuses(await check(...tasks)), 'changed ok ok')
    const other = copyFile({ dest: path('conf.d/40.conf'), content: 'UseDNS no\n' })
    assert.is(statuses(await check(other, sets({ UseDNS: 'no' }))), 'changed unknown')
    const more = line({ path: config, line: `Include ${path('more')}` })
    assert.is(statuses(await check(more, sets({ UseDNS: 'yes' }))), 'changed unknown')
    assert.is(statuses(await run(...tasks)), 'changed ok ok')
  }))

test('a mirror that does not answer is reported beforehand, and nothing is fetched', () =>
  inFolder(async (path) => {
    const requests: string[] = []
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`)
      if (request.url === '/get' && request.method === 'HEAD') response.writeHead(405)
      else response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-length': 100_000 })
      response.end(request.method === 'HEAD' ? undefined : 'x'.repeat(100_000))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const from = (...urls: string[]) =>
      download({ urls: urls.map((url) => base + url), dest: join(path('.'), 'file'), checksum: false })
    try {
      assert.is(statuses(await check(from('/missing', '/there'))), 'changed')
      assert.is(statuses(await check(from('/get'))), 'changed')
      const dry = await check(from('/missing'))
      assert.is(statuses(dry), 'failed')
      assert.equal(readdirSync(path('.')), [])
      assert.equal(requests.slice(0, 4), ['HEAD /missing', 'GET /missing', 'HEAD /there', 'HEAD /get'])
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }))

test('an account knows of the groups that are planned, and of those that are planned to go', async () => {
  const account = user({ name: 'rp-nobody', group: 'rp-none', groups: ['daemon'], createHome: false })
  assert.is(statuses(await check(group({ name: 'rp-none' }), account)), 'changed changed')
  const gone = await check(group({ name: 'rp-none' }), group({ name: 'daemon', state: 'absent' }), account)
  assert.equal(gone.at(-1), {
    status: 'unknown',
    says: 'The host has no group daemon. This may change once group daemon has run.',
  })
  const other = user({ name: 'rp-other', groups: ['rp-nobody'], createHome: false })
  assert.is(statuses(await check(user({ name: 'rp-nobody', createHome: false }), other)), 'changed changed')
})

test.run()
