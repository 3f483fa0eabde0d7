// Tests how the output of a command on many hosts is shown.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { plainTheme } from '../../../src/report/output/theme.ts'
import { answerLines } from '../../../src/report/text/answers.ts'

const hosts = (count: number) =>
  Array.from({ length: count }, (_, n) => `web-${String(n + 1).padStart(3, '0')}`)
const printed = (stdout: string, stderr = '') => ({ stdout, stderr })

const rows: readonly [title: string, answers: Parameters<typeof answerLines>[0], expected: string][] = [
  [
    'equal answers once, who differs by name',
    hosts(198).map((host, n) => ({ host, output: printed(n === 16 ? ' up 3 hours\n' : 'up 41 days\n') })),
    '197 hosts   up 41 days\nweb-017     up 3 hours',
  ],
  [
    'several that differ alike are named below',
    hosts(9).map((host, n) => ({ host, output: printed(n < 3 ? 'off\n' : 'on\n') })),
    '6 hosts   on\n3 hosts   off\n          web-001 web-002 web-003',
  ],
  [
    'several lines are below their hosts, standard error is marked',
    hosts(2).map((host) => ({ host, output: printed('a\n\nb\n\n', 'oh\r\n') })),
    '2 hosts   web-001 web-002\n    a\n    \n    b\n    ! oh',
  ],
  ['no output is shown as such', [{ host: 'one', output: printed('\n') }], 'one   (no output)'],
  ['a command that was not run', [{ host: 'one', output: undefined }], 'one   (not run)'],
  [
    'what a terminal would obey is shown or removed',
    [{ host: 'one', output: printed('\x1b[31mred\x07\n') }],
    'one   red␇',
  ],
]

for (const [title, answers, expected] of rows) {
  test(title, () => assert.is(answerLines(answers, plainTheme).join('\n'), expected))
}

test('Many names are cut', () => {
  const answers = hosts(60).map((host, n) => ({ host, output: printed(n < 20 ? 'off' : 'on') }))
  assert.match(answerLines(answers, plainTheme)[2]!, /^ {11}web-001 .* web-007 and 13 more$/)
})

test.run()
