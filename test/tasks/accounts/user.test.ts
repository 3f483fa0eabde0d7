// The task user: what it plans, and what it makes of account files of its own.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { user } from '../../../tasks/accounts/user.ts'
import { attack, attackerId } from '../../wire/attacker.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { canMakeAccounts, ownAccounts } from './accountFiles.ts'

const hash = '$6$salt$hashed'
const digest = createHash('sha256').update(hash).digest('hex')

const nobody = { groups: [], hasHome: false }
const app = {
  ...nobody,
  account: { uid: 5, gid: 6, comment: 'App', home: '/home/app', shell: '/bin/sh' },
  group: 'app',
  groups: ['app', 'www'],
  hasHome: true,
}

/** What the probes give: all groups are there, but those of `missing`. */
function observed(params: object, found: object, missing: readonly string[] = []): never {
  const { group = 'www', groups = [] } = params as { group?: string | number; groups?: string[] }
  const names = [String(group), ...groups, 'app'].filter((name) => !missing.includes(name))
  return { found, ...Object.fromEntries(names.map((name) => [`group ${name}`, true])) } as never
}

const aging = { isLocked: false, min: 0, max: 99999, warn: 7, inactive: -1, expires: -1 }

const rows: [title: string, params: object, found: object, changes: string[], steps: string[]][] = [
  ['one that is there needs nothing', {}, app, [], []],
  [
    'one that has everything already needs nothing',
    {
      uid: 5,
      group: 'app',
      groups: ['www', 'app'],
      shell: '/bin/sh',
      home: '/home/app',
      comment: 'App',
      createHome: true,
    },
    app,
    [],
    [],
  ],
  ['the primary group by its number is the same', { group: 6 }, app, [], []],
  ['the primary group is no extra one', { groups: ['www'], append: false }, app, [], []],
  [
    'a missing one is made with home and group, whatever the distribution does',
    {},
    nobody,
    ['user app: absent → present'],
    ['useradd -m -U -- app'],
  ],
  ['a group of its name is used', {}, nobody, ['user app: absent → present'], ['useradd -m -g app -- app']],
  [
    'a system account gets no home',
    { system: true, shell: '/sbin/nologin' },
    nobody,
    ['user app: absent → present'],
    ['useradd -M -r -U -s /sbin/nologin -- app'],
  ],
  [
    'a missing one is made with all that is given',
    { uid: 5, group: 'www', groups: ['a', 'b'], home: '/srv/app', comment: "The app's", createHome: false },
    nobody,
    ['user app: absent → uid 5, group www, a, b'],
    ["useradd -M -u 5 -g www -G a,b -d /srv/app -c 'The app'\\''s' -- app"],
  ],
  [
    'only what differs is changed',
    { uid: 9, shell: '/bin/bash', comment: 'App' },
    app,
    ['user app uid: 5 → 9', 'user app shell: /bin/sh → /bin/bash'],
    ['usermod -u 9 -- app', 'usermod -s /bin/bash -- app'],
  ],
  [
    'groups are added to those it is in',
    { groups: ['wheel', 'www'] },
    app,
    ['user app groups: www → www, wheel'],
    ['usermod -a -G wheel -- app'],
  ],
  [
    'groups are all it is in, if so asked',
    { groups: ['wheel'], append: false },
    app,
    ['user app groups: www → wheel'],
    ['usermod -G wheel -- app'],
  ],
  [
    'it leaves all groups, if so asked',
    { groups: [], append: false },
    app,
    ['user app groups: www → none'],
    ["usermod -G '' -- app"],
  ],
  ['the same password needs nothing', { password: secret(hash) }, { ...app, passwordDigest: digest }, [], []],
  [
    'another password is changed without being shown',
    { password: secret(hash) },
    { ...app, passwordDigest: 'x' },
    ['user app password: another → as given'],
    ['chpasswd -e'],
  ],
  ['a password for new accounts alone', { password: hash, updatePassword: 'onCreate' }, app, [], []],
  [
    'one that shall not be there is removed',
    { state: 'absent' },
    app,
    ['user app: uid 5 → absent'],
    ['userdel -- app'],
  ],
  [
    'it is removed with its home',
    { state: 'absent', remove: true },
    app,
    ['user app: uid 5 → absent, with its home directory'],
    ['userdel -r -- app'],
  ],
  ['one that is not there is absent', { state: 'absent' }, nobody, [], []],
  [
    'it is removed although it is in use',
    { state: 'absent', force: true },
    app,
    ['user app: uid 5 → absent'],
    ['userdel -f -- app'],
  ],
  [
    'a number of another account, and a home that moves',
    { uid: 0, nonUnique: true, home: '/srv/app', moveHome: true, createHome: true },
    app,
    ['user app uid: 5 → 0', 'user app home: /home/app → /srv/app'],
    ['usermod -o -u 0 -- app', 'usermod -m -d /srv/app -- app'],
  ],
  [
    'a new one with its home, its end and its ages',
    {
      skeleton: '/etc/skel.app',
      umask: '027',
      expires: '2027-01-31',
      passwordExpireMax: 90,
      passwordLock: true,
    },
    nobody,
    ['user app: absent → present'],
    [
      "useradd -m -U -k /etc/skel.app -K 'UMASK=027' -- app",
      'chage -M 90 -- app',
      'usermod -e 2027-01-31 -- app',
      'usermod -L -- app',
    ],
  ],
  [
    'ages, end and lock that are right need nothing',
    {
      ...{
        passwordExpireMin: 0,
        passwordExpireMax: 90,
        passwordExpireWarn: 7,
        passwordExpireAccountDisable: -1,
      },
      ...{ expires: 1801353600, passwordLock: false },
    },
    { ...app, shadow: { ...aging, max: 90, expires: 20849 } },
    [],
    [],
  ],
  [
    'ages, end and lock that differ',
    { passwordExpireMin: 1, passwordExpireAccountDisable: 30, expires: 'never', passwordLock: true },
    { ...app, shadow: { ...aging, expires: 20849 } },
    [
      'user app least age of the password: 0 d → 1 d',
      'user app time until it is disabled: none → 30 d',
      'user app end: 2027-01-31 → never',
      'user app password: not locked → locked',
    ],
    ['chage -m 1 -- app', 'chage -I 30 -- app', "usermod -e '' -- app", 'usermod -L -- app'],
  ],
  [
    'a new password undoes the lock, which is set again',
    { password: secret(hash), passwordLock: true },
    { ...app, passwordDigest: 'x', shadow: { ...aging, isLocked: true } },
    ['user app password: another → as given', 'user app password: not locked → locked'],
    ['chpasswd -e', 'usermod -L -- app'],
  ],
  ['a key pair that is there stays', { generateSshKey: true }, { ...app, hasSshKey: true }, [], []],
]

for (const [title, params, found, changes, steps] of rows) {
  test(`user: ${title}`, () => {
    const missing = found !== nobody || title.startsWith('a group of its name') ? [] : ['app']
    const result = planned(user, { name: 'app', ...params }, observed(params, found, missing))
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

test('user: a password is in no command', () => {
  const { params } = user({ name: 'app', password: hash })
  const probes = user.spec.probe(params as never, undefined)
  const changes = user.spec.plan(params as never, observed({}, nobody), undefined)
  assert.not.match(JSON.stringify([params, probes, changes]), 'hashed')
})

const failures: [title: string, params: object, found: object, code: string][] = [
  ['a plain password', { password: secret('correcthorse1') }, nobody, 'E_PASSWORD_HASH'],
  ['an empty password', { password: secret('') }, nobody, 'E_PASSWORD_HASH'],
  ['a group that is not there', { groups: ['no'] }, app, 'E_NO_GROUP'],
  ['an entry in shadow that cannot be read', { expires: 'never' }, app, 'E_USER'],
]

for (const [title, params, found, code] of failures) {
  test(`user: ${title} is ${code}`, () => {
    assert.throws(
      () => planned(user, { name: 'app', ...params }, observed(params, found, ['no'])),
      (error: { code: string }) => error.code === code,
    )
  })
}

test('user: a number is no name', () => {
  assert.throws(() => user({ name: '1000' }), /name of a user/)
})

for (const shell of canMakeAccounts ? shells : []) {
  test(`user: is made, changed and removed (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const options = ownAccounts(folder, shell)
      const line = (file: string) =>
        readFileSync(`${folder}/etc/${file}`, 'utf8')
          .split('\n')
          .find((each) => each.startsWith('rp-app:'))
      const home = `${folder}/home/rp app`
      const params = {
        name: 'rp-app',
        uid: 54321,
        home,
        groups: ['daemon'],
        comment: "it's",
        password: secret(hash),
      }
      const made = await applied(user, { ...params, createHome: false }, options)
      assert.equal(made.again, [])
      assert.match(line('passwd')!, `:54321:`)
      assert.match(line('shadow')!, `rp-app:${hash}:`)
      assert.not.ok(existsSync(home))

      const changed = {
        ...params,
        createHome: true,
        groups: ['mail'],
        append: false,
        shell: '/bin/sh',
        comment: '',
      }
      assert.equal((await applied(user, changed, options)).again, [])
      assert.is(statSync(home).uid, 54321)
      assert.is(statSync(home).mode & 0o7777, 0o700)
      assert.match(readFileSync(`${folder}/etc/group`, 'utf8'), /^mail:.*rp-app$/m)
      assert.not.match(readFileSync(`${folder}/etc/group`, 'utf8'), /^daemon:.*rp-app$/m)

      const missing = await failure(() => looked(user, { name: 'rp-app', groups: ['rp-none'] }, options))
      assert.is(missing.code, 'E_NO_GROUP')
      const taken = await failure(() => applied(user, { name: 'rp-b', uid: 54321 }, options))
      assert.is(taken.code, 'E_USER')
      assert.match(taken.message, '54321')

      assert.equal(
        (await applied(user, { name: 'rp-app', state: 'absent', remove: true }, options)).again,
        [],
      )
      assert.is(line('passwd'), undefined)
      assert.not.ok(existsSync(home))
    }))
}

for (const shell of canMakeAccounts ? shells : []) {
  test(`user: ends, locks, ages, keys and moves (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      chmodSync(folder, 0o755)
      const options = ownAccounts(folder, shell)
      const shadow = () => readFileSync(`${folder}/etc/shadow`, 'utf8').match(/^rp-app:(.*)$/m)?.[1]
      mkdirSync(`${folder}/skel`)
      writeFileSync(`${folder}/skel/hello`, '')
      const params = {
        ...{ name: 'rp-app', uid: 2, nonUnique: true, home: `${folder}/one`, shell: '/usr/sbin/nologin' },
        ...{ skeleton: `${folder}/skel`, umask: '027', password: secret(hash), passwordLock: true },
        ...{ expires: '2027-01-31', passwordExpireMin: 1, passwordExpireMax: 90, passwordExpireWarn: 5 },
        passwordExpireAccountDisable: 30,
      }
      assert.equal((await applied(user, params, options)).again, [])
      assert.match(shadow()!, /^!\$6\$salt\$hashed:\d+:1:90:5:30:20849:$/)
      assert.equal(readdirSync(params.home), ['hello'])
      assert.is(statSync(params.home).mode & 0o7777, 0o750)
      const later = {
        ...params,
        uid: 54321,
        passwordLock: false,
        expires: -1,
        passwordExpireAccountDisable: -1,
      }
      assert.equal(
        (await applied(user, { ...later, home: `${folder}/two`, moveHome: true }, options)).again,
        [],
      )
      assert.match(shadow()!, /^\$6\$salt\$hashed:\d+:1:90:5:(-1)?::$/)
      assert.equal([existsSync(params.home), readdirSync(`${folder}/two`)], [false, ['hello']])
    }))
}

for (const shell of canMakeAccounts ? shells : []) {
  test(`user: makes key pairs as the account (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      chmodSync(folder, 0o755)
      const options = ownAccounts(folder, shell)
      const home = `${folder}/home`
      const key = { name: 'rp-app', home, generateSshKey: true, sshKeyType: 'ed25519' as const }
      await applied(user, { name: 'rp-app', uid: 54321, home }, options)
      const plain = await applied(user, { ...key, sshKeyComment: "it's a key" }, options)
      assert.equal(plain.again, [])
      const file = `${home}/.ssh/id_ed25519`
      assert.match(readFileSync(`${file}.pub`, 'utf8'), /^ssh-ed25519 \S+ it's a key$/m)
      assert.equal([statSync(file).uid, statSync(file).mode & 0o7777], [54321, 0o600])
      const passphrase = secret('hush hush $x')
      const locked = { ...key, sshKeyFile: 'keys/locked', sshKeyPassphrase: passphrase }
      assert.equal((await applied(user, locked, options)).again, [])
      const opens = (text: string) =>
        spawnSync('ssh-keygen', ['-y', '-P', text, '-f', `${home}/keys/locked`]).status === 0
      assert.equal([opens('hush hush $x'), opens('')], [true, false])
      assert.equal(readdirSync(`${home}/keys`).sort(), ['locked', 'locked.pub'])
    }))
}

for (const shell of canMakeAccounts ? shells : []) {
  test(`user: a home in the folder of somebody who swaps names leads nowhere else (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const options = ownAccounts(folder, shell)
      const [theirs, root] = [`${folder}/theirs`, `${folder}/root`]
      for (const each of [theirs, root]) mkdirSync(each, { mode: 0o755 })
      writeFileSync(`${root}/secret`, 'x', { mode: 0o600 })
      chownSync(theirs, attackerId, attackerId)
      for (const each of [folder, root]) chmodSync(each, 0o755)
      const params = { name: 'rp-app', uid: 54321, home: `${theirs}/app` }
      await applied(user, { ...params, createHome: false }, options)
      const stop = await attack(
        theirs,
        `for (const name of fs.readdirSync('.')) {
          if (name.startsWith('old') || fs.lstatSync(name).isSymbolicLink()) continue
          fs.renameSync(name, 'old' + Math.random()); fs.symlinkSync(${JSON.stringify(root)}, name)
        }`,
      )
      try {
        for (let round = 0; round < 5; round += 1) {
          await applied(user, { ...params, createHome: true }, options).catch(() => {})
          const home = lstatSync(params.home, { throwIfNoEntry: false })
          if (home?.isSymbolicLink()) unlinkSync(params.home)
        }
      } finally {
        await stop()
      }
      assert.equal(readdirSync(root), ['secret'])
      for (const each of [root, `${root}/secret`]) assert.is(statSync(each).uid, 0)
      assert.is(statSync(root).mode & 0o7777, 0o755)
    }))
}

test.run()
