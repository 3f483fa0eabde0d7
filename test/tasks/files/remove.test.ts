// The task remove: what it plans and refuses, and what it removes and leaves.

import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { remove } from '../../../tasks/files/remove.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { absent, fileWith, folder, linkTo } from '../fileStates.ts'

const rows: [title: string, params: object, entry: FileState, changes: string[], steps: string[]][] = [
  ['nothing needs nothing', {}, absent, [], []],
  ['a file', {}, fileWith('x'), ['file → absent'], ['rp_target /srv/x; rm -f -- "./$rp_base"']],
  ['a link', {}, linkTo('/etc'), ['link to /etc → absent'], ['rp_target /srv/x; rm -f -- "./$rp_base"']],
  ['an empty directory', {}, folder, ['directory → absent'], ['rp_target /srv/x; rmdir -- "./$rp_base"']],
]

for (const [title, params, entry, changes, steps] of rows) {
  test(`remove: ${title}`, () => {
    const result = planned(remove, { path: '/srv/x', ...params }, { entry, inside: [] })
    assert.equal(
      result.changes.map(({ from, to }) => `${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

test('remove: a full directory is an error that names what is in it', () => {
  assert.throws(
    () => planned(remove, { path: '/srv/x' }, { entry: folder, inside: ['a', 'b', 'c', 'd'] }),
    (error: { code: string; message: string }) =>
      error.code === 'E_NOT_EMPTY' && error.message.endsWith('not empty: a, b, c, …'),
  )
})

for (const path of [
  '/',
  '//',
  '/etc',
  '/etc/',
  '//etc//',
  '/srv/../etc/.',
  '/usr/local',
  '/var/./lib',
  'relative',
]) {
  test(`remove: ${path} is refused when it is written`, () => {
    assert.throws(() => remove({ path, recursive: true }), /expected/)
  })
}

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

for (const shell of shells) {
  const name = shell.join(' ')

  test(`remove: files, links and trees go, what links lead to stays (${name})`, () =>
    inFolder(async (folder) => {
      mkdirSync(`${folder}/outside`)
      writeFileSync(`${folder}/outside/f`, '')
      mkdirSync(`${folder}/tree/a b`, { recursive: true })
      symlinkSync('../outside', `${folder}/tree/link`)
      symlinkSync('outside', `${folder}/link`)
      symlinkSync('nowhere', `${folder}/broken`)
      mkdirSync(`${folder}/empty`)
      writeFileSync(`${folder}/-it's`, '')
      for (const path of ['link', 'broken', 'empty', "-it's", 'never']) {
        assert.equal((await applied(remove, { path: `${folder}/${path}` }, { shell })).again, [])
      }
      const error = await failure(() => applied(remove, { path: `${folder}/tree` }, { shell }))
      assert.is(error.code, 'E_NOT_EMPTY')
      assert.ok(lstatSync(`${folder}/tree/a b`).isDirectory())
      assert.equal((await applied(remove, { path: `${folder}/tree`, recursive: true }, { shell })).again, [])
      assert.equal(readdirSync(folder), ['outside'])
      assert.equal(readdirSync(`${folder}/outside`), ['f'])
    }))

  if (canMount) {
    test(`remove: a tree in which something is mounted stays whole (${name})`, () =>
      inFolder(async (folder) => {
        mkdirSync(`${folder}/tree/a b`, { recursive: true })
        writeFileSync(`${folder}/tree/f`, '')
        const options = {
          shell: ['unshare', '-m', ...shell],
          before: `mount -t tmpfs none '${folder}/tree/a b'`,
        }
        const error = await failure(() =>
          applied(remove, { path: `${folder}/tree`, recursive: true }, options),
        )
        assert.is(error.code, 'E_MOUNTED')
        assert.match(error.message, `${folder}/tree/a b`)
        assert.ok(existsSync(`${folder}/tree/f`))
      }))
  }
}

test.run()
