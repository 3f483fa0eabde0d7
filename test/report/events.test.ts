// Tests that the schema of events matches real runs, and that its file and page are fresh.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { eventsSchemaText, eventsText } from '../../docs/events.ts'
import { streamEventSchema } from '../../src/model/run/streamEvent.ts'
import { cliSite, twoHosts } from '../cli/command.ts'
import { reportOf } from './capture.ts'
import { sampleRun } from './sampleRun.ts'

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)))
const schemaFile = readFileSync(join(root, 'events.schema.json'), 'utf8')

type Event = { readonly event: string; readonly [name: string]: unknown }

const ajv = new Ajv2020({ formats: { 'date-time': true }, allErrors: true })
const published = ajv.compile(JSON.parse(schemaFile))
/** Refuses what is not listed, too. */
const strict = ajv.compile(z.toJSONSchema(streamEventSchema({ isStrict: true }), { io: 'input' }))

function eventsIn(stdout: string): Event[] {
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
  for (const event of events) {
    assert.ok(published(event), `${JSON.stringify(event)}: ${JSON.stringify(published.errors)}`)
    assert.ok(strict(event), `${JSON.stringify(event)} has fields that are not listed`)
  }
  return events
}

const site = cliSite({
  'inventory.yaml': `${twoHosts}  vars: { password: hunter2-hunter2 }\n`,
  'far.yaml':
    'web:\n  hosts:\n    far: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none }\n',
  'play.ts': `import { block, definePlay, secret } from 'run-playbook'
import { command, copyFile, shell, waitFor } from 'run-playbook/tasks'

const handler = shell({ script: 'echo handled' })
export default definePlay({
  name: 'Events',
  hosts: 'web',
  serial: 1,
  tasks: (host) => [
    copyFile({ dest: \`\${process.cwd()}/\${host.name}.txt\`, content: 'a\\n' }, { notify: handler }),
    shell({ script: 'cat; echo problem >&2; sleep 1.2; echo done', stdin: secret('hunter2-hunter2') }, { title: 'says' }),
    shell({ script: 'cat', stdin: secret('quiet-quiet') }, { title: 'hidden', noLog: true }),
    shell({ script: "yes xxxxxxxxx | head -n 7000; cat", stdin: secret('p'.repeat(70) + 'ss') }, { title: 'long' }),
    shell({ script: "i=0; while [ $i -lt 9000 ]; do echo \\"line $i \\u2026\\"; i=$((i+1)); done" }, { title: 'wide' }),
    block([shell({ script: 'echo out; echo why >&2; exit 3' }, { title: 'fails' })], { rescue: [command({ argv: ['true'] })] }),
    command({ argv: ['echo', 'once'] }, { runOnce: true, title: 'once' }),
    host.name === 'two' && shell({ script: 'exit 1' }, { ignoreErrors: true }),
    shell({ script: 'exit 4' }, { when: { kind: 'command', command: { script: 'true' }, parse: () => false } as never }),
  ],
})
`,
})
test.after(() => site.remove())

test('events.schema.json and docs/events.md are up to date (npm run docs)', () => {
  assert.is(schemaFile, eventsSchemaText())
  assert.is(readFileSync(join(root, 'docs/events.md'), 'utf8'), eventsText())
})

test('The schema is true of every kind of event', async () => {
  for (const second of ['ok', 'failed', 'unreachable'] as const) {
    const events = [
      ...sampleRun({ isTalkative: true, second }),
      { kind: 'interrupted', running: [{ host: 'a', task: 'b', delegate: 'c' }] } as const,
    ]
    const { stdout } = await reportOf(events, { output: 'jsonl', verbosity: 4, isDiffShown: true })
    const kinds = new Set(eventsIn(stdout).map(({ event }) => event))
    assert.ok(kinds.size >= 14, [...kinds].join(' '))
  }
})

test('The schema refuses what is no event', () => {
  for (const wrong of [
    {},
    { event: 'start', time: 'x' },
    { event: 'none', time: '2026-01-01T00:00:00.000Z' },
  ])
    assert.not(published(wrong))
})

test('The schema is true of real runs, and tasks have what their commands printed', async () => {
  const { code, stdout } = await site.run('play.ts -i inventory.yaml --output jsonl --diff -vvvv')
  assert.is(code, 0, stdout.slice(-2000))
  const events = eventsIn(stdout)
  assert.equal(
    [events[0]!.event, events[1]!.event, events.at(-1)!.event, events.at(-1)!.exitCode],
    ['start', 'runStart', 'runEnd', 0],
  )
  const end = (title: string) => events.find(({ event, task }) => event === 'taskEnd' && task === title)!
  assert.equal(
    [end('says').stdout, end('says').stderr, end('says').truncated],
    ['••••••••done\n', 'problem\n', undefined],
  )
  assert.equal([end('fails').stdout, end('fails').stderr, end('fails').status], ['out\n', 'why\n', 'failed'])
  assert.equal([end('hidden').stdout, end('hidden').stderr], [undefined, undefined])
  assert.is(end('once').stdout, 'once\n')
  const long = end('long').stdout as string
  assert.is(Buffer.byteLength(long), 64 * 1024)
  assert.ok(long.endsWith('xx\n••••••••'), long.slice(-20))
  assert.is(end('long').truncated, true)
  const wide = end('wide').stdout as string
  assert.ok(Buffer.byteLength(wide) <= 64 * 1024 && wide.endsWith('line 8999 …\n'))
  assert.not.match(wide, /\ufffd/)
  const file = events.find(({ event, name }) => event === 'taskEnd' && name === 'copyFile')!
  assert.is(file.stdout, undefined)
  assert.not.match(stdout, /hunter2|quiet-quiet/)
  const again = await site.run('report --output jsonl')
  assert.is(eventsIn(again.stdout).find(({ task }) => task === 'says')?.event, 'taskStart')
})

for (const [args, code] of [
  ['play.ts -i inventory.yaml --check --output jsonl', 0],
  ['play.ts -i far.yaml -T 2 --output jsonl -vvvv', 4],
  ['none.ts -i inventory.yaml --output jsonl', 1],
] as const) {
  test(`The schema is true of ${args}`, async () => {
    const ended = await site.run(args)
    assert.is(ended.code, code, ended.stdout + ended.stderr)
    assert.ok(eventsIn(ended.stdout).length > 1)
  })
}

test.run()
