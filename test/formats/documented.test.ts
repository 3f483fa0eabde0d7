// Runs every example of docs/formats.md: tasks on a described host, code as a program.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { fakeHost, testPlay } from '../../src/testing/index.ts'
import { loadPlaybook } from '../../src/userCode/loadPlaybook.ts'
import { testFolder } from '../testFolder.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/formats.md'), 'utf8')
const folder = testFolder('formats')

/** A file, the task that edits it, and the file afterwards. */
const examples = [...page.matchAll(/```([\w-]+)\n([^`]*)```\n\n```ts\n([^`]*)```\n\n```\1\n([^`]*)```/g)].map(
  ([, , before = '', task = '', after = '']) => {
    const [, path = ''] = /path: '([^']+)'/.exec(task) ?? []
    return { path, before, task, after }
  },
)

test('each format has an example, whose task does what the page shows, and nothing in a second run', async () => {
  const formats = [...page.matchAll(/^\| \[[^\]]+\]\(#/gm)]
  assert.is(examples.length, formats.length)
  const names = [...new Set(examples.map(({ task }) => /^\w+/.exec(task)![0]))]
  const playbook = join(folder, 'examples.ts')
  writeFileSync(
    playbook,
    [
      "import { definePlay } from 'run-playbook'",
      `import { ${names.join(', ')} } from 'run-playbook/tasks'`,
      `export default definePlay({ hosts: 'all', tasks: () => [${examples.map(({ task }) => task).join(',')}] })`,
    ].join('\n'),
  )
  const host = fakeHost({
    files: Object.fromEntries(examples.map(({ path, before }) => [path, before])),
    commands: { 'sshd *': '' },
  })
  const [play] = await loadPlaybook(playbook)
  const { tasks, secondRun } = await testPlay(play!, host)
  assert.equal(
    tasks.map(({ status, error }) => error?.message ?? status),
    examples.map(() => 'changed'),
  )
  for (const { path, after } of examples) assert.is(host.file(path), after, path)
  assert.equal(secondRun.changes, [])
})

test('the program of the page edits a file', () => {
  const [, code = ''] = /```ts\n\/\/ formats\.ts\n([\s\S]*?)```/.exec(page) ?? []
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/run-playbook'))
  writeFileSync(join(folder, 'formats.mjs'), code)
  writeFileSync(join(folder, 'server.xml'), '<Server port="8005"/>\n')
  writeFileSync(join(folder, 'app.properties'), 'db.url=jdbc:x\n')
  const run = () => execFileSync(process.execPath, ['formats.mjs'], { cwd: folder, encoding: 'utf8' })
  assert.is(run(), 'Server @port: 8005 → 8006\njdbc:x\n')
  assert.is(readFileSync(join(folder, 'server.xml'), 'utf8'), '<Server port="8006"/>\n')
  assert.is(run(), 'jdbc:x\n')
})

test.run()
