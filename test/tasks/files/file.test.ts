// The task file: the states of a path, on this machine by every shell.

import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { file } from '../../../tasks/files/file.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'

type Params = Parameters<typeof file>[0]

const bits = (path: string) => (statSync(path).mode & 0o7777).toString(8)

type Row = [
  title: string,
  params: (base: string) => Params,
  check: (base: string) => unknown,
  expected: unknown,
]

/** In a folder with the file `f` (0666), the link `l` to it, and the folder `d` with a file and a program in it. */
const rows: Row[] = [
  ['a mode of what is there', (b) => ({ path: `${b}/f`, mode: 'go-w' }), (b) => bits(`${b}/f`), '644'],
  ['of the target of a link', (b) => ({ path: `${b}/l`, mode: '0600' }), (b) => bits(`${b}/f`), '600'],
  ['of a directory', (b) => ({ path: `${b}/d`, mode: 'o=' }), (b) => bits(`${b}/d`), '750'],
  [
    'an empty file',
    (b) => ({ path: `${b}/new`, state: 'touch', mode: '0640' }),
    (b) => [readFileSync(`${b}/new`, 'utf8'), bits(`${b}/new`)],
    ['', '640'],
  ],
  [
    'a time of a file that is made',
    (b) => ({ path: `${b}/new`, state: 'touch', modificationTime: '2001-02-03T04:05:06+01:00' }),
    (b) => statSync(`${b}/new`).mtime.toISOString(),
    '2001-02-03T03:05:06.000Z',
  ],
  [
    'a time of a file',
    (b) => ({ path: `${b}/l`, state: 'file', modificationTime: '2001-02-03T04:05:06Z' }),
    (b) => statSync(`${b}/f`).mtime.toISOString(),
    '2001-02-03T04:05:06.000Z',
  ],
  [
    'a directory, and those above it',
    (b) => ({ path: `${b}/a/b`, state: 'directory', mode: 'g+w' }),
    (b) => [bits(`${b}/a`), bits(`${b}/a/b`)],
    ['755', '775'],
  ],
  [
    'a tree, in which x stays what it is',
    (b) => ({ path: `${b}/d`, state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=' }),
    (b) => ['d', 'd/file', 'd/program', 'f'].map((name) => bits(`${b}/${name}`)),
    ['750', '640', '750', '666'],
  ],
  [
    'a tree that is not there',
    (b) => ({ path: `${b}/t`, state: 'directory', recurse: true, mode: 'u=rwX,g=rX,o=' }),
    (b) => bits(`${b}/t`),
    '750',
  ],
  [
    'a link',
    (b) => ({ path: `${b}/new`, state: 'link', src: 'f', mode: '0600' }),
    (b) => [readlinkSync(`${b}/new`), bits(`${b}/f`)],
    ['f', '600'],
  ],
  [
    'a link that takes the place of a file',
    (b) => ({ path: `${b}/f`, state: 'link', src: `${b}/nowhere`, force: true }),
    (b) => readlinkSync(`${b}/f`),
    (b: string) => `${b}/nowhere`,
  ],
  [
    'a hard link',
    (b) => ({ path: `${b}/new`, state: 'hard', src: `${b}/f` }),
    (b) => statSync(`${b}/new`).ino === statSync(`${b}/f`).ino,
    true,
  ],
  [
    'a hard link that takes the place of a file',
    (b) => ({ path: `${b}/d/file`, state: 'hard', src: `${b}/f`, force: true, mode: '0600' }),
    (b) => [statSync(`${b}/d/file`).ino === statSync(`${b}/f`).ino, bits(`${b}/f`)],
    [true, '600'],
  ],
  [
    'nothing, where a directory was',
    (b) => ({ path: `${b}/d`, state: 'absent' }),
    (b) => existsSync(`${b}/d`),
    false,
  ],
  ['no link', (b) => ({ path: `${b}/l`, state: 'absent' }), (b) => existsSync(`${b}/f`), true],
]

/** What needs nothing. */
const quiet: [title: string, params: (base: string) => Params][] = [
  ['what is missing where it need not be', (b) => ({ path: `${b}/x`, mode: '0600', onlyIfExists: true })],
  ['no directory where it need not be', (b) => ({ path: `${b}/x`, state: 'directory', onlyIfExists: true })],
  ['no file where it need not be', (b) => ({ path: `${b}/x`, state: 'touch', onlyIfExists: true })],
  ['a touched file', (b) => ({ path: `${b}/f`, state: 'touch' })],
  ['what is absent', (b) => ({ path: `${b}/x`, state: 'absent' })],
  ['the same hard link', (b) => ({ path: `${b}/h`, state: 'hard', src: `${b}/f` })],
  ['the same link', (b) => ({ path: `${b}/l`, state: 'link', src: 'f' })],
]

const failures: [title: string, params: (base: string) => Params, code: string][] = [
  ['what is not there', (b) => ({ path: `${b}/x`, mode: '0600' }), 'E_NO_PATH'],
  ['a directory that is to be a file', (b) => ({ path: `${b}/d`, state: 'file' }), 'E_NOT_A_FILE'],
  ['a file that is to be a directory', (b) => ({ path: `${b}/f`, state: 'directory' }), 'E_NOT_A_DIRECTORY'],
  ['a link to nothing', (b) => ({ path: `${b}/n`, state: 'link', src: 'x' }), 'E_NO_TARGET'],
  ['a hard link to nothing', (b) => ({ path: `${b}/n`, state: 'hard', src: `${b}/x` }), 'E_NO_TARGET'],
  ['a hard link over a file', (b) => ({ path: `${b}/f`, state: 'hard', src: `${b}/d/file` }), 'E_IN_THE_WAY'],
  ['a file in no folder', (b) => ({ path: `${b}/x/y`, state: 'touch' }), 'E_NO_FOLDER'],
]

function made(base: string): void {
  writeFileSync(`${base}/f`, 'f')
  chmodSync(`${base}/f`, 0o666)
  symlinkSync('f', `${base}/l`)
  mkdirSync(`${base}/d`)
  writeFileSync(`${base}/d/file`, 'file')
  writeFileSync(`${base}/d/program`, 'program', { mode: 0o755 })
}

for (const shell of shells) {
  const name = shell.join(' ')
  for (const [title, params, check, expected] of rows) {
    test(`file: ${title} (${name})`, () =>
      inFolder(async (base) => {
        made(base)
        const { changes, again } = await applied(file, params(base), { shell })
        assert.ok(changes.length > 0)
        assert.equal(again, [], 'a second run must need nothing')
        assert.equal(check(base), typeof expected === 'function' ? expected(base) : expected)
      }))
  }
}

test('file: what is as it should be needs nothing', () =>
  inFolder(async (base) => {
    made(base)
    linkSync(`${base}/f`, `${base}/h`)
    for (const [title, params] of quiet) assert.equal((await applied(file, params(base))).changes, [], title)
    assert.ok(lstatSync(`${base}/l`).isSymbolicLink())
  }))

test('file: what cannot be is an error before anything is changed', () =>
  inFolder(async (base) => {
    made(base)
    for (const [title, params, code] of failures)
      assert.is((await failure(() => applied(file, params(base)))).code, code, title)
  }))

const wrong: [title: string, params: Params, expected: RegExp][] = [
  ['a link to no source', { path: '/l', state: 'link' }, /src: expected with state/],
  ['a source without a link', { path: '/l', src: 'x' }, /src: expected with state/],
  ['a system directory to remove', { path: '/etc/.', state: 'absent' }, /not a system directory/],
  ['a system directory as a tree', { path: '/etc', state: 'directory', recurse: true, mode: 'o=' }, /system/],
  [
    'an octal mode of a tree',
    { path: '/d', state: 'directory', recurse: true, mode: '0644' },
    /symbolic mode/,
  ],
  ['a tree without attributes', { path: '/d', state: 'directory', recurse: true }, /owner, group or mode/],
  ['no time', { path: '/d', state: 'touch', modificationTime: 'now' }, /a time such as/],
]

for (const [title, params, expected] of wrong) {
  test(`file: ${title} is refused at once`, () => {
    assert.throws(() => file(params), expected)
  })
}

test.run()
