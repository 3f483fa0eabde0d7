// Unknown and invalid keywords are reported all at once, before any host is contacted.

import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { block } from '../../../src/model/blocks/block.ts'
import { definePlay } from '../../../src/model/play.ts'
import { defineTask, type TaskList } from '../../../src/model/task.ts'
import { shownLines } from '../../shownLines.ts'
import { runPlays } from '../harness.ts'

const nothing = defineTask({
  name: 'nothing',
  summary: 'Needs nothing.',
  params: z.strictObject({}),
  probe: () => ({}),
  plan: () => [],
})

type Row = { title: string; play?: object; task?: object; block?: object; output: RegExp[] }

const rows: Row[] = [
  {
    title: 'a misspelt option of a task',
    task: { notfy: nothing({}) },
    output: [/validateKeywords\.test.*nothing: a task has no keyword notfy\./, /Did you mean notify\?/],
  },
  {
    title: "Ansible's name of an option",
    task: { register: 'out' },
    output: [/no keyword register/, /Tasks probe/],
  },
  {
    title: "a variable whose name is a shell's text",
    task: { environment: { 'A=1; touch /tmp/x; B': 'x', GOOD_1: 'y' } },
    output: [
      /validateKeywords\.test.*nothing: environment: "A=1; touch \/tmp\/x; B" is not a variable's name\./,
      /letters, digits and underscores/,
    ],
  },
  {
    title: 'a variable of a play whose name begins with a digit',
    play: { environment: { '1A': 'x' } },
    output: [/p: environment: "1A" is not a variable's name\./],
  },
  {
    title: 'a misspelt keyword of a play',
    play: { seriel: 2 },
    output: [/p: a play has no keyword seriel/, /Did you mean serial\?/],
  },
  {
    title: 'a misspelt option of a block',
    block: { rescu: [] },
    output: [/a block has no keyword rescu/, /rescue/],
  },
  {
    title: 'a serial that is no number',
    play: { serial: ['1', '30%'] },
    output: [/serial: expected a number, a percentage \('30%'\), or a list of them, got \["1","30%"\]/],
  },
  {
    title: 'an order that is none',
    play: { order: 'random' },
    output: [/order: expected inventory, .*shuffle, got "random"/],
  },
  {
    title: 'a share of failures above all',
    play: { maxFailPercentage: 101 },
    output: [/maxFailPercentage: expected a percentage of 0 to 100, got 101/],
  },
  {
    title: 'a way to become others that is none',
    block: { becomeMethod: 'pbrun' },
    output: [/becomeMethod: expected sudo, su, doas, got "pbrun"/],
  },
  { title: 'a throttle of none', task: { throttle: 0 }, output: [/throttle: expected at least 1, got 0/] },
  {
    title: 'a handler that was not called',
    task: { notify: nothing },
    output: [/notify: expected a handler \(a task, called with its parameters\)/],
  },
  {
    title: 'a condition that is no probe',
    task: { when: true },
    output: [/when: expected a probe: succeeds\(sh`…`\), got true/],
  },
  {
    title: 'a retry without attempts',
    task: { retry: { delay: 1 } },
    output: [/retry\.attempts: expected a whole number, got nothing/],
  },
  {
    title: 'a word of retry that is none',
    task: { retry: { attempts: 2, retries: 3 } },
    output: [/retry: .*retries/],
  },
  {
    title: 'an option of a handler',
    task: { notify: nothing({}, { ignoreErors: true } as object) },
    output: [/no keyword ignoreErors/, /ignoreErrors/],
  },
  {
    title: 'several at once',
    play: { forks: 0 },
    output: [/forks: expected at least 1, got 0/],
  },
]

for (const { title, play = {}, task = {}, block: options, output } of rows) {
  test(`${title} is an error before any host is contacted`, async () => {
    const one = nothing({}, task)
    const tasks: TaskList = options ? [block([one], options)] : [one]
    const wrong = definePlay({ ...play, name: 'p', hosts: 'all', tasks: () => tasks })
    const lines = await errorLines(wrong)
    for (const pattern of output)
      assert.ok(
        lines.some((line) => pattern.test(line)),
        `${pattern}: ${lines}`,
      )
  })
}

test('all mistakes are reported at once, and the same once for all hosts', async () => {
  const wrong = definePlay({
    name: 'p',
    hosts: 'all',
    tasks: () => [nothing({}, { a: 1 } as object), block([nothing({}, { b: 1 } as object)])],
  })
  assert.is((await errorLines(wrong, ['one', 'two'])).filter((line) => line.includes('no keyword')).length, 2)
})

async function errorLines(play: Parameters<typeof runPlays>[0][number], hosts = ['one']): Promise<string[]> {
  const connect = async () => assert.unreachable('a host was contacted') as never
  return runPlays([play], { hosts, connect }).then(
    () => [],
    (thrown) => shownLines(thrown),
  )
}

test.run()
