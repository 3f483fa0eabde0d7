// Blocks: rescue after a failure, always in any case, and inherited options.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { block } from '../../src/model/blocks/block.ts'
import { flushHandlers } from '../../src/model/flushHandlers.ts'
import { succeeds } from '../../src/model/probe.ts'
import { exitCode } from '../../src/model/run/outcome.ts'
import { sh } from '../../src/model/shell/command.ts'
import { run } from '../../src/model/step.ts'
import { defineTask, type TaskList } from '../../src/model/task.ts'
import { runTasks, temporaryFolder } from './harness.ts'

/** `!x` fails; everything else is written down. */
const say = defineTask({
  name: 'say',
  summary: 'Says a word, or fails.',
  params: z.strictObject({ word: z.string(), log: z.string() }),
  title: ({ word }) => word,
  probe: () => ({}),
  plan: ({ word, log }) => [
    {
      what: word,
      from: '-',
      to: 'printed',
      steps: [word.startsWith('!') ? run(sh`exit 1`) : run(sh`echo ${word} >> ${log}`)],
    },
  ],
  verify: false,
})

type Say = (word: string) => ReturnType<typeof say>
type Row = { title: string; tasks: (say: Say) => TaskList; output: string[]; failed: number; ignored: number }

const rows: Row[] = [
  {
    title: 'a block in which nothing fails runs its tasks and its always',
    tasks: (say) => [block([say('a'), say('b')], { rescue: [say('r')], always: [say('z')] }), say('after')],
    output: ['a', 'b', 'z', 'after'],
    failed: 0,
    ignored: 0,
  },
  {
    title: 'a failure goes to the rescue, then always, then on',
    tasks: (say) => [
      block([say('a'), say('!'), say('b')], { rescue: [say('r')], always: [say('z')] }),
      say('after'),
    ],
    output: ['a', 'r', 'z', 'after'],
    failed: 0,
    ignored: 1,
  },
  {
    title: 'without a rescue always runs, and the host stops',
    tasks: (say) => [block([say('!'), say('b')], { always: [say('z')] }), say('after')],
    output: ['z'],
    failed: 1,
    ignored: 0,
  },
  {
    title: 'a rescue that fails itself: always runs, and the host stops',
    tasks: (say) => [block([say('!a')], { rescue: [say('!r')], always: [say('z')] }), say('after')],
    output: ['z'],
    failed: 1,
    ignored: 1,
  },
  {
    title: 'the outer block rescues what the inner one does not',
    tasks: (say) => [
      block([block([say('!'), say('b')], { always: [say('inner')] }), say('c')], {
        rescue: [say('r')],
        always: [say('z')],
      }),
      say('after'),
    ],
    output: ['inner', 'r', 'z', 'after'],
    failed: 0,
    ignored: 1,
  },
  {
    title: 'a failure outside any block stops the host',
    tasks: (say) => [block([say('a')], { rescue: [say('r')] }), say('!'), say('after')],
    output: ['a'],
    failed: 1,
    ignored: 0,
  },
  {
    title: 'a block at the end of the list needs nothing behind it',
    tasks: (say) => [block([say('!')], { rescue: [say('r')] })],
    output: ['r'],
    failed: 0,
    ignored: 1,
  },
  {
    title: 'handlers may be flushed inside a block',
    tasks: (say) => [block([flushHandlers(), say('a')], { rescue: [say('r')] }), say('after')],
    output: ['a', 'after'],
    failed: 0,
    ignored: 0,
  },
]

for (const { title, tasks, output, failed, ignored } of rows) {
  test(title, async () => {
    const folder = temporaryFolder()
    const log = join(folder.path, 'log')
    const { recap } = await runTasks(tasks((word) => say({ word, log })))
    const text = existsSync(log) ? readFileSync(log, 'utf8') : ''
    folder.remove()
    assert.equal(text.split('\n').slice(0, -1), output)
    assert.equal([recap.hosts[0]!.counts.failed, recap.hosts[0]!.ignored], [failed, ignored])
    assert.is(exitCode(recap), failed === 0 ? 0 : 2)
  })
}

test('tasks inherit tags, environment and condition of their blocks, and add their own', async () => {
  const folder = temporaryFolder()
  const log = join(folder.path, 'log')
  const tasks = [
    block([say({ word: 'a', log }, { tags: ['x'] }), say({ word: 'b', log })], { tags: ['outer'] }),
    block([say({ word: 'c', log }, { when: succeeds(sh`true`) })], {
      when: succeeds(sh`false`),
      tags: ['outer'],
    }),
    say({ word: 'd', log }),
  ]
  const { story } = await runTasks(tasks, { tags: { only: ['outer'] } })
  folder.remove()
  assert.equal(story, ['one: changed say a', 'one: changed say b', 'one: skipped say c'])
})

test.run()
