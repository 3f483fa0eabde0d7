// Tests that a dry run refuses the same unsafe paths as the run.

import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import type { RunEvent } from '../../../src/model/run/event.ts'
import type { Task } from '../../../src/model/task.ts'
import {
  copyDirectory,
  copyFile,
  directory,
  download,
  file,
  line,
  link,
  ownership,
  remove,
} from '../../../tasks/index.ts'
import { attackerId } from '../../wire/attacker.ts'
import { inFolder, type Ran, runTasks } from '../harness.ts'

const it = suite('unsafe steps in a dry run')
const test = process.getuid?.() === 0 ? it : it.skip

type Paths = (name: string) => string

/** `theirs` is the attacker's; the rest is root's, some of it in places where the attacker could have put it. */
function makeFolders(path: Paths): void {
  for (const name of ['etc', 'theirs', 'theirs/own', 'theirs/of-root', 'theirs/own/conf', 'shared', 'sticky'])
    mkdirSync(path(name))
  for (const name of [
    'etc/file',
    'theirs/of-root/file',
    'theirs/own/file',
    'theirs/file',
    'shared/file',
    'src',
  ])
    writeFileSync(path(name), 'old\n')
  for (const name of ['theirs', 'theirs/own', 'theirs/own/conf', 'theirs/own/file'])
    chownSync(path(name), attackerId, attackerId)
  chmodSync(path('shared'), 0o777)
  chmodSync(path('sticky'), 0o1777)
  linkSync(path('etc/file'), path('sticky/linked'))
  writeFileSync(path('sticky/file'), 'old\n')
  symlinkSync(path('etc'), path('theirs/logs'))
  symlinkSync(path('etc/file'), path('theirs/app.conf'))
  symlinkSync('own/file', path('theirs/inside'))
  symlinkSync(path('theirs/own'), path('etc/current'))
  symlinkSync(path('theirs/of-root'), path('etc/wrong'))
  symlinkSync(path('etc'), path('shared/etc'))
  mkdirSync(path('tree'))
  mkdirSync(path('empty'))
  writeFileSync(path('tree/page'), 'new\n')
}

const text = (file: string) => line({ path: file, line: 'new', create: true })
const sum = `sha256:${'0'.repeat(64)}`

/** `true`: both go through; else both fail with this. */
const rows: [title: string, task: (path: Paths) => Task, refused: string | true][] = [
  ['a line, in a folder of theirs', (path) => text(path('theirs/own/conf/new')), true],
  ['a line, in a folder of root in one of theirs', (path) => text(path('theirs/of-root/new')), 'of-root in '],
  ['a line, through their link', (path) => text(path('theirs/logs/new')), 'logs in '],
  [
    'a line, to what their link names',
    (path) => text(path('theirs/app.conf')),
    'theirs/app.conf is a link to ',
  ],
  ['a line, through a link within their folders', (path) => text(path('theirs/inside')), true],
  ['a line, through a link of root to theirs', (path) => text(path('etc/current/new')), true],
  [
    'a line, through a link of root into what is not theirs',
    (path) => text(path('etc/wrong/new')),
    'of-root in ',
  ],
  ['a line, through a link where all may write', (path) => text(path('shared/etc/new')), 'etc in '],
  [
    'a copy that replaces their link',
    (path) => copyFile({ dest: path('theirs/app.conf'), content: 'x', follow: false }),
    true,
  ],
  [
    'an upload',
    (path) => copyFile({ dest: path('theirs/of-root/big'), content: 'x'.repeat(200_000) }),
    'of-root in ',
  ],
  ['a new folder', (path) => directory({ path: path('theirs/of-root/a/b') }), 'of-root in '],
  [
    'the mode of a folder',
    (path) => directory({ path: path('theirs/of-root'), mode: '0700' }),
    'of-root in ',
  ],
  ['the mode of a folder of theirs', (path) => directory({ path: path('theirs/own'), mode: '0700' }), true],
  ['a link', (path) => link({ path: path('theirs/of-root/l'), target: 'file' }), 'of-root in '],
  ['a link over their link', (path) => link({ path: path('theirs/app.conf'), target: 'own' }), true],
  ['a removal', (path) => remove({ path: path('theirs/of-root/file') }), 'of-root in '],
  ['a removal through their link', (path) => remove({ path: path('theirs/logs'), recursive: true }), true],
  [
    'a download',
    (path) => download({ url: 'http://127.0.0.1:9/x', dest: path('theirs/of-root/d'), checksum: sum }),
    'of-root in ',
  ],
  [
    'a copied folder',
    (path) => copyDirectory({ src: path('tree'), dest: path('theirs/of-root') }),
    'of-root in ',
  ],
  [
    'a purge',
    (path) => copyDirectory({ src: path('empty'), dest: path('theirs/of-root'), purge: true }),
    'of-root in ',
  ],
  [
    'a copied folder of theirs',
    (path) => copyDirectory({ src: path('tree'), dest: path('theirs/own') }),
    true,
  ],
  [
    'the owners of a tree',
    (path) => ownership({ path: path('theirs/of-root/file'), owner: String(attackerId) }),
    'of-root in ',
  ],
  [
    'the owner of a file of root in their folder',
    (path) => copyFile({ dest: path('theirs/file'), content: 'old\n', owner: String(attackerId) }),
    'theirs/file belongs to another user than its folder',
  ],
  [
    'the mode of a file of theirs',
    (path) => copyFile({ dest: path('theirs/own/file'), content: 'old\n', mode: '0600' }),
    true,
  ],
  [
    'the time of a file of root in their folder',
    (path) => file({ path: path('theirs/file'), state: 'file', modificationTime: '2001-02-03T04:05:06Z' }),
    'theirs/file belongs to another user than its folder',
  ],
  [
    'the time of a file of theirs',
    (path) =>
      file({ path: path('theirs/own/file'), state: 'file', modificationTime: '2001-02-03T04:05:06Z' }),
    true,
  ],
  [
    'the time of a folder of root in theirs',
    (path) =>
      file({ path: path('theirs/of-root'), state: 'touch', modificationTime: '2001-02-03T04:05:06Z' }),
    'of-root in ',
  ],
  [
    'a setuid bit and root as owner for their file',
    (path) => copyFile({ dest: path('theirs/own/file'), content: 'old\n', owner: 'root', mode: '4755' }),
    'no new owner with a setuid or setgid bit',
  ],
  [
    'the mode of a file where all may write',
    (path) => copyFile({ dest: path('shared/file'), content: 'old\n', mode: '0600' }),
    'shared/file is in a folder that others may write to',
  ],
  [
    'the mode of a hard link in a sticky folder',
    (path) => copyFile({ dest: path('sticky/linked'), content: 'old\n', mode: '0600' }),
    'has other hard links',
  ],
  [
    'the mode of a file in a sticky folder',
    (path) => copyFile({ dest: path('sticky/file'), content: 'old\n', mode: '0600' }),
    true,
  ],
]

const outcome = ({ events }: Ran) =>
  events.flatMap((event) => (event.kind === 'taskEnd' ? [printed(event)] : []))

const outcomes = ({ events }: Ran): Record<string, string> =>
  Object.fromEntries(
    events.flatMap((event) => (event.kind === 'taskEnd' ? [[event.host, printed(event)]] : [])),
  )

function printed({ result: { status, error } }: Extract<RunEvent, { kind: 'taskEnd' }>): string {
  return error ? `${error.code} ${error.message}` : status
}

/** Each row is a host of its own, with its own folders. */
test('a dry run says of each task what the run says', () =>
  inFolder(async (path) => {
    chmodSync(path('.'), 0o755)
    const hosts = rows.map(([title]) => title)
    const folderOf =
      (host: string): Paths =>
      (name) =>
        join(path(`host-${hosts.indexOf(host)}`), name)
    for (const host of hosts) {
      mkdirSync(folderOf(host)('.'))
      makeFolders(folderOf(host))
    }
    const taskOf = (host: string) => [rows.find(([title]) => title === host)![1](folderOf(host))]
    const predicted = outcomes(await runTasks(taskOf, { hosts, isCheck: true }))
    const ran = outcomes(await runTasks(taskOf, { hosts }))
    assert.equal(predicted, ran)
    for (const [title, , refused] of rows) {
      if (refused === true) assert.equal([title, ran[title]], [title, 'changed'])
      else
        assert.ok(
          ran[title]!.startsWith('E_UNSAFE_PATH') && ran[title]!.includes(refused),
          `${title}: ${ran[title]}`,
        )
    }
  }))

test('with unsafePaths nothing is refused', () =>
  inFolder(async (path) => {
    makeFolders(path)
    const task = line({ path: path('theirs/of-root/new'), line: 'x', create: true }, { unsafePaths: true })
    assert.equal(outcome(await runTasks([task], { isCheck: true })), ['changed'])
  }))

test('planned owners count, and a planned change that may mend it makes it unknown', () =>
  inFolder(async (path) => {
    const theirs = { path: path('app'), owner: String(attackerId) }
    const tasks = [directory(theirs), directory({ path: path('app/conf') }), text(path('app/conf/file'))]
    const [, , predicted] = outcome(await runTasks(tasks, { isCheck: true }))
    assert.not.ok(existsSync(path('app')))
    const [, , ran] = outcome(await runTasks(tasks))
    assert.match(ran!, 'E_UNSAFE_PATH')
    assert.is(predicted, ran)
    const mend = directory({ path: path('app'), owner: 'root' })
    assert.equal(outcome(await runTasks([mend, text(path('app/conf/file'))], { isCheck: true })), [
      'changed',
      'changed',
    ])
    const whole = ownership({ path: path('app'), owner: 'root' })
    const unknown = await runTasks([whole, text(path('app/conf/file'))], { isCheck: true })
    assert.equal(outcome(unknown), ['changed', 'unknown'])
  }))

it.run()
