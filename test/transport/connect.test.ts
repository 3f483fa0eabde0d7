// Selecting the transport for a host.

import { createRequire } from 'node:module'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { ConnectionSettings } from '../../src/model/host.ts'
import { createTransportResolver } from '../../src/transport/connect.ts'

const settings = (kind: 'ssh' | 'local'): ConnectionSettings => ({
  kind,
  host: 'was-01',
  become: { method: 'sudo', user: 'root' },
})

function isLoaded(name: string): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((file) =>
    file.includes(`/node_modules/${name}/`),
  )
}

test('A run that is local loads no ssh', async () => {
  const transportFor = createTransportResolver()
  await transportFor(settings('local'))
  assert.not.ok(isLoaded('ssh2'))
  await transportFor(settings('ssh'))
  assert.ok(isLoaded('ssh2'))
})

test('Hosts of a kind share a transport, other resolvers have their own', async () => {
  const mine = createTransportResolver()
  assert.is(await mine(settings('ssh')), await mine({ ...settings('ssh'), host: 'was-02' }))
  assert.is.not(await mine(settings('ssh')), await createTransportResolver()(settings('ssh')))
})

test.run()
