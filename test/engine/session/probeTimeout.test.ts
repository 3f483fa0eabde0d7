// Probes that hang: the task's timeout bounds them, and nothing of them stays on the host.

import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { sh, shellText, succeeds } from '../../../src/index.ts'
import { copyFile, line, shell, waitFor } from '../../../tasks/index.ts'
import { errorCodes, errorsOf, inFolder, runTasks } from '../harness.ts'

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
    assert.equal(errorCodes(ran), ['E_PROBE_TIMEOUT'])
    assert.equal(ran.story[0], 'one: changed before')
    assert.is(readFileSync(path('after'), 'utf8'), 'x\n')
    assert.is((await left(path('pids'))).running, 0)
  }))

/** A file system that never answers, as that of a dead NFS server. */
function hangingMount(folder: string): { readonly unmount: () => void } | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/dev/fuse')) return undefined
  mkdirSync(folder)
  const fuse = openSync('/dev/fuse', 'r+')
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
  const { status } = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, 'hanging', folder], {
    stdio: ['ignore', 'ignore', 'ignore', fuse],
  })
  const unmount = () => {
    spawnSync('umount', ['-l', folder])
    closeSync(fuse)
  }
  if (status === 0) return { unmount }
  closeSync(fuse)
  return undefined
}

for (const [title, kind] of [
  ['a later task', 'later'],
  ['the first task', 'first'],
] as const) {
  test(`a file on a mount that hangs, of ${title}: its task alone fails, and names it`, () =>
    inFolder(async (path) => {
      const mount = hangingMount(path('mnt'))
      if (!mount) return
      try {
        const began = performance.now()
        const hanging = copyFile(
          { dest: path('mnt/sub/file'), content: 'x' },
          { timeout: 1, ignoreErrors: true, title: 'hanging' },
        )
        const before = [
          copyFile({ dest: path('one'), content: '1' }),
          line({ path: path('two'), line: '2', create: true }, { timeout: 60 }),
          shell({ script: 'true' }),
        ]
        const after = [line({ path: path('after'), line: 'x', create: true })]
        const ran = await runTasks(
          kind === 'later' ? [...before, hanging, ...after] : [hanging, ...before, ...after],
        )
        assert.ok(performance.now() - began < 30_000)
        assert.equal(errorCodes(ran), ['E_PROBE_TIMEOUT'])
        assert.match(
          errorsOf(ran)[0]!.message,
          /^Reading \S*\/mnt\/sub(\/file)?(, \S*\/mnt\/sub\/?\S*)? took longer than 1 s/,
        )
        assert.match(errorsOf(ran)[0]!.hint!, /dead NFS server/)
        for (const name of ['one', 'two', 'after']) assert.ok(existsSync(path(name)), name)
      } finally {
        mount.unmount()
      }
    }))
}

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
  assert.equal(errorCodes(ran), ['E_PROBE_TIMEOUT'])
})

test('waitFor keeps its time where a later check hangs', () =>
  inFolder(async (path) => {
    const command = sh`[ -e ${path('seen')} ] && sleep 60; touch ${path('seen')}; false`.script
    const ran = await runTasks([waitFor({ command, timeout: 1 })])
    assert.equal(errorCodes(ran), ['E_TIMEOUT'])
  }))

test.run()
