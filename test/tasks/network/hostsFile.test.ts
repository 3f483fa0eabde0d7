// The task hostsFile: what it makes of /etc/hosts.

import { readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { hostsFile } from '../../../tasks/network/hostsFile.ts'
import { editHosts, type HostsEdits } from '../../../tasks/network/hostsText.ts'
import { applied, inFolder, looked, shells } from '../apply.ts'

const top = '# top\n127.0.0.1   localhost lo4  # own\n::1 localhost ip6\n\n'
const none = { set: {}, remove: [] }

const rows: [title: string, before: string, edits: Partial<HostsEdits>, after: string][] = [
  ['a new address', top, { set: { '10.0.0.1': ['a.x', 'a'] } }, `${top}10.0.0.1\ta.x a\n`],
  [
    'one that is there',
    `${top}10.0.0.1  a.x\ta`,
    { set: { '10.0.0.1': ['a.x', 'a'] } },
    `${top}10.0.0.1  a.x\ta`,
  ],
  [
    'other names; blanks and comment stay',
    '10.0.0.1   a  b # c\n',
    { set: { '10.0.0.1': ['d'] } },
    '10.0.0.1   d # c\n',
  ],
  ['other order', '10.0.0.1 a b\n', { set: { '10.0.0.1': ['b', 'a'] } }, '10.0.0.1 b a\n'],
  [
    'a name that moves',
    '10.0.0.1 a b\n10.0.0.2 c\n',
    { set: { '10.0.0.2': ['b', 'c'] } },
    '10.0.0.1 a\n10.0.0.2 b c\n',
  ],
  ['a name that moves away from its line', '10.0.0.1 a\n', { set: { '10.0.0.2': ['a'] } }, '10.0.0.2\ta\n'],
  ['a name of the other family', '::1 a\n', { set: { '10.0.0.2': ['a'] } }, '::1 a\n10.0.0.2\ta\n'],
  [
    'several lines of an address',
    '10.0.0.1 a\n# x\n10.0.0.1 b\n',
    { set: { '10.0.0.1': ['a', 'b'] } },
    '10.0.0.1 a b\n# x\n',
  ],
  ['an address spelt another way', 'fe80::0:1 a\n', { set: { 'fe80::1': ['b'] } }, 'fe80::0:1 b\n'],
  [
    'a name to remove',
    `${top}10.0.0.1 a b#c\n`,
    { remove: ['b', 'lo4'] },
    '# top\n127.0.0.1   localhost  # own\n::1 localhost ip6\n\n10.0.0.1 a#c\n',
  ],
  ['an address to remove', '10.0.0.1 a\n10.0.0.11 b\n', { remove: ['10.0.0.1'] }, '10.0.0.11 b\n'],
  ['a name within another', '10.0.0.1 aa a.x\n', { remove: ['a'] }, '10.0.0.1 aa a.x\n'],
  ['CRLF', '10.0.0.1 a\r\n', { set: { '10.0.0.2': ['b'] } }, '10.0.0.1 a\r\n10.0.0.2\tb\r\n'],
  ['no file', '', { set: { '10.0.0.2': ['b'] } }, '10.0.0.2\tb\n'],
]

test('hostsFile: texts', () => {
  for (const [title, before, edits, after] of rows) {
    const edited = editHosts(before, { ...none, ...edits })
    assert.is(edited.text, after, title)
    assert.is(edited.edits.length > 0, before !== after, title)
    assert.equal(editHosts(after, { ...none, ...edits }).edits, [], `${title}, again`)
  }
})

for (const shell of shells) {
  test(`hostsFile: a file of the host (${shell.join(' ')})`, () =>
    inFolder(async (base) => {
      const path = `${base}/hosts`
      const params = { path, set: { '10.0.0.1': 'a' }, remove: ['old'] }
      assert.equal((await applied(hostsFile, params, { shell })).again, [])
      writeFileSync(path, `${readFileSync(path, 'utf8')}10.0.0.9 old older\n`)
      const { changes, again } = await applied(hostsFile, params, { shell })
      assert.equal(again, [])
      assert.equal(
        changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        [`${path}: 10.0.0.9: old older → older`],
      )
    }))
}

test('hostsFile: invalid parameters are refused at once', async () => {
  const wrong: [params: object, expected: RegExp][] = [
    [{}, /expected set or remove/],
    [{ set: { '10.0.0.300': 'a' } }, /an IP address/],
    [{ set: { '10.0.0.1': 'a b' } }, /the name of a host/],
    [{ remove: ['localhost'] }, /other than localhost/],
    [{ set: { '10.0.0.1': 'a', '10.0.0.2': ['b', 'a'] } }, /a at one address only/],
    [{ set: { '10.0.0.1': 'a' }, remove: ['a'] }, /names and addresses that are not in set, which has a/],
  ]
  for (const [params, expected] of wrong) assert.throws(() => hostsFile(params as never), expected)
  hostsFile({ set: { '10.0.0.1': 'a', 'fe80::1%eth0': 'a' } })
  assert.equal(await looked(hostsFile, { path: '/nowhere/hosts', remove: ['a'] }), [])
})

test.run()
