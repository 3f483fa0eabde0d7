// Probes that hang: the task's timeout bounds them, and nothing of them stays on the host.

import { existsSync, readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { sh, shellText, succeeds } from '../../../src/index.ts'
import { line, shell, waitFor } from '../../../tasks/index.ts'
import { inFolder, type Ran, runTasks } from '../harness.ts'

const codes = ({ events }: Ran) =>
  events.flatMap((event) => (event.kind === 'taskEnd' && event.result.error ? [event.result.error.code] : []))

/** A command that never ends, and keeps its own process id and that of a child of another process group. */
const hanging = (file: string) =>
  shellText(`setsid sleep 300 & echo $! >>${file}; sh -c 'echo $$ >>${file}; exec sleep 300'`)

const isRunning = (pid: string) =>
  existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

const left = async (file: string) => {
  const pids = readFileSync(file, 'utf8').trim().split('\n')
  for (let tries = 0; tries < 40 && pids.some(isRunning); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
  return { started: pids.length, running: pids.filter(isRunning).length }
}

test('a condition that hangs ends after the timeout of its task, and its processes too', () =>
  inFolder(async (path) => {
    const began = performance.now()
    const ran = await runTasks([
      shell({ script: 'true' }, { title: 'before' }),
      shell({ script: 'true' }, { timeout: 1, when: succeeds(hanging(path('pids'))), ignoreErrors: true }),
      line({ path: path('after'), line: 'x', create: true }),
    ])
    assert.ok(performance.now() - began < 20_000)
    assert.equal(codes(ran), ['E_PROBE_TIMEOUT'])
    assert.equal(ran.story[0], 'one: changed before')
    assert.is(readFileSync(path('after'), 'utf8'), 'x\n')
    assert.is((await left(path('pids'))).running, 0)
  }))

test('Ctrl-C ends what a probe is running', () =>
  inFolder(async (path) => {
    const stop = new AbortController()
    const running = runTasks([shell({ script: 'true' }, { when: succeeds(hanging(path('pids'))) })], {
      signal: stop.signal,
    })
    while (!existsSync(path('pids')) || readFileSync(path('pids'), 'utf8').split('\n').length < 3)
      await new Promise((resolve) => setTimeout(resolve, 20))
    stop.abort()
    await running
    assert.equal(await left(path('pids')), { started: 2, running: 0 })
  }))

test('waitFor keeps its time while its check runs', async () => {
  const began = performance.now()
  const ran = await runTasks([waitFor({ command: 'sleep 60', timeout: 1 })])
  assert.ok(performance.now() - began < 15_000)
  assert.equal(codes(ran), ['E_PROBE_TIMEOUT'])
})

test('waitFor keeps its time where a later check hangs', () =>
  inFolder(async (path) => {
    const command = sh`[ -e ${path('seen')} ] && sleep 60; touch ${path('seen')}; false`.script
    const ran = await runTasks([waitFor({ command, timeout: 1 })])
    assert.equal(codes(ran), ['E_TIMEOUT'])
  }))

test.run()
