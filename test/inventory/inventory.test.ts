// A loaded inventory knows its groups, the locations of values, and what overrides what.

import { resolve } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { loadInventory } from '../../src/inventory/inventory.ts'
import { findInventory } from '../../src/inventory/sources/findInventory.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { formatLocation } from '../../src/model/errors/location.ts'
import { maskRevealed } from '../../src/model/secrets/masker.ts'
import type { Secret } from '../../src/model/secrets/secret.ts'
import { shownLines } from '../shownLines.ts'
import { inventoryFixtures } from './fixtures.ts'

const fixtures = inventoryFixtures
const loads = resolve(fixtures, 'loads')

const locations: readonly [string, readonly PropertyKey[], string | undefined][] = [
  ['was-01', ['site'], 'production.yml:3:11'],
  ['was-01', ['instances'], 'production.yml:12:11'],
  ['was-01', ['instances', 1], 'production.yml:13:13'],
  ['was-01', ['instances', 1, 'http'], 'production.yml:14:19'],
  ['was-01', ['instances', 1, 'nothing', 'deeper'], 'production.yml:13:13'],
  ['was-01', ['node'], 'production.yml:16:24'],
  ['was-01', ['nothing'], undefined],
  ['was-01', ['inventory_hostname'], undefined],
]

for (const [host, path, place] of locations) {
  test(`${host}: ${path.map(String).join('.')} is at ${place ?? 'no location'}`, async () => {
    const inventory = await loadInventory(['production.yml'], { cwd: loads })
    const where = inventory.host(host)!.where(path)
    assert.is(where && formatLocation(where), place)
  })
}

test('a merged value has the location of its anchor', async () => {
  const inventory = await loadInventory(['hosts.yml'], { cwd: resolve(fixtures, 'cases/yaml-anchors') })
  const where = inventory.host('h1')!.where(['one', 'a'])
  assert.is(formatLocation(where!), 'hosts.yml:3:21')
})

test('an INI value has its line and column', async () => {
  const inventory = await loadInventory(['hosts.ini'], { cwd: resolve(fixtures, 'cases/ini-simple') })
  const { where } = inventory.host('bar.example.com')!
  assert.is(formatLocation(where(['max'])!), 'hosts.ini:5:34')
  assert.is(formatLocation(where(['proxy'])!), 'hosts.ini:15:9')
})

test('everything that sets a variable is known, the winner last', async () => {
  const cwd = resolve(fixtures, 'cases/group-vars-precedence')
  const inventory = await loadInventory(['inv/hosts.yml'], {
    cwd,
    playbookDir: resolve(cwd, 'play'),
    extraVars: [{ p7: 1 }],
  })
  const settings = inventory.host('h')!.definitions('p7')
  assert.equal(
    settings.map(
      ({ owner, where }) =>
        `${owner.kind === 'extra' ? '-e' : owner.name} ${where ? formatLocation(where) : ''}`,
    ),
    [
      'all inv/hosts.yml:2:110',
      'child inv/hosts.yml:8:76',
      'all inv/group_vars/all.yml:4:5',
      'all play/group_vars/all.yml:3:5',
      'parent inv/group_vars/parent.yml:2:5',
      'parent play/group_vars/parent.yml:2:5',
      '-e ',
    ],
  )
})

test('a group knows its hosts, its children, its members and its own variables', async () => {
  const inventory = await loadInventory(['hosts.yaml'], { cwd: resolve(fixtures, 'cases/yaml-nested') })
  const { name, hosts, children, members, vars } = inventory.groups.get('southeast')!
  assert.equal(
    { name, hosts, children, members, vars },
    {
      name: 'southeast',
      hosts: [],
      children: ['atlanta', 'raleigh'],
      members: ['host1', 'host2', 'host3'],
      vars: { server: 'foo.southeast', level: 3 },
    },
  )
  assert.equal(inventory.host('host2')!.groups, ['atlanta', 'raleigh', 'southeast', 'usa'])
})

test('localhost is implied, local, and has the variables of all', async () => {
  const inventory = await loadInventory(['production.yml'], { cwd: loads })
  const [host] = inventory.select('localhost')
  assert.equal({ ...host!.vars }, { site: 'main', ansible_connection: 'local' })
  assert.equal(host!.groups, [])
  assert.not.ok(inventory.hosts.includes(host!))
})

test('localhost means the host that has another name of this machine', async () => {
  const inventory = await loadInventory(['127.0.0.1,'], { cwd: loads })
  assert.equal(
    inventory.select('localhost').map((host) => host.name),
    ['127.0.0.1'],
  )
})

test('variables cannot be changed by a play', async () => {
  const { vars } = (await loadInventory(['production.yml'], { cwd: loads })).host('was-01')!
  assert.throws(() => (vars.instances as unknown[]).push(1), /not extensible/)
})

test('an INI file that was encrypted as a whole has secrets, and numbers as they are', async () => {
  const vaultPasswords = [{ password: 'correct horse' }]
  const inventory = await loadInventory(['vaulted.ini'], { cwd: loads, vaultPasswords })
  const { vars } = inventory.host('h1')!
  assert.is(JSON.stringify(vars), '{"pw":"••••••••","list":[1234,true]}')
  assert.is((vars.pw as Secret).reveal(), 'hunter2')
  assert.is(maskRevealed('pin 1234'), 'pin ••••••••')
})

const shape = { web: { hosts: { 'w[1:2]': null }, vars: { port: 80 } } }
const modules: readonly [string, unknown][] = [
  ['an object', { default: shape }],
  ['a function', { default: () => shape }],
  ['an async function', { default: async () => shape }],
]

for (const [title, loaded] of modules) {
  test(`a module may export ${title}`, async () => {
    const paths: string[] = []
    const loadModule = async (path: string) => {
      paths.push(path)
      return loaded
    }
    const inventory = await loadInventory(['dynamic.ts'], { cwd: loads, loadModule })
    assert.equal(
      inventory.select('web').map((host) => [host.name, host.vars.port]),
      [
        ['w1', 80],
        ['w2', 80],
      ],
    )
    assert.equal(paths, [resolve(loads, 'dynamic.ts')])
  })
}

const wrongModules: readonly [string, () => Promise<unknown>, readonly string[]][] = [
  [
    'fails',
    async () => Promise.reject(new Error('no network')),
    ['dynamic.ts:1  the inventory module failed: no network  E_INVENTORY'],
  ],
  [
    'exports a list',
    async () => ({ default: ['w1'] }),
    ['dynamic.ts:1:1  expected a mapping of groups, got a list  E_INVENTORY'],
  ],
]

for (const [title, loadModule, lines] of wrongModules) {
  test(`a module that ${title} is an error`, async () => {
    const error = await loadInventory(['dynamic.ts'], { cwd: loads, loadModule }).then(
      () => assert.unreachable('it loaded'),
      (thrown: unknown) => thrown as PlaybookError,
    )
    assert.equal(await shownLines(error, loads), lines)
  })
}

const found: readonly [string, string, string][] = [
  ['production.yml', loads, resolve(loads, 'production.yml')],
  ['loads', fixtures, loads],
  [loads, '/', loads],
  ['a,b,', loads, 'a,b,'],
  ['golden.py', resolve(fixtures, '..'), resolve(fixtures, 'golden.py')],
]

for (const [name, cwd, path] of found) {
  test(`-i ${name.replace(fixtures, '…')} is found`, () => assert.is(findInventory(name, cwd), path))
}

test('thousands of hosts are selected at once', async () => {
  const hosts = Object.fromEntries(
    Array.from({ length: 5000 }, (_, index) => [`web-${index}`, { node: index }]),
  )
  const loadModule = async () => ({ default: { web: { hosts, vars: { x: 1 } } } })
  const inventory = await loadInventory(['dynamic.ts'], { cwd: loads, loadModule })
  assert.is(
    inventory.select('web:!web-1').reduce((sum, host) => sum + (host.vars.x as number), 0),
    4999,
  )
})

test.run()
