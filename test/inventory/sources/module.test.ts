// Inventory modules are loaded, or read from their cache for as long as they allow.

import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { AggregatePlaybookError } from '../../../src/model/errors/error.ts'
import { defineInventory, type InventoryTree } from '../../../src/model/inventoryModule.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import { testFolder } from '../../testFolder.ts'

const folder = testFolder('inventory-module')

let count = 0
/** A folder with a module that counts how often it is loaded. */
function site(vars: InventoryTree['all'] = {}, cacheSeconds = 600) {
  const cwd = join(folder, String(++count))
  const cacheFolder = join(cwd, 'cache')
  let loads = 0
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'site.ts'), '')
  const old = Date.now() / 1000 - 10
  utimesSync(join(cwd, 'site.ts'), old, old)
  const load = () => ({ all: vars, web: { hosts: { [`load-${++loads}`]: { at: new Date(0) } } } })
  const loadModule = async () => ({ default: defineInventory({ cacheSeconds, load }) })
  const hosts = async () =>
    (await loadInventory(['site.ts'], { cwd, cacheFolder, loadModule })).hosts.map(
      ({ name, vars: { at } }) => `${name} ${at}`,
    )
  return { cwd, cacheFolder, hosts }
}
const epoch = '1970-01-01T00:00:00.000Z'

test('the first run sees what later ones read from the cache, which only its owner can read', async () => {
  const { hosts, cacheFolder } = site()
  assert.equal(await hosts(), [`load-1 ${epoch}`])
  assert.equal(await hosts(), [`load-1 ${epoch}`])
  const [file = ''] = readdirSync(cacheFolder)
  assert.is(statSync(join(cacheFolder, file)).mode & 0o777, 0o600)
})

test('a module is loaded again if its cache is old or damaged, or it has changed', async () => {
  const { hosts, cacheFolder, cwd } = site()
  await hosts()
  const file = join(cacheFolder, readdirSync(cacheFolder)[0]!)
  const old = Date.now() / 1000 - 601
  utimesSync(file, old, old)
  assert.equal(await hosts(), [`load-2 ${epoch}`])
  writeFileSync(file, '{')
  assert.equal(await hosts(), [`load-3 ${epoch}`])
  utimesSync(join(cwd, 'site.ts'), Date.now() / 1000 + 5, Date.now() / 1000 + 5)
  assert.equal(await hosts(), [`load-4 ${epoch}`])
})

test('without cacheSeconds each run loads the module', async () => {
  const { hosts, cacheFolder } = site({}, 0)
  await hosts()
  assert.match((await hosts())[0]!, /^load-2 /)
  assert.throws(() => readdirSync(cacheFolder))
})

test('secrets are not written to the cache', async () => {
  const { hosts, cacheFolder } = site({ vars: { password: secret('hunter2') } })
  try {
    await hosts()
    assert.unreachable('it was cached')
  } catch (thrown) {
    assert.instance(thrown, AggregatePlaybookError)
    assert.match((thrown as AggregatePlaybookError).errors[0]!.message, /secrets is not cached on disk/)
  }
  assert.throws(() => readdirSync(cacheFolder))
})

test.run()
