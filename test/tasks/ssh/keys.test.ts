// The tasks authorizedKey and knownHosts: texts, and files in the home of a user.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { authorizedKey } from '../../../tasks/ssh/authorizedKey.ts'
import { editKeys } from '../../../tasks/ssh/editKeys.ts'
import { knownHosts } from '../../../tasks/ssh/knownHosts.ts'
import { editKnownHosts } from '../../../tasks/ssh/knownHostsText.ts'
import { parseKey } from '../../../tasks/ssh/publicKeys.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

function blob(type: string, seed: string): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return Buffer.concat([length, Buffer.from(type), Buffer.from(seed.repeat(40))]).toString('base64')
}

const a = `ssh-ed25519 ${blob('ssh-ed25519', 'a')}`
const b = `ssh-rsa ${blob('ssh-rsa', 'b')}`
const c = `ssh-ed25519 ${blob('ssh-ed25519', 'c')}`
const common = { exclusive: false, state: 'present' } as const

const edits: [title: string, before: string, keys: string[], options: object, after: string][] = [
  ['a new key', '# mine\n', [`${a} eve@x`], {}, `# mine\n${a} eve@x\n`],
  ['a key that is there', `${a} eve@x\n`, [a], {}, `${a} eve@x\n`],
  [
    'options and comment stay',
    `no-pty,command="x \\"y\\"" ${a} eve`,
    [a],
    {},
    `no-pty,command="x \\"y\\"" ${a} eve`,
  ],
  [
    'other options',
    `no-pty ${a} eve\n`,
    [a],
    { keyOptions: 'from="10.0.0.1,x"' },
    `from="10.0.0.1,x" ${a} eve\n`,
  ],
  ['no options', `no-pty ${a} eve\n`, [a], { keyOptions: '' }, `${a} eve\n`],
  ['options of the key itself', `${a} eve\n`, [`no-pty ${a} eve`], {}, `no-pty ${a} eve\n`],
  ['another comment', `${a} eve\n`, [a], { comment: 'é' }, `${a} é\n`],
  ['the same key twice', `${a} x\n${b}\nno-pty ${a} y\n`, [a], {}, `${a} x\n${b}\n`],
  ['all others go', `# c\nnot a key\n${b} x\n${a}\n`, [a], { exclusive: true }, `# c\nnot a key\n${a}\n`],
  ['a key to remove', `${a} x\n${b}\nno-pty ${a}\n`, [a], { state: 'absent' }, `${b}\n`],
  ['a key in a comment', `#${a} x\n`, [a], { state: 'absent' }, `#${a} x\n`],
]

test('authorizedKey: texts', () => {
  const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
  for (const [title, before, keys, options, after] of edits) {
    const parsed = keys.map((key) => parseKey(key)!)
    const edited = editKeys(latin1(before), parsed, { ...common, ...options })
    assert.is(edited.text, latin1(after), title)
    assert.is(edited.edits.length > 0, before !== after, title)
    assert.equal(editKeys(edited.text, parsed, { ...common, ...options }).edits, [], `${title}, again`)
  }
  assert.not.ok(parseKey(`ssh-ed25519 ${blob('ssh-rsa', 'b')}`), 'the bytes are of another type')
})

const hashedName = '|1|AAAAAAAAAAAAAAAAAAAAAAAAAAA=|'
const hosts: [title: string, before: string, edit: object, after: string][] = [
  ['a new host', '# x\n', { keys: [a] }, `# x\ngit.x ${a}\n`],
  ['one that is there', `git.x,10.0.0.1 ${a} c\n`, { keys: [a] }, `git.x,10.0.0.1 ${a} c\n`],
  ['in capitals', `GIT.x ${a}\n`, { keys: [a] }, `GIT.x ${a}\n`],
  ['another key of the type', `git.x ${c}\ngit.x ${b}\n`, { keys: [a] }, `git.x ${b}\ngit.x ${a}\n`],
  [
    'another key, in a line of several names',
    `git.x,10.0.0.1 ${c}\n`,
    { keys: [a] },
    `10.0.0.1 ${c}\ngit.x ${a}\n`,
  ],
  [
    'a pattern and a marker',
    `*.x ${c}\n@revoked git.x ${c}\n`,
    { keys: [a] },
    `*.x ${c}\n@revoked git.x ${c}\ngit.x ${a}\n`,
  ],
  [
    'all keys of a host',
    `git.x ${a}\nh ${c}\ngit.x,i ${b}\n`,
    { keys: [], state: 'absent' },
    `h ${c}\ni ${b}\n`,
  ],
  ['one key of a host', `git.x ${a}\ngit.x ${b}\n`, { keys: [a], state: 'absent' }, `git.x ${b}\n`],
  ['a port', `[git.x]:22 ${c}\n`, { name: '[git.x]:22', keys: [a] }, `[git.x]:22 ${a}\n`],
]

test('knownHosts: texts', () => {
  for (const [title, before, edit, after] of hosts) {
    const { keys, ...rest } = edit as { keys: string[] }
    const whole = {
      name: 'git.x',
      state: 'present' as const,
      ...rest,
      keys: keys.map((key) => parseKey(key)!),
    }
    const edited = editKnownHosts(before, whole)
    assert.is(edited.text, after, title)
    assert.is(edited.edits.length > 0, before !== after, title)
    assert.equal(editKnownHosts(edited.text, whole).edits, [], `${title}, again`)
  }
  const key = parseKey(a)!
  const hashed = editKnownHosts('', { name: 'git.x', keys: [key], state: 'present', salt: Buffer.alloc(20) })
  assert.ok(hashed.text.startsWith(hashedName) && !hashed.text.includes('git.x'))
  assert.equal(editKnownHosts(hashed.text, { name: 'git.x', keys: [key], state: 'present' }).edits, [])
  assert.is(editKnownHosts(hashed.text, { name: 'git.x', keys: [], state: 'absent' }).text, '')
})

/** PATH with a getent that has the user `eve`, whose home is in the folder. */
function withUser(base: string, uid: number): string {
  mkdirSync(`${base}/bin`)
  mkdirSync(`${base}/home`)
  chownSync(`${base}/home`, uid, uid)
  const entry = `x:${uid}:${uid}::${base}/home:/bin/sh`
  writeFileSync(`${base}/bin/getent`, `#!/bin/sh\n[ "$2" != nobody-here ] || exit 2\necho "$2:${entry}"\n`)
  chmodSync(`${base}/bin/getent`, 0o755)
  return `${base}/bin:${process.env.PATH}`
}

const isRoot = process.getuid?.() === 0
const uid = isRoot ? 12345 : (process.getuid?.() ?? 0)

for (const shell of shells) {
  const name = shell.join(' ')
  test(`authorizedKey, knownHosts: files in a home (${name})`, () =>
    inFolder(async (base) => {
      chmodSync(base, 0o755)
      const options = { shell, path: withUser(base, uid), directory: base }
      const path = `${base}/home/.ssh/authorized_keys`
      const { changes, again } = await applied(authorizedKey, { user: 'eve', key: [a, b] }, options)
      assert.equal(again, [])
      assert.equal(changes.map(({ from, to }) => `${from} → ${to}`).slice(0, 2), [
        'absent → directory 0700',
        'absent → without a comment',
      ])
      assert.is(readFileSync(path, 'utf8'), `${a}\n${b}\n`)
      for (const [each, mode] of [
        [path, 0o600],
        [`${base}/home/.ssh`, 0o700],
      ] as const)
        assert.equal([statSync(each).uid, statSync(each).mode & 0o777], [uid, mode])
      chmodSync(`${base}/home/.ssh`, 0o755)
      writeFileSync(`${base}/c.pub`, `${c} of a file\n# comment\n`)
      await applied(authorizedKey, { user: 'eve', src: 'c.pub', exclusive: true }, options)
      assert.is(readFileSync(path, 'utf8'), `${c} of a file\n`)
      assert.is(statSync(`${base}/home/.ssh`).mode & 0o777, 0o700)
      const gone = await applied(authorizedKey, { user: 'eve', key: c, state: 'absent' }, options)
      assert.equal([gone.changes.length, gone.again, readFileSync(path, 'utf8')], [1, [], ''])
      const hostFile = `${base}/known`
      const host = { name: 'git.x', key: [`git.x ${a}`, b], path: hostFile }
      assert.equal((await applied(knownHosts, host, options)).again, [])
      assert.is(readFileSync(hostFile, 'utf8'), `git.x ${a}\ngit.x ${b}\n`)
      const hashed = { name: 'h', key: a, hashHost: true }
      if (!isRoot) return
      chownSync(`${base}/home`, 0, 0)
      chownSync(`${base}/home/.ssh`, 0, 0)
      writeFileSync(`${base}/bin/getent`, `#!/bin/sh\necho "root:x:0:0::${base}/home:/bin/sh"\n`)
      assert.equal((await applied(knownHosts, hashed, options)).again, [])
      assert.match(readFileSync(`${base}/home/.ssh/known_hosts`, 'utf8'), /^\|1\|/)
    }))
}

test('authorizedKey: keys at an address are fetched by the controller', () =>
  inFolder(async (base) => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/eve.keys' ? 200 : 404
      response.end(request.url === '/eve.keys' ? `${a}\n${b}\n` : 'none')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const options = { path: withUser(base, uid) }
      const path = `${base}/keys`
      assert.equal(
        (await applied(authorizedKey, { user: 'eve', key: `${url}/eve.keys`, path }, options)).again,
        [],
      )
      assert.is(readFileSync(path, 'utf8'), `${a}\n${b}\n`)
      const error = await failure(() =>
        looked(authorizedKey, { user: 'eve', key: `${url}/x`, path }, options),
      )
      assert.equal([error.code, /cannot be fetched: 404/.test(error.message)], ['E_FETCH', true])
    } finally {
      server.close()
    }
  }))

test('authorizedKey: what cannot be', () =>
  inFolder(async (base) => {
    const options = { path: withUser(base, uid) }
    const missing = await failure(() => looked(authorizedKey, { user: 'nobody-here', key: a }, options))
    assert.is(missing.code, 'E_NO_ACCOUNT')
    const nowhere = { user: 'eve', key: a, path: '/nowhere/keys' }
    assert.is((await failure(() => looked(authorizedKey, nowhere, options))).code, 'E_NO_FOLDER')
    writeFileSync(`${base}/none.pub`, 'hello\n')
    const file = { user: 'eve', src: `${base}/none.pub` }
    assert.is((await failure(() => looked(authorizedKey, file, options))).code, 'E_KEY')
    if (!isRoot) return
    writeFileSync(`${base}/secret`, 'hunter2', { mode: 0o600 })
    mkdirSync(`${base}/home/.ssh`)
    symlinkSync(`${base}/secret`, `${base}/home/.ssh/authorized_keys`)
    chownSync(`${base}/home/.ssh`, uid, uid)
    const error = await failure(() => looked(authorizedKey, { user: 'eve', key: a }, options))
    assert.is(error.code, 'E_UNSAFE_PATH')
    assert.ok(existsSync(`${base}/secret`))
  }))

test('authorizedKey, knownHosts: invalid parameters are refused at once', () => {
  const wrong: [make: () => unknown, expected: RegExp][] = [
    [() => authorizedKey({ user: 'eve', key: 'AAAA' }), /key: expected a public key/],
    [() => authorizedKey({ user: 'eve', key: `${a}\nx` }), /key: expected a public key/],
    [() => authorizedKey({ user: 'eve' }), /expected key or src/],
    [() => authorizedKey({ user: 'eve', key: a, keyOptions: 'a b' }), /blanks in double quotes only/],
    [() => authorizedKey({ user: 'eve', key: a, path: '../x' }), /the path of a file/],
    [() => authorizedKey({ user: 'eve', key: a, manage_dir: true } as never), /called manageDir/],
    [() => knownHosts({ name: 'git.x' }), /expected the keys of the host/],
    [() => knownHosts({ name: 'git.x', key: `other ${a}` }), /a key of git.x, not of other/],
    [() => knownHosts({ name: '*.x', key: a }), /the name of a host/],
  ]
  for (const [make, expected] of wrong) assert.throws(make, expected)
})

test.run()
