// Selecting the transport for a host.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { ConnectionSettings } from '../../src/model/host.ts'
import { createTransportResolver } from '../../src/transport/connect.ts'

const settings = (kind: 'ssh' | 'local'): ConnectionSettings => ({
  kind,
  host: 'was-01',
  become: { method: 'sudo', user: 'root' },
})

test('A run that is local loads no ssh', () => {
  const program = `
    import { createRequire } from 'node:module'
    import { createTransportResolver } from '${import.meta.resolve('../../src/transport/connect.js')}'
    const transportFor = createTransportResolver()
    const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes('/node_modules/ssh2/'))
    const loadedAfter = async (settings) => (await transportFor(settings), isLoaded())
    console.log(await loadedAfter(${JSON.stringify(settings('local'))}), await loadedAfter(${JSON.stringify(settings('ssh'))}))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    encoding: 'utf8',
  })
  assert.is(stdout, 'false true\n', stderr)
})

test('Hosts of a kind share a transport, other resolvers have their own', async () => {
  const mine = createTransportResolver()
  assert.is(await mine(settings('ssh')), await mine({ ...settings('ssh'), host: 'was-02' }))
  assert.is.not(await mine(settings('ssh')), await createTransportResolver()(settings('ssh')))
})

test.run()
