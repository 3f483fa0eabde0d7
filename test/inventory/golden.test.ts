// The inventories and patterns in test/fixtures/inventory/cases mean here what they mean to Ansible.

import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Inventory, loadInventory } from '../../src/inventory/inventory.ts'
import { listInventory, listVars } from '../../src/inventory/views/listing.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'

type Case = {
  readonly sources: readonly string[]
  readonly playbookDir?: string
  readonly extraVars?: readonly string[]
  readonly vaultPassword?: string
}

/** The hosts of a pattern; null where Ansible knows no such name. */
type Hosts = readonly string[] | null

type Golden = {
  readonly refused?: true
  readonly list: object
  readonly hosts?: { readonly [name: string]: object }
  readonly patterns?: { readonly [pattern: string]: Hosts }
  readonly limits?: readonly (readonly [string, string, Hosts])[]
}

/** `INVENTORY_CASES` names another folder: random ones, see test/fixtures/inventory/fuzz.py. */
const isRandom = process.env.INVENTORY_CASES !== undefined
const cases = process.env.INVENTORY_CASES ?? fixtureFolder('cases')

for (const name of readdirSync(cases).sort()) {
  const folder = join(cases, name)
  const golden = json(folder, 'golden.json') as Golden
  if (golden.refused && isRandom) continue

  test(`${name} is listed as ansible-inventory lists it`, async () => {
    const inventory = await load(folder)
    assert.equal(plain(listInventory(inventory)), golden.list)
    for (const [host, vars] of Object.entries(golden.hosts ?? {}))
      assert.equal(plain(listVars(inventory.host(host)!)), vars, host)
  })

  test(`${name}: each of ${Object.keys(golden.patterns ?? {}).length} patterns names Ansible's hosts`, async () => {
    const inventory = await load(folder)
    for (const [pattern, hosts] of Object.entries(golden.patterns ?? {})) {
      assert.equal(selected(inventory, pattern), hosts, pattern)
    }
    for (const [pattern, limit, hosts] of golden.limits ?? []) {
      assert.equal(selected(inventory, pattern, limit), hosts, `${pattern} --limit ${limit}`)
    }
  })
}

test('there are at least 100 inventories and 200 patterns', () => {
  const folders = readdirSync(cases)
  const counts = folders.map((name) => {
    const { patterns = {}, limits = [] } = json(join(cases, name), 'golden.json') as Golden
    return Object.keys(patterns).length + limits.length
  })
  if (isRandom) return
  const patterns = counts.reduce((a, b) => a + b)
  assert.ok(folders.length >= 100, `${folders.length} inventories`)
  assert.ok(patterns >= 200, `${patterns} patterns`)
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

function selected(inventory: Inventory, pattern: string, limit?: string): Hosts {
  try {
    return inventory.select(pattern, limit).map((host) => host.name)
  } catch (error) {
    const { code, message } = error as PlaybookError
    if (code === 'E_UNKNOWN_GROUP' || code === 'E_UNKNOWN_HOST') return null
    if (code === 'E_LIMIT_EMPTY' && isRandom) return []
    throw new Error(`${pattern}: ${message}`)
  }
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
