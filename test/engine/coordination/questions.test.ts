// prompt and pause: when hosts meet, who is asked, and what the answers do.

import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PromptQuestion } from '../../../src/model/blocks/answer.ts'
import { block } from '../../../src/model/blocks/block.ts'
import { prompt } from '../../../src/model/blocks/prompt.ts'
import { definePlay } from '../../../src/model/play.ts'
import { succeeds } from '../../../src/model/probe.ts'
import { exitCode } from '../../../src/model/run/outcome.ts'
import type { Question } from '../../../src/model/run/question.ts'
import { Secret } from '../../../src/model/secrets/secret.ts'
import { sh } from '../../../src/model/shell/command.ts'
import type { TaskList } from '../../../src/model/task.ts'
import { debug } from '../../../tasks/system/debug.ts'
import { pause } from '../../../tasks/system/pause.ts'
import { errorCodes, inFolder, type Ran, type RunSettings, runPlays, runTasks } from '../harness.ts'
import { hasLine, mark, marksIn, namedHosts } from '../namedHosts.ts'

const { connect } = namedHosts()
const hosts = ['a', 'b', 'c']

/** Answers with these in turn, and keeps what is asked. */
function asking(...answers: readonly unknown[]) {
  const asked: Question[] = []
  const rest = [...answers]
  const ask = async (question: Question) => {
    asked.push(question)
    return rest.shift()
  }
  return { asked, ask }
}

const shown = ({ events }: Ran) =>
  events.flatMap((event) =>
    event.kind === 'taskEnd' && event.result.message ? [event.result.message.text] : [],
  )
const version = (options = {}) =>
  prompt({ name: 'version', ...options }, (answer) => debug({ msg: `v${answer}` }))

test('a prompt is asked once, when all hosts have come to it, and its answer gives tasks', () =>
  inFolder(async (path) => {
    const log = path('log')
    const { asked, ask } = asking('1.4')
    const done: string[][] = []
    const ran = await runTasks(
      (host) => [mark({ log, word: host, after: host === 'b' ? 'sleep 0.3' : 'true' }), version()],
      {
        ...{ hosts, connect },
        ask: async (question) => {
          done.push(marksIn(log))
          return ask(question)
        },
      },
    )
    assert.equal([done.length, done[0]!.length], [1, 3])
    assert.equal(
      asked.map(({ text, hosts, isSecret }) => [text, hosts, isSecret]),
      [['version', hosts, false]],
    )
    assert.equal(shown(ran), ['v1.4', 'v1.4', 'v1.4'])
    const kinds = ran.events
      .map(({ kind }) => kind)
      .filter((kind) => kind === 'question' || kind === 'answer')
    assert.equal(kinds, ['question', 'answer'])
  }))

type Row = [title: string, question: PromptQuestion, typed: unknown[], value: unknown, asks: number]

const rows: Row[] = [
  ['Enter means the default', { name: 'x', default: 'd' }, [''], 'd', 1],
  ['an empty answer without default is asked again', { name: 'x' }, ['', 'y'], 'y', 2],
  ['choices', { name: 'x', choices: ['one', 'two'] }, ['three', 'two'], 'two', 2],
  ['a pattern', { name: 'x', pattern: /^\d+$/g }, ['x1', '12'], '12', 2],
  ['a number', { name: 'x', schema: z.int().min(5) }, ['4', 'many', ' 7 '], 7, 3],
  ['yes or no', { name: 'x', schema: z.boolean() }, ['perhaps', 'Y'], true, 2],
  ['a default of another type', { name: 'x', schema: z.int(), default: 80 }, [''], 80, 1],
  ['twice the same', { name: 'x', confirm: true }, ['one', 'two', 'one', 'one'], 'one', 4],
]

for (const [title, question, typed, value, asks] of rows) {
  test(`an answer: ${title}`, async () => {
    const { asked, ask } = asking(...typed)
    const given: unknown[] = []
    const ran = await runTasks(
      [prompt(question as { name: string }, (answer) => void given.push(answer) as never)],
      { ask },
    )
    assert.equal(errorCodes(ran), [])
    assert.equal(given.at(-1), value)
    assert.is(asked.length, asks)
  })
}

test('a secret is a Secret, and is in no event', async () => {
  const { ask } = asking('hush-hush-hush')
  const given: unknown[] = []
  const { events } = await runTasks(
    [
      prompt({ name: 'x', secret: true }, (answer) => {
        given.push(answer)
        return debug({ msg: 'it is hush-hush-hush' })
      }),
    ],
    { ask },
  )
  assert.instance(given[0], Secret)
  assert.not.match(JSON.stringify(events), /hush/)
})

test('a variable of -e answers without a question, at once, and a wrong one fails', async () => {
  const answers = (name: string) => (name === 'version' ? { value: 2 } : undefined)
  const { asked, ask } = asking()
  const ran = await runTasks([version()], { hosts, connect, ask, answers })
  assert.equal([asked.length, shown(ran)], [0, ['v2', 'v2', 'v2']])
  assert.equal(errorCodes(await runTasks([version({ choices: ['3'] })], { ask, answers })), ['E_ANSWER'])
})

test('where nobody can be asked the default holds; without one it fails', async () => {
  assert.equal(shown(await runTasks([version({ default: '9' })])), ['v9'])
  assert.equal(errorCodes(await runTasks([version()])), ['E_UNANSWERED'])
  const { ask } = asking(undefined)
  assert.equal(errorCodes(await runTasks([version()], { ask })), ['E_UNANSWERED'])
})

test('a host whose condition does not hold needs no answer, and a dry run asks', async () => {
  const { asked, ask } = asking('1')
  const tasks = (host: string) => [
    prompt({ name: 'version' }, (answer) => debug({ msg: `v${answer}` }), {
      when: succeeds(sh`test ${host} != b`, { reads: [] }),
    }),
  ]
  const ran = await runTasks(tasks, { hosts, connect, ask, isCheck: true })
  assert.equal(
    asked.map(({ hosts }) => hosts),
    [['a', 'c']],
  )
  assert.equal(shown(ran), ['v1', 'v1'])
})

const serial = (tasks: TaskList, settings: RunSettings) =>
  runPlays([definePlay({ name: 'test', hosts: 'all', serial: 2, tasks: () => tasks })], settings)

test('with serial a prompt is asked once for the play, a pause once for each batch', async () => {
  const { asked, ask } = asking('1', true, true)
  const ran = await serial([version(), pause({ prompt: 'Look.' })], { hosts, connect, ask })
  assert.equal(
    asked.map(({ name, hosts }) => [name, hosts]),
    [
      ['version', ['a', 'b']],
      [undefined, ['a', 'b']],
      [undefined, ['c']],
    ],
  )
  assert.equal(errorCodes(ran), [])
})

test('with fewer forks than hosts all of them meet', async () => {
  const { asked, ask } = asking(true)
  await runTasks([pause({ prompt: 'Look.' })], { hosts, connect, ask, forks: 1 })
  assert.equal(
    asked.map(({ hosts }) => hosts),
    [hosts],
  )
})

test('who aborts at a pause fails the hosts that wait, and ends the run', async () => {
  const { ask } = asking(false)
  const play = (name: string) =>
    definePlay({
      name,
      hosts: 'all',
      serial: 2,
      tasks: () => [pause({ prompt: 'Go on?' }), debug({ msg: 'on' })],
    })
  const ran = await runPlays([play('one'), play('two')], { hosts, connect, ask })
  assert.equal([errorCodes(ran), shown(ran)], [['E_PAUSE_ABORTED', 'E_PAUSE_ABORTED'], []])
  assert.is(exitCode(ran.recap), 2)
  assert.equal(ran.events.filter(({ kind }) => kind === 'playStart').length, 1)
  const warning = ran.events.find(({ kind }) => kind === 'warning')
  assert.match(JSON.stringify(warning), /c skipped: the run was aborted by the user/)
})

test('after a pause what was read before is read again', () =>
  inFolder(async (path) => {
    const file = path('file')
    const ran = await runTasks([pause({ prompt: 'Look.' }), hasLine({ path: file, line: 'x' })], {
      ask: async () => writeFileSync(file, 'x\n'),
    })
    assert.equal(ran.story, ['one: failed pause Look.'])
    const { story } = await runTasks([pause({ prompt: 'Look.' }), hasLine({ path: file, line: 'y' })], {
      ask: async () => {
        writeFileSync(file, 'y\n')
        return true
      },
    })
    assert.equal(story, ['one: ok pause Look.', 'one: ok hasLine y'])
  }))

test('a pause waits for its time, once for all hosts', async () => {
  const { events, recap } = await runTasks([pause({ seconds: 0.3 })], { hosts, connect })
  assert.equal(
    events.flatMap((event) => (event.kind === 'pause' ? [[event.seconds, event.hosts]] : [])),
    [[0.3, hosts]],
  )
  assert.ok(recap.durationMs > 290)
})

test('a pause with a time goes on by itself where nobody answers, and where nobody can be asked', async () => {
  const settings: RunSettings = {
    ask: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
  }
  for (const each of [settings, {}]) {
    const ran = await runTasks([pause({ prompt: 'Look.', seconds: 0.1 }), debug({ msg: 'on' })], each)
    assert.equal(shown(ran), ['on'])
  }
  assert.equal(errorCodes(await runTasks([pause({ prompt: 'Look.' })])), ['E_UNANSWERED'])
})

test('a dry run does not wait, and says for what it would', async () => {
  const ran = await runTasks([pause({ minutes: 60 }), pause({}), pause({ prompt: 'Look.', seconds: 9 })], {
    isCheck: true,
  })
  assert.equal(shown(ran), [
    'would wait 3600 s',
    'would wait for a person',
    'would wait for a person, at most 9 s',
  ])
})

test('an interruption ends a question and a pause', async () => {
  for (const task of [version(), pause({ prompt: 'Look.' }), pause({ seconds: 60 })]) {
    const controller = new AbortController()
    const ran = await runTasks([task, debug({ msg: 'on' })], {
      ...{ hosts, connect, signal: controller.signal },
      ask: (_, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
      onEvent: ({ kind }) => {
        if (kind === 'question' || kind === 'pause') setImmediate(() => controller.abort())
      },
    })
    assert.is(exitCode(ran.recap), 130)
    assert.equal(shown(ran), [])
  }
})

test('hosts that fail before, skip it, or wait for each other in a circle hold nobody up', () =>
  inFolder(async (path) => {
    const { asked, ask } = asking(true, true, true, true)
    const [first, second] = [pause({ prompt: 'first' }), pause({ prompt: 'second' })]
    const once = mark({ log: path('log'), word: 'once' }, { runOnce: true })
    const ran = await runTasks(
      (host) => [
        host === 'c' && mark({ log: path('log'), word: 'bad', after: 'exit 3' }),
        block([host === 'a' ? [first, once, second] : [once, second, first]]),
      ],
      { hosts, connect, ask },
    )
    assert.equal(errorCodes(ran), ['E_STEP'])
    assert.ok(asked.length >= 2)
    assert.equal(ran.story.filter((line) => /^[ab]: ok pause/.test(line)).length, 4)
  }))

test('what is not a question, and no task, are refused', () => {
  const refused = (question: unknown, tasks: unknown = () => []) => {
    try {
      prompt(question as { name: string }, tasks as () => TaskList)
    } catch (thrown) {
      return (thrown as Error).message
    }
    return ''
  }
  assert.match(refused({}), /^prompt: name: expected/)
  assert.match(refused({ name: 'x', private: true }), /Unrecognized key: "private"/)
  assert.match(refused({ name: 'a-b' }), /as of a variable/)
  assert.match(refused({ name: 'x', pattern: /x/, schema: z.int() }), /one of choices, pattern and schema/)
  assert.match(refused({ name: 'x', secret: true, choices: ['a'] }), /a secret has no choices/)
  assert.match(refused({ name: 'x' }, 5), /a function that returns tasks, got number/)
  assert.throws(() => pause({ seconds: 1, minutes: 1 }), /seconds or minutes, not both/)
})

test.run()
