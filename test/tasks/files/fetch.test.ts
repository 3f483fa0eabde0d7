// The task fetch: by the engine, from hosts that are this machine.

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { AggregatePlaybookError } from '../../../src/model/errors/error.ts'
import { fetch } from '../../../tasks/files/fetch.ts'
import { errorCodes, inFolder, type Ran, runTasks } from '../../engine/harness.ts'

/** What is wrong before any host is contacted. */
async function faultOf(run: Promise<Ran>): Promise<string> {
  return run.then(
    () => '',
    (thrown: AggregatePlaybookError) => thrown.errors.map(({ message }) => message).join('\n'),
  )
}

test('fetch: each host has its file in a folder of its own; a second run fetches nothing', () =>
  inFolder(async (path) => {
    const content = Buffer.alloc(3_000_000, 'x')
    writeFileSync(path("it's"), content)
    const task = () => fetch({ src: path("it's"), dest: path('out') })
    const hosts = ['one', 'two']
    const dry = await runTasks([task()], { hosts, isCheck: true })
    assert.equal(
      dry.story.map((line) => line.split(' ')[1]),
      ['changed', 'changed'],
    )
    assert.not.ok(existsSync(path('out')))
    const ran = await runTasks([task()], { hosts })
    assert.equal(
      ran.story.map((line) => line.split(' ')[1]),
      ['changed', 'changed'],
    )
    for (const host of hosts) {
      const saved = path(`out/${host}${path("it's")}`)
      assert.ok(readFileSync(saved).equals(content))
      assert.is(statSync(saved).mode & 0o777, 0o600)
      assert.equal(readdirSync(saved.replace(/\/[^/]*$/, '')), ["it's"], 'nothing else is left')
    }
    const again = await runTasks([task()], { hosts })
    assert.equal(
      again.story.map((line) => line.split(' ')[1]),
      ['ok', 'ok'],
    )
    writeFileSync(path("it's"), 'other')
    await runTasks([task()])
    assert.is(readFileSync(path(`out/one${path("it's")}`), 'utf8'), 'other')
  }))

test('fetch: flat names the file, or its folder', () =>
  inFolder(async (path) => {
    writeFileSync(path('log'), 'a\n')
    await runTasks([
      fetch({ src: path('log'), dest: path('deep/er/mine'), flat: true }),
      fetch({ src: path('log'), dest: path('folder/'), flat: true }),
    ])
    assert.is(readFileSync(path('deep/er/mine'), 'utf8'), 'a\n')
    assert.is(readFileSync(path('folder/log'), 'utf8'), 'a\n')
  }))

test('fetch: a source that leads elsewhere stays in the folder, and so does a strange host', () =>
  inFolder(async (path) => {
    writeFileSync(path('log'), 'a\n')
    mkdirSync(path('x'))
    await runTasks([fetch({ src: `${path('x')}/../log`, dest: path('out') })])
    assert.is(readFileSync(path(`out/one${path('log')}`), 'utf8'), 'a\n')
    for (const host of ['..', '../up', 'a/b']) {
      const error = await faultOf(
        runTasks([fetch({ src: path('log'), dest: path('out') })], { hosts: [host] }),
      )
      assert.match(error, `The name of the host, "${host}", cannot be the name of a folder.`)
    }
  }))

test('fetch: what cannot be fetched is an error, in a dry run too', () =>
  inFolder(async (path) => {
    mkdirSync(path('folder'))
    writeFileSync(path('log'), 'a\n')
    const rows: [task: ReturnType<typeof fetch>, code: string | undefined][] = [
      [fetch({ src: path('none'), dest: path('out') }), 'E_NO_SOURCE'],
      [fetch({ src: path('none'), dest: path('out'), failOnMissing: false }), undefined],
      [fetch({ src: path('folder'), dest: path('out') }), 'E_SOURCE_NOT_A_FILE'],
    ]
    for (const [task, code] of rows) {
      for (const isCheck of [true, false]) {
        assert.is(errorCodes(await runTasks([task], { isCheck }))[0], code, `${code} ${isCheck}`)
      }
    }
    const onFolder = fetch({ src: path('log'), dest: path('folder'), flat: true })
    assert.match(await faultOf(runTasks([onFolder])), 'is not a regular file')
    assert.not.ok(existsSync(path('out')))
    if (process.getuid?.() === 0) return
    chmodSync(path('log'), 0)
    assert.is(errorCodes(await runTasks([fetch({ src: path('log'), dest: path('out') })]))[0], 'E_UNREADABLE')
  }))

test.run()
