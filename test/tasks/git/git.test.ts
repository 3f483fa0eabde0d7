// Tests the task git on real repositories: versions, local changes, submodules, bare ones.

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { git } from '../../../tasks/git/git.ts'
import { applied, failure, forget, looked, shells } from '../apply.ts'
import { freePort } from '../tomcat/fakeTomcat.ts'
import { commit, type GitServer, gitDaemon, gitIn, httpServer, newRepository } from './repositories.ts'

// What this machine's accounts have configured must not matter.
process.env.GIT_CONFIG_GLOBAL = '/dev/null'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-git-')))
const repo = newRepository(join(root, 'app'), {
  'app.txt': 'one\n',
  'conf/site': 'x\n',
  '.gitignore': '.env\n',
})
const first = gitIn(repo, 'rev-parse', 'HEAD')
gitIn(repo, 'tag', 'v1')
const second = commit(repo, { 'app.txt': 'two\n' }, 'the second commit')
gitIn(repo, 'tag', '-a', 'v2', '-m', 'v2')
gitIn(repo, 'checkout', '-q', '-b', 'dev')
const onDev = commit(repo, { 'app.txt': 'dev\n' }, 'work on dev')
gitIn(repo, 'update-ref', 'refs/pull/7/head', commit(repo, { 'app.txt': 'pulled\n' }, 'a pull request'))
gitIn(repo, 'reset', '-q', '--hard', onDev)
gitIn(repo, 'checkout', '-q', 'main')

let count = 0
const newDest = () => join(root, `clone-${count++}`)
const shownChanges = (changes: readonly { what: string; from: string; to: string }[], dest: string) =>
  changes.map(({ what, from, to }) => `${what.replace(dest, 'dest')}: ${from} → ${to}`)
const short = (id: string) => id.slice(0, 9)
const content = (dest: string, path = 'app.txt') => readFileSync(join(dest, path), 'utf8')

test.after(() => forget(root))

const versions: [version: string, params: object, text: string, to: string][] = [
  ['HEAD', {}, 'two\n', `main ${short(second)}`],
  ['main', { depth: 1 }, 'two\n', `main ${short(second)}`],
  ['dev', {}, 'dev\n', `dev ${short(onDev)}`],
  ['refs/heads/dev', {}, 'dev\n', `dev ${short(onDev)}`],
  ['v1', { depth: 1 }, 'one\n', `v1 ${short(first)}`],
  ['v2', {}, 'two\n', `v2 ${short(second)}`],
  [
    'refs/pull/7/head',
    {},
    'pulled\n',
    `refs/pull/7/head ${short(gitIn(repo, 'rev-parse', 'refs/pull/7/head'))}`,
  ],
  [first, {}, 'one\n', short(first)],
  [first.toUpperCase(), { depth: 1 }, 'one\n', short(first)],
  [first.slice(0, 7), {}, 'one\n', first.slice(0, 7)],
  [first.slice(0, 7), { depth: 1 }, 'one\n', first.slice(0, 7)],
]

const there = newDest()

for (const [index, [version, params, text, to]] of versions.entries()) {
  const shell = shells[index % shells.length]!
  test(`${shell[0]}: git clones ${version} ${JSON.stringify(params)}, and brings one clone from version to version`, async () => {
    const dest = newDest()
    const desired = { repo: `file://${repo}`, dest, version, ...params }
    const { changes, again } = await applied(git, desired, { shell })
    assert.equal(shownChanges(changes, dest), [`dest: absent → ${to}`])
    assert.equal([again, content(dest)], [[], text])
    if ('depth' in params) return
    assert.equal((await applied(git, { ...desired, dest: there }, { shell })).again, [])
    assert.is(content(there), text)
    assert.equal(gitIn(there, 'status', '--porcelain'), '')
  })
}

test('git follows a branch, shows the commits that it knows, and needs no network for a commit that is there', async () => {
  const origin = newRepository(join(root, 'moving'), { a: '1\n' })
  const dest = newDest()
  await applied(git, { repo: origin, dest })
  const old = gitIn(origin, 'rev-parse', 'HEAD')
  const next = commit(origin, { a: '2\n' }, 'the next one')
  const { changes, again } = await applied(git, { repo: origin, dest })
  assert.equal(shownChanges(changes, dest), [`dest: main ${short(old)} → main ${short(next)}`])
  assert.equal([again, content(dest, 'a')], [[], '2\n'])
  const [back] = await looked(git, { repo: origin, dest, version: old })
  assert.equal(
    [back!.diff?.before, back!.diff?.after],
    [`main ${short(next)}\n${next.slice(0, 7)} the next one\n`, `${short(old)}\n`],
  )
  const gone = 'file:///nowhere/at/all'
  gitIn(dest, 'remote', 'set-url', 'origin', gone)
  assert.equal(await looked(git, { repo: gone, dest, version: next }), [
    ...(await looked(git, { repo: gone, dest, version: next.slice(0, 8) })),
  ])
  assert.is((await failure(() => looked(git, { repo: gone, dest }))).code, 'E_GIT_REPOSITORY')
})

test('git follows a branch and a tag that were rewritten, for nothing of the clone is lost', async () => {
  const origin = newRepository(join(root, 'rewritten'), { a: '1\n' })
  gitIn(origin, 'tag', 'now')
  const clones = [
    { dest: newDest() },
    { dest: newDest(), depth: 1 },
    { dest: newDest(), version: 'now' },
    { dest: newDest(), version: 'now', depth: 1 },
  ]
  for (const each of clones) await applied(git, { repo: `file://${origin}`, ...each })
  gitIn(origin, 'commit', '-q', '--amend', '-m', 'amended')
  gitIn(origin, 'tag', '-f', 'now')
  for (const each of clones) {
    const { changes, again } = await applied(git, { repo: `file://${origin}`, ...each })
    assert.equal([changes.length, again, gitIn(each.dest, 'log', '-1', '--format=%s')], [1, [], 'amended'])
  }
})

test('git never loses local changes without force, and keeps files that are in no commit', async () => {
  const dest = newDest()
  await applied(git, { repo, dest, version: 'v1' })
  writeFileSync(join(dest, 'app.txt'), 'mine\n')
  writeFileSync(join(dest, 'a\nb'), 'of nobody\n')
  for (const version of ['v1', 'main']) {
    const error = await failure(() => looked(git, { repo, dest, version }))
    assert.equal([error.code, error.details], ['E_LOCAL_CHANGES', [' M app.txt']])
  }
  assert.is(content(dest), 'mine\n')
  const { changes, again } = await applied(git, { repo, dest, version: 'v1', force: true })
  assert.equal(shownChanges(changes, dest), ['dest local changes: 1 file → discarded'])
  assert.equal([again, content(dest), content(dest, 'a\nb')], [[], 'one\n', 'of nobody\n'])
})

test('git overwrites no file in the way without force, ignored ones neither', async () => {
  const origin = newRepository(join(root, 'growing'), { '.gitignore': '.env\n' })
  const dest = newDest()
  await applied(git, { repo: origin, dest })
  for (const name of ['.env', 'new']) {
    commit(origin, { [name]: 'theirs\n' })
    writeFileSync(join(dest, name), 'mine\n')
    const error = await failure(() => applied(git, { repo: origin, dest }))
    assert.equal([error.code, content(dest, name)], ['E_LOCAL_CHANGES', 'mine\n'])
    const again = await failure(() => applied(git, { repo: origin, dest }))
    assert.is(again.code, 'E_LOCAL_CHANGES')
    assert.equal((await applied(git, { repo: origin, dest, force: true })).again, [])
    assert.is(content(dest, name), 'theirs\n')
  }
})

test('git never loses commits that are not pushed without force', async () => {
  const origin = newRepository(join(root, 'shared'), { a: '1\n' })
  const dest = newDest()
  await applied(git, { repo: origin, dest })
  const mine = commit(dest, { b: 'mine\n' }, 'mine alone')
  for (const version of ['HEAD', 'main']) {
    const error = await failure(() => looked(git, { repo: origin, dest, version }))
    assert.equal([error.code, error.details], ['E_UNPUSHED_COMMITS', [`${mine.slice(0, 7)} mine alone`]])
  }
  gitIn(origin, 'tag', 'there')
  assert.equal((await applied(git, { repo: origin, dest, version: 'there' })).again, [], 'main keeps it')
  assert.is(
    (await failure(() => looked(git, { repo: origin, dest, version: 'main' }))).code,
    'E_UNPUSHED_COMMITS',
  )
  const detached = commit(dest, { c: 'lost?\n' }, 'detached')
  const error = await failure(() =>
    looked(git, { repo: origin, dest, version: gitIn(origin, 'rev-parse', 'main') }),
  )
  assert.equal([error.code, error.details], ['E_UNPUSHED_COMMITS', [`${detached.slice(0, 7)} detached`]])
  gitIn(dest, 'branch', 'kept')
  assert.is((await failure(() => looked(git, { repo: origin, dest, version: 'main' }))).details.length, 1)
  assert.equal((await applied(git, { repo: origin, dest, version: 'main', force: true })).again, [])
  assert.equal(gitIn(dest, 'rev-parse', 'kept'), detached)
})

test('git goes on with a clone that was interrupted, and makes the folders above with the umask', async () => {
  const dest = join(newDest(), 'below/this')
  const { again } = await applied(git, { repo, dest, umask: '0027' })
  assert.equal(
    [again, statSync(dest).mode & 0o777, statSync(join(dest, 'app.txt')).mode & 0o777],
    [[], 0o750, 0o640],
  )
  const begun = newDest()
  mkdirSync(begun, { mode: 0o711 })
  gitIn(begun, 'init', '-q', '.')
  const { changes, again: twice } = await applied(git, { repo, dest: begun })
  assert.equal(shownChanges(changes, begun), [
    `dest remote origin: none → ${repo}`,
    `dest: absent → main ${short(second)}`,
  ])
  assert.equal([twice, statSync(begun).mode & 0o777], [[], 0o711])
})

test('git leaves a clone alone with update: false, makes none with clone: false, and leads a clone to another repository', async () => {
  const dest = newDest()
  assert.equal(await looked(git, { repo, dest, clone: false }), [])
  await applied(git, { repo, dest, version: 'v1' })
  assert.equal(await looked(git, { repo, dest, version: 'main', update: false }), [])
  gitIn(dest, 'remote', 'set-url', 'origin', 'https://me:hunter2@git.example/app.git')
  const { changes, again } = await applied(git, { repo, dest, version: 'v1', clone: false })
  assert.equal(shownChanges(changes, dest), [`dest remote origin: https://git.example/app.git → ${repo}`])
  assert.equal(again, [])
})

test('git refuses a folder with other files, and names what a repository has', async () => {
  const dest = newDest()
  mkdirSync(dest)
  writeFileSync(join(dest, 'file'), '')
  assert.is((await failure(() => looked(git, { repo, dest }))).code, 'E_NOT_EMPTY')
  assert.is((await failure(() => looked(git, { repo, dest: join(dest, 'file') }))).code, 'E_NOT_A_DIRECTORY')
  const error = await failure(() => looked(git, { repo, dest: newDest(), version: 'mian' }))
  assert.equal([error.code, error.details], ['E_NO_REVISION', ['It has: dev, main, v1, v2']])
  const unknown = await failure(() => applied(git, { repo, dest: newDest(), version: 'f'.repeat(40) }))
  assert.is(unknown.code, 'E_NO_REVISION')
  const tools = join(root, 'no-git')
  mkdirSync(tools)
  const missing = await failure(() => looked(git, { repo, dest: newDest() }, { path: tools }))
  assert.is(missing.code, 'E_TOOL')
})

test('git keeps a bare repository like the other, which it never moves back without force', async () => {
  const origin = newRepository(join(root, 'mirrored'), { a: '1\n' })
  gitIn(origin, 'tag', 'v1')
  const dest = newDest()
  const { changes, again } = await applied(git, { repo: origin, dest, bare: true })
  assert.equal([shownChanges(changes, dest), again], [['dest: absent → bare, with 2 branches and tags'], []])
  const next = commit(origin, { a: '2\n' })
  const moved = await applied(git, { repo: origin, dest, bare: true })
  assert.equal([moved.changes.map(({ what }) => what), moved.again], [[`${dest} main`], []])
  assert.is(gitIn(dest, 'rev-parse', 'HEAD'), next)
  gitIn(origin, 'commit', '-q', '--amend', '-m', 'amended')
  assert.is(
    (await failure(() => applied(git, { repo: origin, dest, bare: true }))).code,
    'E_UNPUSHED_COMMITS',
  )
  assert.is(gitIn(dest, 'rev-parse', 'HEAD'), next)
  assert.equal((await applied(git, { repo: origin, dest, bare: true, force: true })).again, [])
})

test('git takes a name and a password to the server of the repository alone, and keeps none', async () => {
  const guarded = await httpServer(root, { account: 'me:hunter2 %"\\' })
  const lure = await httpServer(root, { account: 'nobody:x' })
  const leading = await httpServer(root, { redirect: `http://127.0.0.1:${lure.port}` })
  try {
    const dest = newDest()
    const account = { urlUsername: 'me', urlPassword: secret('hunter2 %"\\') }
    const url = (server: GitServer) => `http://127.0.0.1:${server.port}/app/.git`
    for (const shell of shells) {
      const each = `${dest}-${shell[0]}`
      const { again } = await applied(
        git,
        { repo: url(guarded), dest: each, ...account, depth: 1 },
        { shell },
      )
      assert.equal([again, content(each)], [[], 'two\n'])
      assert.is(spawnSync('grep', ['-r', 'hunter2', each]).status, 1)
    }
    const wrong = { urlUsername: 'me', urlPassword: 'hunter3' }
    for (const params of [{}, wrong]) {
      const error = await failure(() => looked(git, { repo: url(guarded), dest, ...params }))
      assert.equal([error.code, /hunter/.test(JSON.stringify(error))], ['E_GIT_ACCESS', false])
    }
    assert.is(
      (await failure(() => looked(git, { repo: url(leading), dest, ...account }))).code,
      'E_GIT_ACCESS',
    )
    assert.equal(
      lure.requests.filter(({ authorization }) => authorization !== undefined),
      [],
    )
    const missing = await failure(() => looked(git, { repo: `${url(guarded)}x`, dest, ...account }))
    assert.is(missing.code, 'E_GIT_REPOSITORY')
  } finally {
    await Promise.all([guarded, lure, leading].map(({ stop }) => stop()))
  }
})

test('git clones from a web server that only has files, and from a daemon of git', async () => {
  gitIn(repo, 'update-server-info')
  const dumb = await httpServer(root, { isDumb: true })
  const port = await freePort()
  const stop = await gitDaemon(root, port)
  try {
    for (const url of [`http://127.0.0.1:${dumb.port}/app/.git`, `git://127.0.0.1:${port}/app`]) {
      const dest = newDest()
      assert.equal(
        [(await applied(git, { repo: url, dest, version: 'dev' })).again, content(dest)],
        [[], 'dev\n'],
      )
      assert.equal((await applied(git, { repo: url, dest, version: 'v1' })).again, [])
    }
    const error = await failure(() => looked(git, { repo: `git://127.0.0.1:${port}/none`, dest: newDest() }))
    assert.is(error.code, 'E_GIT_REPOSITORY')
  } finally {
    await dumb.stop()
    await stop()
  }
})

test('git checks out submodules and theirs, follows them, and loses nothing in them', async () => {
  const server = await httpServer(root, { account: 'me:hunter2' })
  try {
    const plain = (name: string) => `http://127.0.0.1:${server.port}/${name}/.git`
    const add = (into: string, name: string, path: string) => {
      gitIn(into, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(root, name), path)
      return commit(
        into,
        { '.gitmodules': content(into, '.gitmodules').replace(join(root, name), plain(name)) },
        `adds ${name}`,
      )
    }
    newRepository(join(root, 'inner'), { i: '1\n' })
    const middle = newRepository(join(root, 'middle'), { m: '1\n' })
    add(middle, 'inner', 'in ner')
    const outer = newRepository(join(root, 'outer'), { o: '1\n' })
    add(outer, 'middle', 'lib/middle')
    const params = { repo: plain('outer'), dest: newDest(), urlUsername: 'me', urlPassword: 'hunter2' }
    const { dest } = params
    assert.equal((await applied(git, { ...params, recursive: false })).again, [])
    assert.not(existsSync(join(dest, 'lib/middle/m')))
    const { changes, again } = await applied(git, params)
    assert.match(shownChanges(changes, dest).join('\n'), /^dest\/lib\/middle: absent → \w{9}$/)
    assert.equal([again, content(dest, 'lib/middle/in ner/i')], [[], '1\n'])
    commit(middle, { m: '2\n' })
    gitIn(join(outer, 'lib/middle'), 'pull', '-q', middle, 'main')
    gitIn(outer, 'commit', '-q', '-a', '-m', 'moves middle')
    assert.equal((await applied(git, params)).again, [])
    assert.is(content(dest, 'lib/middle/m'), '2\n')
    writeFileSync(join(dest, 'lib/middle/in ner/i'), 'mine\n')
    const dirty = await failure(() => looked(git, params))
    assert.equal([dirty.code, dirty.details], ['E_LOCAL_CHANGES', [' M lib/middle/in ner/i']])
    gitIn(join(dest, 'lib/middle/in ner'), 'checkout', '-q', '--', '.')
    const mine = commit(join(dest, 'lib/middle'), { mine: '' }, 'mine')
    const unpushed = await failure(() => looked(git, params))
    assert.equal([unpushed.code, unpushed.details], ['E_UNPUSHED_COMMITS', [`${mine.slice(0, 7)} mine`]])
    assert.equal((await applied(git, { ...params, force: true })).again, [])
  } finally {
    await server.stop()
  }
})

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['a transport that is a program', { repo: 'ext::sh -c id' }, /expected https/],
  ['an option as repository', { repo: '--upload-pack=id' }, /expected https/],
  ['a host that is an option', { repo: 'ssh://-oProxyCommand=id/x' }, /expected https/],
  ['a path that is not absolute', { repo: '../app' }, /expected https/],
  ['a password in the URL', { repo: 'https://me:hunter2@git.example/app' }, /urlPassword/],
  ['an option as version', { version: '--force' }, /expected a branch/],
  ['a range as version', { version: 'a..b' }, /expected a branch/],
  ['a system directory', { dest: '/etc' }, /system directory/],
  ['a public key', { key: 'ssh-ed25519 AAAA' }, /private key/],
  ['a host key that is none', { hostKeys: ['git.example'] }, /known_hosts/],
  ['a bare repository at a version', { bare: true, version: 'v1' }, /all branches/],
  ['a user name for ssh', { repo: 'git@git.example:app', urlUsername: 'a', urlPassword: 'b' }, /key/],
  ['a parameter of Ansible', { accept_hostkey: true }, /hostKeys/],
]

for (const [title, params, expected] of wrong) {
  test(`git: ${title} is an error when it is written`, () => {
    assert.throws(
      () => git({ repo: 'https://git.example/app.git', dest: '/srv/app', ...params } as never),
      expected,
    )
  })
}

test('git: addresses of all kinds are taken', () => {
  for (const address of [
    'https://git.example/a b'.replace(' ', '%20'),
    'git@git.example:team/app.git',
    'git.example:app',
    'ssh://git@git.example:2222/app',
    '/srv/git/an app.git',
  ])
    assert.is((git({ repo: address, dest: '/srv/app' }).params as { repo: string }).repo, address)
})

test.run()
