// Tells which files other users can have made or changed.

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { homeFolder } from '../../src/files/home.ts'
import { distrustReason, isReadableByAll } from '../../src/files/trust.ts'

const it = process.geteuid?.() === 0 ? test : test.skip
const stranger = 12_345

/** A folder with a folder `a` and a file `a/f` in it. */
function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'rp-trust-'))
  try {
    mkdirSync(join(folder, 'a'), { mode: 0o755 })
    writeFileSync(join(folder, 'a/f'), '', { mode: 0o644 })
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const rows: readonly [title: string, prepare: (folder: string) => void, expected: RegExp | undefined][] = [
  ['ours', () => {}, undefined],
  ['of another user', (folder) => chownSync(join(folder, 'a/f'), stranger, 0), /a\/f belongs to uid 12345/],
  [
    'in the folder of another user',
    (folder) => chownSync(join(folder, 'a'), stranger, 0),
    /a belongs to uid/,
  ],
  ['below the folder of another user', (folder) => chownSync(folder, stranger, 0), /belongs to uid 12345/],
  [
    'in a folder that all may write to',
    (folder) => chmodSync(join(folder, 'a'), 0o777),
    /everybody may write/,
  ],
  ['that the group may write', (folder) => chmodSync(join(folder, 'a/f'), 0o664), /its group may write/],
  [
    'behind a link of another user',
    (folder) => {
      mkdirSync(join(folder, 'b'))
      symlinkSync('/etc/hosts', join(folder, 'b/f'))
      rmSync(join(folder, 'a'), { recursive: true })
      symlinkSync('b', join(folder, 'a'))
      chownSync(join(folder, 'b'), stranger, 0)
    },
    /b belongs to uid 12345/,
  ],
]
for (const [title, prepare, expected] of rows) {
  it(`A file ${title} is ${expected ? 'not ' : ''}trusted`, () =>
    inFolder((folder) => {
      prepare(folder)
      const reason = distrustReason(join(folder, 'a/f'))
      if (expected) assert.match(reason ?? '', expected)
      else assert.is(reason, undefined)
    }))
}

it('What does not exist is judged by the folder above', () =>
  inFolder((folder) => {
    assert.is(distrustReason(join(folder, 'x/y')), undefined)
    chownSync(folder, stranger, 0)
    assert.match(distrustReason(join(folder, 'x/y')) ?? '', /belongs to uid 12345/)
  }))

it('Root trusts who called sudo only where that is asked for', () =>
  inFolder((folder) => {
    chownSync(folder, stranger, 0)
    process.env.SUDO_UID = String(stranger)
    try {
      assert.is(distrustReason(folder, { isCallerTrusted: true }), undefined)
      assert.match(distrustReason(folder) ?? '', /belongs to uid 12345/)
    } finally {
      delete process.env.SUDO_UID
    }
  }))

it("The HOME of another user gives way to the account's", () =>
  inFolder((folder) => {
    const before = process.env.HOME
    try {
      process.env.HOME = folder
      assert.is(homeFolder(), folder)
      chownSync(join(folder, 'a'), stranger, 0)
      process.env.HOME = join(folder, 'a')
      assert.is(homeFolder(), userInfo().homedir)
    } finally {
      process.env.HOME = before
    }
  }))

it('A file in a closed folder is not readable by all, whatever its mode', () =>
  inFolder((folder) => {
    assert.is(isReadableByAll(join(folder, 'a/f')), false)
    chmodSync(folder, 0o755)
    assert.is(isReadableByAll(join(folder, 'a/f')), true)
    chmodSync(join(folder, 'a/f'), 0o600)
    assert.is(isReadableByAll(join(folder, 'a/f')), false)
  }))

test.run()
