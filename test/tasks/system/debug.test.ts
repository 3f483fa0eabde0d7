// debug: what it shows, from which -v on, in every report; and what it refuses.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret, sh, stdout } from '../../../src/index.ts'
import { createHtmlReporter } from '../../../src/report/html/htmlReporter.ts'
import { createSink } from '../../../src/report/output/sink.ts'
import { debug } from '../../../tasks/system/debug.ts'
import { runTasks } from '../../engine/harness.ts'
import { createTestStream, reportOf } from '../../report/capture.ts'

type Params = Parameters<typeof debug>[0]

const rows: [title: string, params: Params, text: string][] = [
  ['a text', { msg: 'one\ntwo' }, 'one\ntwo'],
  ['nothing in particular', {}, 'Hello world!'],
  ['what a probe finds', { msg: stdout(sh`echo found`) }, 'found'],
  ['a function of the variables', { msg: (host) => `${host.inventory_hostname}: ${host.port}` }, 'one: 80'],
  ['a value', { value: { a: [1, { b: 'x' }], none: null } }, "{ a: [ 1, { b: 'x' } ], none: null }"],
  ['a probe as a value', { value: stdout(sh`echo 5`) }, '5'],
  ['a value that is false', { value: false }, 'false'],
  ['a variable', { var: 'port' }, 'port: 80'],
  ['a value with a secret', { value: { key: secret('hush-hush') } }, '{ key: •••••••• }'],
]

for (const isCheck of [false, true]) {
  test(`it shows ${isCheck ? 'the same in a dry run' : 'texts, probes and values'}, and changes nothing`, async () => {
    const tasks = rows.map(([title, params]) => debug(params, { title }))
    const { events, story } = await runTasks(tasks, { vars: { port: 80 }, isCheck })
    const ends = events.flatMap((event) => (event.kind === 'taskEnd' ? [event.result.message?.text] : []))
    assert.equal(
      ends,
      rows.map(([, , text]) => text),
    )
    assert.ok(story.every((line) => line.includes(': ok ')))
    const trips = events.filter(({ kind }) => kind === 'trip')
    assert.is(trips.length, 1)
  })
}

test('a play of debug alone does not need its hosts', async () => {
  const { recap } = await runTasks([debug({ msg: 'x' })])
  assert.is(recap.hosts[0]!.trips, 0)
})

test('equal lines of many hosts are shown once, and one that needs -v is not shown without', async () => {
  const hosts = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6']
  const { events } = await runTasks(
    (host) => [debug({ msg: host === 'a-6' ? 'other' : 'same' }), debug({ msg: 'more', verbosity: 1 })],
    { hosts },
  )
  const { stdout: shown } = await reportOf(events)
  assert.match(shown, /^5 hosts {2}message {2}same\na-6 {6}message {2}other\n6 hosts {2}ok/)
  assert.not.match((await reportOf(events, { verbosity: -1 })).stdout, /same|other/)
  assert.match((await reportOf(events, { verbosity: 1 })).stdout, /a-1 {2}message {2}more/)
  const json = (await reportOf(events, { output: 'jsonl' })).stdout
  assert.is(json.match(/"message":"same"/g)?.length, 5)
  assert.not.match(json, /"message":"more"/)
})

test('pages have it, without anything that a browser or a terminal obeys', async () => {
  const { events } = await runTasks([debug({ msg: '<b>\x1b[31mred' }), debug({ msg: 'two\nlines' })])
  const stream = createTestStream()
  const reporter = createHtmlReporter({
    sink: createSink(stream),
    time: () => '2026-01-02T03:04:05Z',
    cwd: '/',
  })
  for (const event of events) reporter.handle(event)
  await reporter.close()
  assert.match(stream.text(), /"message":"\\u003cb>red"[\s\S]*"message":"two\\nlines"/)
  assert.match(
    (await reportOf(events)).stdout,
    /one {2}message {2}<b>red\none {2}message {2}two\n {14}lines\n/,
  )
})

test('with noLog nothing of it is shown', async () => {
  const { events } = await runTasks([debug({ msg: 'private' }, { noLog: true })])
  assert.not.match(JSON.stringify(events), /private/)
})

test('two of msg, value and var, and variables that are not there, are refused', async () => {
  assert.throws(() => debug({ msg: 'x', var: 'y' }), /expected one of msg, value and var/)
  assert.throws(() => debug({ var: 'ansible_facts' }), /expected the name of one fact/)
  const refused = await runTasks([debug({ var: 'prt' })], { vars: { port: 80 } }).catch((thrown) => thrown)
  assert.match(refused.errors[0].message, /There is no variable "prt"/)
})

test.run()
