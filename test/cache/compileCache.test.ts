// Tests the compile cache: used if valid, rebuilt if not, and never required.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'

/** A script with functions that are compiled only when they are called. */
const text = `(function (exports, require, module, __filename, __dirname) {
exports.name = () => require('node:path').relative(__dirname, __filename)
exports.many = () => {
  const functions = [${Array.from({ length: 3000 }, (_, index) => `() => [${index}, 1, 2, 3].map((n) => n + 1)`).join(', ')}]
  return functions.map((each) => each()).length
}
})`

const compileCache = new URL('../../src/cache/compileCache.js', import.meta.url).href
const keptName = `script.js-${process.version}-${process.arch}`

type Place = {
  /** Runs the script in a process of its own, as each run of the program does, and gives what it says. */
  readonly run: (call?: 'name' | 'many') => string
  readonly folder: string
  readonly kept: string
}

function inFolder(body: (place: Place) => void): void {
  const base = mkdtempSync(join(tmpdir(), 'run-playbook-code-'))
  const [script, folder] = [join(base, 'script.js'), join(base, 'code')]
  writeFileSync(script, text)
  const run = (call = 'name') => {
    const code = `import { runCached } from '${compileCache}'
const { exports, save } = runCached(...${JSON.stringify([script, folder])})
console.log(exports.${call}())
save()`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code])
    return `${stdout}${stderr}`.trim()
  }
  try {
    body({ run, folder, kept: join(folder, keptName) })
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

function makeOlder(file: string, seconds: number): void {
  const time = Date.now() / 1000 - seconds
  utimesSync(file, time, time)
}

test('a script runs as a module, and its code is kept for the user alone', () =>
  inFolder(({ run, folder, kept }) => {
    assert.is(run(), 'script.js')
    assert.equal(readdirSync(folder), [keptName])
    assert.is(statSync(kept).mode & 0o777, 0o600)
    assert.is(statSync(folder).mode & 0o777, 0o700)
  }))

test('kept code is used, and not written again where nothing more was compiled', () =>
  inFolder(({ run, kept }) => {
    run()
    const before = readFileSync(kept)
    assert.is(run(), 'script.js')
    assert.ok(readFileSync(kept).equals(before))
  }))

test('a run that compiled much more has its code kept instead, once some minutes have passed', () =>
  inFolder(({ run, kept }) => {
    run()
    const before = statSync(kept).size
    assert.is(run('many'), '3000')
    assert.is(statSync(kept).size, before)
    makeOlder(kept, 15 * 60)
    assert.is(run('many'), '3000')
    assert.ok(statSync(kept).size > before * 2)
  }))

test('code that is in use does not grow old', () =>
  inFolder(({ run, kept }) => {
    run()
    const [bytes, { mtimeMs }] = [readFileSync(kept), statSync(kept)]
    makeOlder(kept, 15 * 60)
    run()
    assert.ok(readFileSync(kept).equals(bytes))
    assert.ok(statSync(kept).mtimeMs >= mtimeMs)
  }))

const spoiled: readonly [title: string, spoil: (bytes: Buffer) => Buffer][] = [
  ['empty', () => Buffer.alloc(0)],
  ['cut off', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['something else', () => Buffer.from('no code at all, but long enough for a header of some kind')],
  [
    'of another V8',
    (bytes) => Buffer.concat([bytes.subarray(0, 12), Buffer.from('else'), bytes.subarray(16)]),
  ],
]

for (const [title, spoil] of spoiled) {
  test(`kept code that is ${title} is not used, and replaced`, () =>
    inFolder(({ run, kept }) => {
      run()
      const bad = spoil(readFileSync(kept))
      writeFileSync(kept, bad)
      assert.is(run(), 'script.js')
      assert.not.ok(readFileSync(kept).equals(bad))
    }))
}

test('where no code can be kept, the script runs all the same', () =>
  inFolder(({ run, folder }) => {
    writeFileSync(folder, 'a file where the folder would be')
    assert.is(run(), 'script.js')
  }))

test('what was kept for others a month ago goes', () =>
  inFolder(({ run, folder, kept }) => {
    run()
    const [old, young] = [join(folder, 'old'), join(folder, 'young')]
    for (const file of [old, young]) writeFileSync(file, 'x')
    makeOlder(old, 40 * 24 * 3600)
    rmSync(kept)
    run()
    assert.equal(readdirSync(folder).sort(), [keptName, 'young'])
  }))

test('a CommonJS module runs in the same way, and a changed one of the same length has its own code', () =>
  inFolder(({ folder }) => {
    const module = join(folder, '../module.cjs')
    const run = (text: string) => {
      writeFileSync(module, text)
      const code = `import { runCachedModule } from '${compileCache}'
const { exports, save } = runCachedModule(...${JSON.stringify([module, folder])})
console.log(exports())
save()`
      return spawnSync(process.execPath, ['--input-type=module', '-e', code]).stdout.toString().trim()
    }
    const text = "module.exports = () => require('node:path').basename(__filename) + ' ✓ 1' // the end"
    for (const [digit, count] of ['1', '1', '2'].map((each, index) => [each, index === 2 ? 2 : 1] as const)) {
      assert.is(run(text.replace('1', digit)), `module.cjs ✓ ${digit}`)
      assert.is(readdirSync(folder).length, count)
    }
  }))

test('damaged code is not run, and is written again', () =>
  inFolder(({ run, kept }) => {
    run('many')
    const intact = readFileSync(kept)
    for (const at of [60, 500, intact.length >> 1, intact.length - 64]) {
      const damaged = Buffer.from(intact)
      damaged.fill(0xa5, at, at + 64)
      writeFileSync(kept, damaged)
      assert.is(run('many'), '3000')
      assert.not.equal(readFileSync(kept), damaged)
    }
    writeFileSync(kept, intact.subarray(0, 20))
    assert.is(run('many'), '3000')
  }))

test.run()
