// Tests the facts command: table, JSON, and unreachable hosts.

import { hostname } from 'node:os'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { factTable } from '../../../src/cli/facts/factTable.ts'
import { cliSite } from '../command.ts'

const site = cliSite({
  'inventory.yaml': `all:
  hosts:
    one: { ansible_connection: local }
    two: { ansible_connection: local }
    gone: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody }
`,
})
test.after(() => site.remove())

const facts = (args: string) => site.run(`facts -i inventory.yaml ${args}`)

test('equal answers are one line; a part of a fact, and a name of Ansible', async () => {
  const { code, stdout, stderr } = await facts('hostname os.architecture ansible_system -l one,two')
  assert.equal([code, stderr], [0, ''])
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/))
  assert.equal(
    lines.map(([name, , hosts]) => [name, hosts]),
    [
      ['hostname', 'all 2 hosts'],
      ['os.architecture', 'all 2 hosts'],
      ['ansible_system', 'all 2 hosts'],
    ],
  )
  assert.is(lines[0]![1], hostname())
})

test('JSON has the values; a host that cannot be reached is an error, exit code 4, and the others answer', async () => {
  const { code, stdout, stderr } = await facts('cpus mounts ansible_memtotal_mb --json -l one,gone')
  assert.is(code, 4)
  const { hosts, errors } = JSON.parse(stdout)
  assert.equal(Object.keys(hosts), ['one'])
  assert.ok(hosts.one.cpus >= 1 && hosts.one.ansible_memtotal_mb > 100 && hosts.one.mounts.length > 0)
  assert.equal(Object.keys(errors), ['gone'])
  assert.match(stderr, /^gone: .+ {2}E_\w+$/m)
})

test('what needs nothing of a host is shown too', async () => {
  assert.match((await facts('ansible_system -l one')).stdout, /^ansible_system +Linux +one$/m)
})

test('without names all facts', async () => {
  const { code, stdout } = await facts('-l one')
  assert.is(code, 0)
  for (const name of ['os.family', 'memory.total', 'interfaces lo', 'selinux.mode', 'user.name'])
    assert.match(stdout, new RegExp(`^${name} `, 'm'))
})

for (const [name, hint] of [
  ['os.verson', 'Did you mean os.version?'],
  ['hostnam', 'Did you mean hostname?'],
  ['weather', 'There are os, cpus, '],
] as const)
  test(`no fact ${name}`, async () => {
    const { code, stderr } = await facts(name)
    assert.is(code, 1)
    assert.match(stderr, `No fact "${name}".  E_UNKNOWN_FACT\n    ${hint}`)
  })

test('mounts and interfaces are a line each, bytes are readable, control characters are not printed', () => {
  const table = factTable([
    {
      host: 'a',
      facts: {
        mounts: [
          {
            path: '/',
            device: '/dev/vda',
            type: 'ext4',
            options: ['rw'],
            size: 3 * 1024 ** 3,
            available: 1536,
          },
        ],
        memory: { total: 2 * 1024 ** 3, swap: { total: 0 } },
        interfaces: [
          {
            name: 'eth0',
            mac: '',
            mtu: 1500,
            isUp: true,
            ipv4: [{ address: '10.0.0.1', prefix: 8 }],
            ipv6: [],
          },
        ],
        defaultIpv4: undefined,
        hostname: 'a\u001b[31m',
      },
    },
    { host: 'b', facts: { hostname: 'b', mounts: [] } },
  ])
  const lines = table.split('\n').map((line) => line.trimEnd().split(/ {2,}/))
  assert.equal(lines.slice(0, -1), [
    ['mounts /', '/dev/vda ext4 3.0 GiB (1.5 KiB available)', 'a'],
    ['memory.total', '2.0 GiB', 'a'],
    ['memory.swap.total', '0 B', 'a'],
    ['interfaces eth0', 'mtu 1500 up 10.0.0.1/8', 'a'],
    ['defaultIpv4', '-', 'a'],
    ['hostname', lines[5]![1], 'a'],
    ['', 'b', 'b'],
    ['mounts', '-', 'b'],
  ])
  assert.not.match(table, '\u001b')
})

test.run()
