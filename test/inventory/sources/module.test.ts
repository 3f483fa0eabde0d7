// Inventory modules are asked, or what they said is kept for as long as they allow.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { AggregatePlaybookError } from '../../../src/model/errors/error.ts'
import { defineInventory, type InventoryTree } from '../../../src/model/inventoryModule.ts'
import { secret } from '../../../src/model/secrets/secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'inventory-module-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** A site with a module that counts how often it was asked. */
function site(vars: InventoryTree['all'] = {}, cacheSeconds = 600) {
  const cwd = join(folder, String(++count))
  const cacheFolder = join(cwd, 'cache')
  let asked = 0
  mkdirSync(cwd)
  writeFileSync(join(cwd, 'site.ts'), '')
  const old = Date.now() / 1000 - 10
  utimesSync(join(cwd, 'site.ts'), old, old)
  const load = () => ({ all: vars, web: { hosts: { [`asked-${++asked}`]: { at: new Date(0) } } } })
  const loadModule = async () => ({ default: defineInventory({ cacheSeconds, load }) })
  const hosts = async () =>
    (await loadInventory(['site.ts'], { cwd, cacheFolder, loadModule })).hosts.map(
      ({ name, vars: { at } }) => `${name} ${at}`,
    )
  return { cwd, cacheFolder, hosts }
}
const epoch = '1970-01-01T00:00:00.000Z'

test('an answer is kept, for nobody else to read, and looks the same when it is new', async () => {
  const { hosts, cacheFolder } = site()
  assert.equal(await hosts(), [`asked-1 ${epoch}`])
  assert.equal(await hosts(), [`asked-1 ${epoch}`])
  const [file = ''] = readdirSync(cacheFolder)
  assert.is(statSync(join(cacheFolder, file)).mode & 0o777, 0o600)
})

test('an old answer, a damaged one, and one of a module that has changed are asked for again', async () => {
  const { hosts, cacheFolder, cwd } = site()
  await hosts()
  const file = join(cacheFolder, readdirSync(cacheFolder)[0]!)
  const old = Date.now() / 1000 - 601
  utimesSync(file, old, old)
  assert.equal(await hosts(), [`asked-2 ${epoch}`])
  writeFileSync(file, '{')
  assert.equal(await hosts(), [`asked-3 ${epoch}`])
  utimesSync(join(cwd, 'site.ts'), Date.now() / 1000 + 5, Date.now() / 1000 + 5)
  assert.equal(await hosts(), [`asked-4 ${epoch}`])
})

test('without cacheSeconds each run asks', async () => {
  const { hosts, cacheFolder } = site({}, 0)
  await hosts()
  assert.match((await hosts())[0]!, /^asked-2 /)
  assert.throws(() => readdirSync(cacheFolder))
})

test('an answer with secrets is refused where it was to be kept', async () => {
  const { hosts, cacheFolder } = site({ vars: { password: secret('hunter2') } })
  try {
    await hosts()
    assert.unreachable('it was kept')
  } catch (thrown) {
    assert.instance(thrown, AggregatePlaybookError)
    assert.match((thrown as AggregatePlaybookError).errors[0]!.message, /secrets is not cached on disk/)
  }
  assert.throws(() => readdirSync(cacheFolder))
})

test.run()
