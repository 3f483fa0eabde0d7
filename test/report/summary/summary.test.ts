// Tests the end of runs on many hosts, and the lines folded before it.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { createTextFormatter } from '../../../src/report/lines/textFormatter.ts'
import { plainTheme } from '../../../src/report/output/theme.ts'
import { groupHosts } from '../../../src/report/summary/groupHosts.ts'
import { reportOf } from '../capture.ts'
import { fleetRun } from './fleetRun.ts'

const outliers = { 3: 'failed', 44: 'failed', 50: 'unreachable', 17: 'also', 101: 'idle' } as const

const summary = `changed on 995 hosts
  copyFile /etc/app/0.conf   content   absent → 12 bytes
  copyFile /etc/app/1.conf   content   absent → 12 bytes
  copyFile /etc/app/2.conf   content   absent → 12 bytes
differs on 1 host
  was-0017   also firewallPort 4000/tcp   content   closed → open
nothing to do on was-0101
restarted on 996 hosts: service httpd
failed on 2 hosts: was-0003 was-0044
  download tomcat.tar.gz   E_CHECKSUM   playbooks/site.ts:18
    None of 2 mirrors has the requested file.
    https://mirror-1.example/tomcat.tar.gz   404 Not Found
    https://mirror-2.example/tomcat.tar.gz   SHA-512 is 51c2…9e, expected 7ab0…41 (<host>)
    not done: 4 of 4 tasks
unreachable: was-0050   Connecting to 10.0.0.50 port 22 timed out after 10 s.
handlers still to run on was-0003 was-0044: service httpd restarted
slowest: service httpd restarted 9.1 s
run-playbook explain E_CHECKSUM   says what it means; also E_CONNECT
run-playbook site.ts --resume   resumes from here
`

test('1,000 hosts with 5 outliers: who they are, in less than 30 lines', async () => {
  const { stdout } = await reportOf(fleetRun({ hosts: 1000, outliers }))
  const [, end = ''] = stdout.split(/^Site {2}1000 hosts: .*\n/m)
  assert.fixture(end, summary)
  const last = stdout.split('\n').slice(-40).join('\n')
  for (const host of Object.keys(outliers)) assert.match(last, `was-${host.padStart(4, '0')}`)
})

test('-q shows the end alone', async () => {
  const { stdout, stderr } = await reportOf(fleetRun({ hosts: 1000, outliers }), { verbosity: -1 })
  assert.is(stderr, '')
  assert.fixture(
    stdout,
    `Site  1000 hosts: 997 ok · 3985 changed · 2 failed · 1 unreachable · 41 s · 3 trips per host\n${summary}`,
  )
})

test('-q of a run in which all is well is a few lines', async () => {
  const { stdout } = await reportOf(fleetRun({ hosts: 30, changes: 0 }), { verbosity: -1 })
  assert.match(stdout, /^Site {2}30 hosts: 30 ok .*\nrestarted on 30 hosts: service httpd\nslowest: .*\n$/)
})

test('A dry run ends in the future tense', async () => {
  const fleet = { hosts: 30, isCheck: true, outliers: { 17: 'also' } } as const
  const { stdout } = await reportOf(fleetRun(fleet), { verbosity: -1 })
  assert.fixture(
    stdout,
    `Nothing was changed. 30 hosts: 121 would change.
would change on 29 hosts
  copyFile /etc/app/0.conf   content   absent → 12 bytes
  copyFile /etc/app/1.conf   content   absent → 12 bytes
  copyFile /etc/app/2.conf   content   absent → 12 bytes
would differ on 1 host
  was-0017   also firewallPort 4000/tcp   content   closed → open
would be restarted on 30 hosts: service httpd
`,
  )
})

test('Many outliers of each kind fit too: parts are shortened', async () => {
  const many: { [host: number]: 'failed' | 'unreachable' | 'also' | 'stopped' } = {}
  for (let n = 1; n <= 200; n += 1) many[n] = (['failed', 'unreachable', 'also', 'stopped'] as const)[n % 4]!
  const { stdout } = await reportOf(fleetRun({ hosts: 1000, changes: 60, outliers: many }), { verbosity: -1 })
  assert.ok(stdout.trimEnd().split('\n').length <= 40, stdout)
  assert.match(stdout, /^failed on 50 hosts: was-0004 .* and \d+ more$/m)
  assert.match(stdout, /^stopped before the end: was-0003 .* and \d+ more$/m)
  assert.match(stdout, /^ {2}and \d+ more$/m)
})

test('30 equal hosts with 3 equal changes are a line for each change', async () => {
  const { stdout } = await reportOf(fleetRun({ hosts: 30 }))
  assert.fixture(
    stdout,
    `30 hosts  changed  copyFile /etc/app/0.conf
                     content   absent → 12 bytes
30 hosts  changed  copyFile /etc/app/1.conf
                     content   absent → 12 bytes
30 hosts  changed  copyFile /etc/app/2.conf
                     content   absent → 12 bytes
30 hosts  handler  service httpd restarted
                     content   pid … → restarted
30 hosts  ok       4 tasks, 4 changed
Site  30 hosts: 30 ok · 120 changed · 0 failed · 41 s · 3 trips per host
slowest: service httpd restarted 9.1 s
`,
  )
})

test('With -v every host is shown by itself', async () => {
  const { stdout } = await reportOf(fleetRun({ hosts: 30 }), { verbosity: 1 })
  assert.is([...stdout.matchAll(/^was-00\d\d {2}changed/gm)].length, 90)
})

test('Lines wait 2 s for equal ones of other hosts, and name few hosts', () => {
  let now = 0
  const formatter = createTextFormatter({
    ...{ verbosity: 0, theme: plainTheme, cwd: '/site', program: 'run-playbook' },
    now: () => now,
  })
  const events = fleetRun({ hosts: 30 })
  const first = events.findIndex(({ kind }) => kind === 'taskEnd')
  for (const event of events.slice(0, first + 2)) assert.equal(formatter.format(event), [])
  now = 1500
  assert.equal(formatter.overdue(), [])
  now = 2000
  assert.equal(formatter.overdue(), [
    '2 hosts   changed  copyFile /etc/app/0.conf',
    '                     content   absent → 12 bytes',
    '                   on was-0001 was-0002',
  ])
})

const groups: readonly [title: string, changes: { [host: string]: string }, expected: unknown][] = [
  ['equal hosts are one group', { a: 'x y', b: 'y x' }, [[['a b', 'x y']], []]],
  [
    'two kinds of hosts are two groups',
    { a: 'x', b: 'x', c: 'z', d: 'z' },
    [
      [
        ['a b', 'x'],
        ['c d', 'z'],
      ],
      [],
    ],
  ],
  ['who does more differs', { a: 'x', b: 'x', c: 'x z' }, [[['a b', 'x']], [['c', 'z', '']]]],
  ['who does less differs', { a: 'x y', b: 'x y', c: 'x' }, [[['a b', 'x y']], [['c', '', 'y']]]],
  [
    'who does something else is a group',
    { a: 'x', b: 'x', c: 'z' },
    [
      [
        ['a b', 'x'],
        ['c', 'z'],
      ],
      [],
    ],
  ],
]

for (const [title, changes, expected] of groups) {
  test(`Groups: ${title}`, () => {
    const lines = new Map(Object.entries(changes).map(([host, text]) => [host, text.split(' ')]))
    const { groups, differing } = groupHosts(lines)
    assert.equal(
      [
        groups.map(({ hosts, lines }) => [hosts.join(' '), lines.join(' ')]),
        differing.map(({ hosts, also, not }) => [hosts.join(' '), also.join(' '), not.join(' ')]),
      ],
      expected,
    )
  })
}

test.run()
