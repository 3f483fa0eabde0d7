// Options that tasks inherit from plays and blocks, and the sections of a play.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { block } from '../../../src/model/blocks/block.ts'
import { definePlay, type PlaySpec } from '../../../src/model/play.ts'
import { sh, shellText } from '../../../src/model/shell/command.ts'
import { run } from '../../../src/model/step.ts'
import { defineTask, type TaskList } from '../../../src/model/task.ts'
import { type Ran, runPlays, temporaryFolder } from '../harness.ts'

const shell = defineTask({
  name: 'shell',
  summary: 'Runs a command.',
  params: z.strictObject({ script: z.string() }),
  title: ({ script }) => script,
  probe: () => ({}),
  plan: ({ script }) => [{ what: 'command', from: '-', to: 'run', steps: [run(shellText(script))] }],
  verify: false,
})

async function logged(
  play: (say: (word: string) => ReturnType<typeof shell>, log: string) => Partial<PlaySpec<never, never>>,
): Promise<Ran & { readonly log: readonly string[] }> {
  const folder = temporaryFolder()
  const log = join(folder.path, 'log')
  const say = (word: string) => shell({ script: sh`echo ${word} >> ${log}`.script }, { title: word })
  const spec = { name: 'p', hosts: 'all', tasks: () => [], ...play(say, log) } as PlaySpec<never, never>
  const ran = await runPlays([definePlay(spec)])
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  folder.remove()
  return { ...ran, log: lines }
}

const touching = (log: string, notify: ReturnType<typeof shell>) =>
  shell({ script: sh`echo change >> ${log}`.script }, { notify })

test('handlers run between pre-tasks, tasks and post-tasks, in the section that notified them', async () => {
  const { log } = await logged((say, file) => ({
    preTasks: () => [touching(file, say('handler')), say('pre')],
    tasks: () => [touching(file, say('handler')), say('task')],
    postTasks: () => [touching(file, say('handler')), say('post')],
  }))
  assert.equal(log, ['change', 'pre', 'handler', 'change', 'task', 'handler', 'change', 'post', 'handler'])
})

test('a failed pre-task stops the host before its tasks', async () => {
  const { log } = await logged((say) => ({
    preTasks: () => [say('pre'), shell({ script: 'exit 1' })],
    tasks: () => [say('task')],
    postTasks: () => [say('post')],
  }))
  assert.equal(log, ['pre'])
})

test("a play's environment, ignoreErrors and noLog hold for its tasks and handlers, and theirs are stronger", async () => {
  const { log, story, events } = await logged((_, file) => {
    const print = sh`echo "$A$B" >> ${file}`.script
    return {
      environment: { A: 'a', B: 'b' },
      ignoreErrors: true,
      noLog: true,
      tasks: () => [
        shell(
          { script: print },
          { environment: { B: 'own' }, notify: shell({ script: print }), title: 'one' },
        ),
        shell({ script: 'echo hunter2; exit 1' }, { title: 'two' }),
        shell({ script: 'echo seen; exit 1' }, { title: 'three', ignoreErrors: false, noLog: false }),
        shell({ script: 'true' }, { title: 'four' }),
      ],
    }
  })
  assert.equal(log, ['aown'])
  assert.equal(story, ['one: changed one', 'one: failed two', 'one: failed three'])
  assert.not.match(JSON.stringify(events), /\\nhunter2|"hunter2/)
  assert.match(JSON.stringify(events), 'seen')
})

test("a play's timeout kills what takes longer, handlers too", async () => {
  const { story } = await logged((say) => ({
    timeout: 0.3,
    tasks: () => [
      shell({ script: 'true' }, { notify: shell({ script: 'sleep 9' }), title: 'quick' }),
      say('end'),
    ],
  }))
  assert.equal(story, ['one: changed quick', 'one: changed end', 'one: failed handler shell sleep 9'])
})

test("a block's handlers are notified by each of its tasks, with their own, and its timeout holds for them", async () => {
  const { log, story } = await logged((say, file) => {
    const own = say('own')
    const tasks: TaskList = [
      block([touching(file, own), shell({ script: 'sleep 9' }, { title: 'slow', ignoreErrors: true })], {
        notify: say('outer'),
        timeout: 0.3,
      }),
    ]
    return { tasks: () => tasks }
  })
  assert.equal(log, ['change', 'own', 'outer'])
  assert.ok(story.includes('one: failed slow'))
})

test.run()
