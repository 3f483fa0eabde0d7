// Tests the HTML report: the page's data, and a text for viewers without scripts.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { createHtmlReporter } from '../../../src/report/html/htmlReporter.ts'
import { entryWidth, type PageData, statuses } from '../../../src/report/html/pageData.ts'
import { exampleRun, reportOf } from '../../browser/exampleRun.ts'
import { documentOf } from '../capture.ts'
import { sampleRun } from '../sampleRun.ts'

const dataIn = (html: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)![1]!)
const statusesOf = ({ entries }: PageData['hosts'][number]) =>
  entries.filter((_, at) => at % entryWidth === 1).map((status) => statuses[status])

test('the page has all tasks of all hosts, and equal changes and failures once', async () => {
  const data = dataIn(await reportOf(exampleRun({ hosts: 300, tasks: 60 })))
  assert.equal([data.hosts.length, data.columns.length, data.plays.length], [300, 60, 1])
  assert.is(data.command, 'run-playbook playbooks/site.ts -i inventory/production.yaml -l was:web')
  assert.is(data.by, 'minji@deploy-01')
  assert.equal(statusesOf(data.hosts[4]!), ['ok', 'ok', 'ok', 'failed'])
  assert.equal(
    data.failures.map(({ column, hosts }) => [data.columns[column]!.title, hosts.length]),
    [
      ['download apache-tomcat-9.0.109.tar.gz', 3],
      ['user tomcat', 1],
    ],
  )
  assert.equal(
    data.changes.map(({ column, hosts }) => [data.columns[column]!.title.split(' ')[0], hosts.length]),
    [
      ['editXml', 99],
      ['firewallPort', 99],
      ['service', 99],
    ],
  )
  assert.is(data.columns[3]!.where, 'playbooks/roles/tomcat.ts:13')
  assert.ok(data.details.length < 10, String(data.details.length))
})

test('a viewer without scripts sees how it went, and what failed', async () => {
  const html = await documentOf(createHtmlReporter, sampleRun({ second: 'failed' }))
  const [, text = ''] = /<noscript>(.*)<\/noscript>/s.exec(html)!
  assert.match(text, /<h1>playbooks\/was\.ts<\/h1>[\s\S]*2 hosts: 1 ok, 1 failed[\s\S]*was-02/)
})

test('no text of a run can end an element or be markup', async () => {
  const evil = '</script></noscript><!--<script>alert(1)</script>%DATA%$&'
  const events: RunEvent[] = [
    { kind: 'runStart', playbooks: [evil], isCheck: false, by: evil },
    { kind: 'playStart', play: evil, hosts: [evil], isCheck: false },
  ]
  const html = await documentOf(createHtmlReporter, events)
  assert.is(html.split('<script').length, 3)
  assert.is(html.split('</noscript>').length, 2)
  assert.not.match(html, /<!--/)
  const data = dataIn(html)
  assert.equal(
    [data.title, data.by, data.hosts[0]!.name, data.hosts[0]!.outcome],
    [evil, evil, evil, 'unfinished'],
  )
  assert.is(data.durationMs, undefined)
})

test('one line of a playbook is one column, whatever hosts call it', async () => {
  const ended = (host: string, index: number, title: string, line: number): RunEvent => ({
    ...{ kind: 'taskEnd', play: 'P', host, index },
    task: { name: 'file', title, isHandler: false, where: { file: '/site/p.ts', line } },
    result: { status: 'ok', changes: [], durationMs: 1 },
  })
  const data = dataIn(
    await documentOf(createHtmlReporter, [
      { kind: 'playStart', play: 'P', hosts: ['web-01', 'web-02'], isCheck: false },
      ended('web-01', 0, 'file /srv/web-01/app.conf', 4),
      ended('web-01', 1, 'file /a', 6),
      ended('web-01', 2, 'file /b', 6),
      ended('web-02', 0, 'file /srv/web-02/app.conf', 4),
      ended('web-02', 1, 'file /only', 5),
      ended('web-02', 2, 'file /a', 6),
    ]),
  )
  assert.equal(
    data.columns.map(({ title, where }) => `${title} ${where}`),
    ['file /srv/…/app.conf p.ts:4', 'file /only p.ts:5', 'file /a p.ts:6', 'file /b p.ts:6'],
  )
  assert.is(data.details[data.hosts[1]!.entries[4]!]!.title, 'file /srv/web-02/app.conf')
})

test('a trip for a later play does not make its host take part in this one', async () => {
  const counts = { ok: 0, changed: 0, failed: 0, skipped: 0, unreachable: 0, unknown: 0 }
  const recap = { host: 'b', counts, ignored: 0, tasks: 0, trips: 1, durationMs: 1 }
  const data = dataIn(
    await documentOf(createHtmlReporter, [
      { kind: 'playStart', play: 'One', hosts: ['a'], isCheck: false },
      { kind: 'trip', host: 'b', as: undefined, probes: 2, steps: 0, durationMs: 5 },
      { kind: 'playStart', play: 'Two', hosts: ['b'], isCheck: false },
      { kind: 'hostStart', play: 'Two', host: 'b', tasks: 0 },
      { kind: 'hostEnd', play: 'Two', recap },
    ]),
  )
  assert.equal(
    data.hosts.map(({ name, outcome, trips }) => [name, outcome, trips.length]),
    [
      ['a', 'unfinished', 0],
      ['b', 'ok', 4],
    ],
  )
  assert.equal(
    data.plays.map(({ hosts }) => hosts),
    [1, 1],
  )
})

test('a block that is tried again keeps its columns; the failed try is listed', async () => {
  const task = (title: string) => ({ name: 'shell', title, isHandler: false })
  const result = { status: 'ok', changes: [], durationMs: 1 } as const
  const base = { play: 'P', host: 'a' }
  const data = dataIn(
    await documentOf(createHtmlReporter, [
      { kind: 'playStart', play: 'P', hosts: ['a'], isCheck: false },
      { kind: 'taskEnd', ...base, index: 0, task: task('one'), result },
      {
        ...{
          kind: 'retry',
          ...base,
          index: 1,
          task: task('two'),
          attempt: 1,
          attempts: 3,
          delaySeconds: 0,
          from: 0,
        },
        result: { ...result, status: 'failed' },
      },
      { kind: 'taskEnd', ...base, index: 0, task: task('one'), result },
      { kind: 'taskEnd', ...base, index: 1, task: task('two'), result },
    ]),
  )
  assert.equal(
    data.columns.map(({ title }) => title),
    ['one', 'two'],
  )
  assert.equal(statusesOf(data.hosts[0]!), ['ok', 'retry', 'ok', 'ok'])
})

test.run()
