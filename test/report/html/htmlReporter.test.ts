// Tests that the HTML report is complete, and that nothing from a host becomes markup.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { emptyCounts, type HostRecap } from '../../../src/model/run/outcome.ts'
import { createHtmlReporter } from '../../../src/report/html/htmlReporter.ts'
import { documentOf } from '../capture.ts'
import { sampleRun } from '../sampleRun.ts'

const page = (events: readonly RunEvent[]) => documentOf(createHtmlReporter, events)

const evil = '<script>alert("&")</script>'
const recap = (host: string, counts: Partial<HostRecap['counts']>): HostRecap => ({
  ...{ host, ignored: 0, tasks: 1, trips: 1, durationMs: 900 },
  counts: { ...emptyCounts(), ...counts },
})
const ended = (host: string, result: object): RunEvent => ({
  kind: 'taskEnd',
  play: evil,
  host,
  task: { name: 'x', title: evil, isHandler: false, where: { file: '/site/a.ts', line: 3 } },
  index: 0,
  result: { status: 'ok', changes: [], durationMs: 5, ...result },
})

const hosts = [recap('good', { changed: 1 }), recap('bad', { failed: 1 })]
const events: readonly RunEvent[] = [
  { kind: 'runStart', playbooks: [evil], isCheck: false },
  { kind: 'playStart', play: evil, hosts: ['good', 'bad'], isCheck: false },
  { kind: 'hostStart', play: evil, host: 'good', tasks: 1 },
  { kind: 'hostStart', play: evil, host: 'bad', tasks: 1 },
  ended('good', {
    status: 'changed',
    changes: [
      { what: evil, from: evil, to: evil, diff: { path: '/x', before: 'one\n', after: `${evil}\n` } },
    ],
  }),
  ended('bad', {
    status: 'failed',
    reason: evil,
    error: new PlaybookError('E_X', evil, { details: [evil] }),
  }),
  ...hosts.map((each): RunEvent => ({ kind: 'hostEnd', play: evil, recap: each })),
  { kind: 'playEnd', play: evil, hosts, durationMs: 950, isCheck: false },
]

test('nothing from a host becomes markup', async () => {
  const html = await page(events)
  assert.not.match(html, /<script|alert\("/)
  assert.ok(html.split('&#60;script&#62;alert(&#34;&#38;&#34;)&#60;/script&#62;').length > 8)
})

test('a failed host is unfolded, one that is ok is folded', async () => {
  const html = await page(events)
  assert.match(html, /<details>\n<summary><b class="ok">good<\/b> ok · 1 task, 1 changed<\/summary>/)
  assert.match(html, /<details open>\n<summary><b class="failed">bad<\/b> failed · /)
  assert.match(html, /<pre>a\.ts:3\n/)
  assert.match(html, /<p>2 hosts: 1 ok · 1 changed · 1 failed · 0\.9 s · 1 trip per host<\/p>/)
})

test('the diff of a file is shown line by line', async () => {
  const html = await page(events)
  assert.match(html, /<span class="removed">-one<\/span>\n<span class="added">\+&#60;script/)
})

test('a run without an end says so', async () => {
  assert.match(
    await page(events.slice(0, 4)),
    /No end was recorded[\s\S]*<b class="stopped">good<\/b> stopped · not finished/,
  )
})

test('in the page of a whole run every element is closed', async () => {
  const html = await page(sampleRun({ second: 'failed' }))
  for (const name of ['html', 'section', 'details', 'table', 'summary', 'pre', 'ul', 'span', 'style']) {
    const opened = html.match(new RegExp(`<${name}\\b`, 'g'))?.length ?? 0
    assert.is(html.match(new RegExp(`</${name}>`, 'g'))?.length ?? 0, opened, name)
  }
  assert.not.match(html, /<(?:link|img)|\[object|undefined/)
})

test.run()
