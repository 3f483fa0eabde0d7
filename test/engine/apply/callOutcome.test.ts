// Tests calls that tell what they changed, or would change, and probes with standard input.

import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { output, stdout, text } from '../../../src/model/probe.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import { sh } from '../../../src/model/shell/command.ts'
import { call, type MadeChange, run } from '../../../src/model/step.ts'
import { defineTask } from '../../../src/model/task.ts'
import { type Ran, runTasks } from '../harness.ts'

const telling = defineTask({
  name: 'telling',
  summary: 'Tells what it changed.',
  params: z.strictObject({
    tells: z.custom<(isCheck: boolean) => readonly MadeChange[]>(),
    predicts: z.boolean().default(true),
  }),
  probe: () => ({}),
  plan: ({ tells, predicts }) => [
    {
      what: 'all of it',
      from: 'not run',
      to: 'run',
      steps: [call('tell', async ({ isCheck }) => tells(isCheck), { predicts })],
      effects: [{ tree: '/srv/reported' }],
    },
  ],
  verify: false,
})

const looking = defineTask({
  name: 'looking',
  summary: 'Reads what the other may change.',
  params: z.strictObject({}),
  probe: () => ({ found: stdout(sh`echo here`, { reads: ['/srv/reported'] }) }),
  plan: (_, { found }) => (found === 'here' ? [] : []),
})

const one: MadeChange = { what: 'one thing', from: 'a', to: 'b' }

const changesOf = ({ events }: Ran) =>
  events
    .flatMap((event) => (event.kind === 'taskEnd' ? event.result.changes : []))
    .map(({ what, from, to }) => `${what}: ${from} → ${to}`)

const rows: [
  title: string,
  isCheck: boolean,
  made: readonly MadeChange[],
  story: string[],
  changes: string[],
][] = [
  [
    'what a call tells is reported',
    false,
    [one],
    ['one: changed telling', 'one: ok looking'],
    ['one thing: a → b'],
  ],
  ['a call that tells nothing changed nothing', false, [], ['one: ok telling', 'one: ok looking'], []],
  [
    'a prediction is no change that was made',
    true,
    [one],
    ['one: changed telling', 'one: unknown looking'],
    ['one thing: a → b'],
  ],
  ['a prediction of nothing is ok', true, [], ['one: ok telling', 'one: ok looking'], []],
]
for (const [title, isCheck, made, story, changes] of rows) {
  test(title, async () => {
    const seen: boolean[] = []
    const tells = (checks: boolean) => {
      seen.push(checks)
      return made
    }
    const ran = await runTasks([telling({ tells }), looking({})], { isCheck })
    assert.equal(ran.story, story)
    assert.equal(changesOf(ran), changes)
    assert.equal(seen, [isCheck])
  })
}

test('a call that does not predict is not called in check mode', async () => {
  const tells = () => {
    throw new Error('It was called.')
  }
  const { story } = await runTasks([telling({ tells, predicts: false })], { isCheck: true })
  assert.equal(story, ['one: changed telling'])
})

test('a prediction that fails is unknown after a planned change, and fails otherwise', async () => {
  const tells = (isCheck: boolean) => {
    if (isCheck) throw new PlaybookError('E_X', 'It cannot tell.')
    return []
  }
  const planned = telling({ tells: () => [one] })
  assert.equal((await runTasks([telling({ tells })], { isCheck: true })).story, ['one: failed telling'])
  const { story } = await runTasks([planned, telling({ tells })], { isCheck: true })
  assert.equal(story, ['one: changed telling', 'one: unknown telling'])
})

test('the timeout of a task aborts the signal of its calls', async () => {
  const waiting = defineTask({
    name: 'waiting',
    summary: 'Waits for the signal.',
    params: z.strictObject({}),
    probe: () => ({}),
    plan: () => [
      {
        what: 'it',
        from: '-',
        to: 'waited',
        steps: [
          call(
            'wait',
            ({ signal }) =>
              new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve())),
          ),
        ],
      },
    ],
    verify: false,
  })
  const alive = setTimeout(() => {}, 60_000) // a timeout of a signal does not keep the process
  assert.equal((await runTasks([waiting({}, { timeout: 0.1 })])).story, ['one: changed waiting'])
  clearTimeout(alive)
})

const reading = defineTask({
  name: 'reading',
  summary: 'Reads by a probe with standard input.',
  params: z.strictObject({ parts: z.array(z.unknown()), expected: z.string() }),
  probe: ({ parts }) => ({
    read: output(sh`cat; tr '\\0' '\\n' </proc/$$/cmdline >&2`, (found) => found, {
      stdin: parts as string[],
      reads: [],
    }),
  }),
  plan: ({ expected }, { read }) => {
    assert.not.match(read.stderr.toString(), /hunter/, 'no argument shows it')
    return text(read) === expected
      ? []
      : [{ what: 'input', from: text(read), to: expected, steps: [run(sh`true`)] }]
  },
})

test('a probe gets its standard input, and probes that differ in nothing else are not taken for one', async () => {
  const { story } = await runTasks([
    reading({ parts: ["it's\n", secret('hunter2')], expected: "it's\nhunter2" }),
    reading({ parts: ['other'], expected: 'other' }),
    reading({ parts: ['oth', 'er'], expected: 'other' }),
  ])
  assert.equal(story, ['one: ok reading', 'one: ok reading', 'one: ok reading'])
})

test('a change that no probe can see is not expected to be gone', async () => {
  const blind = (verify: boolean) =>
    defineTask({
      name: 'blind',
      summary: 'Always differs.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [{ what: 'it', from: '-', to: 'run', steps: [run(sh`true`)], verify }],
    })
  assert.equal((await runTasks([blind(false)({})])).story, ['one: changed blind'])
  assert.equal((await runTasks([blind(true)({})])).story, ['one: failed blind'])
})

test.run()
