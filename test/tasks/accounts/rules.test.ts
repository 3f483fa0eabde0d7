// Tests the tasks sudoers and pamLimits; visudo checks the files where it exists.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { pamLimits } from '../../../tasks/accounts/pamLimits.ts'
import { sudoers } from '../../../tasks/accounts/sudoers.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, folder } from '../fileStates.ts'

type Limit = Parameters<typeof pamLimits>[0]
const nofile = { domain: 'app', limitType: 'soft', limitItem: 'nofile' } as const

const limits: [title: string, before: string | undefined, params: Partial<Limit>, after: string][] = [
  ['a new file', undefined, { value: 1024 }, 'app\tsoft\tnofile\t1024\n'],
  [
    'a new line, before the last comment',
    '# top\n@x hard core 0\n\n# End of file\n',
    { value: 1024, comment: 'for app' },
    '# top\n@x hard core 0\n\napp\tsoft\tnofile\t1024\t# for app\n# End of file\n',
  ],
  [
    'another value, of the last of several',
    'app soft nofile 1\n app  soft   nofile   2 # why\napp hard nofile 3',
    { value: 'unlimited' },
    'app soft nofile 1\n app  soft   nofile   unlimited # why\napp hard nofile 3',
  ],
  [
    'a higher one that stays',
    'app soft nofile 4096\n',
    { value: 1024, useMax: true },
    'app soft nofile 4096\n',
  ],
  [
    'an unlimited one that stays',
    'app soft nofile -1\n',
    { value: 1024, useMax: true },
    'app soft nofile -1\n',
  ],
  ['a lower one that stays', 'app soft nofile 10\n', { value: 1024, useMin: true }, 'app soft nofile 10\n'],
  [
    'a higher one that goes',
    'app soft nofile 4096\n',
    { value: 1024, useMin: true },
    'app soft nofile 1024\n',
  ],
  ['the same by another word', 'app soft nofile infinity\n', { value: -1 }, 'app soft nofile infinity\n'],
  [
    'a comment is no line',
    '#app soft nofile 5\n',
    { value: 5 },
    '#app soft nofile 5\napp\tsoft\tnofile\t5\n',
  ],
  ['none', 'x\napp soft nofile 5\ny\n', { state: 'absent' }, 'x\ny\n'],
]

test('pamLimits: lines of limits.conf', () =>
  inFolder(async (base) => {
    for (const [index, [title, before, params, after]] of limits.entries()) {
      const dest = `${base}/${index}`
      if (before !== undefined) writeFileSync(dest, before)
      const { changes, again } = await applied(pamLimits, { ...nofile, dest, ...params })
      assert.is(readFileSync(dest, 'utf8'), after, title)
      assert.equal(again, [], title)
      assert.is(changes.length, before === after ? 0 : 1, title)
    }
    assert.equal(await looked(pamLimits, { ...nofile, dest: `${base}/none`, state: 'absent' }), [])
    assert.throws(() => pamLimits(nofile), /expected a value/)
    assert.throws(() => pamLimits({ ...nofile, value: 'many' }), /a number or unlimited/)
    assert.throws(() => pamLimits({ ...nofile, value: 1, use_max: true } as never), /called useMax/)
  }))

const rules: [params: Partial<Parameters<typeof sudoers>[0]>, text: string][] = [
  [{ user: 'deploy', commands: '/usr/bin/id -u' }, 'deploy ALL=NOPASSWD: /usr/bin/id -u\n'],
  [
    { group: 'ops', commands: ['/usr/bin/id', '/bin/ls /root'], runas: 'app:www', nopassword: false },
    '%ops ALL=(app:www) /usr/bin/id, /bin/ls /root\n',
  ],
  [{ user: 'a', commands: 'ALL', setenv: true, noexec: true }, 'a ALL=NOEXEC:NOPASSWD:SETENV: ALL\n'],
  [{ content: 'Defaults:x !requiretty\n\n' }, 'Defaults:x !requiretty\n'],
]

for (const shell of shells) {
  const rootTest = process.getuid?.() === 0 && existsSync('/usr/sbin/visudo') ? test : test.skip
  rootTest(`sudoers: rules that visudo accepts, and none that it refuses (${shell.join(' ')})`, () =>
    inFolder(async (base) => {
      const options = { shell, path: process.env.PATH! }
      const common = { name: 'app', sudoersPath: base }
      for (const [params, text] of rules) {
        assert.equal((await applied(sudoers, { ...common, ...params }, options)).again, [])
        assert.is(readFileSync(`${base}/app`, 'utf8'), text)
        assert.is(statSync(`${base}/app`).mode & 0o7777, 0o440)
      }
      const broken = { ...common, content: 'this is ( no rule' }
      const error = await failure(() => applied(sudoers, broken, options))
      assert.match(error.message, 'rejected the new content')
      assert.is(readFileSync(`${base}/app`, 'utf8'), rules.at(-1)![1], 'what was there stays')
      assert.equal((await applied(sudoers, { ...common, state: 'absent' }, options)).again, [])
      assert.not.ok(existsSync(`${base}/app`))
    }),
  )
}

test('sudoers: a host without visudo, and without the folder', async () => {
  const rule = { name: 'app', user: 'a', commands: 'ALL' }
  const rows: [
    params: object,
    observed: { folder: FileState; hasVisudo: boolean },
    code: string | undefined,
  ][] = [
    [{}, { folder, hasVisudo: false }, 'E_TOOL'],
    [{ validation: 'detect' }, { folder, hasVisudo: false }, undefined],
    [{}, { folder: absent, hasVisudo: true }, 'E_NO_FOLDER'],
  ]
  for (const [params, observed, code] of rows) {
    const plan = async () => planned(sudoers, { ...rule, ...params }, { current: absent, ...observed })
    if (code === undefined) assert.equal((await plan()).steps, ['write /etc/sudoers.d/app'])
    else assert.is((await failure(plan)).code, code)
  }
})

test('sudoers: invalid parameters are refused at once', () => {
  const wrong: [params: object, expected: RegExp][] = [
    [{ name: 'a.b', user: 'x', commands: 'ALL' }, /without dots/],
    [{ name: 'a', commands: 'ALL' }, /user or group, and commands/],
    [{ name: 'a', user: 'x', group: 'y', commands: 'ALL' }, /user or group, and commands/],
    [{ name: 'a', user: 'x', commands: 'systemctl' }, /an absolute path with arguments/],
    [{ name: 'a', user: 'x y', commands: 'ALL' }, /user: expected a name/],
    [{ name: 'a', user: 'x', content: 'y' }, /content alone/],
  ]
  for (const [params, expected] of wrong) assert.throws(() => sudoers(params as never), expected)
})

test.run()
