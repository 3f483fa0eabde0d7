// Every task on real hosts: dry run, run, and a second run without changes.

import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { down, type Lab, up } from '../../lab/lab.ts'
import { builtInTasks } from '../../src/userCode/findTask.ts'
import type { Line, Ran } from './labSite.ts'
import { type LabSite, labSite, playbookText } from './labSite.ts'
import { type TaskRow, type Topic, topics } from './taskRows.ts'

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

/** Root logs in to the WAS hosts, `ops` to the others, where it becomes root by sudo. */
const logins = { 'was-01': 'root', 'was-02': 'root', 'web-01': 'ops', 'web-02': 'ops' } as const
const hosts = Object.keys(logins) as (keyof typeof logins)[]

const blob = randomBytes(3_000_000)
let lab: Lab
let site: LabSite
let inventory: string
let results: Promise<readonly TopicResult[]>

test('every task is in a row, or in a playbook that has a test of its own', async () => {
  const rows = topics.flatMap((topic) => topic.rows.map((row) => String(row.tasks))).join('\n')
  const playbooks = readdirSync(join(root, 'playbooks'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'playbooks', file), 'utf8'))
    .join('\n')
  const isCalled = (task: string, text: string) => new RegExp(`\\b${task}\\(`).test(text)
  const missing = [...(await builtInTasks()).keys()].filter(
    (task) => !isCalled(task, rows) && !(inPlaybooks.includes(task) && isCalled(task, playbooks)),
  )
  assert.equal(missing, [])
})

test('on a fresh lab, all rows run', async () => {
  lab = await up(name, { isFresh: true })
  site = labSite(lab)
  inventory = site.inventory(
    'inventory',
    Object.fromEntries(Object.entries(logins).map(([host, user]) => [host, { ansible_user: user }])),
  )
  site.write('files/blob', blob)
  site.write(
    'templates/site.j2',
    '{{ ansible_hostname | length > 0 }} {{ 10 / 2 }}\n{% for peer in peers %}\n- {{ peer }}\n{% endfor %}\npassword={{ password }}\n',
  )
  site.write('files/long.txt', 'four hundred thousand bytes, a line of forty\n'.slice(0, 40).repeat(10_000))
  chmodSync(site.write('files/program', '#!/bin/sh\necho "it runs"\n\n'), 0o750)
  site.write('files/tree/sub/page', 'the page\n')
  chmodSync(site.write('files/tree/run', '#!/bin/sh\necho it runs\n'), 0o755)
  symlinkSync('sub/page', join(site.folder, 'files/tree/here'))
  site.write('files/server.xml', readFileSync(tomcatFile('conf/server.xml')))
  results = runTopics()
  await results
})

for (const [index, topic] of topics.entries()) {
  for (const row of topic.rows) {
    test(`${topic.name}, as ${logins[hostOf(index)]}: ${row.title}`, async () => {
      const result = (await results)[index]!
      const [dryRun, run, secondRun] = result.runs.map((ran) => endsOf(ran, row)) as [Line[], Line[], Line[]]
      assert.equal(
        run.filter(({ status }) => !['ok', 'changed'].includes(status!)),
        [],
        'nothing failed',
      )
      assert.ok(run.some(isChanged), 'the run changed something')
      assert.equal(predictedIn(dryRun, run), changedIn(run, dryRun), 'the dry run said what the run then did')
      assert.equal(
        secondRun.filter((end) => end.status !== 'ok').map(({ task }) => task),
        row.always ?? [],
        'the second run found nothing to do',
      )
      if (row.shows) assert.is(result.shown.get(row), filled(row.shows[1]))
      const output = result.runs.map(({ stdout, stderr }) => stdout + stderr).join('')
      if (row.hides) assert.not.ok(output.includes(row.hides), 'a secret was shown')
    })
  }
}

test('the lab goes down', async () => {
  await results
  site.remove()
  await down(name, { isPurge: true })
})

/** The dry run, the run and the second run of a topic, and what its rows then show. */
type TopicResult = { readonly runs: readonly Ran[]; readonly shown: ReadonlyMap<TaskRow, string> }

async function runTopic(topic: Topic, index: number): Promise<TopicResult> {
  const host = hostOf(index)
  const plays = topic.rows.map(({ title, tasks }) => ({ name: title, tasks }))
  const playbook = site.write(`${topic.name}.ts`, playbookText(...plays))
  for (const { title, setup = ':' } of topic.rows) {
    const { code, stderr } = await site.on(host, setup)
    if (code !== 0) throw new Error(`The setup of "${title}" failed: ${stderr}`)
  }
  const isHiding = topic.rows.some(({ hides }) => hides !== undefined)
  const words = [playbook, '-i', inventory, '-l', host, '--diff', ...(isHiding ? ['-vvv'] : [])]
  const runs = [await site.run(...words, '--check'), await site.run(...words), await site.run(...words)]
  const shown = new Map<TaskRow, string>()
  for (const row of topic.rows) if (row.shows) shown.set(row, (await site.on(host, row.shows[0])).stdout)
  return { runs, shown }
}

/** All topics, those of a host one after the other. */
async function runTopics(): Promise<TopicResult[]> {
  const found: TopicResult[] = []
  const workHost = async (host: string) => {
    await prepareHost(host)
    for (const [index, topic] of topics.entries())
      if (hostOf(index) === host) found[index] = await runTopic(topic, index)
  }
  await Promise.all(hosts.map(workHost))
  return found
}

/** Brings what rows take as given. unzip is neither in the image nor a package of the lab: the machine's own does it. */
async function prepareHost(host: string): Promise<void> {
  const files = [
    '/usr/bin/unzip',
    join(root, 'test/fixtures/httpd/2.4.68/httpd.conf'),
    tomcatFile('conf/server.xml'),
    tomcatFile('bin/catalina.sh'),
  ]
  await site.on(host, 'mkdir -p /srv/files /srv/t')
  for (const path of files)
    await site.on(host, `cat >/srv/files/${basename(path)}`, { input: readFileSync(path) })
  await site.on(host, 'chmod 755 /srv/files/unzip && mv /srv/files/unzip /usr/bin/unzip')
}

function tomcatFile(path: string): string {
  return join(root, 'test/fixtures/tomcat/9.0.109', path)
}

function hostOf(index: number): keyof typeof logins {
  return hosts[index % hosts.length]!
}

/** How the tasks of a row ended. @throws where the run did not come as far */
function endsOf(ran: Ran, { title }: TaskRow): Line[] {
  const ends = ran.lines.filter((line) => line.event === 'taskEnd' && line.play === title)
  if (ends.length > 0) return ends
  throw new Error(`The run ended before this row: ${ran.stdout.slice(-3000)}\n${ran.stderr.slice(-1000)}`)
}

const isChanged = ({ status }: Line) => status === 'changed'

/** What the dry run said would change; what it saw a need to wait for may have come by itself. */
function predictedIn(dryRun: Line[], run: Line[]): string[] {
  const isThereAlready = ({ name }: Line, index: number) =>
    ['waitFor', 'httpCheck'].includes(name!) && run[index]?.status === 'ok'
  return dryRun.filter((end, index) => isChanged(end) && !isThereAlready(end, index)).map(summary)
}

/** What the run changed, save what the dry run could not know. */
function changedIn(run: Line[], dryRun: Line[]): string[] {
  return run.filter((end, index) => isChanged(end) && dryRun[index]?.status !== 'unknown').map(summary)
}

function summary({ task, changes }: Line): string {
  return `${task}: ${JSON.stringify(changes)}`
}

function filled(output: string): string {
  const sha256 = createHash('sha256').update(blob).digest('hex')
  return output.replace('{blob}', sha256).replace('{tomcat}', lab.sources.tomcat.sha512)
}

test.run()
