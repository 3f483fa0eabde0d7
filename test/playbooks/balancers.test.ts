// Tests the site's balancers made from the inventory, and inventories that are refused.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { balancers } from '../../playbooks/roles/balancers.ts'
import type { OtherHost } from '../../src/index.ts'
import { PlaybookError } from '../../src/index.ts'

const instance = (name: string, index: number) => ({
  ...{ name, service: name.toUpperCase(), shutdown: 8005 + index, http: 8080 + index, ajp: 8009 + index },
  ...{ redirect: 8443 + index, multicast: 45564 + index, receiver: 4000 + index },
})
const ecs = instance('ecs', 0)
const ifs = instance('ifs', 1)

const was = (number: number, vars: Record<string, unknown>) =>
  ({ name: `was-0${number}`, address: `10.0.0.1${number}`, groups: ['was'], vars }) as unknown as OtherHost

function balancersOf(hosts: readonly OtherHost[], vhosts: readonly { name: string; instance: string }[]) {
  const vars = { was_hosts: 'was', vhosts } as unknown as Parameters<typeof balancers>[0]['vars']
  return balancers({ vars, hosts: () => hosts })
}

const ecsVhost = { name: 'ecs.example', instance: 'ecs' }

test('each instance is balanced over the hosts that have it, named by its routes', () => {
  const hosts = [was(1, { node: 1, instances: [ecs, ifs] }), was(2, { node: 2, instances: [ecs] })]
  assert.equal(balancersOf(hosts, [ecsVhost]), [
    {
      instance: 'ecs',
      name: 'ecs_loadbalancer',
      workers: [
        { name: 'ecs1', host: '10.0.0.11', port: 8009 },
        { name: 'ecs2', host: '10.0.0.12', port: 8009 },
      ],
    },
    {
      instance: 'ifs',
      name: 'ifs_loadbalancer',
      workers: [{ name: 'ifs1', host: '10.0.0.11', port: 8010 }],
    },
  ])
})

test('a third host is all it takes for a third worker', () => {
  const hosts = [1, 2, 3].map((node) => was(node, { node, instances: [ecs] }))
  assert.equal(
    balancersOf(hosts, [ecsVhost])[0]!.workers.map(({ name }) => name),
    ['ecs1', 'ecs2', 'ecs3'],
  )
})

type Row = readonly [
  title: string,
  hosts: readonly OtherHost[],
  vhosts: readonly { name: string; instance: string }[],
  code: string,
  message: RegExp,
]

const rows: readonly Row[] = [
  ['no WAS hosts', [], [ecsVhost], 'E_NO_WAS', /^"was" has no hosts/],
  ['a host without its node', [was(1, { instances: [ecs] })], [ecsVhost], 'E_WAS_VARS', /^was-01: node: /],
  [
    'an instance with a port that is none',
    [was(1, { node: 1, instances: [{ ...ecs, ajp: '8o09' }] })],
    [ecsVhost],
    'E_WAS_VARS',
    /^was-01: instances\.0\.ajp: /,
  ],
  [
    'two hosts of one node',
    [was(1, { node: 1, instances: [ecs] }), was(2, { node: 1, instances: [ecs] })],
    [ecsVhost],
    'E_WORKER_TWICE',
    /^was-01 and was-02 would both have the worker ecs1/,
  ],
  [
    'an instance twice on one host',
    [was(1, { node: 1, instances: [ecs, ecs] })],
    [ecsVhost],
    'E_WORKER_TWICE',
    /^was-01 would have the worker ecs1 twice/,
  ],
  [
    'a virtual host of an instance that does not exist',
    [was(1, { node: 1, instances: [ecs] })],
    [{ name: 'x.example', instance: 'xyz' }],
    'E_NO_BALANCER',
    /^x\.example is for the instance xyz/,
  ],
]
for (const [title, hosts, vhosts, code, message] of rows) {
  test(`an error explains: ${title}`, () => {
    try {
      balancersOf(hosts, vhosts)
    } catch (thrown) {
      assert.instance(thrown, PlaybookError)
      assert.is((thrown as PlaybookError).code, code)
      assert.match((thrown as PlaybookError).message, message)
      return
    }
    assert.unreachable('balancers were made')
  })
}

test.run()
