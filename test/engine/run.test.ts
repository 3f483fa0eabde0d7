// Tests the engine on real shells: trips, handlers, serial, check mode, interruption.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { openPendingHandlers } from '../../src/journal/pendingHandlers.ts'
import { block } from '../../src/model/blocks/block.ts'
import { PlaybookError, UnreachableError } from '../../src/model/errors/error.ts'
import { contentOf, fileChanges } from '../../src/model/fileChange.ts'
import { flushHandlers } from '../../src/model/flushHandlers.ts'
import type { ConnectionSettings } from '../../src/model/host.ts'
import { definePlay } from '../../src/model/play.ts'
import { file, fileAs, stdout, succeeds } from '../../src/model/probe.ts'
import { exitCode } from '../../src/model/run/outcome.ts'
import { Secret, secret } from '../../src/model/secrets/secret.ts'
import { sh } from '../../src/model/shell/command.ts'
import { call, run, start } from '../../src/model/step.ts'
import { defineTask } from '../../src/model/task.ts'
import { createTransportResolver } from '../../src/transport/connect.ts'
import { localTransport } from '../../src/transport/local.ts'
import type { Connection } from '../../src/transport/program/transport.ts'
import { content, inFolder, type Ran, runPlays, runTasks } from './harness.ts'

/** Adds a line to a log each time: shows what was carried out, and in which order. */
const note = defineTask({
  name: 'note',
  summary: 'Appends a word to a file.',
  params: z.strictObject({ path: z.string(), word: z.string() }),
  title: ({ word }) => word,
  probe: () => ({}),
  plan: ({ path, word }) => [
    { what: word, from: '-', to: 'noted', steps: [run(sh`echo ${word} >> ${path}`)] },
  ],
  verify: false,
})

const fed = defineTask({
  name: 'fed',
  summary: 'Runs cat with a text on its standard input, each time.',
  params: z.strictObject({ stdin: z.string() }),
  probe: () => ({}),
  plan: ({ stdin }) => [{ what: 'command', from: '-', to: 'run', steps: [run(sh`cat`, { stdin })] }],
  verify: false,
})

const shell = defineTask({
  name: 'shell',
  summary: 'Runs a command.',
  params: z.strictObject({ script: z.string() }),
  probe: () => ({}),
  plan: ({ script }) => [
    { what: 'command', from: '-', to: 'run', steps: [run({ kind: 'command', script })] },
  ],
  verify: false,
})

const never = defineTask({
  name: 'never',
  summary: 'Never converges.',
  params: z.strictObject({}),
  probe: () => ({ word: stdout(sh`echo same`) }),
  plan: () => [{ what: 'moon', from: 'full', to: 'new', steps: [run(sh`true`)] }],
})

test('a host that needs nothing costs one trip, however many tasks it has', () =>
  inFolder(async (path) => {
    const tasks = Array.from({ length: 60 }, (_, index) =>
      content({ path: path(`f${index}`), text: `${index}\n` }),
    )
    const cold = await runTasks(tasks)
    assert.is(cold.recap.hosts[0]!.counts.changed, 60)
    assert.is(readFileSync(path('f59'), 'utf8'), '59\n')
    const warm = await runTasks(tasks)
    assert.is(warm.recap.hosts[0]!.counts.ok, 60)
    assert.is(warm.recap.hosts[0]!.trips, 1)
  }))

test('each change costs one trip more', () =>
  inFolder(async (path) => {
    const tasks = ['a', 'b', 'c'].map((name) => content({ path: path(name), text: name }))
    writeFileSync(path('b'), 'b')
    const { recap, story } = await runTasks(tasks)
    assert.equal(story, ['one: changed content a', 'one: ok content b', 'one: changed content c'])
    assert.is(recap.hosts[0]!.trips, 3)
  }))

test('a task that still differs after its steps is an error that shows from and to', async () => {
  const { events, story } = await runTasks([never({})])
  assert.equal(story, ['one: failed never'])
  const error = failure({ events } as Ran)
  assert.is(error.code, 'E_NOT_CONVERGED')
  assert.equal(error.details, ['moon   is still full, not new'])
})

test('a probe sent early may fail because an earlier task has yet to run', () =>
  inFolder(async (path) => {
    const reader = defineTask({
      name: 'reader',
      summary: 'Reads a file that another task makes.',
      params: z.strictObject({}),
      probe: () => ({
        text: fileAs(path('made'), { content: true }, (state) => contentOf('made', state)!.toString()),
      }),
      plan: (_, { text }) => (text === 'x' ? [] : [{ what: 'text', from: text, to: 'x', steps: [] }]),
    })
    const { story } = await runTasks([content({ path: path('made'), text: 'x' }), reader({})])
    assert.equal(story, ['one: changed content made', 'one: ok reader'])
  }))

test('handlers run once at the end, in the order of their first notification, and only when notified', () =>
  inFolder(async (path) => {
    const log = path('log')
    const restart = note({ path: log, word: 'restart' })
    const reload = note({ path: log, word: 'reload' })
    const idle = note({ path: log, word: 'idle' })
    writeFileSync(path('same'), 'same')
    const { story } = await runTasks([
      content({ path: path('a'), text: 'a' }, { notify: [restart, reload] }),
      content({ path: path('b'), text: 'b' }, { notify: reload }),
      content({ path: path('same'), text: 'same' }, { notify: idle }),
    ])
    assert.is(readFileSync(log, 'utf8'), 'restart\nreload\n')
    assert.equal(story.slice(3), ['one: changed handler note restart', 'one: changed handler note reload'])
  }))

test('handlers run earlier where a flush says so, and again if they are notified again', () =>
  inFolder(async (path) => {
    const log = path('log')
    const restart = note({ path: log, word: 'restart' })
    const { story, recap } = await runTasks([
      content({ path: path('a'), text: 'a' }, { notify: restart }),
      flushHandlers(),
      note({ path: log, word: 'between' }),
      content({ path: path('b'), text: 'b' }, { notify: restart }),
      flushHandlers(),
      flushHandlers(),
    ])
    assert.is(readFileSync(log, 'utf8'), 'restart\nbetween\nrestart\n')
    assert.is(recap.hosts[0]!.tasks, 3)
    assert.is(story.length, 5)
    const warm = await runTasks([
      content({ path: path('a'), text: 'a' }, { notify: restart }),
      flushHandlers(),
    ])
    assert.equal(warm.story, ['one: ok content a'])
  }))

test('handlers are flushed where a play says so, whatever tags are asked for', () =>
  inFolder(async (path) => {
    const log = path('log')
    const restart = note({ path: log, word: 'restart' })
    const tags = ['config']
    const tasks = [
      content({ path: path('a'), text: 'a' }, { notify: restart, tags }),
      flushHandlers(),
      note({ path: log, word: 'after' }, { tags }),
    ]
    await runTasks(tasks, { tags: { only: tags } })
    assert.is(readFileSync(log, 'utf8'), 'restart\nafter\n')
  }))

test('a handler that a failed run did not come to runs in the next one, once, and that is reported', () =>
  inFolder(async (path) => {
    const restart = note({ path: path('log'), word: 'restart' })
    const settings = () => ({ pendingHandlers: openPendingHandlers(path('.run-playbook')) })
    const tasks = (script: string) => [
      content({ path: path('a'), text: 'a' }, { notify: restart }),
      shell({ script }),
    ]
    await runTasks(tasks('exit 1'), settings())
    assert.not(existsSync(path('log')))
    const check = await runTasks(tasks('true'), { ...settings(), isCheck: true })
    assert.not(existsSync(path('log')))
    assert.equal(check.story.slice(1), ['one: changed shell'])
    const { story, events } = await runTasks(tasks('true'), settings())
    assert.equal(story, ['one: ok content a', 'one: changed shell', 'one: changed handler note restart'])
    assert.ok(events.some((event) => event.kind === 'warning' && event.message.includes('note restart')))
    await runTasks(tasks('true'), settings())
    assert.is(readFileSync(path('log'), 'utf8'), 'restart\n')
    assert.equal(readdirSync(path('.run-playbook/handlers')), [])
  }))

test('pending handlers outlast a run that skips their tasks by tags', () =>
  inFolder(async (path) => {
    const restart = note({ path: path('log'), word: 'restart' })
    const settings = () => ({ pendingHandlers: openPendingHandlers(path('.run-playbook')) })
    const tasks = (script: string) => [
      content({ path: path('a'), text: 'a' }, { notify: restart }),
      shell({ script }, { tags: ['only'] }),
    ]
    await runTasks(tasks('exit 1'), settings())
    const { story } = await runTasks(tasks('true'), { ...settings(), tags: { only: ['only'] } })
    assert.equal(story, ['one: changed shell'])
    await runTasks(tasks('true'), settings())
    assert.is(readFileSync(path('log'), 'utf8'), 'restart\n')
  }))

test('a handler is pending where the host was lost in the middle of the change, and not where the change failed', () =>
  inFolder(async (path) => {
    const restart = note({ path: path('log'), word: 'restart' })
    const settings = () => ({ pendingHandlers: openPendingHandlers(path('.run-playbook')) })
    const pending = () => openPendingHandlers(path('.run-playbook')).of('test', 'one')
    await runTasks([shell({ script: 'exit 1' }, { notify: restart })], settings())
    assert.equal(pending(), [])
    // The shell that we talk to is the last one on the way up.
    const cut = `p=$$
while read -r _ _ _ up _ <"/proc/$p/stat" && case $(cat "/proc/$up/comm") in *sh|busybox) ;; *) false ;; esac; do p=$up; done
touch ${path('made')}; kill -9 $p; sleep 1`
    const { recap } = await runTasks([shell({ script: cut }, { notify: restart })], settings())
    assert.is(recap.hosts[0]!.counts.unreachable, 1)
    assert.equal(pending(), ['note restart'])
  }))

test('a failed step stops its host, and nothing after it runs', () =>
  inFolder(async (path) => {
    const log = path('log')
    const { story, recap, events } = await runTasks([
      note({ path: log, word: 'first' }),
      shell({ script: 'echo out; echo bad luck >&2; exit 3' }),
      note({ path: log, word: 'second' }),
    ])
    assert.equal(story, ['one: changed note first', 'one: failed shell'])
    assert.is(readFileSync(log, 'utf8'), 'first\n')
    assert.is(recap.hosts[0]!.counts.failed, 1)
    const error = failure({ events } as Ran)
    assert.match(error.message, 'Exit code 3')
    assert.equal(error.details, ['bad luck', 'out'])
    assert.match(
      JSON.stringify(events.find((event) => event.kind === 'taskEnd' && event.result.error)),
      'run.test',
    )
  }))

test('a failure that was told to be ignored is counted as such, and the run has not failed', async () => {
  const { recap } = await runTasks([shell({ script: 'exit 1' }, { ignoreErrors: true })])
  assert.is(recap.hosts[0]!.counts.failed, 0)
  assert.is(recap.hosts[0]!.ignored, 1)
  assert.is(exitCode(recap), 0)
})

test('bytes that no shell would pass on are refused on standard input, not lost', async () => {
  const { events } = await runTasks([fed({ stdin: 'a\0b' })])
  assert.is(failure({ events } as Ran).code, 'E_NUL')
})

const hostile: [string, string, RegExp][] = [
  ['a syntax error', 'if then (', /Exit code 2/],
  ['an exit', 'exit 9', /Exit code 9/],
  ['an unclosed quote', "echo 'oops", /Exit code 2/],
  ['a kill of its own shell', 'kill -9 $$', /Exit code 137/],
]
for (const [title, script, message] of hostile) {
  test(`${title} in a step stays inside, and the shell lives on`, () =>
    inFolder(async (path) => {
      const { story, events } = await runTasks([
        shell({ script }, { ignoreErrors: true }),
        content({ path: path('after'), text: 'alive' }),
      ])
      assert.equal(story, ['one: failed shell', 'one: changed content after'])
      assert.match(failure({ events } as Ran).message, message)
    }))
}

test('what a step reads from standard input is not the rest of the script', () =>
  inFolder(async (path) => {
    const { story } = await runTasks([
      shell({ script: 'cat > /dev/null' }),
      content({ path: path('x'), text: 'x' }),
    ])
    assert.equal(story, ['one: changed shell', 'one: changed content x'])
  }))

test('all bytes but NUL go into a file as they are, and with NUL too', () =>
  inFolder(async (path) => {
    const bytes = defineTask({
      name: 'bytes',
      summary: 'Writes bytes.',
      params: z.strictObject({ path: z.string(), from: z.int() }),
      probe: ({ path }) => ({ state: file(path, { content: true }) }),
      plan: ({ path, from }, { state }) =>
        fileChanges(state, {
          path,
          content: Buffer.from(Array.from({ length: 256 - from }, (_, index) => from + index)),
        }),
    })
    const { story } = await runTasks([
      bytes({ path: path('no'), from: 1 }),
      bytes({ path: path('nul'), from: 0 }),
    ])
    assert.equal(story, ['one: changed bytes', 'one: changed bytes'])
    assert.is(readFileSync(path('nul')).length, 256)
    assert.is(readFileSync(path('no'))[0], 1)
  }))

test('a step longer than its timeout is killed with all its children', () =>
  inFolder(async (path) => {
    const { story, events } = await runTasks([
      shell({ script: `(sleep 4; echo late > ${path('late')}) & sleep 30` }, { timeout: 0.3 }),
    ])
    assert.equal(story, ['one: failed shell'])
    assert.is(failure({ events } as Ran).code, 'E_TIMEOUT')
    assert.not(existsSync(path('late')))
  }))

test('a write that is killed leaves no temporary file', () =>
  inFolder(async (path) => {
    const slow = defineTask({
      name: 'slow',
      summary: 'Writes a file that takes long to check.',
      params: z.strictObject({}),
      probe: () => ({ state: file(path('a'), { content: true }) }),
      plan: (_, { state }) =>
        fileChanges(state, { path: path('a'), content: 'a', validate: () => sh`sleep 5` }),
    })
    const { story } = await runTasks([slow({}, { timeout: 0.3 })])
    assert.equal(story, ['one: failed slow'])
    assert.equal(readdirSync(path('.')), [])
  }))

test('a step that is tried again may succeed', () =>
  inFolder(async (path) => {
    const script = `[ -e ${path('once')} ] || { touch ${path('once')}; exit 1; }`
    const { story } = await runTasks([shell({ script }, { retry: { attempts: 2, delay: 0 } })])
    assert.equal(story, ['one: changed shell'])
  }))

test('something started stays, and the trip does not wait for it', () =>
  inFolder(async (path) => {
    const daemon = defineTask({
      name: 'daemon',
      summary: 'Starts something.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [
        {
          what: 'daemon',
          from: 'off',
          to: 'on',
          steps: [start(sh`until [ -e ${path('go')} ]; do sleep 0.1; done; echo done > ${path('done')}`)],
        },
      ],
      verify: false,
    })
    await runTasks([daemon({})])
    assert.not(existsSync(path('done')))
    writeFileSync(path('go'), '')
    while (!existsSync(path('done'))) await new Promise((resolve) => setTimeout(resolve, 20))
  }))

test('code on the controller may run commands on the host', async () => {
  let output = ''
  const asking = defineTask({
    name: 'asking',
    summary: 'Asks by itself.',
    params: z.strictObject({}),
    probe: () => ({}),
    plan: () => [
      {
        what: 'question',
        from: '-',
        to: 'asked',
        steps: [
          call('ask', async (connection) => {
            output = (await connection.run(sh`cat; exit 4`, { stdin: 'hello' })).stdout.toString()
          }),
        ],
      },
    ],
    verify: false,
  })
  const { story } = await runTasks([asking({})])
  assert.equal(story, ['one: changed asking'])
  assert.is(output, 'hello')
})

test('a condition that does not hold skips a task', async () => {
  const { story } = await runTasks([
    shell({ script: 'true' }, { when: succeeds(sh`false`) }),
    shell({ script: 'true' }, { when: succeeds(sh`true`) }),
  ])
  assert.equal(story, ['one: skipped shell', 'one: changed shell'])
})

const conditions: [string, { reads?: readonly string[] }, string][] = [
  ['that does not say what it reads', {}, 'unknown'],
  ['that reads what is planned', { reads: ['/etc'] }, 'unknown'],
  ['that reads something else', { reads: ['/usr'] }, 'changed'],
]
for (const [title, options, status] of conditions) {
  test(`in check mode, after a planned change, a condition ${title}: ${status}`, async () => {
    const planned = defineTask({
      name: 'planned',
      summary: 'Would change a tree.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [{ what: 't', from: '', to: '', steps: [run(sh`true`)], effects: [{ tree: '/etc/x' }] }],
    })
    const when = succeeds(sh`true`, options)
    const after = block([shell({ script: 'true' }, { title: 'after' })], { when })
    const { story } = await runTasks([planned({}), after], { isCheck: true })
    assert.equal(story, ['one: changed planned', `one: ${status} after`])
  })
}

test('check mode touches nothing and reports what the real run then changes', () =>
  inFolder(async (path) => {
    const tasks = [
      content({ path: path('a'), text: 'a' }),
      content({ path: path('a'), text: 'a' }),
      content({ path: path('b'), text: 'b' }),
    ]
    const check = await runTasks(tasks, { isCheck: true })
    assert.not(existsSync(path('a')))
    assert.is(check.recap.hosts[0]!.trips, 1)
    const real = await runTasks(tasks)
    assert.equal(check.story, real.story)
    assert.equal(check.story, ['one: changed content a', 'one: ok content a', 'one: changed content b'])
  }))

test('in check mode what depends on a planned tree is unknown, and a failure after a planned change too', () =>
  inFolder(async (path) => {
    const unpack = defineTask({
      name: 'unpack',
      summary: 'Makes a tree.',
      params: z.strictObject({}),
      probe: () => ({ state: file(path('tree')) }),
      plan: (_, { state }) =>
        state.type === 'absent'
          ? [
              {
                what: 'tree',
                from: 'absent',
                to: 'there',
                steps: [run(sh`mkdir ${path('tree')}`)],
                effects: [{ tree: path('tree') }],
              },
            ]
          : [],
    })
    const needsTool = defineTask({
      name: 'needsTool',
      summary: 'Asks a tool.',
      params: z.strictObject({}),
      probe: () => ({ version: stdout(sh`no-such-tool --version`) }),
      plan: (_, { version }) => (version === '1' ? [] : []),
    })
    const { story, events } = await runTasks(
      [unpack({}), content({ path: path('tree/x'), text: 'x' }), needsTool({})],
      { isCheck: true },
    )
    assert.equal(story, ['one: changed unpack', 'one: unknown content x', 'one: unknown needsTool'])
    const reasons = events.flatMap((event) =>
      event.kind === 'taskEnd' && event.result.reason ? [event.result.reason] : [],
    )
    assert.is(reasons[0], 'depends on unpack')
    const alone = await runTasks([needsTool({})], { isCheck: true })
    assert.equal(alone.story, ['one: failed needsTool'])
  }))

test('in check mode a handler that only an unknown task notifies is unknown itself', () =>
  inFolder(async (path) => {
    const tree = defineTask({
      name: 'tree',
      summary: 'Changes a tree.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [
        { what: 't', from: '', to: '', steps: [run(sh`true`)], effects: [{ tree: path('tree') }] },
      ],
      verify: false,
    })
    const sure = note({ path: path('log'), word: 'sure' })
    const doubtful = note({ path: path('log'), word: 'doubtful' })
    const { story } = await runTasks(
      [
        tree({}, { notify: sure }),
        content({ path: path('tree/x'), text: 'x' }, { notify: [sure, doubtful] }),
      ],
      { isCheck: true },
    )
    assert.equal(story.slice(2), ['one: changed handler note sure', 'one: unknown handler note doubtful'])
  }))

test('in check mode a handler that is surely notified would run, though what it will find is unknown', () =>
  inFolder(async (path) => {
    const reread = defineTask({
      name: 'reread',
      summary: 'Looks at a file that is about to change.',
      params: z.strictObject({}),
      probe: () => ({ age: stdout(sh`echo 1`, { reads: [path('a')] }) }),
      plan: (_, observed) => (observed.age === '0' ? [] : []),
    })
    const handler = reread({})
    const { story } = await runTasks([content({ path: path('a'), text: 'a' }, { notify: handler })], {
      isCheck: true,
    })
    assert.equal(story, ['one: changed content a', 'one: changed handler reread'])
  }))

test('an answer that a plan does not look at is not parsed', async () => {
  const lazy = defineTask({
    name: 'lazy',
    summary: 'Looks at one of two answers.',
    params: z.strictObject({}),
    probe: () => ({ expected: stdout(sh`echo yes`), broken: stdout(sh`exit 1`) }),
    plan: (_, observed) =>
      observed.expected === 'yes' ? [] : [{ what: observed.broken, from: '', to: '', steps: [] }],
  })
  assert.equal((await runTasks([lazy({})])).story, ['one: ok lazy'])
})

test('facts are read where a play looks at them, and only there', async () => {
  const seen: string[] = []
  const withFacts = definePlay({
    name: 'facts',
    hosts: 'all',
    facts: { word: stdout(sh`echo hello`) },
    tasks: (host) => {
      seen.push(host.facts.word)
      return []
    },
  })
  const without = definePlay({
    name: 'none',
    hosts: 'all',
    facts: { word: stdout(sh`exit 1`) },
    tasks: () => [],
  })
  const { recap } = await runPlays([withFacts, without])
  assert.equal(seen, ['hello'])
  assert.is(recap.hosts[0]!.trips, 1)
})

test('with serial 1 hosts change one after the other, and a host that others may have changed is looked at again', () =>
  inFolder(async (path) => {
    const log = path('log')
    const tasks = (host: string) => [
      content({ path: path('shared'), text: 'x' }),
      note({ path: log, word: host }),
    ]
    const play = definePlay({ name: 'serial', hosts: 'all', serial: 1, tasks: (host) => tasks(host.name) })
    const { story } = await runPlays([play], { hosts: ['a', 'b', 'c'] })
    assert.is(readFileSync(log, 'utf8'), 'a\nb\nc\n')
    assert.equal(story, [
      'a: changed content shared',
      'a: changed note a',
      'b: ok content shared',
      'b: changed note b',
      'c: ok content shared',
      'c: changed note c',
    ])
  }))

test('with serial 1 what fails at the first look is looked at again in its turn', () =>
  inFolder(async (path) => {
    const needs = defineTask({
      name: 'needs',
      summary: 'Fails where a file is missing.',
      params: z.strictObject({}),
      probe: () => ({ state: file(path('shared'), { content: true }) }),
      plan: (_, { state }) => {
        if (state.type === 'absent') throw new PlaybookError('E_NOT_YET', 'Not yet.')
        return []
      },
    })
    const play = definePlay({
      name: 'serial',
      hosts: 'all',
      serial: 1,
      tasks: ({ name }) => [name === 'a' ? content({ path: path('shared'), text: 'x' }) : needs({})],
    })
    const { story } = await runPlays([play], { hosts: ['a', 'b'] })
    assert.equal(story, ['a: changed content shared', 'b: ok needs'])
  }))

/** This machine, on which an account is there once a file is. */
const withAccount = async (to: ConnectionSettings, made: string): Promise<Connection> => {
  const connection = await localTransport.connect(to, {})
  return {
    ...connection,
    openShell: async (as) => {
      if (as === undefined || existsSync(made)) return connection.openShell()
      throw new PlaybookError('E_BECOME_USER', `sudo does not know the user ${as.user}.`)
    },
  }
}

test('a task may become a user whom an earlier task makes', () =>
  inFolder(async (path) => {
    const connect = (to: ConnectionSettings) => withAccount(to, path('account'))
    const one = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [
        shell({ script: `printf app >${path('account')}` }, { title: 'account' }),
        content({ path: path('own'), text: 'own' }, { become: 'app' }),
      ],
    })
    const two = definePlay({
      name: '2',
      hosts: 'all',
      become: 'app',
      tasks: () => [content({ path: path('later'), text: 'later' })],
    })
    const check = await runPlays([one, two], { connect, isCheck: true })
    assert.equal(check.story, [
      'one: changed account',
      'one: unknown content own',
      'one: unknown content later',
    ])
    const { story } = await runPlays([one, two], { connect })
    assert.equal(story, ['one: changed account', 'one: changed content own', 'one: changed content later'])
  }))

test('a user whom nobody makes fails the task that becomes it, and no other', async () => {
  const connect = (to: ConnectionSettings) => withAccount(to, '/nonexistent/account')
  const tasks = [shell({ script: 'true' }, { become: 'app', ignoreErrors: true }), shell({ script: 'true' })]
  const { story, events } = await runTasks([...tasks, shell({ script: 'exit 3' }, { become: 'app' })], {
    connect,
  })
  assert.equal(story, ['one: failed shell', 'one: changed shell', 'one: failed shell'])
  assert.is(failure({ events } as Ran).code, 'E_BECOME_USER')
})

test('a converged site costs one trip a host with serial 1 too', () =>
  inFolder(async (path) => {
    writeFileSync(path('x'), 'x')
    const play = definePlay({
      name: 's',
      hosts: 'all',
      serial: 1,
      tasks: () => [content({ path: path('x'), text: 'x' })],
    })
    const { recap } = await runPlays([play], { hosts: ['a', 'b', 'c'] })
    assert.equal(
      recap.hosts.map(({ trips }) => trips),
      [1, 1, 1],
    )
  }))

test('several plays in which nothing changes cost a host one trip, and a change in between another look', () =>
  inFolder(async (path) => {
    const one = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [content({ path: path('x'), text: 'x' })],
    })
    const two = definePlay({
      name: '2',
      hosts: 'all',
      serial: 1,
      tasks: () => [content({ path: path('y'), text: 'y' })],
    })
    const cold = await runPlays([one, two], { hosts: ['a', 'b'] })
    assert.ok(cold.story.includes('b: ok content y'))
    const warm = await runPlays([one, two], { hosts: ['a', 'b'] })
    assert.equal(
      warm.recap.hosts.map(({ trips }) => trips),
      [1, 1],
    )
    writeFileSync(path('x'), 'old')
    writeFileSync(path('y'), 'old')
    const { story } = await runPlays([one, two], { hosts: ['a'] })
    assert.equal(story, ['a: changed content x', 'a: changed content y'])
  }))

test('check mode carries its predictions from play to play', () =>
  inFolder(async (path) => {
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      tasks: () => [content({ path: path('x'), text: 'x' })],
    })
    const { story } = await runPlays([play, { ...play, spec: { ...play.spec } }], { isCheck: true })
    assert.equal(story, ['one: changed content x', 'one: ok content x'])
  }))

test('in check mode facts that cannot be read are unknown after a planned change, and an error before any', () =>
  inFolder(async (path) => {
    const change = definePlay({
      name: '1',
      hosts: 'all',
      tasks: () => [content({ path: path('x'), text: 'x' })],
    })
    const needsFacts = definePlay({
      name: '2',
      hosts: 'all',
      facts: { word: stdout(sh`cat ${path('x')}`) },
      tasks: ({ facts }) => [content({ path: path('y'), text: facts.word })],
    })
    const { story } = await runPlays([change, needsFacts], { isCheck: true })
    assert.equal(story, ['one: changed content x', 'one: unknown facts'])
    const alone = await runPlays([needsFacts], { isCheck: true })
    assert.equal(alone.story, ['one: failed facts'])
  }))

test('a connection that broke while nothing was pending is made again for the next play', async () => {
  const transportFor = createTransportResolver()
  const connections: { breakNow: () => void; close: () => Promise<void> }[] = []
  const connect = async (settings: ConnectionSettings) => {
    const connection = await (await transportFor(settings)).connect(settings, {})
    let broken: (error: UnreachableError) => void = () => {}
    connections.push({
      breakNow: () => broken(new UnreachableError('E_CONNECTION_LOST', 'gone', 'idle')),
      close: connection.close,
    })
    return { ...connection, onBroken: (listener: typeof broken) => (broken = listener) } as Connection
  }
  const play = (name: string) => definePlay({ name, hosts: 'all', tasks: () => [shell({ script: 'true' })] })
  const { story } = await runPlays([play('1'), play('2')], {
    connect,
    onEvent: (event) => {
      if (event.kind === 'playEnd' && event.play === '1') connections[0]!.breakNow()
    },
  })
  assert.equal(story, ['one: changed shell', 'one: changed shell'])
  await connections[0]!.close()
  assert.is(connections.length, 2)
})

test('when a whole batch is lost, the next one is not begun', async () => {
  const play = definePlay({
    name: 's',
    hosts: 'all',
    serial: 1,
    tasks: (host) => [shell({ script: host.name === 'a' ? 'exit 1' : 'true' })],
  })
  const { story, events } = await runPlays([play], { hosts: ['a', 'b'] })
  assert.equal(story, ['a: failed shell'])
  assert.ok(events.some((event) => event.kind === 'warning' && event.message.includes('b')))
})

test('a host that a play did not go through takes no part in later plays, one that was done does', async () => {
  const first = definePlay({
    name: '1',
    hosts: 'all',
    anyErrorsFatal: true,
    tasks: ({ name }) =>
      name === 'done'
        ? []
        : [
            shell({ script: name === 'fails' ? 'sleep 0.3; exit 1' : 'sleep 0.6' }),
            shell({ script: 'true' }),
          ],
  })
  const second = definePlay({ name: '2', hosts: 'all', tasks: () => [shell({ script: 'true' })] })
  const { story, events } = await runPlays([first, second], { hosts: ['fails', 'slow', 'done'] })
  assert.equal(story, ['fails: failed shell', 'slow: changed shell', 'done: changed shell'])
  const warnings = events.flatMap((event) => (event.kind === 'warning' ? event.message : []))
  assert.equal(warnings, ['1: slow skipped: too many hosts failed.'])
})

test('a host that failed takes no part in later plays, the others do', async () => {
  const first = definePlay({
    name: '1',
    hosts: 'all',
    tasks: (host) => [shell({ script: host.name === 'a' ? 'exit 1' : 'true' })],
  })
  const second = definePlay({ name: '2', hosts: 'all', tasks: () => [shell({ script: 'true' })] })
  const { story } = await runPlays([first, second], { hosts: ['a', 'b'] })
  assert.equal(
    story.filter((line) => line.startsWith('a')),
    ['a: failed shell'],
  )
  assert.equal(
    story.filter((line) => line.startsWith('b')),
    ['b: changed shell', 'b: changed shell'],
  )
})

test('secrets are masked in all events', async () => {
  const password = secret('hunter2-hunter2')
  const { events } = await runTasks(
    [shell({ script: 'cat; echo "$PASS" >&2; exit 1' }, { environment: { PASS: password } })],
    { vars: { db_password: password } },
  )
  assert.not.match(JSON.stringify(events), 'hunter2')
  assert.match(JSON.stringify(events), '••••')
})

test('secrets of tasks that depend on facts, of handlers, and with a quote in a script are masked too', () =>
  inFolder(async (path) => {
    const secretFile = defineTask({
      name: 'secretFile',
      summary: 'Writes a secret.',
      params: z.strictObject({ path: z.string(), text: z.instanceof(Secret) }),
      probe: ({ path }) => ({ state: file(path, { content: true }) }),
      plan: ({ path, text }, { state }) => fileChanges(state, { path, content: text }),
    })
    const handler = secretFile({ path: path('b'), text: secret('handler-hunter2') })
    const play = definePlay({
      name: 'p',
      hosts: 'all',
      facts: { word: stdout(sh`echo word`) },
      tasks: ({ facts }) => [
        secretFile({ path: path(facts.word), text: secret("it's-hunter2") }, { notify: handler }),
      ],
    })
    const { events } = await runPlays([play])
    assert.is(readFileSync(path('word'), 'utf8'), "it's-hunter2")
    assert.is(readFileSync(path('b'), 'utf8'), 'handler-hunter2')
    assert.not.match(JSON.stringify(events), 'hunter2')
  }))

test('of a task with noLog nothing is shown: no commands, no output, no reason of a failure', () =>
  inFolder(async (path) => {
    writeFileSync(path('a'), 'old hunter2')
    const options = { noLog: true, ignoreErrors: true, title: 'quiet' }
    const { events } = await runTasks([
      content({ path: path('a'), text: 'new hunter2' }, options),
      shell({ script: 'echo hunter2; exit 1' }, options),
    ])
    assert.is(readFileSync(path('a'), 'utf8'), 'new hunter2')
    assert.not.match(
      JSON.stringify(
        events.map((event) =>
          event.kind === 'taskEnd'
            ? { ...event.result, error: event.result.error?.message + String(event.result.error?.details) }
            : event,
        ),
      ),
      'hunter2',
    )
    assert.ok(events.some((event) => event.kind === 'command' && event.script === 'hidden (noLog)'))
  }))

test('an interruption kills the running step and ends the run', () =>
  inFolder(async (path) => {
    const controller = new AbortController()
    const startedAt = performance.now()
    const { recap, events, story } = await runTasks(
      [shell({ script: `sleep 20; touch ${path('late')}` }), shell({ script: 'true' })],
      {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === 'taskStart') setTimeout(() => controller.abort(), 200)
        },
      },
    )
    assert.ok(performance.now() - startedAt < 15_000)
    assert.ok(recap.isInterrupted)
    assert.equal(story, ['one: failed shell'])
    assert.is(failure({ events } as Ran).code, 'E_INTERRUPTED')
    assert.equal(
      events.flatMap((event) => (event.kind === 'interrupted' ? event.running : [])),
      [{ host: 'one', task: 'shell', delegate: undefined }],
    )
    assert.not(existsSync(path('late')))
  }))

test('an interruption that comes while a step is on its way stops that step too', () =>
  inFolder(async (path) => {
    const controller = new AbortController()
    const connect = async (to: ConnectionSettings): Promise<Connection> => {
      const connection = await localTransport.connect(to, {})
      const openShell: Connection['openShell'] = async () => {
        const shell = await connection.openShell()
        const write = async (bytes: Uint8Array) => {
          await shell.write(bytes)
          if (Buffer.from(bytes).includes('touch')) controller.abort()
        }
        return { ...shell, write }
      }
      return { ...connection, openShell }
    }
    const tasks = [shell({ script: `sleep 2; touch ${path('late')}` })]
    const { recap } = await runTasks(tasks, { signal: controller.signal, connect })
    assert.ok(recap.isInterrupted)
    await new Promise((resolve) => setTimeout(resolve, 2500))
    assert.not(existsSync(path('late')))
  }))

for (const [size, text] of [
  ['small', 'x'],
  ['large', 'x'.repeat(200_000)],
] as const) {
  test(`a ${size} content that the host cannot write: E_WRITE names the file, and the output of the host`, async () => {
    const { events } = await runTasks([content({ path: '/proc/self/not-there', text })])
    const { code, message, details } = failure({ events } as Ran)
    assert.is(code, 'E_WRITE')
    assert.is(message, 'Could not write /proc/self/not-there; it is unchanged.')
    assert.ok(details.length > 0)
  })
}

const tagRows: [string, { only?: string[]; skip?: string[] }, string[]][] = [
  ['none asked for', {}, ['a', 'b', 'always', 'plain']],
  ['one tag', { only: ['a'] }, ['a', 'always']],
  ['a skipped tag', { skip: ['a'] }, ['b', 'always', 'plain']],
  ['always skipped', { only: ['b'], skip: ['always'] }, ['b']],
  ['never by name', { only: ['never'] }, ['always', 'never']],
  ['untagged', { only: ['untagged'] }, ['always', 'plain']],
]
for (const [title, tags, expected] of tagRows) {
  test(`tags select tasks: ${title}`, () =>
    inFolder(async (path) => {
      const tagged = (word: string) =>
        note({ path: path('log'), word }, word === 'plain' ? {} : { tags: [word] })
      const { story } = await runTasks(['a', 'b', 'always', 'never', 'plain'].map(tagged), {
        tags,
        isCheck: true,
      })
      assert.equal(
        story,
        expected.map((word) => `one: changed note ${word}`),
      )
    }))
}

function failure({ events }: Ran) {
  const end = events.find((event) => event.kind === 'taskEnd' && event.result.error)
  if (end?.kind !== 'taskEnd' || !end.result.error) throw new Error('nothing failed')
  return end.result.error
}

test.run()
