// Tests the atomic replacement of files.

import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { replaceFile, replaceFileBy } from '../../src/files/replaceFile.ts'

const test = suite<{ folder: string }>('replaceFile')
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'run-playbook-files-'))
})
test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }))

test('a new file gets mode 0600, an old one that of `like`', ({ folder }) => {
  const file = join(folder, 'file')
  replaceFile(file, 'one')
  assert.is(statSync(file).mode & 0o777, 0o600)
  const like = { ...statSync(file), mode: 0o100640 }
  replaceFile(file, 'two', { like, isDurable: false })
  assert.equal([readFileSync(file, 'utf8'), statSync(file).mode & 0o777], ['two', 0o640])
  assert.equal(readdirSync(folder), ['file'])
})

test('a symlink is replaced, not followed', ({ folder }) => {
  writeFileSync(join(folder, 'target'), 'old')
  symlinkSync('target', join(folder, 'link'))
  replaceFile(join(folder, 'link'), 'new')
  assert.ok(lstatSync(join(folder, 'link')).isFile())
  assert.is(readFileSync(join(folder, 'target'), 'utf8'), 'old')
})

test('a failure leaves nothing behind', async ({ folder }) => {
  const taken = join(folder, 'taken/inner')
  assert.throws(() => replaceFile(taken, 'x'), /ENOENT/)
  await replaceFileBy(join(folder, 'made'), async (temporary) =>
    writeFileSync(temporary, 'x', { flag: 'wx' }),
  )
  try {
    await replaceFileBy(join(folder, 'made'), async (temporary) => {
      writeFileSync(temporary, 'half')
      throw new Error('stopped')
    })
    assert.unreachable()
  } catch (thrown) {
    assert.is((thrown as Error).message, 'stopped')
  }
  assert.equal([readdirSync(folder), readFileSync(join(folder, 'made'), 'utf8')], [['made'], 'x'])
})

test.run()
