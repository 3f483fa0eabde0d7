// A run on many hosts, with their times, for the tests of the HTML report and its picture.

import { PlaybookError, UnreachableError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import { emptyCounts, type HostRecap, type TaskResult } from '../../src/model/run/outcome.ts'
import { createHtmlReporter } from '../../src/report/html/htmlReporter.ts'
import { createSink } from '../../src/report/output/sink.ts'
import { compareRuns } from '../../src/report/table/compareRuns.ts'
import { createRunTable } from '../../src/report/table/runTable.ts'
import { createTestStream } from '../report/capture.ts'

export type Timed = { readonly time: string; readonly event: RunEvent }

export type ExampleOptions = {
  readonly hosts: number
  readonly tasks: number
  readonly startedAt?: string
  /** Added to the titles and contents of one task, as a host may have it. */
  readonly extra?: string
}

const names = [
  'dnf java-17-openjdk httpd',
  'user tomcat',
  'directory /srv/app',
  'download apache-tomcat-9.0.109.tar.gz',
  'unarchive apache-tomcat-9.0.109.tar.gz',
  'editXml /srv/app/conf/server.xml',
  'copyFile /etc/httpd/conf.d/app.conf',
  'firewallPort 8080/tcp',
  'service tomcat',
  'sysctl net.core.somaxconn',
  'line /etc/security/limits.conf',
  'copyFile /etc/motd',
]

const xml = (port: number, extra: string) => `<Server port="8005" shutdown="SHUTDOWN">
  <Service name="Catalina">
    <Connector port="${port}" protocol="HTTP/1.1"
               connectionTimeout="20000" maxThreads="${port === 8080 ? 200 : 400}"/>
    <!-- ${extra} -->
  </Service>
</Server>
`

/** Every third host is busy; one in a hundred fails, and one is lost. */
export function exampleRun({
  hosts,
  tasks,
  startedAt = '2026-03-10T12:03:20.000Z',
  extra = '',
}: ExampleOptions): Timed[] {
  const start = Date.parse(startedAt)
  const all: Timed[] = []
  const at = (ms: number, event: RunEvent) => all.push({ time: new Date(start + ms).toISOString(), event })
  const list = Array.from(
    { length: hosts },
    (_, n) => `${n % 3 === 2 ? 'web' : 'was'}-${String(n + 1).padStart(3, '0')}`,
  )
  const play = 'Site'
  const resumable = { flags: { inventory: ['inventory/production.yaml'], limit: 'was:web' }, unkeptVars: [] }
  at(0, {
    kind: 'runStart',
    playbooks: ['playbooks/site.ts'],
    isCheck: false,
    by: 'minji@deploy-01',
    resumable,
  })
  at(5, { kind: 'playStart', play, hosts: list, isCheck: false })
  const recaps = list.map((host, n) => {
    const events = hostEvents(host, n, { hosts, tasks, extra })
    for (const { ms, event } of events) at(ms, event)
    return (events.at(-1)!.event as Extract<RunEvent, { kind: 'hostEnd' }>).recap
  })
  const durationMs = Math.max(...recaps.map((recap) => recap.durationMs)) + 400
  at(durationMs, { kind: 'playEnd', play, hosts: recaps, durationMs, isCheck: false })
  at(durationMs, {
    kind: 'runEnd',
    recap: { hosts: recaps, durationMs, isCheck: false, isInterrupted: false },
  })
  return all
}

function hostEvents(
  host: string,
  n: number,
  { tasks, extra = '' }: ExampleOptions,
): { ms: number; event: RunEvent }[] {
  const events: { ms: number; event: RunEvent }[] = []
  const counts = emptyCounts()
  let ms = 20 + (n % 40) * 35
  const trip = (durationMs: number, steps: number) => {
    ms += durationMs
    events.push({
      ms,
      event: { kind: 'trip', host, as: undefined, probes: steps ? 1 : tasks, steps, durationMs },
    })
  }
  events.push({ ms, event: { kind: 'hostStart', play: 'Site', host, tasks } })
  trip(180 + (n % 7) * 20, 0)
  for (let index = 0; index < tasks; index += 1) {
    const task: TaskLabel = {
      name: names[index % names.length]!.split(' ')[0]!,
      title:
        index < names.length
          ? names[index]!
          : `${names[index % names.length]} ${Math.floor(index / names.length) + 1}`,
      isHandler: false,
      where: { file: `/site/playbooks/roles/tomcat.ts`, line: 10 + index },
    }
    const result = resultOf(n, index, extra)
    events.push({ ms, event: { kind: 'taskStart', host, task, index } })
    if (result.durationMs > 10) trip(result.durationMs, 1)
    counts[result.status] += 1
    events.push({ ms, event: { kind: 'taskEnd', play: 'Site', host, task, index, result } })
    if (result.status === 'failed' || result.status === 'unreachable') break
  }
  const recap: HostRecap = { host, counts, ignored: 0, tasks, trips: 3, durationMs: ms }
  events.push({ ms, event: { kind: 'hostEnd', play: 'Site', recap } })
  return events
}

function resultOf(n: number, index: number, extra: string): TaskResult {
  const none = { changes: [], durationMs: 2 }
  if (index === 3 && n % 100 === 4) {
    const details = [
      'https://mirror-2.example/apache-tomcat-9.0.109.tar.gz: SHA-512 is 51c2…9e, expected 7ab0…41',
    ]
    const options = { details, hint: 'The file already on the host was left as it was.' }
    const error = new PlaybookError('E_CHECKSUM', 'None of 2 mirrors has the requested file.', options)
    return { status: 'failed', changes: [], durationMs: 3100, error }
  }
  if (index === 1 && n % 400 === 31) {
    const error = new UnreachableError(
      'E_CONNECT',
      'Connecting to 10.0.0.50 port 22 timed out after 10 s.',
      'connect',
    )
    return { status: 'unreachable', changes: [], durationMs: 10_000, error }
  }
  if (index % names.length === 2 && n % 5 === 1)
    return { ...none, status: 'skipped', reason: 'when: it is not a web server' }
  if (n % 3 !== 0) return { ...none, status: 'ok' }
  if (index === 5) {
    const diff = { path: '/srv/app/conf/server.xml', before: xml(8080, 'x'), after: xml(8090, extra) }
    const changes = [
      { what: 'Connector[HTTP/1.1] @port', from: '8080', to: '8090', diff },
      { what: 'Connector[HTTP/1.1] @maxThreads', from: '200', to: '400' },
    ]
    return { status: 'changed', changes, durationMs: 240 }
  }
  if (index === 7)
    return {
      status: 'changed',
      changes: [{ what: 'port 8080/tcp', from: 'closed', to: 'open' }],
      durationMs: 310,
    }
  if (index === 8) {
    const output = { stdout: `Stopping tomcat\nStarting tomcat${extra}\n`, stderr: '' }
    const changes = [{ what: 'service', from: 'pid 812', to: 'pid 1377' }]
    return { status: 'changed', changes, durationMs: 2400 + (n % 9) * 350, output }
  }
  return { ...none, status: 'ok' }
}

function tableOf(events: readonly Timed[]) {
  const { record, table } = createRunTable()
  for (const { time, event } of events) record(event, Date.parse(time))
  return table()
}

/** The report of a run, as text; with what differs from an earlier one. */
export async function reportOf(events: readonly Timed[], before?: readonly Timed[]): Promise<string> {
  const stream = createTestStream()
  let now = ''
  const since = before && {
    ...{ run: '20260309T120320.000Z-4711', startedAt: Date.parse(before[0]!.time), by: 'minji@deploy-01' },
    ...compareRuns(tableOf(before), tableOf(events)),
  }
  const reporter = createHtmlReporter({ sink: createSink(stream), time: () => now, cwd: '/site', since })
  for (const { time, event } of events) {
    now = time
    reporter.handle(event)
  }
  await reporter.close()
  return stream.text()
}
