// Tests what people see of a run on a terminal: the board, and the lines that stay.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import type { EventOf, RunEvent, TaskLabel } from '../../../src/model/run/event.ts'
import { emptyCounts, type HostRecap } from '../../../src/model/run/outcome.ts'
import { boardFrame, type FrameOptions } from '../../../src/report/board/boardFrame.ts'
import { type BoardView, closedView, keysIn, pressed } from '../../../src/report/board/boardView.ts'
import { frameBudget } from '../../../src/report/board/frameBudget.ts'
import { RunTree } from '../../../src/report/board/runTree.ts'
import { displayWidth } from '../../../src/report/output/displayWidth.ts'
import type { Reporter } from '../../../src/report/output/reporterTypes.ts'
import { plainTheme } from '../../../src/report/output/theme.ts'
import { createReporter } from '../../../src/report/reporter.ts'
import { createTestClock, createTestStream, reportOf, type TestClock } from '../capture.ts'
import { largeRun, sampleRun } from '../sampleRun.ts'
import { createTestTerminal, type TestTerminal } from './terminal.ts'

const label = (title: string): TaskLabel => ({ name: 'x', title, isHandler: false })
const play = (...hosts: string[]): RunEvent => ({ kind: 'playStart', play: 'WAS', hosts, isCheck: false })
const starts = (host: string, tasks = 66): RunEvent => ({ kind: 'hostStart', play: 'WAS', host, tasks })
const acts = (host: string, title: string, index: number): RunEvent => ({
  kind: 'taskStart',
  host,
  task: label(title),
  index,
})
const says = (host: string, line: string): RunEvent => ({
  kind: 'output',
  host,
  task: label('x'),
  stream: 'stdout',
  line,
})
const ends = (host: string, index: number, isFailed = false): RunEvent => ({
  kind: 'taskEnd',
  play: 'WAS',
  host,
  task: label('download tomcat'),
  index,
  result: isFailed
    ? { status: 'failed', changes: [], durationMs: 1, error: new PlaybookError('E_CHECKSUM', 'No.') }
    : { status: 'ok', changes: [], durationMs: 1 },
})
const recap = (host: string, failed = 0): HostRecap => ({
  host,
  counts: { ...emptyCounts(), ok: 66, failed },
  ignored: 0,
  tasks: 0,
  trips: 1,
  durationMs: 5,
})
const leaves = (host: string, failed = 0): RunEvent => ({
  kind: 'hostEnd',
  play: 'WAS',
  recap: recap(host, failed),
})

type Size = Partial<FrameOptions>

/** Draws the board 14 seconds after the start of a play whose events came at its sixth second. */
async function boardOf([first, ...events]: readonly RunEvent[]): Promise<(size: Size) => string[]> {
  const clock = createTestClock()
  const tree = new RunTree({ clock, draw: () => true })
  tree.apply(first!)
  clock.advance(6000)
  for (const event of events) tree.apply(event)
  clock.advance(8000)
  await settled()
  const { play } = tree
  if (!play) throw new Error('The play has ended.')
  return ({ columns = 100, rows = 24, ...more }) =>
    boardFrame(play, { ...more, columns, rows, now: clock.now(), theme: plainTheme })
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

const frames: readonly {
  title: string
  events: readonly RunEvent[]
  columns?: number
  rows?: number
  expected: string
}[] = [
  {
    title: 'a running host shows its progress, its task, for how long it runs, and its last line of output',
    events: [
      play('was-01', 'was-02'),
      { kind: 'hostWaiting', play: 'WAS', host: 'was-02', for: ['was-01'] },
      starts('was-01'),
      acts('was-01', 'dnf java-17-openjdk httpd vim wget tar', 49),
      says('was-01', 'Installing : java-17-openjdk-17.0.15   3/5'),
    ],
    expected: `
WAS  0/2 hosts · 49/132 tasks                                                                 00:14
  was-01  ━━━━━━━━━━━━━━━━━━━━╺━━━━━━━  49/66  dnf java-17-openjdk httpd vim wget tar   8 s
          Installing : java-17-openjdk-17.0.15 3/5
  was-02  waiting for was-01`,
  },
  {
    title: 'failed hosts come first, finished ones are only counted',
    events: [
      play('a', 'b', 'c', 'd'),
      ...['a', 'b', 'c'].map((host) => starts(host, 9)),
      leaves('a'),
      ends('b', 3, true),
      leaves('b', 1),
      acts('c', 'ping', 3),
    ],
    columns: 70,
    expected: `
WAS  2/4 hosts · 12/36 tasks                                    00:14
  b  FAILED  download tomcat   E_CHECKSUM
  c  ━━━━╺━━━━━━━━━  3/9  ping   8 s
  d  connecting
  1 ok`,
  },
  {
    title: 'a retry is counted, and a host whose tasks are not known yet is probing',
    events: [
      play('a', 'b'),
      starts('a', 9),
      acts('a', 'ping', 3),
      says('a', 'refused'),
      acts('a', 'ping', 3),
      acts('a', 'ping', 3),
      { kind: 'trip', host: 'b', as: undefined, probes: 1, steps: 0, durationMs: 5 },
    ],
    columns: 60,
    expected: `
WAS  0/2 hosts · 3/18 tasks                           00:14
  a  3/9  ping (retry 2)   8 s
  b  probing`,
  },
  {
    title: 'on a narrow terminal there is no bar, and everything is truncated',
    events: [
      play('서버-하나'),
      starts('서버-하나'),
      acts('서버-하나', 'editXml /data2/was/conf/server.xml', 5),
    ],
    columns: 40,
    expected: `
WAS  0/1 host · 5/66 tasks        00:14
  서버-하나   5/66  editXml /dat…   8 s`,
  },
  {
    title: 'on a low terminal some hosts are shown and the others counted',
    events: [
      play('a', 'b', 'c', 'd', 'e'),
      ...['a', 'b', 'c', 'd', 'e'].flatMap((host) => [
        starts(host, 9),
        acts(host, 'ping', 0),
        says(host, 'pong'),
      ]),
      ends('e', 0, true),
      leaves('e', 1),
    ],
    columns: 40,
    rows: 8,
    expected: `
WAS  1/5 hosts · 0/45 tasks       00:14
  e        FAILED  downlo…   E_CHECKSUM
  4 hosts  0/9  ping   8 s
           pong`,
  },
  {
    title: 'many waiting hosts are only counted',
    events: [
      play('a', 'b', 'c', 'd', 'e'),
      starts('a', 9),
      ...['b', 'c', 'd', 'e'].map(
        (host): RunEvent => ({ kind: 'hostWaiting', play: 'WAS', host, for: ['a'] }),
      ),
    ],
    columns: 50,
    expected: `
WAS  0/5 hosts · 0/45 tasks                 00:14
  a  0/9  probing
  4 waiting`,
  },
]

test('equal hosts share a row, but for the one that is chosen, whose output is open', async () => {
  const hosts = Array.from({ length: 40 }, (_, n) => `web-${n + 1}`)
  const draw = await boardOf([
    play(...hosts),
    ...hosts.flatMap((host, n) => [
      starts(host, 9),
      acts(host, n < 30 ? 'ping' : 'nap', 2),
      says(host, `pong ${n}`),
    ]),
  ])
  const frame = (view: Partial<BoardView>) =>
    draw({ columns: 60, rows: 14, view: { ...closedView, ...view } }).join('\n')
  assert.fixture(
    frame({}),
    `WAS  0/40 hosts · 80/360 tasks                        00:14
  30 hosts  2/9  ping   8 s
            pong 0
  10 hosts  2/9  nap   8 s
            pong 30`,
  )
  assert.fixture(
    frame({ selected: 'web-3', isOpen: true, hasKeys: true }),
    `WAS  0/40 hosts · 80/360 tasks                        00:14
  29 hosts  2/9  ping   8 s
› web-3     2/9  ping   8 s
            ping:
            pong 2
  10 hosts  2/9  nap   8 s
  ↑↓ host   Enter output   Esc none   q stop`,
  )
  assert.match(frame({ isStopAsked: true }), /\nStop the run\? {2}y stop {3}any other key continues$/)
})

test('the time of the last run is an estimate, bytes are counted', async () => {
  const draw = await boardOf([
    play('a'),
    starts('a', 9),
    acts('a', 'ping', 3),
    { kind: 'transfer', host: 'a', bytes: 12_300_000, total: 40_000_000 },
  ])
  const row = (columns: number) => draw({ columns, lastTime: () => 21_000 })[1]
  assert.is(row(70), '  a  ━━━━╺━━━━━━━━━  3/9  ping   12.3 of 40.0 MB  30 %   8 s')
  assert.is(row(40), '  a  3/9  ping   8 s of about 21 s')
  assert.is(row(80), '  a  ━━━━╺━━━━━━━━━  3/9  ping   12.3 of 40.0 MB  30 %   8 s of about 21 s')
})

for (const { title, events, columns, rows, expected } of frames) {
  test(title, async () => {
    const draw = await boardOf(events)
    assert.fixture(draw({ columns, rows }).join('\n'), expected.slice(1))
  })
}

test('no frame is wider than the terminal or higher than its rows less three', async () => {
  const draw = await boardOf(largeRun(200, 3).slice(1, 700))
  for (const columns of [1, 2, 5, 12, 20, 33, 69, 70, 99, 100, 250]) {
    for (const rows of [6, 10, 24, 300]) {
      const lines = draw({ columns, rows })
      assert.ok(lines.length <= rows - 3, `${lines.length} lines on ${rows} rows`)
      for (const line of lines)
        assert.ok(displayWidth(line) <= Math.max(1, columns - 1), `${columns}: ${line}`)
    }
  }
})

type Session = { readonly terminal: TestTerminal; readonly reporter: Reporter; readonly clock: TestClock }

async function boardOn(columns: number, rows: number, env = {}): Promise<Session> {
  const terminal = createTestTerminal(columns, rows)
  const clock = createTestClock()
  const reporter = await createReporter({
    ...{ output: 'auto', verbosity: 0, isDiffShown: false, env, cwd: '/site' },
    ...{ stdout: terminal, stderr: createTestStream(), clock },
  })
  return { terminal, reporter, clock }
}

test('when the board is gone, what the lines mode prints remains', async () => {
  for (const second of ['ok', 'failed'] as const) {
    const { terminal, reporter, clock } = await boardOn(100, 12, { NO_COLOR: '1' })
    for (const event of sampleRun({ second })) {
      reporter.handle(event)
      await settled()
      clock.advance(40)
    }
    await reporter.close()
    const { stdout } = await reportOf(sampleRun({ second }))
    assert.fixture(`${terminal.lines().join('\n')}\n`, stdout)
    assert.ok(terminal.isCursorShown())
  }
})

test('while it runs the log is above and the board below', async () => {
  const { terminal, reporter, clock } = await boardOn(60, 10, { NO_COLOR: '1' })
  const change = { what: 'mode', from: '0600', to: '0644' }
  const changed: RunEvent = {
    ...(ends('was-01', 0) as EventOf<'taskEnd'>),
    result: { status: 'changed', changes: [change], durationMs: 1 },
  }
  for (const event of [play('was-01'), starts('was-01'), changed, acts('was-01', 'ping', 1)])
    reporter.handle(event)
  await settled()
  clock.advance(1000)
  assert.equal(terminal.lines(), [
    'was-01  changed  download tomcat',
    '                   mode   0600 → 0644',
    'WAS  0/1 host · 1/66 tasks                            00:01',
    '  was-01   1/66  ping   1 s',
  ])
  assert.not.ok(terminal.isCursorShown())
  await reporter.close()
  assert.equal(terminal.lines(), [
    'was-01  changed  download tomcat',
    '                   mode   0600 → 0644',
  ])
  assert.ok(terminal.isCursorShown())
})

test('a terminal made narrower keeps nothing of the wider board', async () => {
  const { terminal, reporter, clock } = await boardOn(120, 20, { NO_COLOR: '1' })
  for (const event of [play('was-01', 'was-02'), starts('was-01'), acts('was-01', 'dnf '.repeat(8), 3)])
    reporter.handle(event)
  await settled()
  clock.advance(100)
  for (const columns of [50, 30, 90]) {
    terminal.resize(columns, 20)
    clock.advance(100)
    assert.is(terminal.lines().length, 3)
    assert.match(terminal.lines()[0]!, /^WAS/)
  }
  await reporter.close()
  assert.equal(terminal.lines(), [])
})

test('a warning is printed above the board', async () => {
  const terminal = createTestTerminal(60, 10)
  const reporter = await createReporter({
    ...{ output: 'board', verbosity: 0, isDiffShown: false, env: { NO_COLOR: '1' } },
    ...{ stdout: terminal, stderr: terminal, clock: createTestClock() },
  })
  for (const event of [play('was-01'), starts('was-01')]) reporter.handle(event)
  await settled()
  reporter.handle({ kind: 'warning', message: 'Careful.' })
  assert.equal(terminal.lines().slice(0, 2), [
    'warning  Careful.',
    'WAS  0/1 host · 0/66 tasks                            00:00',
  ])
  await reporter.close()
  assert.equal(terminal.lines(), ['warning  Careful.'])
})

test('the screen is drawn at most ten times a second, however much happens', async () => {
  const { terminal, reporter, clock } = await boardOn(120, 40)
  let frameCount = 0
  const write = terminal.write.bind(terminal)
  terminal.write = ((text: string, ...rest: never[]) => {
    if (text !== '') frameCount += 1
    return write(text, ...rest)
  }) as typeof terminal.write
  const events = largeRun(200, 60)
  for (const [n, event] of events.slice(0, -2).entries()) {
    reporter.handle(event)
    if (n % 10 === 0) clock.advance((2000 / events.length) * 10)
    if (n === 100) await settled()
  }
  assert.ok(frameCount <= 21, `${frameCount} frames in two seconds`)
  await reporter.close()
})

test('at most 10 kB a second are written on average, however large the screen', async () => {
  const { terminal, reporter, clock } = await boardOn(200, 50, { FORCE_COLOR: '1' })
  const events = largeRun(46, 60)
  for (const [n, event] of events.slice(0, -2).entries()) {
    reporter.handle(event)
    if (n % 10 === 0) clock.advance((20_000 / events.length) * 10)
    if (n === 100) await settled()
  }
  const bytes = Buffer.byteLength(terminal.written())
  assert.ok(bytes < 200_000, `${bytes} bytes in 20 s`)
  await reporter.close()
})

test('a frame that differs little is short to write', async () => {
  const { terminal, reporter, clock } = await boardOn(120, 40, { FORCE_COLOR: '1' })
  for (const event of [
    play('a', 'b', 'c'),
    ...['a', 'b', 'c'].flatMap((host) => [starts(host), acts(host, 'ping', 1)]),
  ])
    reporter.handle(event)
  await settled()
  clock.advance(1000)
  const before = terminal.written().length
  clock.advance(1000)
  const written = terminal.written().slice(before)
  assert.ok(written.length > 0 && written.length < 250, JSON.stringify(written))
  assert.match(terminal.lines().join('\n'), /00:02\n.*ping {3}2 s\n.*ping {3}2 s\n.*ping {3}2 s$/)
  await reporter.close()
})

const keys: readonly [keys: string, view: Partial<BoardView>, stops?: true][] = [
  ['\x1b[B', { selected: 'a' }],
  ['\x1b[B\x1b[B\x1b[B\x1b[B', { selected: 'c' }],
  ['\x1bOA', { selected: 'c' }],
  ['\x1b[B\x1b[B\x1b[A\r', { selected: 'a', isOpen: true }],
  ['\r\r', { selected: 'a' }],
  ['\r\x1b', {}],
  ['q', { isStopAsked: true }],
  ['qn', {}],
  ['qq', {}],
  ['y', {}],
  ['qy', {}, true],
]

for (const [typed, expected, stops] of keys) {
  test(`keys: ${JSON.stringify(typed)}`, () => {
    let view = closedView
    let hasStopped: true | undefined
    for (const key of keysIn(typed)) {
      const result = pressed(key, view, ['a', 'b', 'c'])
      view = result.view
      hasStopped ??= result.stops
    }
    assert.equal([view, hasStopped], [{ ...closedView, ...expected }, stops])
  })
}

test('what was written too much is saved later, and text waits a second at most', () => {
  const clock = createTestClock()
  const budget = frameBudget(clock)
  budget.spend(12_000)
  clock.advance(900)
  assert.not.ok(budget.isFree())
  clock.advance(200)
  assert.ok(budget.isFree())
})

test('an aborted run leaves a clean screen', async () => {
  const exitListeners = process.listenerCount('exit')
  const { terminal, reporter } = await boardOn(60, 10)
  reporter.handle(play('was-01'))
  await settled()
  await reporter.close()
  assert.equal(terminal.lines(), [])
  assert.ok(terminal.isCursorShown())
  assert.is(process.listenerCount('exit'), exitListeners)
})

test.run()
