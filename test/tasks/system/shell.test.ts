// shell: that it runs for real as written, and when it does not.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { shell } from '../../../tasks/system/shell.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

for (const program of shells) {
  test(`shell runs text with a heredoc and a pipe in its folder (${program[0]})`, () =>
    inFolder(async (folder) => {
      const options = { shell: program }
      const script = 'read -r word <<END\nfrom here\nEND\nprintf %s "$word" | tr a-z A-Z >out'
      await applied(shell, { script, chdir: folder }, options)
      assert.is(readFileSync(join(folder, 'out'), 'utf8'), 'FROM HERE')
      assert.is((await looked(shell, { script }, options)).length, 1)

      const removing = { script: 'rm out', chdir: folder, removes: join(folder, 'out') }
      const { again } = await applied(shell, removing, options)
      assert.equal(again, [])
      assert.not(existsSync(join(folder, 'out')))
    }))
}

test('shell gives its input to the script', () =>
  inFolder(async (folder) => {
    await applied(shell, { script: 'cat >out', chdir: folder, stdin: '1\n2\n' })
    assert.is(readFileSync(join(folder, 'out'), 'utf8'), '1\n2\n')
  }))

test('shell runs by another shell if told to', () =>
  inFolder(async (folder) => {
    await applied(shell, { script: 'a=(1 2 3); echo $a >out', executable: '/bin/bash', chdir: folder })
    assert.is(readFileSync(join(folder, 'out'), 'utf8'), '1\n')
  }))

test('shell fails as its script does, and where its folder is missing', async () => {
  assert.is((await failure(() => applied(shell, { script: 'exit 7' }))).message, 'Exit code 7: exit 7')
  await applied(shell, { script: 'exit 7', okCodes: [7] })
  const error = await failure(() => applied(shell, { script: 'true', chdir: '/no/such/folder' }))
  assert.is(error.message, 'The folder /no/such/folder does not exist.')
})

test('the title of a script is its first line', () => {
  assert.is(shell({ script: 'one\ntwo' }).title, 'shell one…')
})

test.run()
