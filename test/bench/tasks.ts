// Measures each task of the library where it has nothing to do: trips, and the host's CPU.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FlavourName } from '../../lab/instance/topology.ts'
import { down, isSupported, type Lab, up } from '../../lab/lab.ts'
import { cgroupFolders } from '../../lab/machine/cgroup.ts'
import { logToStderr } from '../../lab/machine/log.ts'
import type { TaskList } from '../../src/index.ts'
import { fingerprints, keyBytes } from '../../tasks/packages/keys/openPgp.ts'
import { debianTopics } from '../endToEnd/debianRows.ts'
import { type LabSite, labSite, playbookText } from '../endToEnd/labSite.ts'
import type { TaskRow, Topic } from '../endToEnd/taskRows.ts'
import { prepareTopics, topicsHere } from '../endToEnd/topicFiles.ts'
import { runTopic } from '../endToEnd/topicRuns.ts'
import { type Figure, ms, table } from './figure.ts'
import { lastRecap } from './stand.ts'

/** What one task may cost of the host, with the login and the shell that it runs in. */
const limitMs = 1500

type Stand = {
  readonly lab: Lab
  readonly site: LabSite
  readonly inventory: string
  readonly host: string
}
type Measured = { readonly name: string; readonly cpuMs: number; readonly trips: number }
type Candidate = { readonly row: TaskRow; readonly index: number }

export async function benchTasks(log: (line: string) => void): Promise<Figure[]> {
  const support = await isSupported()
  if (!support.ok) {
    log(`Not measured: ${support.reason}.`)
    return []
  }
  const { topics } = await topicsHere()
  const measured = [...(await onFreshLab('dnf', topics)), ...(await onFreshLab('apt', debianTopics))]
  const costliest = [...measured].sort((one, other) => other.cpuMs - one.cpuMs)
  const rows = costliest.slice(0, 10).map(({ name, cpuMs, trips }) => [name, ms(cpuMs), String(trips)])
  for (const line of table([['the ten costliest', "host's CPU", 'trips'], ...rows])) log(line)
  const most = costliest[0]!
  const more = measured.filter(({ trips }) => trips > 1).map(({ name, trips }) => `${name} ${trips}`)
  return [
    {
      what: `${measured.length} tasks with nothing to do, the host's CPU`,
      value: `${ms(most.cpuMs)} (${most.name})`,
      target: `at most ${limitMs} ms`,
      isMet: most.cpuMs <= limitMs,
    },
    {
      what: `${measured.length} tasks with nothing to do, trips`,
      value: more.join(', ') || '1',
      target: 'at most 1 each',
      isMet: more.length === 0,
    },
  ]
}

/** Applies all topics on new hosts, and measures after each the tasks that have nothing to do then. */
async function onFreshLab(flavour: FlavourName, itsTopics: readonly Topic[]): Promise<Measured[]> {
  const name = `bench-tasks-${flavour}`
  const lab = await up(name, { flavour, isFresh: true, log: logToStderr() })
  const site = labSite(lab)
  try {
    const hosts = lab.hosts.filter(({ system }) => system !== 'busybox').map((host) => host.name)
    const vars: { [name: string]: string } =
      flavour === 'apt' ? { fingerprint: await fingerprintOf(lab) } : {}
    const inventory = site.inventory('inventory', Object.fromEntries(hosts.map((host) => [host, vars])))
    if (flavour === 'dnf') await prepareTopics(site, hosts, randomBytes(3_000_000))
    const given = { mirror: lab.mirror, ...lab.inventoryVars, ...vars }
    const measured = new Map<string, Measured>()
    const work = hosts.map(async (host, number) => {
      for (const topic of itsTopics.filter((_, index) => index % hosts.length === number)) {
        await runTopic(site, host, inventory, topic)
        await measureTopic({ lab, site, inventory, host }, topic, given, measured)
      }
    })
    await Promise.all(work)
    return [...measured.values()]
  } finally {
    site.remove()
    await down(name, { isPurge: true, log: logToStderr() })
  }
}

/**
 * Measures the tasks of a topic that has just been applied, whose names are not measured yet. Those that are inside of
 * blocks and looks are left out, and those that act each time.
 */
async function measureTopic(
  stand: Stand,
  topic: Topic,
  vars: { readonly [name: string]: string },
  measured: Map<string, Measured>,
): Promise<void> {
  for (const row of topic.rows)
    for (const [index, item] of listOf(row.tasks({ name: stand.host, vars })).entries()) {
      if (item.kind !== 'task' || row.always?.includes(item.title) || measured.has(item.name)) continue
      const found = await lookedAt(stand, item.name, { row, index })
      if (found) measured.set(item.name, found)
    }
}

type Item = Extract<TaskList[number], { readonly kind: string }>

function listOf(list: TaskList): Item[] {
  return (list as unknown[]).flat(9).filter(Boolean) as Item[]
}

/** The text of a function that gives one task of a row; the others are made, too, and left out by their tag. */
function oneOf({ row, index }: Candidate): TaskRow['tasks'] {
  const text = `(host) => {
    const all = [(${row.tasks})(host)].flat(9).filter(Boolean)
    return [all[${index}], block(all.toSpliced(${index}, 1), { tags: ['never'] })]
  }`
  return { toString: () => text } as TaskRow['tasks']
}

/** Undefined where the task has something to do. In check mode, so that nothing is changed then. */
async function lookedAt(
  { lab, site, inventory, host }: Stand,
  name: string,
  place: Candidate,
): Promise<Measured | undefined> {
  const playbook = site.write(`one-${host}.ts`, playbookText({ name, tasks: oneOf(place) }))
  const before = cpuOf(lab, host)
  const { stdout, lines } = await site.run(playbook, '-i', inventory, '-l', host, '--check')
  await sleep(300)
  const cpuMs = cpuOf(lab, host) - before
  const ends = lines.filter(({ event }) => event === 'taskEnd')
  if (ends.length === 0) throw new Error(`${name} was not run: ${stdout.slice(-2000)}`)
  if (!ends.every(({ status }) => ['ok', 'skipped'].includes(status!))) return undefined
  return { name, cpuMs, trips: lastRecap(stdout)[0]!.trips }
}

/** What all processes of the host have used so far. */
function cpuOf({ subnet }: Lab, host: string): number {
  const files = cgroupFolders(Number(subnet.split('.')[2]), host).map((folder) => join(folder, 'cpu.stat'))
  const usec = /^usage_usec (\d+)$/m.exec(readFileSync(files.find(existsSync)!, 'utf8'))![1]
  return Number(usec) / 1000
}

async function fingerprintOf(lab: Lab): Promise<string> {
  const key = Buffer.from(await (await fetch(`${lab.mirror}/packages/debian/key.asc`)).arrayBuffer())
  return fingerprints(keyBytes(key, 'key'), 'key')[0]!
}
