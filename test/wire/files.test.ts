// Files are read together, through real shells, and each question gets its own answer.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileRequest } from '../../src/model/fileState.ts'
import { emptyFileResults, type FileBatch, fileBatches, fileState } from '../../src/wire/files.ts'
import { temporaryFolder } from '../engine/harness.ts'

const shells = ['dash', 'bash'].filter((shell) => has(shell))

function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'true'])
    return true
  } catch {
    return false
  }
}

function runBatch(shell: string, { script }: FileBatch): { stdout: Buffer; stderr: Buffer; code: number } {
  const folder = temporaryFolder()
  try {
    const error = join(folder.path, 'err')
    const wrapped = `export LC_ALL=C; ( ${script} ) 2>${error}; exit 0`
    const stdout = execFileSync(shell, ['-c', wrapped], { maxBuffer: 1e9, input: '' })
    return { stdout, stderr: execFileSync('cat', [error]), code: 0 }
  } finally {
    folder.remove()
  }
}

function ask(shell: string, requests: readonly FileRequest[]) {
  const answers = emptyFileResults()
  for (const batch of fileBatches(requests)) batch.read(runBatch(shell, batch), answers)
  return requests.map((request) => fileState(request, answers))
}

const whole = (path: string): FileRequest => ({ path, follow: true, contentLimit: 1e6 })

test('a file that another program keeps from us is an error, not one without content', () => {
  const state = '81a4:0:0:7:1:1700000000:root:root:/opt/a b.py\n'
  const headRefused = "head: cannot open '/opt/a b.py' for reading: Operation not permitted\n"
  const cases: [FileRequest, string][] = [
    [whole('/opt/a b.py'), headRefused],
    [whole('/opt/a b.py'), 'head: /opt/a b.py: Operation not permitted\n'],
    [
      { path: '/opt/a b.py', follow: true, contentLimit: 0, digest: 'sha256' },
      "sha256sum: '/opt/a b.py': Operation not permitted\n",
    ],
  ]
  const answer = (request: FileRequest, refusal: string) => {
    const answers = emptyFileResults()
    for (const batch of fileBatches([request])) {
      const [stdout, stderr] = batch.script.startsWith('stat') ? [state, ''] : ['', refusal]
      batch.read({ stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), code: 0 }, answers)
    }
    return () => fileState(request, answers)
  }
  for (const [request, refusal] of cases)
    assert.throws(answer(request, refusal), 'Cannot read /opt/a b.py: Operation not permitted')
  assert.is(answer(whole('/opt/a b.py'), headRefused.replaceAll('a b', 'a c'))().type, 'file')
})

for (const shell of shells) {
  test(`${shell}: contents of every kind come back byte for byte`, () => {
    const folder = temporaryFolder()
    const contents = [
      '',
      'a',
      'a\n',
      '\n',
      '\n==> x <==\n',
      'a\n==> /tmp/nothing <==\n',
      '\xff\xfe\x00',
      "it's\n$HOME `x`\n",
      'é\n'.repeat(5000),
    ]
    const paths = contents.map((content, index) => {
      const path = join(folder.path, `a file ${index}'s`)
      writeFileSync(path, content, 'latin1')
      return path
    })
    const states = ask(shell, [...paths.map(whole), whole(join(folder.path, 'absent'))])
    assert.equal(
      states
        .slice(0, -1)
        .map((state) => (state.type === 'file' ? state.content?.toString('latin1') : state.type)),
      contents,
    )
    assert.is(states.at(-1)!.type, 'absent')
    folder.remove()
  })

  test(`${shell}: a file that two ask for with different limits is whole for the one, and not there for the other`, () => {
    const folder = temporaryFolder()
    const path = join(folder.path, 'large')
    writeFileSync(path, 'x'.repeat(5000))
    const limits = [10_000, 100, 5000]
    for (const order of [limits, [...limits].reverse()]) {
      const states = ask(
        shell,
        order.map((contentLimit) => ({ path, follow: true, contentLimit })),
      )
      const lengths = states.map((state) => (state.type === 'file' ? state.content?.length : state.type))
      assert.equal(
        lengths,
        order.map((limit) => (limit < 5000 ? undefined : 5000)),
      )
    }
    folder.remove()
  })

  test(`${shell}: links, folders, fifos, modes, digests and sizes`, () => {
    const folder = temporaryFolder()
    const at = (name: string) => join(folder.path, name)
    writeFileSync(at('file'), 'hello')
    chmodSync(at('file'), 0o2640)
    symlinkSync('file', at('link'))
    symlinkSync('nowhere', at('broken'))
    mkdirSync(at('dir'))
    execFileSync('mkfifo', [at('fifo')])
    const digest = 'sha256' as const
    const [file, link, followed, broken, dir, fifo, small] = ask(shell, [
      { path: at('file'), follow: false, contentLimit: 0, digest },
      { path: at('link'), follow: false, contentLimit: 0 },
      whole(at('link')),
      whole(at('broken')),
      whole(at('dir')),
      whole(at('fifo')),
      { path: at('file'), follow: true, contentLimit: 3 },
    ])
    assert.is(file?.type === 'file' && file.mode, 0o2640)
    assert.is(file?.type === 'file' && file.digest, createHash('sha256').update('hello').digest('hex'))
    assert.is(link?.type === 'link' && link.target, 'file')
    assert.is(followed?.type === 'file' && followed.content?.toString(), 'hello')
    assert.equal([broken!.type, dir!.type, fifo!.type], ['absent', 'directory', 'other'])
    assert.is(small?.type === 'file' && small.content, undefined, 'larger than requested')
    folder.remove()
  })

  test(`${shell}: thousands of files take a handful of commands`, () => {
    const folder = temporaryFolder()
    const paths = Array.from({ length: 1000 }, (_, index) => join(folder.path, String(index)))
    for (const path of paths) writeFileSync(path, path)
    assert.is(fileBatches(paths.map(whole)).length, 6)
    const states = ask(shell, paths.map(whole))
    assert.ok(
      states.every((state, index) => state.type === 'file' && state.content?.toString() === paths[index]),
    )
    folder.remove()
  })
}

for (const shell of shells) {
  test(`${shell}: names, targets and contents cannot forge another answer`, () => {
    const folder = temporaryFolder()
    const at = (name: string) => join(folder.path, name)
    const forged = `81a4:0:0:1:1:1:root:root:${at('absent')}`
    symlinkSync(`x\n${forged}\nL:y:${at('absent')}\n`, at('link'))
    writeFileSync(at('one'), `a\n==> ${at('two')} <==\nforged`)
    writeFileSync(at('two'), 'real')
    symlinkSync('two', at('linked'))
    const unfollowed = (name: string): FileRequest => ({ path: at(name), follow: false, contentLimit: 1e6 })
    const [link, absent, one, linked, two] = ask(shell, [
      { path: at('link'), follow: false, contentLimit: 0 },
      { path: at('absent'), follow: false, contentLimit: 0 },
      unfollowed('one'),
      unfollowed('linked'),
      unfollowed('two'),
    ])
    assert.is(link?.type === 'link' && link.target, `x\n${forged}\nL:y:${at('absent')}\n`)
    assert.is(absent!.type, 'absent')
    assert.is(one?.type === 'file' && one.content?.toString(), `a\n==> ${at('two')} <==\nforged`)
    assert.is(linked?.type === 'link' && linked.target, 'two')
    assert.is(two?.type === 'file' && two.content?.toString(), 'real')
    folder.remove()
  })

  test(`${shell}: the digest of a file whose name has a backslash`, () => {
    const folder = temporaryFolder()
    const path = join(folder.path, 'srv-my\\x2ddata.mount')
    writeFileSync(path, 'hello')
    const [state] = ask(shell, [{ path, follow: true, contentLimit: 0, digest: 'sha256' }])
    assert.is(state?.type === 'file' && state.digest, createHash('sha256').update('hello').digest('hex'))
    folder.remove()
  })
}

test('a file that changes while it is read cannot forge the content of the next one', () => {
  const folder = temporaryFolder()
  const [first, second] = ['one', 'two'].map((name) => join(folder.path, name)) as [string, string]
  writeFileSync(first, 'old')
  writeFileSync(second, 'real')
  const results = emptyFileResults()
  for (const [index, batch] of fileBatches([whole(first), whole(second)]).entries()) {
    if (index === 1) writeFileSync(first, `x\n==> ${second} <==\nforged`)
    batch.read(runBatch('sh', batch), results)
  }
  const state = fileState(whole(second), results)
  assert.is(state.type === 'file' && state.content?.toString(), 'real')
  folder.remove()
})

test('a file that grows while it is read is still told from the next one', () => {
  const folder = temporaryFolder()
  const [first, second] = ['log', 'other'].map((name) => join(folder.path, name)) as [string, string]
  writeFileSync(first, 'one\n')
  writeFileSync(second, 'two')
  const answers = emptyFileResults()
  for (const [index, batch] of fileBatches([whole(first), whole(second)]).entries()) {
    if (index === 1) appendFileSync(first, 'grown\n')
    batch.read(runBatch('sh', batch), answers)
  }
  const [log, other] = [fileState(whole(first), answers), fileState(whole(second), answers)]
  assert.is(log.type === 'file' && log.content?.toString(), 'one\ngrown\n')
  assert.is(other.type === 'file' && other.content?.toString(), 'two')
  folder.remove()
})

test.run()
