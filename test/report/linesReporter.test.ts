// Tests the lines of a run for logs, pipes and CI.

import { PassThrough } from 'node:stream'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { RunEvent, TaskLabel } from '../../src/model/run/event.ts'
import { emptyCounts, type HostRecap, type TaskResult } from '../../src/model/run/outcome.ts'
import { createReporter, type ReporterOptions } from '../../src/report/reporter.ts'
import { createTestClock, createTestStream, reportOf } from './capture.ts'
import { type SampleRunOptions, sampleRun } from './sampleRun.ts'

const changedHost = (host: string) => `
${host}  changed  dnf java-17-openjdk httpd vim
                   java-17-openjdk   absent → 17.0.15
                   httpd             absent → 2.4.62
${host}  changed  editXml /data2/was/ws-ecs-server/conf/server.xml
                   Connector[AJP/1.3]   commented out → port 8009, address 0.0.0.0
${host}  changed  firewallPort 4000/tcp   closed → open (permanent, runtime)
${host}  handler  restartTomcat ecs   pid 812 → 1377, up in 3.2 s
${host}  ok       62 tasks, 4 changed`

const startedHost = `
was-02  changed  dnf java-17-openjdk httpd vim
                   java-17-openjdk   absent → 17.0.15
                   httpd             absent → 2.4.62`

const sampleRuns: readonly {
  title: string
  run: SampleRunOptions
  options?: Partial<ReporterOptions>
  expected: string
}[] = [
  {
    title: 'a run shows what changed, and a summary',
    run: {},
    expected: `${changedHost('was-01')}${changedHost('was-02')}
WAS  2 hosts: 2 ok · 8 changed · 0 failed · 41 s · 9 trips per host`,
  },
  {
    title: 'a failure shows its location, the output of the host, and what to do',
    run: { second: 'failed' },
    expected: `${changedHost('was-01')}${startedHost}
was-02  FAILED   download apache-tomcat-9.0.109.tar.gz                E_CHECKSUM
        playbooks/roles/tomcat.ts:18
        None of 2 mirrors has the requested file.
        https://mirror-1.example/apache-tomcat-9.0.109.tar.gz   404 Not Found
        https://mirror-2.example/apache-tomcat-9.0.109.tar.gz   SHA-512 is 51c2…9e, expected 7ab0…41
        The file already on the host was left as it was.
        Is the checksum in inventory/production.yaml:23 for a different version?
was-02  failed   after 3 of 62 tasks, 1 changed
WAS  2 hosts: 1 ok · 5 changed · 1 failed · 41 s · 3 to 9 trips per host
run-playbook explain E_CHECKSUM   says what it means`,
  },
  {
    title: 'a lost host is unreachable, not failed',
    run: { second: 'unreachable' },
    expected: `${changedHost('was-01')}${startedHost}
was-02  UNREACHABLE  dnf httpd                                        E_CONNECTION_LOST
        playbooks/was.ts:9
        The connection to was-02 broke.
        In progress: httpd.
        It is unknown whether dnf httpd was completed.
        Run it again: what is already done is not repeated.
was-02  unreachable  after 3 of 62 tasks, 1 changed
WAS  2 hosts: 1 ok · 5 changed · 0 failed · 1 unreachable · 41 s · 3 to 9 trips per host
run-playbook explain E_CONNECTION_LOST   says what it means`,
  },
  {
    title: 'check mode shows what would change, what would run and what is unknown',
    run: { isCheck: true },
    options: { isDiffShown: true },
    expected: `
was-01  would change  editXml /data2/was/ws-ecs-server/conf/server.xml
    @@ line 3 @@
     <Server port="8005">
       <Service name="Catalina">
    -    <!--
    -    <Connector protocol="AJP/1.3" port="8009"/>
    -    -->
    +    <Connector protocol="AJP/1.3" port="8009" address="0.0.0.0"/>
         <Engine name="Catalina"/>
       </Service>
     </Server>
was-01  would change  firewallPort 4000/tcp   closed → open (permanent, runtime)
was-01  would run     restartTomcat ecs   pid 812 → 1377, up in 3.2 s
was-01  unknown       tomcatCluster ecs   depends on a package that is not installed yet
was-01  ok            62 tasks, 3 would change, 1 unknown
was-02  ok            62 tasks
Nothing was changed. 2 hosts: 3 would change, 1 unknown.`,
  },
]

for (const { title, run, options, expected } of sampleRuns) {
  test(title, async () => {
    const { stdout, stderr } = await reportOf(sampleRun(run), options)
    assert.fixture(stdout, `${expected.trimStart()}\n`)
    assert.is(stderr, '')
  })
}

const task: TaskLabel = {
  name: 'copyFile',
  title: 'copyFile /etc/motd',
  isHandler: false,
  where: { file: '/site/playbooks/web.ts', line: 7, column: 3 },
}

const recap = (host: string, counts: Partial<HostRecap['counts']>, trips = 1, tasks = 0): HostRecap => ({
  host,
  counts: { ...emptyCounts(), ...counts },
  ignored: 0,
  tasks,
  trips,
  durationMs: 900,
})

const start = (...hosts: string[]): RunEvent[] => [
  { kind: 'runStart', playbooks: ['web.ts'], isCheck: false },
  { kind: 'playStart', play: 'Web', hosts, isCheck: false },
  ...hosts.map((host): RunEvent => ({ kind: 'hostStart', play: 'Web', host, tasks: 3 })),
]

const ended = (result: Partial<TaskResult>, of: Partial<TaskLabel> = {}): RunEvent => ({
  kind: 'taskEnd',
  play: 'Web',
  host: 'web-01',
  task: { ...task, ...of },
  index: 0,
  result: { status: 'ok', changes: [], durationMs: 5, ...result },
})

const hostEnd = (it: HostRecap): RunEvent => ({ kind: 'hostEnd', play: 'Web', recap: it })
const playEnd = (play: string, recaps: readonly HostRecap[]): RunEvent => ({
  ...{ kind: 'playEnd', play, hosts: recaps, durationMs: 950, isCheck: false },
})
const runEnd = (recaps: readonly HostRecap[]): RunEvent => ({
  kind: 'runEnd',
  recap: { hosts: recaps, durationMs: 950, isCheck: false, isInterrupted: false },
})
const busy: HostRecap = { ...recap('web-01', { changed: 1 }), tasks: 1 }
const idle: HostRecap = { ...recap('web-01', {}, 0), tasks: 0 }
const idlePlay: readonly RunEvent[] = [
  { kind: 'playStart', play: 'Idle', hosts: ['web-01'], isCheck: false },
  { kind: 'hostStart', play: 'Idle', host: 'web-01', tasks: 0 },
  { kind: 'hostEnd', play: 'Idle', recap: idle },
  playEnd('Idle', [idle]),
]

const refusal = new PlaybookError('E_STEP', 'copyFile /etc/motd: Permission denied.', {
  where: { file: '/site/inventory/lab.yaml', line: 4, column: 9 },
  details: ['one\ntwo'],
})

const details: readonly {
  title: string
  events: readonly RunEvent[]
  options?: Partial<ReporterOptions>
  stdout?: string
  stderr?: string
}[] = [
  {
    title: 'an ignored failure is marked, and its host is ok',
    events: [
      ...start('web-01'),
      ended({ status: 'failed', isIgnored: true, error: refusal }),
      hostEnd({ ...recap('web-01', {}, 1, 1), ignored: 1 }),
      {
        kind: 'playEnd',
        play: 'Web',
        hosts: [{ ...recap('web-01', {}, 1, 1), ignored: 1 }],
        durationMs: 950,
        isCheck: false,
      },
    ],
    stdout: `web-01  ignored  copyFile /etc/motd                                   E_STEP
        playbooks/web.ts:7
        inventory/lab.yaml:4:9  Permission denied.
        one
        two
web-01  ok       1 task, 1 failed (ignored)
Web  1 host: 1 ok · 0 changed · 0 failed · 0.9 s · 1 trip
`,
  },
  {
    title: 'a failure of a step shows what was tried',
    events: [
      ...start('web-01'),
      ended({
        status: 'failed',
        changes: [{ what: 'mode', from: '0600', to: '0644' }],
        error: new PlaybookError('E_STEP', 'Permission denied.'),
      }),
    ],
    stdout: `web-01  FAILED   copyFile /etc/motd                                   E_STEP
        playbooks/web.ts:7
        tried   mode   0600 → 0644
        Permission denied.
`,
  },
  {
    title: 'a host that was lost before it did anything gets no second line',
    events: [
      ...start('web-01'),
      ended(
        { status: 'unreachable', error: new PlaybookError('E_CONNECT', 'No route to host.') },
        { title: 'connect', where: undefined },
      ),
      hostEnd(recap('web-01', { unreachable: 1 })),
    ],
    stdout: `web-01  UNREACHABLE  connect                                          E_CONNECT
        No route to host.
`,
  },
  {
    title: 'a host that was stopped before its end is not ok',
    events: [
      ...start('web-01', 'web-02'),
      ended({}),
      hostEnd({ ...recap('web-01', { ok: 1 }, 1, 3), isCutShort: true }),
      hostEnd({ ...recap('web-02', {}, 1, 3), isCutShort: true }),
      {
        kind: 'playEnd',
        play: 'Web',
        hosts: [
          { ...recap('web-01', { ok: 1 }, 1, 3), isCutShort: true },
          { ...recap('web-02', {}, 1, 3), isCutShort: true },
        ],
        durationMs: 950,
        isCheck: false,
      },
    ],
    stdout: `web-01  stopped  after 1 of 3 tasks, 0 changed
web-02  stopped  after 0 of 3 tasks, 0 changed
Web  2 hosts: 0 ok · 0 changed · 0 failed · 2 stopped · 0.9 s · 1 trip per host
`,
  },
  {
    title: 'a host that did not need its rescue tasks is not stopped',
    events: [...start('web-01'), ended({}), hostEnd(recap('web-01', { ok: 1 }, 1, 3))],
    stdout: 'web-01  ok       3 tasks\n',
  },
  {
    title: 'a run that did not finish ends with the command that resumes it',
    events: [
      {
        kind: 'runStart',
        playbooks: ['my web.ts'],
        isCheck: false,
        resumable: { flags: {}, unkeptVars: ['word'] },
      },
      ...start('web-01').slice(1),
      {
        kind: 'playEnd',
        play: 'Web',
        hosts: [recap('web-01', { unreachable: 1 })],
        durationMs: 950,
        isCheck: false,
      },
      {
        kind: 'runEnd',
        recap: {
          hosts: [recap('web-01', { unreachable: 1 })],
          durationMs: 950,
          isCheck: false,
          isInterrupted: false,
        },
      },
    ],
    stdout:
      "Web  1 host: 0 ok · 0 changed · 0 failed · 1 unreachable · 0.9 s · 1 trip\nrun-playbook 'my web.ts' --resume -e word=…   resumes from here\n",
  },
  {
    title: 'what is ok is not shown',
    events: [...start('web-01'), ended({}), ended({ status: 'skipped', reason: 'its condition is not met' })],
    stdout: '',
  },
  {
    title: '-v shows what is ok, what was skipped and the output of running steps',
    events: [
      ...start('web-01', 'web-02'),
      { kind: 'hostWaiting', play: 'Web', host: 'web-02', for: ['web-01'] },
      { kind: 'output', host: 'web-01', task, stream: 'stdout', line: 'half\r\x1b[2Kdone' },
      ended({}),
      ended({ status: 'skipped', reason: 'its condition is not met' }),
    ],
    options: { verbosity: 1 },
    stdout: `Web  2 hosts
web-02  waiting  for web-01
web-01  output   done
web-01  ok       copyFile /etc/motd
web-01  skipped  copyFile /etc/motd   its condition is not met
`,
  },
  {
    title: '-vv shows commands without their output',
    events: [...start('web-01'), ...sampleRun({ isTalkative: true }).slice(3, 7)],
    options: { verbosity: 2 },
    stdout: `Web  1 host
was-01  probe    systemctl is-active tomcat
                 systemctl is-enabled tomcat   exit 3
was-01  step     systemctl restart tomcat
was-01  trip     1 step, 61 probes as root, 0.3 s
`,
  },
  {
    title: '-vvvv shows everything',
    events: [...start('web-01'), ...sampleRun({ isTalkative: true }).slice(3, 7)],
    options: { verbosity: 4 },
    stdout: `Web  1 host
was-01  connect  connected to was-01 port 22 as deploy
was-01  probe    systemctl is-active tomcat
                 systemctl is-enabled tomcat   exit 3
                 │ inactive
was-01  step     systemctl restart tomcat
                 ! Warning: unit changed
was-01  trip     1 step, 61 probes as root, 0.3 s
`,
  },
  {
    title: 'warnings go to stderr, with their location',
    events: [
      { kind: 'warning', message: 'Two keys are the same.', where: { file: 'inventory/lab.yaml', line: 3 } },
    ],
    stdout: '',
    stderr: 'warning  inventory/lab.yaml:3  Two keys are the same.\n',
  },
  {
    title: 'an interruption names the steps that were running',
    events: [...start('web-01'), { kind: 'interrupted', running: [{ host: 'web-01', task: 'dnf httpd' }] }],
    stdout: `Interrupted. A step was running on 1 host:
    web-01  dnf httpd
`,
  },
  {
    title: 'several plays get a common summary',
    events: [
      ...start('web-01'),
      {
        kind: 'playEnd',
        play: 'Web',
        hosts: [recap('web-01', { changed: 1 })],
        durationMs: 950,
        isCheck: false,
      },
      { kind: 'playStart', play: 'Was', hosts: ['was-01'], isCheck: false },
      { kind: 'hostStart', play: 'Was', host: 'was-01', tasks: 1 },
      {
        kind: 'playEnd',
        play: 'Was',
        hosts: [recap('was-01', { ok: 1 }, 4)],
        durationMs: 950,
        isCheck: false,
      },
      {
        kind: 'runEnd',
        recap: {
          hosts: [recap('web-01', { changed: 1 }), recap('was-01', { ok: 1 }, 4)],
          durationMs: 125_000,
          isCheck: false,
          isInterrupted: false,
        },
      },
    ],
    stdout: `Web  1 host: 1 ok · 1 changed · 0 failed · 0.9 s · 1 trip
Was  1 host: 1 ok · 0 changed · 0 failed · 0.9 s · 4 trips
2 plays  2 hosts: 2 ok · 1 changed · 0 failed · 2 min 05 s · 1 to 4 trips per host
`,
  },
  {
    title: 'a play in which no host has a task is not shown',
    events: [
      ...start('web-01'),
      ended({ status: 'changed', changes: [] }),
      hostEnd(busy),
      playEnd('Web', [busy]),
      ...idlePlay,
      runEnd([busy]),
    ],
    stdout: `web-01  changed  copyFile /etc/motd
web-01  ok       1 task, 1 changed
Web  1 host: 1 ok · 1 changed · 0 failed · 0.9 s · 1 trip
`,
  },
  {
    title: '-v shows it',
    events: [...idlePlay, runEnd([idle])],
    options: { verbosity: 1 },
    stdout: `Idle  1 host
web-01  ok       0 tasks
Idle  1 host: 1 ok · 0 changed · 0 failed · 0.9 s · 0 trips
`,
  },
  {
    title: 'a run in which no host has a task says so',
    events: [...idlePlay, ...idlePlay, runEnd([idle])],
    stdout: 'No tasks to run: 2 plays, 1 host.\n',
  },
  {
    title: 'in check mode several plays have a summary each, and a common one',
    events: [
      ...['Web', 'Was'].flatMap((name): RunEvent[] => [
        { kind: 'playStart', play: name, hosts: ['web-01'], isCheck: true },
        {
          kind: 'playEnd',
          play: name,
          hosts: [recap('web-01', name === 'Web' ? { changed: 2 } : { ok: 1 })],
          durationMs: 1,
          isCheck: true,
        },
      ]),
      {
        kind: 'runEnd',
        recap: {
          hosts: [recap('web-01', { changed: 2 })],
          durationMs: 2,
          isCheck: true,
          isInterrupted: true,
        },
      },
    ],
    stdout: `Web  1 host: 2 would change
Was  1 host: nothing would change
Nothing was changed. 1 host: 2 would change. The run was interrupted.
`,
  },
  {
    title: 'a diff of a file that the title does not name is headed by its path',
    events: [
      ...start('web-01'),
      ended({
        status: 'changed',
        changes: [
          {
            what: 'issue',
            from: 'old',
            to: 'new',
            diff: { path: '/etc/issue', before: 'a\n', after: 'b\n' },
          },
          { what: 'mode', from: '0600', to: '0644' },
        ],
      }),
    ],
    options: { isDiffShown: true },
    stdout: `web-01  changed  copyFile /etc/motd
                   mode   0600 → 0644
    @@ /etc/issue, line 1 @@
    -a
    +b
`,
  },
]

for (const { title, events, options, stdout = '', stderr = '' } of details) {
  test(title, async () => {
    const written = await reportOf(events, options)
    assert.fixture(written.stdout, stdout)
    assert.fixture(written.stderr, stderr)
  })
}

test('an escape sequence from a host reaches no stream', async () => {
  const evil = '\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe'
  const label = { ...task, title: evil }
  const events: RunEvent[] = [
    ...start(evil),
    { kind: 'output', host: evil, task: label, stream: 'stdout', line: evil },
    { kind: 'command', host: evil, script: evil, code: 1, stdout: evil, stderr: evil, isStep: true },
    { kind: 'connection', host: evil, message: evil },
    ended({ status: 'changed', changes: [{ what: evil, from: evil, to: evil }] }, label),
    ended(
      {
        status: 'changed',
        changes: [{ what: '', from: '', to: '', diff: { path: evil, before: evil, after: '' } }],
      },
      label,
    ),
    ended({ status: 'unknown', reason: evil }, label),
    ended(
      { status: 'failed', error: new PlaybookError('E_X', evil, { details: [evil], hint: evil }) },
      label,
    ),
    { kind: 'warning', message: evil },
    { kind: 'interrupted', running: [{ host: evil, task: evil }] },
  ]
  for (const verbosity of [0, 1, 4]) {
    const { stdout, stderr } = await reportOf(events, { verbosity, isDiffShown: true })
    assert.not.match(stdout + stderr, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/)
  }
})

test('a long step is reported every ten seconds, a quick one is not', async () => {
  const clock = createTestClock()
  const [stdout, stderr] = [createTestStream(), createTestStream()]
  const reporter = await createReporter({
    ...{ output: 'lines', verbosity: 0, isDiffShown: false, env: {}, cwd: '/site' },
    ...{ stdout, stderr, clock },
  })
  for (const event of start('web-01')) reporter.handle(event)
  clock.advance(5000)
  reporter.handle({ kind: 'taskStart', host: 'web-01', task, index: 0 })
  clock.advance(5000)
  assert.is(stderr.text(), '')
  reporter.handle({ kind: 'output', host: 'web-01', task, stream: 'stdout', line: 'Installing : httpd' })
  clock.advance(10_000)
  assert.is(stderr.text(), 'web-01  running  copyFile /etc/motd   15 s   Installing : httpd\n')
  reporter.handle(ended({}))
  clock.advance(60_000)
  assert.is(stderr.text().split('\n').length, 2)
  await reporter.close()
  assert.is(stdout.text(), '')
})

test('many hosts with long steps share one line', async () => {
  const clock = createTestClock()
  const stderr = createTestStream()
  const reporter = await createReporter({
    ...{ output: 'lines', verbosity: 0, isDiffShown: false, env: {}, cwd: '/site' },
    ...{ stdout: createTestStream(), stderr, clock },
  })
  for (let n = 0; n < 9; n += 1) reporter.handle({ kind: 'taskStart', host: `web-0${n}`, task, index: 0 })
  clock.advance(10_000)
  assert.is(stderr.text(), '9 hosts running, the longest: web-00  running  copyFile /etc/motd   10 s\n')
  await reporter.close()
})

test('a reader that goes away ends the writing and nothing else', async () => {
  const stdout = new PassThrough()
  const reporter = await createReporter({
    ...{ output: 'lines', verbosity: 0, isDiffShown: false, env: {} },
    ...{ stdout, stderr: createTestStream() },
  })
  const events = sampleRun()
  for (const event of events.slice(0, 100)) reporter.handle(event)
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await new Promise((resolve) => setImmediate(resolve))
  for (const event of events.slice(100)) reporter.handle(event)
  await reporter.close()
})

test('colours appear where they are forced, and do not shift columns', async () => {
  const { stdout } = await reportOf(sampleRun({ second: 'failed' }), { env: { FORCE_COLOR: '1' } })
  assert.match(stdout, /was-01 {2}\x1b\[33mchanged\x1b\[39m {2}dnf/)
  assert.match(stdout, /\x1b\[31m\x1b\[1mFAILED /)
  const { stdout: plain } = await reportOf(sampleRun({ second: 'failed' }))
  assert.is(stdout.replace(/\x1b\[\d+m/g, ''), plain)
})

test.run()
