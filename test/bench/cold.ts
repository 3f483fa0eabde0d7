// Measures a cold run of the WAS role: trips, seconds, slowest tasks.

import { join } from 'node:path'
import { down, up } from '../../lab/lab.ts'
import { logToStderr } from '../../lab/machine/log.ts'
import type { RunEvent } from '../../src/model/run/event.ts'
import { makeSite } from '../endToEnd/site.ts'
import { type Figure, ms, table } from './figure.ts'
import { newestRun, type Run } from './journals.ts'

export type ColdOptions = {
  /** true: on hosts of its own, brought up empty for it; false: the last cold run's journal is read. */
  readonly isFresh: boolean
}

export async function benchCold({ isFresh }: ColdOptions, log: (line: string) => void): Promise<Figure[]> {
  const run = isFresh ? await freshRun() : await lastColdRun(join(process.cwd(), '.run-playbook'))
  if (!run) {
    log(
      'Not measured: no journal here has a cold run of was.ts. Take one on fresh hosts: npm run bench -- cold --cold',
    )
    return []
  }
  return logRun(run, log)
}

const labName = 'bench'

async function freshRun(): Promise<Run | undefined> {
  const lab = await up(labName, { isFresh: true, log: logToStderr() })
  const site = makeSite(lab)
  try {
    const { code, stderr } = await site.runPlaybook('was.ts')
    if (code !== 0) throw new Error(`The cold run ended with exit code ${code}.\n${stderr}`)
    return await lastColdRun(join(site.folder, '.run-playbook'))
  } finally {
    site.remove()
    await down(labName, { isPurge: true, log: logToStderr() })
  }
}

/** The newest run of was.ts that really changed much on every host. */
function lastColdRun(directory: string): Promise<Run | undefined> {
  return newestRun(directory, (run) => isCold(run.map(({ event }) => event)))
}

function isCold(events: readonly RunEvent[]): boolean {
  const begin = events.find((event) => event.kind === 'runStart')
  const end = events.find((event) => event.kind === 'runEnd')
  if (begin?.kind !== 'runStart' || end?.kind !== 'runEnd') return false
  const isWas = begin.playbooks.some((playbook) => /\bwas\.ts$/.test(playbook))
  const { hosts, isCheck } = end.recap
  return isWas && !isCheck && hosts.length > 0 && hosts.every(({ counts }) => counts.changed >= 15)
}

function logRun(run: Run, log: (line: string) => void): Figure[] {
  const events = run.map(({ event }) => event)
  const end = events.findLast((event) => event.kind === 'runEnd')
  if (end?.kind !== 'runEnd') return []
  log(`Run of ${run[0]!.time}`)
  const hosts = end.recap.hosts.map(({ host, counts, trips }) => {
    const inTrips = events.reduce(
      (sum, event) => (event.kind === 'trip' && event.host === host ? sum + event.durationMs : sum),
      0,
    )
    return [host, String(counts.changed), String(trips), ms(inTrips)]
  })
  for (const line of table([['host', 'changed', 'trips', 'in trips'], ...hosts])) log(line)
  log('')
  for (const line of table([['task', 'times', 'together'], ...longestTasks(events).slice(0, 10)])) log(line)
  const trips = end.recap.hosts.map((host) => host.trips)
  return [
    { what: 'cold run of the WAS role', value: `${(end.recap.durationMs / 1000).toFixed(1)} s` },
    { what: 'its trips a host', value: trips.join(', ') },
  ]
}

/** Tasks by name, the one that took longest, over all hosts, first. */
function longestTasks(events: readonly RunEvent[]): string[][] {
  const sums = new Map<string, { count: number; durationMs: number }>()
  for (const event of events) {
    if (event.kind !== 'taskEnd' || event.result.status !== 'changed') continue
    const sum = sums.get(event.task.name) ?? { count: 0, durationMs: 0 }
    sum.count += 1
    sum.durationMs += event.result.durationMs
    sums.set(event.task.name, sum)
  }
  return [...sums]
    .sort(([, one], [, other]) => other.durationMs - one.durationMs)
    .map(([name, { count, durationMs }]) => [name, String(count), ms(durationMs)])
}
