// The inventories and patterns in test/fixtures/inventory/cases mean here what they mean to Ansible.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { listInventory } from '../../src/inventory/listing.ts'

type Case = {
  readonly sources: readonly string[]
  readonly playbookDir?: string
  readonly extraVars?: readonly string[]
  readonly vaultPassword?: string
}

type Golden = {
  readonly list: object
  readonly patterns?: { readonly [pattern: string]: readonly string[] }
  readonly limits?: readonly (readonly [string, string, readonly string[]])[]
}

const cases = fixtureFolder('cases')

for (const name of readdirSync(cases).sort()) {
  const folder = join(cases, name)
  const golden = json(folder, 'golden.json') as Golden

  test(`${name} is listed as ansible-inventory lists it`, async () => {
    assert.equal(plain(listInventory(await load(folder))), golden.list)
  })

  test(`${name}: each of ${Object.keys(golden.patterns ?? {}).length} patterns names Ansible's hosts`, async () => {
    const inventory = await load(folder)
    for (const [pattern, hosts] of Object.entries(golden.patterns ?? {})) {
      assert.equal(names(inventory.select(pattern)), hosts, pattern)
    }
    for (const [pattern, limit, hosts] of golden.limits ?? []) {
      assert.equal(names(inventory.select(pattern, limit)), hosts, `${pattern} --limit ${limit}`)
    }
  })
}

test('there are at least 40 inventories and 80 patterns', () => {
  const folders = readdirSync(cases)
  const counts = folders.map((name) => {
    const { patterns = {}, limits = [] } = json(join(cases, name), 'golden.json') as Golden
    return Object.keys(patterns).length + limits.length
  })
  assert.ok(folders.length >= 40, `${folders.length} inventories`)
  assert.ok(counts.reduce((a, b) => a + b) >= 80)
})

function load(folder: string) {
  const { sources, playbookDir, extraVars, vaultPassword } = json(folder, 'case.json') as Case
  return loadInventory(sources, {
    cwd: folder,
    ...(playbookDir === undefined ? {} : { playbookDir: resolve(folder, playbookDir) }),
    ...(extraVars === undefined ? {} : { extraVars }),
    ...(vaultPassword === undefined ? {} : { vaultPasswords: [{ password: vaultPassword }] }),
  })
}

function names(hosts: readonly { readonly name: string }[]): string[] {
  return hosts.map((host) => host.name)
}

function json(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}

/** The listing as a reader of its JSON sees it. */
function plain(listing: object): unknown {
  return JSON.parse(JSON.stringify(listing))
}

/** Fixtures stay in the sources, two levels above this file or, once it is compiled, three. */
function fixtureFolder(name: string): string {
  const here = fileURLToPath(import.meta.url)
  return resolve(
    here.slice(0, here.lastIndexOf(here.includes('/dist/test/') ? '/dist/test/' : '/test/')),
    'test/fixtures/inventory',
    name,
  )
}

test.run()
