// Tests that cached code is run only from folders that nobody else can write.

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { codeFolder } from '../../src/cache/cacheFolder.ts'

const rows: readonly [title: string, prepare: (cache: string) => void, isUsed: boolean][] = [
  ['one that is not there is made', () => {}, true],
  ['one of ours is used', (cache) => mkdirSync(join(cache, 'code'), { recursive: true, mode: 0o755 }), true],
  [
    'one in which others may write is not',
    (cache) => {
      mkdirSync(join(cache, 'code'), { recursive: true })
      chmodSync(join(cache, 'code'), 0o777)
    },
    false,
  ],
  [
    'one in a folder in which others may write is not',
    (cache) => {
      mkdirSync(join(cache, 'code'), { recursive: true })
      chmodSync(cache, 0o775)
    },
    false,
  ],
  [
    'one of another user is not',
    (cache) => {
      mkdirSync(join(cache, 'code'), { recursive: true })
      chownSync(join(cache, 'code'), 65534, 65534)
    },
    false,
  ],
]

for (const [title, prepare, isUsed] of rows) {
  const needsRoot = title.includes('another user') && process.geteuid?.() !== 0
  const run = needsRoot ? test.skip : test
  run(`of folders for code, ${title}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'run-playbook-cache-'))
    const before = process.env.XDG_CACHE_HOME
    process.env.XDG_CACHE_HOME = home
    try {
      const cache = join(home, 'run-playbook')
      prepare(cache)
      assert.is(codeFolder('code'), isUsed ? join(cache, 'code') : undefined)
      if (title.includes('is made')) assert.is(statSync(join(cache, 'code')).mode & 0o777, 0o700)
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME
      else process.env.XDG_CACHE_HOME = before
      rmSync(home, { recursive: true, force: true })
    }
  })
}

test.run()
