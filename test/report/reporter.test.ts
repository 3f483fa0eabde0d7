// Tests which reporter is chosen, and that it loads no more than it needs.

import { readFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { chosenOutput } from '../../src/report/reporter.ts'

for (const [output, env, isTTY, expected] of [
  ['auto', {}, true, 'board'],
  ['auto', {}, false, 'lines'],
  ['auto', { CI: 'true' }, true, 'lines'],
  ['auto', { CI: '1' }, true, 'lines'],
  ['auto', { CI: 'false' }, true, 'board'],
  ['auto', { CI: '' }, true, 'board'],
  ['auto', { TERM: 'dumb' }, true, 'lines'],
  ['auto', { TERM: 'xterm' }, true, 'board'],
  ['board', { CI: 'true' }, false, 'board'],
  ['lines', {}, true, 'lines'],
  ['jsonl', {}, true, 'jsonl'],
] as const) {
  test(`${output} with ${JSON.stringify(env)} on ${isTTY ? 'a terminal' : 'a pipe'} is ${expected}`, () => {
    assert.is(chosenOutput(output, env, isTTY), expected)
  })
}

const root = new URL('../../src/report/', import.meta.url)

/** What a built module loads before it runs: its static imports, and theirs. */
function loadedBy(file: URL, found = new Set<string>()): Set<string> {
  const text = readFileSync(file, 'utf8')
  for (const [, name] of text.matchAll(/^(?:import|export) (?:[^'"]*from )?['"]([^'"]+)['"]/gm)) {
    const path = name!.startsWith('.') ? new URL(name!, file).href : name!
    if (found.has(path)) continue
    found.add(path)
    if (path.startsWith('file:')) loadedBy(new URL(path), found)
  }
  return found
}

for (const [file, isAllowed] of [
  ['reporter.js', []],
  ['lines/linesReporter.js', []],
  ['jsonlReporter.js', []],
  ['board/boardReporter.js', ['listr2', 'string-width']],
] as const) {
  test(`${file} loads ${isAllowed.join(', ') || 'no package'}`, () => {
    const packages = [...loadedBy(new URL(file, root))].filter((name) => !/^(file|node):/.test(name))
    assert.equal(packages.sort(), [...isAllowed])
  })
}

test.run()
