// Tests how changes are formatted.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { changeText } from '../../../src/report/text/changeText.ts'

const change = (what: string, from: string, to: string) => ({ what, from, to })
const long = 'x'.repeat(400)

const changes = [
  {
    title: 'a single change that repeats the title is put beside it',
    task: 'service tomcat',
    of: [change('tomcat', 'stopped', 'running')],
    expected: { inline: 'stopped → running', below: [] },
  },
  {
    title: 'a single change that says more is put below',
    task: 'service tomcat',
    of: [change('enabled at boot', 'no', 'yes')],
    expected: { below: ['enabled at boot   no → yes'] },
  },
  {
    title: 'changes that differ only in brackets share a line',
    task: 'firewallPort 80/tcp 443/tcp',
    of: [
      change('port 80/tcp (permanent)', 'closed', 'open'),
      change('port 80/tcp (runtime)', 'closed', 'open'),
      change('port 443/tcp (runtime)', 'closed', 'open'),
    ],
    expected: {
      below: ['port 80/tcp    closed → open (permanent, runtime)', 'port 443/tcp   closed → open (runtime)'],
    },
  },
  {
    title: 'an empty value before needs no arrow, one after is called nothing',
    task: 'x',
    of: [change('link', '', '/opt/tomcat'), change('file', 'a file', '')],
    expected: { below: ['link   /opt/tomcat', 'file   a file → nothing'] },
  },
  {
    title: 'long values are abbreviated',
    task: 'x',
    of: [change('key', long, 'a\nb\n')],
    expected: { below: [`key   ${'x'.repeat(100)}… (400 characters) → a … (2 lines)`] },
  },
  {
    title: 'long values are whole with isWhole',
    task: 'x',
    isWhole: true,
    of: [change('key', long, 'a\nb\n')],
    expected: { below: [`key   ${long} → a\\nb\\n`] },
  },
  { title: 'no changes give no text', task: 'x', of: [], expected: { below: [] } },
]

for (const { title, task, of, isWhole = false, expected } of changes) {
  test(title, () => assert.equal(changeText(task, of, isWhole), expected))
}

test('a hundred changes take a hundred lines', () => {
  const many = Array.from({ length: 100 }, (_, n) => change(`key ${n}`, 'a', 'b'))
  assert.is(changeText('x', many, false).below.length, 100)
})

test.run()
