// command: when it runs, and that it runs for real as written.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, secret } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { command } from '../../../tasks/system/command.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'
import { absent, fileWith, folder } from '../fileStates.ts'

const present = fileWith('')

const rows = [
  { title: 'runs each time', params: {}, created: present, removed: present, change: 'not run → run' },
  {
    title: 'runs where creates is absent',
    params: { creates: '/a' },
    created: absent,
    removed: present,
    change: '/a absent → run',
  },
  {
    title: 'does not run where creates exists',
    params: { creates: '/a' },
    created: present,
    removed: present,
    change: undefined,
  },
  {
    title: 'runs where removes exists',
    params: { removes: '/b' },
    created: present,
    removed: present,
    change: '/b present → run',
  },
  {
    title: 'does not run where removes is absent',
    params: { removes: '/b' },
    created: present,
    removed: absent,
    change: undefined,
  },
  {
    title: 'does not run where creates exists, whatever removes says',
    params: { creates: '/a', removes: '/b' },
    created: present,
    removed: present,
    change: undefined,
  },
]

for (const { title, params, created, removed, change } of rows) {
  test(`command ${title}`, () => {
    const { changes } = planned(command, { argv: ['make', 'a b'], ...params }, { created, removed, folder })
    assert.equal(
      changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      change ? [`make 'a b': ${change}`] : [],
    )
  })
}

test('command quotes its arguments', () => {
  const { steps } = planned(
    command,
    { argv: ['echo', "it's $HOME"], chdir: '/a b' },
    { created: present, removed: present, folder },
  )
  assert.equal(steps, [`cd '/a b' || exit; echo 'it'\\''s $HOME'`])
})

for (const shell of shells) {
  test(`command runs in its folder, with its input, until what it makes exists (${shell[0]})`, () =>
    inFolder(async (folder) => {
      const made = join(folder, "it's made")
      const making = { argv: ['tee', "it's made"], chdir: folder, stdin: secret('a $b\n'), creates: made }
      const { changes, again } = await applied(command, making, { shell })
      assert.equal([changes.length, again], [1, []])
      assert.is(readFileSync(made, 'utf8'), 'a $b\n')
    }))
}

test('a command that ends well without making what it should is an error', async () => {
  const error = await failure(() => applied(command, { argv: ['true'], creates: '/no/such/file' }))
  assert.equal(
    [error.code, error.message],
    ['E_NOT_CREATED', '"true" succeeded, but /no/such/file does not exist.'],
  )
})

test('only the exit codes in okCodes mean success', async () => {
  assert.match(
    (await failure(() => applied(command, { argv: ['sh', '-c', 'exit 3'] }))).message,
    'Exit code 3',
  )
  await applied(command, { argv: ['sh', '-c', 'exit 3'], okCodes: [0, 3] })
})

test('the title of a command has at most 60 characters', () => {
  assert.is(command({ argv: ['x'.repeat(70)] }).title, `command ${'x'.repeat(59)}…`)
})

const wrong = [{ argv: [] }, { argv: ['x'], creates: 'relative' }, { argv: ['x'], okCodes: [256] }]
for (const params of wrong) {
  test(`command refuses ${JSON.stringify(params)}`, () => {
    assert.throws(
      () => command(params),
      (error: PlaybookError) => error.code === 'E_PARAMS',
    )
  })
}

test.run()
