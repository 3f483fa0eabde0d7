// Tests that docs/tasks.md is up to date, and that every task is documented.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { reference } from '../../../src/cli/docs/showDocs.ts'
import { paramTexts } from '../../../src/cli/task/taskHelp.ts'
import { builtInTasks } from '../../../src/userCode/findTask.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const file = join(root, 'docs/tasks.md')
const text = await reference()
const tasks = [...(await builtInTasks()).values()]

test('docs/tasks.md is up to date: npm run docs writes it', () => {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
  assert.ok(written === text, 'docs/tasks.md is not what the tasks say: npm run docs')
})

test('every task is named like its export and says in one sentence what it does', async () => {
  const exported = Object.entries(await import('../../../tasks/index.ts'))
  for (const [name, task] of exported) {
    if (!('spec' in task)) continue // findFiles is a fact
    assert.is(task.spec.name, name)
    assert.match(task.spec.summary, /^[A-Z].*\.$/, name)
  }
})

for (const task of tasks) {
  const { name } = task.spec
  test(`${name}: a docstring with an example, and every parameter described`, () => {
    const section =
      new RegExp(`^## ${name}\\n\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(text)?.[1] ?? ''
    assert.match(section, /^[A-Z]/, 'prose')
    assert.match(section, new RegExp(`^\`\`\`ts\\n[\\s\\S]*\\b${name}\\(`, 'm'), 'an example')
    const silent = paramTexts(task).filter(({ description }) => description === '')
    assert.equal(
      silent.map((param) => param.name),
      [],
    )
    const vague = paramTexts(task).filter(({ type }) => /\b(?:value|unknown|any)\b/.test(type))
    assert.equal(
      vague.map((param) => `${param.name}: ${param.type}`),
      [],
      'types: .meta({ title }) names one',
    )
  })
}

test.run()
