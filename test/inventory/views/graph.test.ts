// Graphs are those of ansible-inventory --graph --vars.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { pythonStr } from '../../../src/inventory/parsing/pythonText.ts'
import { inventoryGraph } from '../../../src/inventory/views/graph.ts'
import { inventoryFixtures, loadCase, readJson } from '../fixtures.ts'

const cases = join(inventoryFixtures, 'cases')

for (const name of readdirSync(cases).sort()) {
  test(`${name} has Ansible's graph`, async () => {
    const folder = join(cases, name)
    const { graph } = readJson(folder, 'golden.json') as { readonly graph: readonly string[] }
    const { graphVars = true } = readJson(folder, 'case.json') as { readonly graphVars?: boolean }
    const inventory = await loadCase(folder)
    const lines = inventoryGraph(inventory, inventory.groups.get('all')!, { hasVars: graphVars })
    assert.equal(lines.join('\n').split('\n'), graphVars ? adapted(name, graph) : graph.filter(isName))
  })
}

/** Groups and hosts only: some cases have values with line ends, or that Python writes differently. */
function isName(line: string): boolean {
  return /^(?:@|(?: {2}\|)+--(?!\{))/.test(line)
}

/** Ansible's graph with our differences: keys are text, 5.0 is 5, and vault values are masked. */
function adapted(name: string, graph: readonly string[]): readonly string[] {
  const text = graph.join('\n')
  if (name === 'vault') return masked(text)
  if (name !== 'ini-literals' && name !== 'yaml-words') return text.split('\n')
  return text
    .replace(/= (\d+)\.0\}/g, '= $1}')
    .replaceAll('1e-05', '0.00001')
    .replaceAll('{1: ', "{'1': ")
    .replace(
      "{'a': 1, 'b c': 2, 1: 'one', 8: 'octal', None: 'n', 1.5: 'f'}",
      "{'1': 'one', '8': 'octal', 'a': 1, 'b c': 2, 'null': 'n', '1.5': 'f'}",
    )
    .split('\n')
}

/** Ansible shows vault values. */
function masked(text: string): string[] {
  return text
    .replaceAll('several\nlines\n', 'one two')
    .replace(/one two|hunter2|5432|'abc'/g, '••••••••')
    .replaceAll('True: True', "'true': True")
    .split('\n')
}

const texts: readonly [unknown, string][] = [
  ["it's", "it's"],
  [["it's", 'a"b', `'"`], `["it's", 'a"b', '\\'"']`],
  [{ a: null, b: true, c: [1, 1.5, false] }, "{'a': None, 'b': True, 'c': [1, 1.5, False]}"],
  [['é\n\t\\\x07\x7f'], "['é\\n\\t\\\\\\x07\\x7f']"],
  [[], '[]'],
]

for (const [value, text] of texts) {
  test(`Python writes ${JSON.stringify(value)} as ${text}`, () => assert.is(pythonStr(value), text))
}

test.run()
