// Tests the JUnit XML of a run: valid, and with the right element for each outcome.

import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import { emptyCounts, type TaskResult } from '../../src/model/run/outcome.ts'
import { createJunitReporter } from '../../src/report/junitReporter.ts'
import { documentOf } from './capture.ts'
import { sampleRun } from './sampleRun.ts'

const label: TaskLabel = {
  name: 'ping',
  title: 'ping <&> "all"',
  isHandler: false,
  where: { file: '/site/a.ts', line: 3, column: 1 },
}
const ended = (result: Partial<TaskResult>, task: Partial<TaskLabel> = {}): RunEvent => ({
  kind: 'taskEnd',
  play: 'Web',
  host: 'web-01',
  task: { ...label, ...task },
  index: 0,
  result: { status: 'ok', changes: [], durationMs: 1234, ...result },
})

const written = (events: readonly RunEvent[]) => documentOf(createJunitReporter, events)

type Node = { readonly [name: string]: string | Node | readonly Node[] }
const parser = new XMLParser({
  ignoreAttributes: false,
  isArray: (name) => ['testsuite', 'testcase'].includes(name),
})

async function caseOf(event: RunEvent): Promise<Node> {
  const xml = await written([event])
  assert.is(XMLValidator.validate(xml), true, xml)
  return parser.parse(xml).testsuites.testsuite[0].testcase[0]
}

const error = new PlaybookError('E_X', 'No \x1b[31mway\x07.', {
  details: ['<printed>', 'twice'],
  hint: 'Do.',
})
const change = { what: 'mode', from: '0600', to: '0644' }

const cases: readonly [title: string, event: RunEvent, holds: object][] = [
  [
    'a task in order',
    ended({}),
    {
      '@_name': 'ping <&> "all"',
      '@_classname': 'Web.web-01',
      '@_file': 'a.ts',
      '@_line': '3',
      '@_time': '1.234',
    },
  ],
  ['what changed', ended({ status: 'changed', changes: [change] }), { 'system-out': 'mode   0600 → 0644' }],
  [
    'a failure, without what would move a terminal',
    ended({ status: 'failed', error }),
    { failure: { '#text': 'No way␇.\n<printed>\ntwice\nDo.', '@_type': 'E_X', '@_message': 'No way␇.' } },
  ],
  [
    'a lost host is an error',
    ended({ status: 'unreachable', error }),
    { error: { '#text': 'No way␇.\n<printed>\ntwice\nDo.', '@_type': 'E_X', '@_message': 'No way␇.' } },
  ],
  [
    'an ignored failure is none',
    ended({ status: 'failed', error, isIgnored: true }),
    { 'system-out': 'No way␇.\n<printed>\ntwice\nDo.' },
  ],
  [
    'a skipped task',
    ended({ status: 'skipped', reason: 'no need' }),
    { skipped: { '@_message': 'no need' } },
  ],
  [
    'an unknown one',
    ended({ status: 'unknown', reason: 'who knows' }),
    { skipped: { '@_message': 'who knows' } },
  ],
  ['a handler', ended({}, { isHandler: true, title: 'restart' }), { '@_name': 'handler restart' }],
]

for (const [title, event, holds] of cases) {
  test(title, async () => {
    const node = await caseOf(event)
    for (const [name, value] of Object.entries(holds)) assert.equal(node[name], value, name)
    const outcomes = ['failure', 'error', 'skipped'].filter((name) => name in node)
    assert.equal(
      outcomes,
      ['failure', 'error', 'skipped'].filter((name) => name in holds),
    )
  })
}

test('each suite and the document count their cases', async () => {
  const recap = { counts: emptyCounts(), ignored: 0, tasks: 2, trips: 1, durationMs: 2500 }
  const xml = await written([
    { kind: 'runStart', playbooks: ['web.ts'], isCheck: false },
    { kind: 'hostStart', play: 'Web', host: 'web-01', tasks: 3 },
    ended({ status: 'failed', error }),
    { kind: 'hostStart', play: 'Web', host: 'web-01', tasks: 3 },
    ended({}),
    ended({ status: 'failed', error }),
    ended({ status: 'skipped' }),
    { kind: 'hostEnd', play: 'Web', recap: { ...recap, host: 'web-01' } },
  ])
  const { testsuites } = parser.parse(xml)
  const counts = { '@_tests': '3', '@_failures': '1', '@_errors': '0', '@_skipped': '1', '@_time': '2.500' }
  const { testsuite: suites, ...whole } = testsuites
  assert.equal(whole, { '@_name': 'run-playbook web.ts', ...counts })
  const { testcase: _, ...suite } = suites[0]
  assert.equal(suite, {
    '@_name': 'Web on web-01',
    '@_hostname': 'web-01',
    '@_timestamp': '2026-03-14T09:26:53.589Z',
    ...counts,
  })
})

test('the document of a whole run is valid', async () => {
  const xml = await written(sampleRun({ second: 'failed' }))
  assert.is(XMLValidator.validate(xml), true)
  assert.is(parser.parse(xml).testsuites.testsuite.length, 2)
})

test.run()
