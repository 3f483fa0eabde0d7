// Inventories and patterns give the same hosts and variables as in Ansible.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { listInventory, listVars } from '../../src/inventory/views/listing.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { inventoryFixtures, loadCase, readJson } from './fixtures.ts'

/** The hosts of a pattern; null if Ansible knows no such name. */
type Hosts = readonly string[] | null

type Golden = {
  readonly refused?: true
  readonly list: object
  readonly hosts?: { readonly [name: string]: object }
  readonly patterns?: { readonly [pattern: string]: Hosts }
  readonly limits?: readonly (readonly [string, string, Hosts])[]
}

/** `INVENTORY_CASES` is a folder of random cases: see test/fixtures/inventory/fuzz.py. */
const isRandom = process.env.INVENTORY_CASES !== undefined
const cases = process.env.INVENTORY_CASES ?? join(inventoryFixtures, 'cases')

for (const name of readdirSync(cases).sort()) {
  const folder = join(cases, name)
  const golden = readJson(folder, 'golden.json') as Golden
  if (golden.refused && isRandom) continue

  test(`${name} is listed as ansible-inventory lists it`, async () => {
    const inventory = await loadCase(folder)
    assert.equal(plain(listInventory(inventory)), golden.list)
    for (const [host, vars] of Object.entries(golden.hosts ?? {}))
      assert.equal(plain(listVars(inventory.host(host)!)), vars, host)
  })

  test(`${name}: each of ${Object.keys(golden.patterns ?? {}).length} patterns names Ansible's hosts`, async () => {
    const inventory = await loadCase(folder)
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
    const { patterns = {}, limits = [] } = readJson(join(cases, name), 'golden.json') as Golden
    return Object.keys(patterns).length + limits.length
  })
  if (isRandom) return
  const patterns = counts.reduce((a, b) => a + b)
  assert.ok(folders.length >= 100, `${folders.length} inventories`)
  assert.ok(patterns >= 200, `${patterns} patterns`)
})

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

/** The listing after a round trip through JSON. */
function plain(listing: object): unknown {
  return JSON.parse(JSON.stringify(listing))
}

test.run()
