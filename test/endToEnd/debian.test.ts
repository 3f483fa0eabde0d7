// Debian hosts and a busybox host of the lab, and tasks that need apt.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { down, type Lab, up } from '../../lab/lab.ts'
import { fingerprints, keyBytes } from '../../tasks/packages/keys/openPgp.ts'
import { boxTopics } from './boxRows.ts'
import { debianTopics } from './debianRows.ts'
import { type LabSite, labSite } from './labSite.ts'
import type { Topic } from './taskRows.ts'
import { checkRow, runTopic, type TopicResult } from './topicRuns.ts'

const name = 'e2e-debian'
const logins = { 'deb-01': 'root', 'deb-02': 'ops', 'box-01': 'root' } as const
type Host = keyof typeof logins

/** Every topic, and the host on which it runs. */
const work: readonly (readonly [Host, Topic])[] = [
  ...debianTopics.map((topic, index) => [index % 2 === 0 ? 'deb-01' : 'deb-02', topic] as const),
  ...boxTopics.map((topic) => ['box-01', topic] as const),
]

let lab: Lab
let site: LabSite
let results: Promise<readonly TopicResult[]>

test('a fresh lab of the flavour apt comes up', async () => {
  lab = await up(name, { flavour: 'apt', isFresh: true })
  site = labSite(lab)
})

test('a lab keeps its flavour', async () => {
  const error = await up(name, { flavour: 'dnf' }).catch((error) => error)
  assert.is(error.code, 'E_LAB_FLAVOUR')
})

test('the box has busybox alone', async () => {
  const script =
    'hostname; for program in bash python3 perl apt-get systemctl; do command -v $program; done; readlink /bin/ls'
  assert.is((await site.on('box-01', script)).stdout, 'box-01\n/bin/busybox\n')
})

test('all rows run', async () => {
  const key = Buffer.from(await (await fetch(`${lab.mirror}/packages/debian/key.asc`)).arrayBuffer())
  const [fingerprint] = fingerprints(keyBytes(key, 'key'), 'key')
  const users = Object.entries(logins).map(([host, user]) => [host, { ansible_user: user, fingerprint }])
  const inventory = site.inventory('inventory', Object.fromEntries(users))
  results = runTopics(inventory)
  await results
})

for (const [index, [host, topic]] of work.entries())
  for (const row of topic.rows)
    test(`${topic.name}, as ${logins[host]}: ${row.title}`, async () =>
      checkRow(row, (await results)[index]!))

test('the lab goes down', async () => {
  await results
  site.remove()
  await down(name, { isPurge: true })
})

/** All topics, those of a host one after the other. */
async function runTopics(inventory: string): Promise<TopicResult[]> {
  const found: TopicResult[] = []
  const workHost = async (host: string) => {
    for (const [index, [itsHost, topic]] of work.entries())
      if (itsHost === host) found[index] = await runTopic(site, host, inventory, topic)
  }
  await Promise.all(Object.keys(logins).map(workHost))
  return found
}

test.run()
