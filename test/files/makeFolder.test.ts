// Folders on the controller: private, nested, and an error where none can be made.

import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { makeFolder } from '../../src/files/makeFolder.ts'
import { testFolder } from '../testFolder.ts'

const folder = testFolder('folder')

test('it is made with those above it, for this user alone, and may exist', () => {
  makeFolder(join(folder, 'a/b'))
  makeFolder(join(folder, 'a/b'))
  assert.equal(
    ['a', 'a/b'].map((path) => statSync(join(folder, path)).mode & 0o777),
    [0o700, 0o700],
  )
})

test('a file in its place, or above it, is an error', () => {
  writeFileSync(join(folder, 'file'), '')
  assert.throws(() => makeFolder(join(folder, 'file')), /EEXIST/)
  assert.throws(() => makeFolder(join(folder, 'file/below')), /EEXIST|ENOTDIR/)
})

test('a file system that makes no folders, as /proc, is an error: mkdirSync with recursive never returns', () => {
  assert.throws(() => makeFolder('/proc/none/below'), /ENOENT/)
})

test.run()
