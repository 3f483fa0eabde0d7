// Tests that docs/errors.md explains the codes that the sources have, and no others.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { explain, explanations } from '../../../src/cli/docs/explain.ts'
import { runHere } from '../inProcess.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Codes in the code of src and tasks, comments aside. */
const thrown = new Set(
  ['src', 'tasks'].flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => readFileSync(join(root, folder, name), 'utf8').split('\n'))
      .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
      .flatMap((line) => line.match(/\bE_[A-Z][A-Z\d_]*\b/g) ?? []),
  ),
)
const explained = explanations().map(({ code }) => code)

test('each code has an entry, and each entry is a code', () => {
  assert.equal(
    [...thrown].filter((code) => !explained.includes(code)).sort(),
    [],
    'missing in docs/errors.md',
  )
  assert.equal(
    explained.filter((code) => !thrown.has(code)),
    [],
    'in docs/errors.md, but nowhere in the sources',
  )
  assert.is(new Set(explained).size, explained.length)
})

test('each entry has a cause and says what to do, in sentences', () => {
  for (const { code, cause, cure } of explanations()) {
    assert.match(cause, /^\S.*\.$/, code)
    assert.match(cure, /^\S.*[.?`]$/, code)
  }
  const lines = readFileSync(join(root, 'docs/errors.md'), 'utf8').match(/^- /gm) ?? []
  assert.is(lines.length, explained.length)
})

test('explain takes a code in any spelling, suggests, and lists all', async () => {
  const { code, stdout } = await runHere(root, ['explain', 'E_AUTH'])
  assert.equal([code, stdout], [0, explain('auth')])
  assert.match(stdout, /^E_AUTH\n\nThe host refused .*\n\nWhat to do: .*ssh -v.*\n$/)
  assert.is((await runHere(root, ['docs', 'E_AUTH'])).stdout, stdout)
  assert.match(
    (await runHere(root, ['explain', 'E_HOSTKEY_CHANGED'])).stderr,
    /E_USAGE\n.*E_HOST_KEY_CHANGED/,
  )
  assert.is(explain(undefined).split('\n').length, explained.length + 1)
})

test.run()
