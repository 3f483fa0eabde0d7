// Secrets are masked in all events, whatever they look like.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { eventMask } from '../../../src/engine/results/masking.ts'
import { UnreachableError } from '../../../src/model/errors/error.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import type { ReportedChange } from '../../../src/model/run/outcome.ts'
import { secret } from '../../../src/model/secrets/secret.ts'

const bullets = '••••••••'

const rows: readonly (readonly [title: string, secrets: readonly string[], text: string, shown: string])[] = [
  [
    'A secret is masked wherever it occurs',
    ['hunter2'],
    'a hunter2, b hunter2',
    `a ${bullets}, b ${bullets}`,
  ],
  ['A secret may look like a pattern', ['a.*(b)[c]^$|/{2}'], 'x a.*(b)[c]^$|/{2} y', `x ${bullets} y`],
  ['A pattern in a secret is no pattern', ['.*'], 'all of it', 'all of it'],
  ['The longest comes first', ['pass', 'password'], 'password', bullets],
  ['A line of a secret with several lines is masked', ['first\nsecond'], 'second', bullets],
  ['A secret is masked as JSON has it', ['a"b\nc'], '{"x":"a\\"b\\nc"}', `{"x":"${bullets}"}`],
  ['A secret is masked as XML has it', ['a<b>&"'], '<x y="a&lt;b&gt;&amp;&quot;"/>', `<x y="${bullets}"/>`],
  [
    'A secret is masked as a URL has it',
    ['pä ss/1'],
    'https://u:p%C3%A4%20ss%2F1@h/',
    `https://u:${bullets}@h/`,
  ],
  ['A secret is masked in double quotes of a shell', ['a$b`c'], 'x "a\\$b\\`c"', `x "${bullets}"`],
  ['A secret is masked in base64', ['hunter2!'], 'aHVudGVyMiE=', `${bullets}E=`],
  ['A secret is masked inside of base64', ['hunter2!'], 'dXNlcjpodW50ZXIyIQ==', `dXNlcjp${bullets}Q==`],
  ['What is too short to be a secret stays', ['ab'], 'about', 'about'],
  ['An empty secret masks nothing', [''], 'text', 'text'],
]
for (const [title, secrets, text, shown] of rows) {
  test(title, () => {
    const mask = eventMask(new Set(secrets.map(secret)))
    assert.equal(mask({ kind: 'warning', message: text }), { kind: 'warning', message: shown })
  })
}

const changeRows: readonly (readonly [title: string, change: ReportedChange, shown: ReportedChange])[] = [
  [
    'What a secret replaces is hidden too',
    { what: '/f:2', from: 'pw=old', to: 'pw=hunter2' },
    { what: '/f:2', from: bullets, to: `pw=${bullets}` },
  ],
  [
    'Where nothing was, that is shown',
    { what: '/f', from: 'absent', to: 'pw=hunter2' },
    { what: '/f', from: 'absent', to: `pw=${bullets}` },
  ],
  [
    'Replaced lines are hidden, and kept ones are not',
    diffOf('a\npw=old\nb\n', 'a\nb\npw=hunter2\n'),
    diffOf(`a\n${bullets}\nb\n`, `a\nb\npw=${bullets}\n`),
  ],
  [
    'A diff beside a secret that stays is shown',
    diffOf('port=1\npw=hunter2\n', 'port=2\npw=hunter2\n'),
    diffOf(`port=1\npw=${bullets}\n`, `port=2\npw=${bullets}\n`),
  ],
]
for (const [title, change, shown] of changeRows) {
  test(title, () => {
    const event = (changes: readonly ReportedChange[]): RunEvent => ({
      kind: 'taskEnd',
      ...{ play: 'p', host: 'h', index: 0, task: { name: 'line', title: 'line', isHandler: false } },
      result: { status: 'changed', changes, durationMs: 1 },
    })
    assert.equal(eventMask(new Set([secret('hunter2')]))(event([change])), event([shown]))
  })
}

function diffOf(before: string, after: string): ReportedChange {
  return { what: '/f', from: '1 byte', to: '2 bytes', diff: { path: '/f', before, after } }
}

test('A password that is a word of the events leaves them readable', () => {
  const mask = eventMask(new Set(['taskEnd', 'failed', 'stdout'].map(secret)))
  const event: RunEvent = {
    kind: 'output',
    host: 'one',
    task: { name: 'line', title: 'failed', isHandler: false },
    stream: 'stdout',
    line: 'taskEnd',
  }
  assert.equal(mask(event), { ...event, task: { ...event.task, title: bullets }, line: bullets })
})

test('An error stays the kind of error it is', () => {
  const mask = eventMask(new Set([secret('hunter2')]))
  const error = new UnreachableError('E_LOST', 'no hunter2', 'busy', {
    details: ['hunter2!'],
    hint: 'hunter2?',
  })
  const masked = mask({
    kind: 'taskEnd',
    play: 'p',
    host: 'h',
    task: { name: 'line', title: 'line', isHandler: false },
    index: 0,
    result: { status: 'unreachable', changes: [], durationMs: 1, error },
  })
  const shown = masked.kind === 'taskEnd' ? masked.result.error : undefined
  assert.instance(shown, UnreachableError)
  assert.equal(
    [shown?.code, shown?.message, shown?.details, shown?.hint],
    ['E_LOST', `no ${bullets}`, [`${bullets}!`], `${bullets}?`],
  )
})

test.run()
