// The task ownership: what it plans, and what it touches of a real tree and what not.

import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { ownership } from '../../../tasks/files/ownership.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { absent, linkTo, folder as tree } from '../fileStates.ts'

const none = { count: 0, first: [] }

test('ownership: a tree in which nothing differs needs nothing', () => {
  const seen = { entry: tree, otherOwners: none, otherModes: none }
  assert.equal(planned(ownership, { path: '/srv/app', owner: 'app' }, seen).changes, [])
})

test('ownership: the first entries that differ are named, and all counted', () => {
  const seen = { entry: tree, otherOwners: { count: 12, first: ['.', './a', './b c'] }, otherModes: none }
  assert.equal(planned(ownership, { path: '/srv/app', owner: 'app', group: 'www' }, seen).changes, [
    { what: '/srv/app owner', from: '12 differ: ., a, b c, …', to: 'app:www' },
  ])
})

const failures: [title: string, entry: FileState, code: string, printed: RegExp][] = [
  ['nothing at the path', absent, 'E_NO_PATH', /\/srv\/app/],
  ['a link at the path', linkTo('../data'), 'E_IS_LINK', /\/data/],
]

for (const [title, entry, code, printed] of failures) {
  test(`ownership: ${title} is ${code}`, () => {
    assert.throws(
      () =>
        planned(
          ownership,
          { path: '/srv/app', owner: 'app' },
          { entry, otherOwners: none, otherModes: none },
        ),
      (error: { code: string; message: string; hint?: string }) =>
        error.code === code && printed.test(`${error.message} ${error.hint}`),
    )
  })
}

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['the root', { path: '/' }, /system directory/],
  ['the root, spelled otherwise', { path: '//' }, /system directory/],
  ['/etc, spelled otherwise', { path: '/srv/../etc/.' }, /system directory/],
  ['nothing asked for', { owner: undefined }, /expected owner/],
  ['a mode that is a number', { mode: 644 }, /mode/],
  ['a mode that is none', { mode: 'u=rwz' }, /octal mode/],
  ['an exclusion out of the tree', { exclude: ['../x'] }, /relative path/],
]

for (const [title, params, expected] of wrong) {
  test(`ownership: ${title} is refused at once`, () => {
    assert.throws(() => ownership({ path: '/srv/app', owner: 'app', ...params } as never), expected)
  })
}

/** A tree beside a folder outside, to which its links lead. */
function grown(folder: string): string {
  const path = `${folder}/it's a tree`
  mkdirSync(`${path}/d/e`, { recursive: true })
  mkdirSync(`${path}/logs`)
  mkdirSync(`${folder}/outside`)
  for (const name of ['d/plain', 'd/e/-n', 'logs/log', 'a\nb']) writeFileSync(join(path, name), '')
  writeFileSync(`${folder}/outside/secret`, '')
  writeFileSync(`${path}/d/run.sh`, '')
  symlinkSync(`${folder}/outside`, `${path}/d/link`)
  symlinkSync('nowhere', `${path}/broken`)
  chmodSync(`${folder}/outside/secret`, 0o600)
  for (const name of ['d/plain', 'd/e/-n', 'logs/log', 'a\nb']) chmodSync(join(path, name), 0o644)
  for (const name of ['.', 'd', 'd/e', 'logs', 'd/run.sh']) chmodSync(join(path, name), 0o755)
  return path
}

function modes(path: string): Record<string, string> {
  const names = ['.', ...readdirSync(path, { recursive: true, encoding: 'utf8' })]
  const real = names
    .filter((name) => !lstatSync(join(path, name)).isSymbolicLink() && !name.startsWith('d/link/'))
    .sort()
  return Object.fromEntries(
    real.map((name) => [name, (statSync(join(path, name)).mode & 0o7777).toString(8)]),
  )
}

const untouched = { '.': '755', 'a\nb': '644', d: '755', 'd/e': '755', 'd/e/-n': '644', 'd/plain': '644' }
const stock = { ...untouched, 'd/run.sh': '755', logs: '755', 'logs/log': '644' }

const modeRows: [title: string, params: object, after: Record<string, string>][] = [
  [
    'octal: of files alone',
    { mode: '0600' },
    { ...stock, 'a\nb': '600', 'd/e/-n': '600', 'd/plain': '600', 'd/run.sh': '600', 'logs/log': '600' },
  ],
  [
    'octal: of directories alone, with the setgid bit',
    { dirMode: '2750' },
    { ...stock, '.': '2750', d: '2750', 'd/e': '2750', logs: '2750' },
  ],
  [
    'symbolic: X is x where there is one',
    { mode: 'u=rwX,g=rX,o=' },
    {
      '.': '750',
      'a\nb': '640',
      d: '750',
      'd/e': '750',
      'd/e/-n': '640',
      'd/plain': '640',
      'd/run.sh': '750',
      logs: '750',
      'logs/log': '640',
    },
  ],
  [
    'symbolic: without a class it means all',
    { mode: '-w,+r', dirMode: '0755' },
    {
      ...stock,
      'a\nb': '444',
      'd/e/-n': '444',
      'd/plain': '444',
      'd/run.sh': '555',
      'logs/log': '444',
    },
  ],
  [
    'exclude leaves what is below',
    { dirMode: '0700', exclude: ['logs', 'd/*'] },
    { ...stock, '.': '700', d: '700' },
  ],
  ['not recursive', { dirMode: '0700', recursive: false }, { ...stock, '.': '700' }],
  ['what is right already', { mode: 'u+rwX' }, stock],
]

for (const [title, params, after] of modeRows) {
  test(`ownership: modes: ${title}`, () =>
    inFolder(async (folder) => {
      const path = grown(folder)
      const { again } = await applied(ownership, { path, ...params })
      assert.equal(again, [])
      assert.equal(modes(path), after)
      assert.is(statSync(`${folder}/outside`).mode & 0o777, 0o755)
      assert.is(statSync(`${folder}/outside/secret`).mode & 0o777, 0o600)
    }))
}

test('ownership: an unwanted setgid bit is taken from directories', () =>
  inFolder(async (folder) => {
    mkdirSync(`${folder}/d`)
    chmodSync(`${folder}/d`, 0o2755)
    assert.equal((await applied(ownership, { path: `${folder}/d`, dirMode: '0755' })).again, [])
    assert.is(statSync(`${folder}/d`).mode & 0o7777, 0o755)
  }))

test('ownership: a user that the host does not know is named', () =>
  inFolder(async (folder) => {
    const error = await failure(() => applied(ownership, { path: folder, owner: 'nobody-here' }))
    assert.is(error.code, 'E_NO_ACCOUNT')
    assert.match(error.message, 'nobody-here')
  }))

if (process.getuid?.() === 0) {
  for (const shell of shells) {
    test(`ownership: the whole tree is given away, links themselves too, and nothing beyond (${shell.join(' ')})`, () =>
      inFolder(async (folder) => {
        const path = grown(folder)
        const params = { path, owner: 65534, group: 65534, exclude: ['logs'] }
        const { changes, again } = await applied(ownership, params, { shell })
        assert.match(changes[0]!.from, /^\d+ differ: /)
        assert.equal(again, [])
        for (const name of ['.', 'd/e/-n', 'd/link', 'broken', 'a\nb']) {
          assert.is(lstatSync(join(path, name)).uid, 65534, name)
          assert.is(lstatSync(join(path, name)).gid, 65534, name)
        }
        for (const name of ['outside', 'outside/secret']) assert.is(statSync(join(folder, name)).uid, 0)
        assert.is(statSync(`${path}/logs/log`).uid, 0)
      }))
  }

  test('ownership: a single file is given away', () =>
    inFolder(async (folder) => {
      writeFileSync(`${folder}/f`, '')
      lchownSync(`${folder}/f`, 1, 1)
      assert.equal(
        (await applied(ownership, { path: `${folder}/f`, owner: 'root', group: 'root' })).again,
        [],
      )
      assert.is(statSync(`${folder}/f`).uid, 0)
    }))
}

test.run()
