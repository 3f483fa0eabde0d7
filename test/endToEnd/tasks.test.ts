// Every task on real hosts: dry run, run, and a second run without changes.

import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { down, type Lab, up } from '../../lab/lab.ts'
import { builtInTasks } from '../../src/userCode/findTask.ts'
import { debianTopics } from './debianRows.ts'
import { type LabSite, labSite } from './labSite.ts'
import { topics as allTopics } from './taskRows.ts'
import { prepareTopics, topicsHere } from './topicFiles.ts'
import { checkRow, checkTrips, runTopic, type TopicResult } from './topicRuns.ts'

const name = 'e2e-tasks'
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Tasks that need a whole Tomcat or httpd. The site's playbooks use them, and the tests of these run them twice. */
const inPlaybooks = [
  'buildFromSource',
  'httpd',
  'httpdConfiguration',
  'jkActivation',
  'reloadHttpd',
  'restartTomcat',
  'testSessionFailover',
  'tomcat',
  'tomcatCluster',
]

/** Tasks that need a kernel with SELinux, which a container has not: `npm run selinux` runs them. */
const onSelinux = ['seBoolean', 'seContext', 'seMode', 'sePort']

/** The hosts of the lab have no ufw: test/tasks/network/ufw.test.ts runs it in a namespace, where it is installed. */
const inNamespaces = ['ufw']

/** Root logs in to the WAS hosts, `ops` to the others, where it becomes root by sudo. */
const logins = { 'was-01': 'root', 'was-02': 'root', 'web-01': 'ops', 'web-02': 'ops' } as const
const hosts = Object.keys(logins) as (keyof typeof logins)[]

const { topics, missing } = await topicsHere()
if (missing !== undefined) test.skip(`Tasks with Ansible: ${missing}`)

const blob = randomBytes(3_000_000)
let lab: Lab
let site: LabSite
let inventory: string
let results: Promise<readonly TopicResult[]>

test('every task is in a row, or in a playbook that has a test of its own', async () => {
  const rows = [...allTopics, ...debianTopics]
    .flatMap((topic) => topic.rows.map((row) => String(row.tasks)))
    .join('\n')
  const playbooks = readdirSync(join(root, 'playbooks'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'playbooks', file), 'utf8'))
    .join('\n')
  const isCalled = (task: string, text: string) => new RegExp(`\\b${task}\\(`).test(text)
  const unused = [...(await builtInTasks()).keys()].filter(
    (task) =>
      !onSelinux.includes(task) &&
      !inNamespaces.includes(task) &&
      !isCalled(task, rows) &&
      !(inPlaybooks.includes(task) && isCalled(task, playbooks)),
  )
  assert.equal(unused, [])
})

test('on a fresh lab, all rows run', async () => {
  lab = await up(name, { isFresh: true })
  site = labSite(lab)
  inventory = site.inventory(
    'inventory',
    Object.fromEntries(Object.entries(logins).map(([host, user]) => [host, { ansible_user: user }])),
  )
  await prepareTopics(site, hosts, blob)
  results = runTopics()
  await results
})

for (const [index, topic] of topics.entries()) {
  for (const row of topic.rows) {
    test(`${topic.name}, as ${logins[hostOf(index)]}: ${row.title}`, async () =>
      checkRow(row, (await results)[index]!, (output) => filled(output).replaceAll('{host}', hostOf(index))))
  }
  test(`${topic.name}: a run that finds nothing to do takes one trip for each user`, async () =>
    checkTrips(topic, (await results)[index]!))
}

test('the lab goes down', async () => {
  await results
  site.remove()
  await down(name, { isPurge: true })
})

/** All topics, those of a host one after the other. */
async function runTopics(): Promise<TopicResult[]> {
  const found: TopicResult[] = []
  const workHost = async (host: string) => {
    for (const [index, topic] of topics.entries())
      if (hostOf(index) === host) found[index] = await runTopic(site, host, inventory, topic)
  }
  await Promise.all(hosts.map(workHost))
  return found
}

function hostOf(index: number): keyof typeof logins {
  return hosts[index % hosts.length]!
}

function filled(output: string): string {
  const sha256 = createHash('sha256').update(blob).digest('hex')
  return output.replace('{blob}', sha256).replace('{tomcat}', lab.sources.tomcat.sha512)
}

test.run()
