// A run on many hosts as events, some of which differ.

import { PlaybookError, UnreachableError } from '../../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../../src/model/run/event.ts'
import {
  emptyCounts,
  type HostRecap,
  type ReportedChange,
  type Status,
  type TaskResult,
} from '../../../src/model/run/outcome.ts'

export type Fleet = {
  readonly hosts: number
  readonly isCheck?: boolean
  /** By number of the host, how it fares; the others are equal. */
  readonly outliers?: { readonly [host: number]: 'failed' | 'unreachable' | 'idle' | 'also' | 'stopped' }
  /** Changes of each host. */
  readonly changes?: number
}

const play = 'Site'
const label = (title: string, isHandler = false, name = title.split(' ')[0]!): TaskLabel => ({
  ...{ name, title, isHandler },
  where: { file: '/site/playbooks/site.ts', line: 18, column: 3 },
})

/** Events of hosts that run side by side: each task ends on all of them before the next one does. */
export function fleetRun({ hosts: count, isCheck = false, outliers = {}, changes = 3 }: Fleet): RunEvent[] {
  const names = Array.from({ length: count }, (_, n) => `was-${String(n + 1).padStart(4, '0')}`)
  const counts = new Map(names.map((name) => [name, emptyCounts()]))
  const events: RunEvent[] = []
  const end = (host: string, task: TaskLabel, index: number, result: Partial<TaskResult>) => {
    const status: Status = result.status ?? 'ok'
    counts.get(host)![status] += 1
    events.push({
      ...{ kind: 'taskEnd', play, host, task, index },
      result: { status, changes: [], durationMs: 200, ...result },
    })
  }
  const fate = (n: number) => outliers[n + 1]
  const isOver = (n: number) => ['failed', 'unreachable', 'stopped'].includes(fate(n) ?? '')
  const tasks = changes + 1
  for (const host of names) events.push({ kind: 'hostStart', play, host, tasks })
  for (const [n, host] of names.entries()) {
    if (fate(n) === 'unreachable') end(host, label('connect'), -1, lost(host))
    if (fate(n) === 'failed') end(host, label('download tomcat.tar.gz'), 0, failure(host))
  }
  for (let index = 0; index < changes; index += 1)
    for (const [n, host] of names.entries())
      if (!isOver(n) && fate(n) !== 'idle')
        end(host, label(`copyFile /etc/app/${index}.conf`), index, changed('absent', '12 bytes'))
  for (const [n, host] of names.entries()) {
    if (isOver(n) || fate(n) === 'idle') continue
    if (fate(n) === 'also') end(host, label('firewallPort 4000/tcp'), changes, changed('closed', 'open'))
    const result = { ...changed(`pid ${800 + n}`, 'restarted'), durationMs: 9100 }
    end(host, label('service httpd restarted', true, 'service'), 0, result)
  }
  const recaps = names.map(
    (host, n): HostRecap => ({
      ...{ host, counts: counts.get(host)!, ignored: 0, tasks, trips: 3, durationMs: 9000 },
      ...(fate(n) === 'stopped' ? { isCutShort: true } : {}),
      ...(fate(n) === 'failed' ? { owed: ['service httpd restarted'] } : {}),
    }),
  )
  return [
    { kind: 'runStart', playbooks: ['site.ts'], isCheck, resumable: { flags: {}, unkeptVars: [] } },
    { kind: 'playStart', play, hosts: names, isCheck },
    ...events,
    ...recaps.map((recap): RunEvent => ({ kind: 'hostEnd', play, recap })),
    { kind: 'playEnd', play, hosts: recaps, durationMs: 41_000, isCheck },
    { kind: 'runEnd', recap: { hosts: recaps, durationMs: 41_000, isCheck, isInterrupted: false } },
  ]
}

function changed(from: string, to: string): { status: Status; changes: ReportedChange[] } {
  return { status: 'changed', changes: [{ what: 'content', from, to }] }
}

function failure(host: string): Partial<TaskResult> {
  const error = new PlaybookError('E_CHECKSUM', 'None of 2 mirrors has the requested file.', {
    details: [
      'https://mirror-1.example/tomcat.tar.gz   404 Not Found',
      `https://mirror-2.example/tomcat.tar.gz   SHA-512 is 51c2…9e, expected 7ab0…41 (${host})`,
    ],
    hint: 'Show the last run: run-playbook history',
  })
  return { status: 'failed', error }
}

function lost(host: string): Partial<TaskResult> {
  const address = `10.0.0.${Number(host.slice(-4)) % 250}`
  const message = `${host}: Connecting to ${address} port 22 timed out after 10 s.`
  return { status: 'unreachable', error: new UnreachableError('E_CONNECT', message, 'connect') }
}
