// Tests two runs at once on one machine: the second waits, and probes again.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { LockOptions } from '../../../src/engine/session/hostLock.ts'
import { call, defineTask, write, z } from '../../../src/index.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { line, shell } from '../../../tasks/index.ts'
import { testFolder } from '../../testFolder.ts'
import { errorsOf, inFolder, type Ran, runTasks } from '../harness.ts'

const folder = testFolder('lock')

const lockOf = (run: string, changes: Partial<LockOptions> = {}): LockOptions => ({
  mode: 'wait',
  timeout: 60,
  folder,
  holder: { run: `${run}-${process.pid}`, name: `${run}.ts, alice@ops`, since: Date.now() },
  ...changes,
})

const warnings = ({ events }: Ran) =>
  events.flatMap((event) => (event.kind === 'warning' ? [event.message.replace(/\d\d:\d\d/, 'HH:MM')] : []))

/** Resolves when the file is there. */
const made = async (path: string) => {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Begins a run that is in a task until it is released. */
const busyRun = async (path: (name: string) => string, script = '') => {
  const waiting = `until [ -e ${path('release')} ]; do sleep 0.05; done`
  const tasks = [shell({ script: `touch ${path('begun')}; ${waiting}; ${script}` })]
  const ran = runTasks(tasks, { lock: lockOf('first') })
  await made(path('begun'))
  const release = () => writeFileSync(path('release'), '')
  return {
    /** For another run: lets this one go on once the other says that it waits. */
    releaseOnWarning: ({ kind }: RunEvent) => {
      if (kind === 'warning') release()
    },
    end: () => {
      release()
      return ran
    },
  }
}

test('the second run waits, says for whom, and does not repeat what the first has done meanwhile', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'old\n')
    const first = await busyRun(path, `echo new >>${path('conf')}`)
    const second = await runTasks([line({ path: path('conf'), line: 'new' }, { title: 'line' })], {
      lock: lockOf('second'),
      onEvent: first.releaseOnWarning,
    })
    await first.end()
    assert.is(readFileSync(path('conf'), 'utf8'), 'old\nnew\n')
    assert.equal(second.story, ['one: ok line'])
    assert.equal(warnings(second), [
      'one is being changed by first.ts, alice@ops, since HH:MM; waiting for it to end, at most 60 s.',
    ])
  }))

test('it costs no trip, and a run that only looks takes none', () =>
  inFolder(async (path) => {
    const task = () => line({ path: path('conf'), line: 'a', create: true })
    const tripsWith = async (lock?: LockOptions) => (await runTasks([task()], { lock })).recap.hosts[0]!.trips
    assert.is(await tripsWith(lockOf('first')), 2)
    const busy = await busyRun(path)
    assert.is(await tripsWith(lockOf('second', { mode: 'fail' })), 1)
    const check = await runTasks([line({ path: path('conf'), line: 'b' })], {
      lock: lockOf('third', { mode: 'fail' }),
      isCheck: true,
    })
    assert.is(check.recap.hosts[0]!.counts.changed, 1)
    await busy.end()
  }))

test('with fail it names the run and changes nothing; so it does after the time to wait', () =>
  inFolder(async (path) => {
    const first = await busyRun(path)
    const settings = (changes: Partial<LockOptions>) => ({ lock: lockOf('second', changes) })
    const tasks = () => [shell({ script: `touch ${path('second')}` })]
    const [failed, late] = await Promise.all([
      runTasks(tasks(), settings({ mode: 'fail' })),
      runTasks(tasks(), settings({ timeout: 1 })),
    ])
    for (const ran of [failed, late]) {
      assert.is(errorsOf(ran)[0]!.code, 'E_LOCKED')
      assert.match(
        errorsOf(ran)[0]!.message,
        /one is being changed by first\.ts, alice@ops, since \d\d:\d\d\./,
      )
    }
    assert.match(errorsOf(late)[0]!.message, /Waited 1 s/)
    assert.not(existsSync(path('second')))
    await first.end()
  }))

test('hosts of one run that are the same machine do not wait for each other', async () => {
  const ran = await runTasks([shell({ script: 'sleep 0.3' }, { title: 'work' })], {
    hosts: ['one', 'two', 'three'],
    lock: lockOf('aliases', { mode: 'fail' }),
  })
  assert.is(ran.story.filter((text) => text.includes('changed work')).length, 3)
})

test('uploads and code on the controller wait too', () =>
  inFolder(async (path) => {
    const first = await busyRun(path, `touch ${path('first-done')}`)
    const order: boolean[] = []
    const act = defineTask({
      name: 'act',
      summary: 'Acts.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [
        {
          what: 'act',
          from: 'no',
          to: 'yes',
          steps: [
            call('look', async () => {
              order.push(existsSync(path('first-done')))
            }),
            write({ path: path('large'), content: 'x'.repeat(200_000) }),
          ],
        },
      ],
      verify: false,
    })
    const second = await runTasks([act({})], {
      lock: lockOf('second'),
      onEvent: first.releaseOnWarning,
    })
    assert.is(second.recap.hosts[0]!.counts.changed, 1)
    assert.equal(order, [true])
    await first.end()
  }))

test.run()
