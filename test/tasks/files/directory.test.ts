// The task directory: what it plans, and what it makes.

import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { directory } from '../../../tasks/files/directory.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { absent, fileWith, folder as there } from '../fileStates.ts'

const rows: [title: string, params: object, target: FileState, changes: string[], steps: string[]][] = [
  ['one that is there needs nothing', {}, there, [], []],
  [
    'one that has everything already needs nothing',
    { owner: 'root', group: '0', mode: '0755' },
    there,
    [],
    [],
  ],
  [
    'a missing one is made',
    {},
    absent,
    ['/srv/app: absent → directory 0755'],
    ["rp_mkdir /srv/app 0755 '' parents"],
  ],
  [
    'a missing one is made with its mode and owner',
    { mode: '0750', owner: 'app', group: 'www' },
    absent,
    ['/srv/app: absent → directory 0750 app:www'],
    ['rp_mkdir /srv/app 0750 app:www parents'],
  ],
  [
    'parents: false makes the last one only',
    { parents: false },
    absent,
    ['/srv/app: absent → directory 0755'],
    ["rp_mkdir /srv/app 0755 ''"],
  ],
]

for (const [title, params, target, changes, steps] of rows) {
  test(`directory: ${title}`, () => {
    const result = planned(
      directory,
      { path: '/srv/app', ...params },
      {
        ...{ entry: target, target },
        '/srv': there,
      },
    )
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    assert.equal(result.steps, steps)
  })
}

test('directory: a file at the path is an error that names it', () => {
  const state = fileWith('x')
  assert.throws(
    () => planned(directory, { path: '/srv/app' }, { entry: state, target: state }),
    (error: { code: string; message: string }) =>
      error.code === 'E_NOT_A_DIRECTORY' && error.message === '/srv/app is a file, not a directory.',
  )
})

test('directory: the mode 644 of YAML habits is refused when the task is written', () => {
  assert.throws(
    () => directory({ path: '/srv/app', mode: 644 }),
    (error: { code: string }) => error.code === 'E_PARAMS',
  )
})

for (const shell of shells) {
  const name = shell.join(' ')

  test(`directory: is made with its parents, and then needs nothing (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/a b/c'd/-e`
      const { changes, again } = await applied(directory, { path, mode: '2750' }, { shell })
      assert.is(changes.length, 1)
      assert.equal(again, [])
      assert.is(statSync(path).mode & 0o7777, 0o2750)
      assert.is(statSync(`${folder}/a b`).mode & 0o7777, 0o755)
    }))

  test(`directory: gets the mode asked for below a setgid directory (${name})`, () =>
    inFolder(async (folder) => {
      mkdirSync(`${folder}/shared`)
      chmodSync(`${folder}/shared`, 0o2775)
      const { again } = await applied(directory, { path: `${folder}/shared/x`, mode: '0700' }, { shell })
      assert.equal(again, [])
      assert.is(statSync(`${folder}/shared/x`).mode & 0o7777, 0o700)
    }))

  test(`directory: an unwanted setgid bit is taken away (${name})`, () =>
    inFolder(async (folder) => {
      chmodSync(folder, 0o2755)
      const { again } = await applied(directory, { path: folder, mode: '0755' }, { shell })
      assert.equal(again, [])
      assert.is(statSync(folder).mode & 0o7777, 0o755)
    }))

  if (process.getuid?.() === 0) {
    test(`directory: behind a link it is the directory that is given away (${name})`, () =>
      inFolder(async (folder) => {
        mkdirSync(`${folder}/real`)
        symlinkSync('real', `${folder}/link`)
        const { again } = await applied(directory, { path: `${folder}/link`, owner: 65534 }, { shell })
        assert.equal(again, [])
        assert.is(statSync(`${folder}/real`).uid, 65534)
      }))
  }

  test(`directory: a link to a directory is good, a link to nothing is an error (${name})`, () =>
    inFolder(async (folder) => {
      mkdirSync(`${folder}/real`)
      symlinkSync('real', `${folder}/link`)
      symlinkSync('nowhere', `${folder}/dangling`)
      const { changes } = await applied(directory, { path: `${folder}/link` }, { shell })
      assert.equal(changes, [])
      const error = await failure(() => applied(directory, { path: `${folder}/dangling` }, { shell }))
      assert.is(error.code, 'E_DANGLING_LINK')
    }))

  test(`directory: without parents a missing one above fails (${name})`, () =>
    inFolder(async (folder) => {
      writeFileSync(`${folder}/x`, '')
      await failure(() => applied(directory, { path: `${folder}/no/such`, parents: false }, { shell }))
    }))
}

test.run()
