// Tests reports for pull requests and CI, and what is left out of a report.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { createGithubReporter } from '../../src/report/ci/githubReporter.ts'
import { codeBlock, codeSpan, details, table } from '../../src/report/ci/markdown.ts'
import { createMarkdownReporter } from '../../src/report/ci/markdownReporter.ts'
import { eventFilter } from '../../src/report/eventFilter.ts'
import { diffLines } from '../../src/report/text/unifiedDiff.ts'
import { documentOf } from './capture.ts'
import { sampleRun } from './sampleRun.ts'
import { fleetRun } from './summary/fleetRun.ts'

test('Markdown: failures first, equal changes once, hosts folded', async () => {
  const outliers = { 2: 'failed', 3: 'failed', 4: 'unreachable', 5: 'also' } as const
  const text = await documentOf(createMarkdownReporter, fleetRun({ hosts: 40, outliers, changes: 1 }))
  assert.match(
    text,
    /^### ❌ `run-playbook site\.ts`\n\n40 hosts: 37 ok · .*\n\n#### Failed: `was-0002` `was-0003`\n\n/,
  )
  assert.match(
    text,
    /`download tomcat\.tar\.gz` · `playbooks\/site\.ts:18` · E_CHECKSUM\n\n```text\nNone of 2 mirrors/,
  )
  assert.match(text, /\n#### Unreachable: `was-0004`\n/)
  assert.match(
    text,
    /<details open><summary>2 tasks changed on 36 hosts<\/summary>\n\n- `copyFile \/etc\/app\/0\.conf {3}content/,
  )
  assert.match(text, /\n- `was-0005`: also `firewallPort 4000\/tcp {3}content {3}closed → open`\n/)
  assert.match(
    text,
    /<summary>40 hosts<\/summary>\n\n\| Host \| Result .*\n.*\n\| `was-0004` \| \*\*unreachable\*\* \|/,
  )
})

test('Markdown: a dry run with its diffs', async () => {
  const text = await documentOf(
    (options) => createMarkdownReporter({ ...options, compare: diffLines }),
    sampleRun({ isCheck: true }),
  )
  assert.match(
    text,
    /^### ✅ `run-playbook playbooks\/was\.ts --check`\n\n\*\*Nothing was changed\.\*\* 2 hosts: 3 would/,
  )
  assert.match(text, /<summary><code>editXml \S+server\.xml<\/code><\/summary>\n\n```diff\n@@ line 3 @@\n/)
})

test('No text breaks out of Markdown', () => {
  assert.is(codeSpan('a ` b'), '``a ` b``')
  assert.is(codeSpan('`a`'), '`` `a` ``')
  assert.equal(codeBlock(['```', 'x']), ['````text', '```', 'x', '````'])
  assert.is(details('<b> `<i>`', [])[0], '<details><summary>&lt;b&gt; <code>&lt;i&gt;</code></summary>')
  assert.is(table(['a'], [['x|y']])[2], '| x\\|y |')
})

test('GitHub: equal errors once at their line, escaped', async () => {
  const outliers = { 2: 'failed', 3: 'failed' } as const
  const warning: RunEvent = {
    kind: 'warning',
    message: '100 %, a\nb',
    where: { file: 'inventory/x,y.yaml', line: 3 },
  }
  const text = await documentOf(createGithubReporter, [warning, ...fleetRun({ hosts: 40, outliers })])
  assert.equal(text.trimEnd().split('\n'), [
    '::error file=playbooks/site.ts,line=18,title=download tomcat.tar.gz on was-0002 was-0003::None of 2 mirrors has the requested file. (E_CHECKSUM)%0Ahttps://mirror-1.example/tomcat.tar.gz   404 Not Found%0Ahttps://mirror-2.example/tomcat.tar.gz   SHA-512 is 51c2…9e, expected 7ab0…41 (<host>)%0AShow the last run: run-playbook history',
    '::warning file=inventory/x%2Cy.yaml,line=3::100 %25, a%0Ab',
    '::notice title=run-playbook::40 hosts: 152 changed, 2 failed or unreachable',
  ])
})

test('GitHub: an ignored failure is a warning', async () => {
  const error = new PlaybookError('E_STEP', 'No.')
  const text = await documentOf(createGithubReporter, [
    {
      ...{ kind: 'taskEnd', play: 'Web', host: 'web-01', index: 0 },
      task: { name: 'x', title: 'ping', isHandler: false },
      result: { status: 'failed', isIgnored: true, changes: [], durationMs: 1, error },
    },
  ])
  assert.is(text, '::warning title=ping on web-01::No. (E_STEP)\n')
})

const filters: readonly [
  title: string,
  filter: Partial<Parameters<typeof eventFilter>[1]>,
  hosts: string,
  ends: number,
][] = [
  ['nothing', {}, 'was-0001 was-0002 was-0003 was-0004', 10],
  ['a host', { hosts: ['was-0003'] }, 'was-0003', 3],
  ['some hosts', { hosts: ['*-000[12]', 'was-???4'] }, 'was-0001 was-0002 was-0004', 7],
  ['failed hosts', { isFailedOnly: true }, 'was-0002', 1],
  ['failed of some hosts', { isFailedOnly: true, hosts: ['was-0001'] }, '', 0],
]

for (const [title, filter, hosts, ends] of filters) {
  test(`What remains: ${title}`, () => {
    const events = fleetRun({ hosts: 4, outliers: { 2: 'failed' }, changes: 2 })
    const filtered = eventFilter(events, { isFailedOnly: false, isChangesOnly: false, ...filter })
    const rest = events.flatMap((event) => filtered(event) ?? [])
    const plays = rest.flatMap((event) => (event.kind === 'playStart' ? event.hosts : []))
    const recaps = rest.flatMap((event) => (event.kind === 'runEnd' ? event.recap.hosts : []))
    assert.equal([plays.join(' '), recaps.map(({ host }) => host).join(' ')], [hosts, hosts])
    assert.is(rest.filter(({ kind }) => kind === 'taskEnd').length, ends)
  })
}

test('What remains: changes', () => {
  const events = sampleRun()
  const filtered = eventFilter(events, { isFailedOnly: false, isChangesOnly: true })
  const rest = events.flatMap((event) => filtered(event) ?? []).filter(({ kind }) => kind === 'taskEnd')
  assert.is(rest.length, 8)
})

test.run()
