// Sample runs as events, for the tests of the reporters.

import { PlaybookError, UnreachableError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import {
  emptyCounts,
  type HostRecap,
  type ReportedChange,
  type Status,
  type TaskResult,
} from '../../src/model/run/outcome.ts'

export type SampleRunOptions = {
  readonly isCheck?: boolean
  /** How the second host ends. */
  readonly second?: 'ok' | 'failed' | 'unreachable'
  /** Adds a trip, its commands and messages of the connection. */
  readonly isTalkative?: boolean
  readonly cwd?: string
}

type SampleTask = {
  readonly task: TaskLabel
  readonly result: Omit<TaskResult, 'durationMs'>
  readonly output?: readonly string[]
}

const play = 'WAS'
const hosts = ['was-01', 'was-02']
const tasks = 62

/** A play on two hosts, one after the other, with four changes each unless `second` differs. */
export function sampleRun(options: SampleRunOptions = {}): RunEvent[] {
  const { isCheck = false, second = 'ok', cwd = '/site' } = options
  const first = hostEvents('was-01', isCheck ? checkedTasks(cwd) : changedTasks(cwd), options)
  const last =
    second === 'ok'
      ? hostEvents('was-02', isCheck ? [] : changedTasks(cwd), options)
      : hostEvents(
          'was-02',
          [changedTasks(cwd)[0]!, second === 'failed' ? failedTask(cwd) : lostTask(cwd)],
          options,
        )
  const recaps = [first, last].map((events) => recapOf(events))
  return [
    { kind: 'runStart', playbooks: ['playbooks/was.ts'], isCheck },
    { kind: 'playStart', play, hosts, isCheck },
    { kind: 'hostWaiting', play, host: 'was-02', for: ['was-01'] },
    ...first,
    ...last,
    { kind: 'playEnd', play, hosts: recaps, durationMs: 41_200, isCheck },
    { kind: 'runEnd', recap: { hosts: recaps, durationMs: 41_900, isCheck, isInterrupted: false } },
  ]
}

/** A run on many hosts, on which every tenth task changes something. */
export function largeRun(hostCount: number, taskCount: number): RunEvent[] {
  const names = Array.from({ length: hostCount }, (_, n) => `web-${String(n + 1).padStart(3, '0')}`)
  const events: RunEvent[] = [
    { kind: 'runStart', playbooks: ['playbooks/web.ts'], isCheck: false },
    { kind: 'playStart', play: 'Web', hosts: names, isCheck: false },
    ...names.map((host): RunEvent => ({ kind: 'hostStart', play: 'Web', host, tasks: taskCount })),
  ]
  for (let index = 0; index < taskCount; index += 1) {
    for (const host of names) events.push(...largeRunTask(host, index))
  }
  const counts = {
    ...emptyCounts(),
    ok: taskCount - Math.ceil(taskCount / 10),
    changed: Math.ceil(taskCount / 10),
  }
  const recaps = names.map(
    (host): HostRecap => ({ host, counts, ignored: 0, tasks: taskCount, trips: 7, durationMs: 9000 }),
  )
  return [
    ...events,
    ...recaps.map((recap): RunEvent => ({ kind: 'hostEnd', play: 'Web', recap })),
    { kind: 'playEnd', play: 'Web', hosts: recaps, durationMs: 9100, isCheck: false },
    { kind: 'runEnd', recap: { hosts: recaps, durationMs: 9100, isCheck: false, isInterrupted: false } },
  ]
}

function largeRunTask(host: string, index: number): RunEvent[] {
  const task = label('installFile', `/etc/web/conf.d/${index}.conf`, 12)
  const isChanged = index % 10 === 0
  const changes = isChanged ? [{ what: 'content', from: '12 lines', to: '14 lines' }] : []
  return [
    { kind: 'taskStart', host, task, index },
    ...(isChanged ? [outputEvent(host, task, `Writing part ${index} of the configuration`)] : []),
    {
      kind: 'taskEnd',
      play: 'Web',
      host,
      task,
      index,
      result: { status: isChanged ? 'changed' : 'ok', changes, durationMs: 20 },
    },
  ]
}

function hostEvents(
  host: string,
  sampleTasks: readonly SampleTask[],
  { isTalkative = false }: SampleRunOptions,
): RunEvent[] {
  const quiet = { task: label('directory', '/data2/was', 7), result: { status: 'ok', changes: [] } } as const
  const isLost = sampleTasks.some(
    ({ result }) => result.status === 'failed' || result.status === 'unreachable',
  )
  const own = sampleTasks.filter(({ task }) => !task.isHandler).length
  const filling: SampleTask[] = isLost ? [quiet, quiet] : Array.from({ length: tasks - own }, () => quiet)
  const all = [...filling, ...sampleTasks]
  const events = all.flatMap((sampleTask, index) => taskEvents(host, sampleTask, index))
  const trips = 1 + sampleTasks.filter(({ result }) => result.status === 'changed').length * 2
  return [
    ...(isTalkative ? commandEvents(host) : []),
    { kind: 'hostStart', play, host, tasks },
    ...events,
    {
      kind: 'hostEnd',
      play,
      recap: { host, counts: countsOf(all), ignored: 0, tasks, trips, durationMs: 20_500 },
    },
  ]
}

function taskEvents(
  host: string,
  { task, result, output: lines = [] }: SampleTask,
  index: number,
): RunEvent[] {
  const isActing = result.changes.length > 0 || lines.length > 0
  return [
    ...(isActing ? [{ kind: 'taskStart', host, task, index } as const] : []),
    ...lines.map((line) => outputEvent(host, task, line)),
    { kind: 'taskEnd', play, host, task, index, result: { ...result, durationMs: 800 } },
  ]
}

function commandEvents(host: string): RunEvent[] {
  const script = 'systemctl is-active tomcat\nsystemctl is-enabled tomcat'
  return [
    { kind: 'connection', host, message: `connected to ${host} port 22 as deploy` },
    { kind: 'command', host, script, code: 3, stdout: 'inactive\n', stderr: '', isStep: false },
    {
      kind: 'command',
      host,
      script: 'systemctl restart tomcat',
      code: 0,
      stdout: '',
      stderr: 'Warning: unit changed\n',
      isStep: true,
    },
    { kind: 'trip', host, as: 'root', probes: 61, steps: 1, durationMs: 310 },
  ]
}

function changedTasks(cwd: string): SampleTask[] {
  const xml = 'Connector[AJP/1.3]'
  return [
    {
      task: label('dnf', 'java-17-openjdk httpd vim', 9, cwd),
      result: changed([
        { what: 'java-17-openjdk', from: 'absent', to: '17.0.15' },
        { what: 'httpd', from: 'absent', to: '2.4.62' },
      ]),
      output: ['Installing : java-17-openjdk-17.0.15   3/5'],
    },
    {
      task: label('editXml', '/data2/was/ws-ecs-server/conf/server.xml', 31, cwd),
      result: changed([
        { what: xml, from: 'commented out', to: 'port 8009, address 0.0.0.0', diff: serverXml },
      ]),
    },
    {
      task: label('firewallPort', '4000/tcp', 40, cwd),
      result: changed([
        { what: 'port 4000/tcp (permanent)', from: 'closed', to: 'open' },
        { what: 'port 4000/tcp (runtime)', from: 'closed', to: 'open' },
      ]),
    },
    {
      task: { ...label('restartTomcat', 'ecs', 52, cwd), isHandler: true },
      result: changed([{ what: 'restartTomcat ecs', from: 'pid 812', to: '1377, up in 3.2 s' }]),
    },
  ]
}

function checkedTasks(cwd: string): SampleTask[] {
  const unknown = {
    status: 'unknown',
    changes: [],
    reason: 'depends on a package that is not installed yet',
  } as const
  return [...changedTasks(cwd).slice(1), { task: label('tomcatCluster', 'ecs', 60, cwd), result: unknown }]
}

function failedTask(cwd: string): SampleTask {
  const title = 'apache-tomcat-9.0.109.tar.gz'
  const error = new PlaybookError('E_CHECKSUM', 'None of 2 mirrors has the requested file.', {
    details: [
      'https://mirror-1.example/apache-tomcat-9.0.109.tar.gz   404 Not Found',
      'https://mirror-2.example/apache-tomcat-9.0.109.tar.gz   SHA-512 is 51c2…9e, expected 7ab0…41',
      'The file already on the host was left as it was.',
    ],
    hint: 'Is the checksum in inventory/production.yaml:23 for a different version?',
  })
  return {
    task: label('download', title, 18, cwd, 'roles/tomcat.ts'),
    result: { status: 'failed', changes: [], error },
  }
}

function lostTask(cwd: string): SampleTask {
  const error = new UnreachableError('E_CONNECTION_LOST', 'The connection to was-02 broke.', 'busy', {
    details: ['In progress: httpd.', 'It is unknown whether dnf httpd was completed.'],
    hint: 'Run it again: what is already done is not repeated.',
  })
  return { task: label('dnf', 'httpd', 9, cwd), result: { status: 'unreachable', changes: [], error } }
}

function changed(changes: readonly ReportedChange[]): Omit<TaskResult, 'durationMs'> {
  return { status: 'changed', changes }
}

function label(name: string, what: string, line: number, cwd = '/site', file = 'was.ts'): TaskLabel {
  const where = { file: `${cwd}/playbooks/${file}`, line, column: 5 }
  return { name, title: `${name} ${what}`, isHandler: false, where }
}

function outputEvent(host: string, task: TaskLabel, line: string): RunEvent {
  return { kind: 'output', host, task, stream: 'stdout', line }
}

function countsOf(sampleTasks: readonly SampleTask[]): { [S in Status]: number } {
  const counts = emptyCounts()
  for (const { result } of sampleTasks) counts[result.status] += 1
  return counts
}

function recapOf(events: readonly RunEvent[]): HostRecap {
  const end = events.at(-1)
  if (end?.kind !== 'hostEnd') throw new Error('A host story ends with hostEnd.')
  return end.recap
}

const before = [
  '<Server port="8005">',
  '  <Service name="Catalina">',
  '    <!--',
  '    <Connector protocol="AJP/1.3" port="8009"/>',
  '    -->',
  '    <Engine name="Catalina"/>',
  '  </Service>',
  '</Server>',
  '',
]

const serverXml = {
  path: '/data2/was/ws-ecs-server/conf/server.xml',
  before: before.join('\n'),
  after: before
    .filter((line) => !/^ *(<!--|-->)$/.test(line))
    .join('\n')
    .replace('"8009"', '"8009" address="0.0.0.0"'),
}
