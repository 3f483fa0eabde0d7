// The task group: what it plans, and what it makes of account files of its own.

import { readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { planned } from '../../../src/testing/index.ts'
import { group } from '../../../tasks/accounts/group.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { canMakeAccounts, ownAccounts } from './accountFiles.ts'

const rows: [title: string, params: object, gid: number | undefined, change: string, steps: string[]][] = [
  ['one that is there needs nothing', {}, 5, '', []],
  ['one that has its number needs nothing', { gid: 5 }, 5, '', []],
  ['a missing one is made', {}, undefined, 'absent → present', ['groupadd -- app']],
  [
    'a missing one is made with its number',
    { gid: 7 },
    undefined,
    'absent → gid 7',
    ['groupadd -g 7 -- app'],
  ],
  ['a missing system group is made', { system: true }, undefined, 'absent → present', ['groupadd -r -- app']],
  ['another number is changed', { gid: 7 }, 5, 'gid 5 → gid 7', ['groupmod -g 7 -- app']],
  ['one that shall not be there is removed', { state: 'absent' }, 5, 'gid 5 → absent', ['groupdel -- app']],
  ['one that is not there is absent', { state: 'absent' }, undefined, '', []],
]

for (const [title, params, gid, change, steps] of rows) {
  test(`group: ${title}`, () => {
    const result = planned(group, { name: 'app', ...params }, { gid })
    assert.is(result.changes.map(({ from, to }) => `${from} → ${to}`).join(), change)
    assert.equal(result.steps, steps)
  })
}

test('group: a number is no name', () => {
  assert.throws(() => group({ name: '1000' }), /name of a group/)
})

for (const shell of canMakeAccounts ? shells : []) {
  test(`group: is made, changed and removed (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const options = ownAccounts(folder, shell)
      const groups = () => readFileSync(`${folder}/etc/group`, 'utf8')
      assert.equal((await applied(group, { name: 'rp-app', gid: 54321 }, options)).again, [])
      assert.match(groups(), /^rp-app:x:54321:$/m)
      assert.equal((await applied(group, { name: 'rp-app', gid: 54322 }, options)).again, [])
      const error = await failure(() => applied(group, { name: 'rp-other', gid: 54322 }, options))
      assert.is(error.code, 'E_GROUP')
      assert.match(error.message, '54322')
      assert.equal((await applied(group, { name: 'rp-app', state: 'absent' }, options)).again, [])
      assert.not.match(groups(), 'rp-app')
    }))
}

test.run()
