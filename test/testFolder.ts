// Makes a folder for the tests of a file, which is removed after them.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'

export function testFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `run-playbook-${name}-`)))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
