// The task link: what it plans, and what it makes.

import { lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { link } from '../../../tasks/files/link.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, fileWith, folder, linkTo } from '../fileStates.ts'

const rows: [title: string, params: object, entry: FileState, changes: string[]][] = [
  ['the right link needs nothing', {}, linkTo('new'), []],
  ['a missing link is made', {}, absent, ['/l: absent → link to new']],
  ['another target is put in', {}, linkTo('old'), ['/l: link to old → link to new']],
  ['a file gives way if forced', { force: true }, fileWith(''), ['/l: file → link to new']],
]

for (const [title, params, entry, changes] of rows) {
  test(`link: ${title}`, () => {
    const result = planned(
      link,
      { path: '/l', target: 'new', ...params },
      { entry, folder, aim: folder, inside: [] },
    )
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
  })
}

for (const shell of shells) {
  test(`link: leads where it shall, also where it led to a directory (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/it's`
      mkdirSync(`${folder}/one`)
      for (const target of [`${folder}/one`, 'one', '-two', "no'where"]) {
        const { changes, again } = await applied(
          link,
          { path, target, force: !target.endsWith('one') },
          { shell },
        )
        assert.is(changes.length, 1)
        assert.equal(again, [])
        assert.is(readlinkSync(path), target)
      }
      assert.equal(readdirSync(folder).sort(), ["it's", 'one'])
      assert.equal(readdirSync(`${folder}/one`), [])
    }))

  test(`link: a link to nothing is forced, also one by way of another folder (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      mkdirSync(`${folder}/deep/er`, { recursive: true })
      symlinkSync('deep/er', `${folder}/by`)
      writeFileSync(`${folder}/deep/file`, '')
      const nowhere = { path: `${folder}/by/l`, target: '../other' }
      const error = await failure(() => applied(link, nowhere, { shell }))
      assert.is(error.code, 'E_NO_TARGET')
      assert.equal((await applied(link, { ...nowhere, force: true }, { shell })).again, [])
      assert.equal(await looked(link, nowhere), [], 'what leads there already needs nothing')
      assert.equal((await applied(link, { ...nowhere, target: '../file' }, { shell })).again, [])
    }))

  test(`link: what is no link stays, unless forced; a full directory always stays (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const params = { target: 'x' }
      writeFileSync(`${folder}/file`, '')
      mkdirSync(`${folder}/empty`)
      mkdirSync(`${folder}/full/x`, { recursive: true })
      symlinkSync('full', `${folder}/link`)
      for (const name of ['file', 'empty', 'full']) {
        const error = await failure(() => applied(link, { ...params, path: `${folder}/${name}` }, { shell }))
        assert.is(error.code, 'E_IN_THE_WAY')
      }
      for (const name of ['file', 'empty', 'link']) {
        const forced = { ...params, path: `${folder}/${name}`, force: true }
        assert.equal((await applied(link, forced, { shell })).again, [])
        assert.is(readlinkSync(`${folder}/${name}`), 'x')
      }
      await failure(() => applied(link, { ...params, path: `${folder}/full`, force: true }, { shell }))
      assert.ok(lstatSync(`${folder}/full/x`).isDirectory())
    }))
}

test.run()
