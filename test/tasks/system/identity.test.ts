// The tasks hostname and timezone: what they plan.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState, Step } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { hostname } from '../../../tasks/system/hostname.ts'
import { timezone } from '../../../tasks/system/timezone.ts'
import { failure, looked, shells } from '../apply.ts'
import { absent, fileWith, linkTo } from '../fileStates.ts'

const shown = ({ changes }: ReturnType<typeof planned>) =>
  changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)

const names: [title: string, file: FileState, live: string, changes: string[], content?: string][] = [
  ['the right name', fileWith('was-01\n'), 'was-01', []],
  ['a comment above', fileWith('# mine\n\nwas-01'), 'was-01', []],
  [
    'another name',
    fileWith('# mine\nold\n'),
    'old',
    ['/etc/hostname: old → was-01', 'host name (now): old → was-01'],
    '# mine\nwas-01\n',
  ],
  [
    'no name in the file',
    fileWith('# mine'),
    'was-01',
    ['/etc/hostname: no name → was-01'],
    '# mine\nwas-01\n',
  ],
  ['no file', absent, 'was-01', ['/etc/hostname: absent → 7 bytes'], 'was-01\n'],
  ['another name now', fileWith('was-01\n'), 'old', ['host name (now): old → was-01']],
]

for (const [title, current, live, changes, content] of names) {
  test(`hostname: ${title}`, () => {
    assert.equal(shown(planned(hostname, { name: 'was-01' }, { current, live })), changes)
    const [first] = hostname.spec.plan({ name: 'was-01' }, { current, live }, undefined)
    const step = first?.steps[0] as (Step & { kind: 'write' }) | undefined
    if (content !== undefined) assert.is(String(step!.content), content)
  })
}

test('hostname: what is no name is refused', () => {
  for (const name of ['', '-a', 'a-', 'a_b', 'a..b', 'a'.repeat(65), 'a b', 'a.-b'])
    assert.throws(() => hostname({ name }), /hostname: /, name)
  for (const name of ['a', 'was-01.example.org', '1a']) hostname({ name })
})

const zone: FileState = fileWith('TZif2')
const zones: [title: string, link: FileState, text: FileState, changes: string[]][] = [
  ['the right link', linkTo('../usr/share/zoneinfo/Asia/Seoul'), absent, []],
  ['the right link, absolute', linkTo('/usr/share/zoneinfo/Asia/Seoul'), fileWith('Asia/Seoul\n'), []],
  [
    'another zone, on Debian',
    linkTo('/usr/share/zoneinfo/UTC'),
    fileWith('Etc/UTC\n'),
    [
      '/etc/localtime: link to /usr/share/zoneinfo/UTC → link to ../usr/share/zoneinfo/Asia/Seoul',
      '/etc/timezone: Etc/UTC → Asia/Seoul',
    ],
  ],
  ['a copy', zone, absent, ['/etc/localtime: file → link to ../usr/share/zoneinfo/Asia/Seoul']],
  ['none', absent, absent, ['/etc/localtime: absent → link to ../usr/share/zoneinfo/Asia/Seoul']],
]

for (const [title, link, text, changes] of zones) {
  test(`timezone: ${title}`, () => {
    assert.equal(shown(planned(timezone, { name: 'Asia/Seoul' }, { link, zone, text })), changes)
  })
}

for (const shell of shells) {
  test(`hostname, timezone: they read this machine (${shell.join(' ')})`, async () => {
    const changes = await looked(hostname, { name: 'never-so' }, { shell })
    assert.is(changes.at(-1)!.what, 'host name (now)')
    assert.is((await failure(() => looked(timezone, { name: 'Mars/Base' }, { shell }))).code, 'E_NO_ZONE')
    assert.match(
      (await failure(() => looked(timezone, { name: 'Europe' }, { shell }))).hint!,
      'a folder of zones',
    )
    assert.throws(() => timezone({ name: '../../etc/passwd' }), /the name of a time zone/)
  })
}

test.run()
