// Tests tomcat: plans, and its scripts on a process tree like Tomcat's.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { tomcat } from '../../../tasks/tomcat/tomcat.ts'
import { applied, failure, inFolder, looked, runShell, shells } from '../apply.ts'
import { withTomcat } from './fakeTomcat.ts'

const params = { home: '/data2/was/ws-ecs-server/', user: 'ecsuser', httpPort: 8080 }
const jvm = { pid: 812, owner: 'ecsuser', uid: '1001', startedMs: 0 }

const rows = [
  { title: 'is quiet where it runs and answers', jvms: [jvm], status: 200, change: undefined },
  {
    title: 'starts what does not run, even where something else answers',
    jvms: [],
    status: 200,
    change: 'not running → answering HTTP 200 on port 8080',
  },
  {
    title: 'only waits for one that does not answer yet',
    jvms: [jvm],
    status: 0,
    change: 'pid 812, no answer → answering HTTP 200 on port 8080',
  },
  {
    title: 'waits for the right answer',
    jvms: [jvm],
    status: 503,
    change: 'pid 812, HTTP 503 → answering HTTP 200 on port 8080',
  },
]

for (const { title, jvms, status, change } of rows) {
  test(`tomcat ${title}`, () => {
    const { changes, steps } = planned(tomcat, params, { jvms, status, unit: undefined })
    assert.equal(
      changes.map(({ from, to }) => `${from} → ${to}`),
      change ? [change] : [],
    )
    assert.is(changes[0]?.what ?? 'tomcat /data2/was/ws-ecs-server', 'tomcat /data2/was/ws-ecs-server')
    assert.is(
      steps.some((step) => step.includes('startup.sh" </dev/null')),
      jvms.length === 0,
    )
  })
}

const unit = 'ws-ecs-server.service'

const unitRows = [
  { title: 'is quiet where it runs as its unit', jvms: [{ ...jvm, unit }], change: undefined, steps: [] },
  {
    title: 'has systemd start what does not run',
    jvms: [],
    change: 'not running → answering HTTP 200 on port 8080',
    steps: ['start'],
  },
  {
    title: 'takes over one that was started by hand',
    jvms: [{ ...jvm, unit: 'sshd.service' }],
    change: `pid 812, not of ${unit} → answering HTTP 200 on port 8080, as ${unit}`,
    steps: ['stop', 'start'],
  },
]

for (const { title, jvms, change, steps } of unitRows) {
  test(`tomcat of a unit ${title}`, () => {
    const result = planned(
      tomcat,
      { ...params, unit: 'ws-ecs-server' },
      { jvms, status: 200, unit: undefined },
    )
    assert.equal(
      result.changes.map(({ from, to }) => `${from} → ${to}`),
      change ? [change] : [],
    )
    assert.equal(
      result.steps.map((step) => /output=\$\(systemctl (start|stop) /.exec(step)?.[1]),
      steps,
    )
    assert.not.ok(result.steps.some((step) => step.includes('startup.sh" </dev/null')))
  })
}

test('tomcat leaves the start to others where it is told to', () => {
  const { changes, steps } = planned(
    tomcat,
    { ...params, start: false },
    { jvms: [], status: 0, unit: undefined },
  )
  assert.is(changes[0]!.from, 'not running')
  assert.not.match(steps.join(), 'startup.sh" </dev/null')
})

const faults = [
  { title: 'as another account', jvms: [{ ...jvm, owner: 'root', uid: '0' }], code: 'E_TOMCAT_OWNER' },
  { title: 'twice', jvms: [jvm, { ...jvm, pid: 900 }], code: 'E_TOMCAT_TWICE' },
]

for (const { title, jvms, code } of faults) {
  test(`tomcat refuses one that runs ${title}`, () => {
    assert.throws(
      () => planned(tomcat, params, { jvms, status: 200, unit: undefined }),
      (error: PlaybookError) => error.code === code,
    )
  })
}

test('tomcat takes the number of an account too', () => {
  assert.equal(
    planned(tomcat, { ...params, user: 1001 }, { jvms: [jvm], status: 200, unit: undefined }).changes,
    [],
  )
})

for (const shell of shells) {
  test(`tomcat starts a Tomcat, waits for its answer, and is quiet then (${shell[0]})`, () =>
    inFolder((folder) =>
      withTomcat(folder, async ({ home, httpPort, behave }) => {
        behave('slow')
        const { changes, again } = await applied(tomcat, { home, httpPort }, { shell })
        assert.is(changes.length, 1)
        assert.equal(again, [])
      }),
    ))
}

test('tomcat never starts a Tomcat twice, and does not take another home for it', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      const [change] = await looked(tomcat, { home, httpPort })
      const step = change!.steps[0]!
      const script = step.kind === 'run' ? step.command.script : ''
      assert.is((await runShell(script)).code, 0)
      assert.is((await runShell(script)).code, 0)
      assert.is(readFileSync(join(home, 'starts'), 'utf8'), 'x\n')
      const [other] = await looked(tomcat, { home: home.slice(0, -1), httpPort })
      assert.is(other?.from, 'not running')
    }),
  ))

test("tomcat starts a Tomcat in the system's locale, not in that of the shell that looks", () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      const [change] = await looked(tomcat, { home, httpPort })
      const step = change!.steps[0]!
      const script = step.kind === 'run' ? step.command.script : ''
      assert.is((await runShell(`export LC_ALL=C LANG=C\n${script}`)).code, 0)
      const environment = readFileSync(join(home, 'environment'), 'utf8')
      assert.not.match(environment, /^LC_ALL=/m)
      assert.match(environment, /^LANG=./m)
      assert.not.match(environment, /^LANG=C$/m)
    }),
  ))

test('tomcat fails at once when the JVM ends, with what it wrote', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort, behave, log }) => {
      log('SEVERE An old story')
      behave('die')
      const before = Date.now()
      const error = await failure(() => applied(tomcat, { home, httpPort }))
      assert.is(error.code, 'E_TOMCAT_DIED')
      assert.ok(Date.now() - before < 60_000)
      assert.equal(error.details, [
        `The end of ${home}/logs/catalina.out:`,
        'INFO Server version name: Apache Tomcat/9.0.109',
        'SEVERE Failed to start',
      ])
    }),
  ))

test('tomcat gives up a Tomcat that does not answer in time, and leaves it running', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort, behave }) => {
      behave('silent')
      const error = await failure(() => applied(tomcat, { home, httpPort, within: 0.5 }))
      assert.is(error.code, 'E_TIMEOUT')
      assert.match(error.message, /runs, but http:.* gave no HTTP 200 within 0.5 s; last: no answer/)
      const [change] = await looked(tomcat, { home, httpPort })
      assert.match(change!.from, /^pid \d+, no answer$/)
    }),
  ))

test('tomcat names the process that has its port', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      const server = createServer((_, response) => response.end('other'))
      await new Promise<void>((resolve) => server.listen(httpPort, '127.0.0.1', resolve))
      try {
        const error = await failure(() => applied(tomcat, { home, httpPort }))
        assert.is(error.code, 'E_PORT_IN_USE')
        assert.match(error.message, `Port ${httpPort} is in use by pid ${process.pid}: `)
      } finally {
        server.close()
      }
    }),
  ))

test('tomcat shows the journal of a unit that systemd cannot start', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      const program = (name: string, body: string) =>
        writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
      program(
        'systemctl',
        'case $1 in start) echo "Assertion failed on job for ws.service." >&2; exit 1 ;; esac',
      )
      program('journalctl', 'echo "ws.service: Starting requested but asserts failed."')
      const options = { path: `${folder}:$PATH` }
      const error = await failure(() => applied(tomcat, { home, httpPort, unit: 'ws' }, options))
      assert.is(error.code, 'E_SERVICE')
      assert.is(error.message, 'ws.service: Assertion failed on job for ws.service.')
      assert.equal(error.details, ['ws.service: Starting requested but asserts failed.'])
    }),
  ))

const missing: readonly (readonly [string, string, (home: string) => void])[] = [
  ['startup.sh', 'E_NO_TOMCAT', (home) => rmSync(join(home, 'bin/startup.sh'))],
  ['its logs', 'E_NO_LOGS', (home) => rmSync(join(home, 'logs'), { recursive: true })],
  [
    'rotatelogs',
    'E_NO_PROGRAM',
    (home) =>
      writeFileSync(
        join(home, 'bin/catalina.sh'),
        '  start 2>&1 \\\n|/no/such/rotatelogs /logs/x 86400 540 &\n',
      ),
  ],
]

for (const [what, code, remove] of missing) {
  test(`tomcat looks for ${what} before it starts anything`, () =>
    inFolder((folder) =>
      withTomcat(folder, async ({ home, httpPort }) => {
        remove(home)
        assert.is((await failure(() => applied(tomcat, { home, httpPort }))).code, code)
      }),
    ))
}

test('tomcat looks for the JDK it is given', () =>
  inFolder((folder) =>
    withTomcat(folder, async ({ home, httpPort }) => {
      rmSync(join(home, 'bin/setenv.sh'))
      const error = await failure(() => applied(tomcat, { home, httpPort, javaHome: '/no/jdk' }))
      assert.equal([error.code, error.message], ['E_NO_JAVA', 'There is no /no/jdk/bin/java.'])
    }),
  ))

test.run()
