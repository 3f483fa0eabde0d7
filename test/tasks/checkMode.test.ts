// Tests what dry runs of built-in tasks predict of what later tasks read.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { predictedResult, UnknownUntilApplied } from '../../src/engine/checkMode/predictedResult.ts'
import { newPredictedState, recordChanges } from '../../src/engine/checkMode/predictedState.ts'
import type { CommandProbe } from '../../src/model/probe.ts'
import type { Task } from '../../src/model/task.ts'
import { httpd } from '../../tasks/httpd/httpd.ts'
import { reloadHttpd } from '../../tasks/httpd/reloadHttpd.ts'
import {
  command,
  dnf,
  firewallPort,
  firewallRichRule,
  httpCheck,
  kernelModule,
  service,
  sysctl,
  waitFor,
} from '../../tasks/index.ts'
import { tomcat } from '../../tasks/tomcat/tomcat.ts'

const down = {
  ...{ load: 'loaded', active: 'inactive', sub: 'dead', file: 'disabled', type: 'notify' },
  ...{ isOutdated: false, similar: [] },
}
const bare = { ports: [], rules: [] }
const zone = { zone: 'public', isRunning: true, runtime: bare, permanent: bare }
const notInstalled = { found: [], missing: ['httpd'], updates: [], others: [], predicted: [] }
const running = (home: string) => tomcat({ home, httpPort: 8080 })

const start = service({ name: 'httpd', state: 'started' })
const port = (number: number) => firewallPort({ ports: [`${number}/tcp`] })
const url = httpCheck({ url: 'http://127.0.0.1/' })
const guards = { created: { type: 'absent' }, removed: { type: 'absent' }, folder: { type: 'directory' } }

type Known = 'as it is' | 'unknown' | ((answer: never) => boolean)
type Row = [
  title: string,
  first: Task,
  observed: Record<string, unknown>,
  then: Task,
  probe: string,
  known: Known,
]

const rows: Row[] = [
  [
    'a unit that is started: it runs',
    start,
    { unit: down },
    service({ name: 'httpd', state: 'started' }),
    'unit',
    ({ active, file }: typeof down) => active === 'active' && file === 'disabled',
  ],
  [
    'a unit that is enabled: it is, and not more',
    service({ name: 'httpd', enabled: true }),
    { unit: down },
    start,
    'unit',
    ({ active, file }: typeof down) => active === 'inactive' && file === 'enabled',
  ],
  [
    'a oneshot unit that is started: what it is then',
    start,
    { unit: { ...down, type: 'oneshot' } },
    start,
    'unit',
    'unknown',
  ],
  [
    'a unit that is started: another unit',
    start,
    { unit: down },
    service({ name: 'b', state: 'started' }),
    'unit',
    'as it is',
  ],
  ['a unit that is started: a port', start, { unit: down }, waitFor({ port: 80 }), 'isSo', 'unknown'],
  ['a unit that is started: a URL', start, { unit: down }, url, 'answer', 'unknown'],
  [
    'a unit that is enabled alone: a URL',
    service({ name: 'httpd', enabled: true }),
    { unit: down },
    url,
    'answer',
    'as it is',
  ],
  [
    'a module that is loaded: another one',
    kernelModule({ name: 'br-x' }),
    { loaded: 'no' },
    kernelModule({ name: 'overlay' }),
    'loaded',
    'as it is',
  ],
  [
    'a module that is loaded: parameters, some of which it may bring',
    kernelModule({ name: 'br-x' }),
    { loaded: 'no' },
    sysctl({ set: { 'net.bridge.a': 1 } }),
    'live',
    'unknown',
  ],
  ['a command: a URL', command({ argv: ['x'] }), guards, url, 'answer', 'unknown'],
  [
    'a command: what a command waits for',
    command({ argv: ['x'] }),
    guards,
    waitFor({ command: 'x' }),
    'isSo',
    'unknown',
  ],
  [
    'a command: a path that is waited for',
    command({ argv: ['x'] }),
    guards,
    waitFor({ path: '/x' }),
    'isSo',
    'unknown',
  ],
  ['a command: a unit', command({ argv: ['x'] }), guards, start, 'unit', 'unknown'],
  [
    'a command that says what it writes: a path that is waited for',
    command({ argv: ['x'], writes: ['/y'] }),
    guards,
    waitFor({ path: '/x' }),
    'isSo',
    'as it is',
  ],
  [
    'a command that writes nothing: a unit',
    command({ argv: ['x'], writes: [] }),
    guards,
    start,
    'unit',
    'as it is',
  ],
  ['what waits: a URL', waitFor({ port: 80 }), { isSo: false }, url, 'answer', 'as it is'],
  [
    'a port that is opened: it is open for others',
    port(80),
    { zone },
    port(443),
    'zone',
    ({ permanent, runtime }: { permanent: typeof bare; runtime: typeof bare }) =>
      [permanent, runtime].every(({ ports }) => String(ports) === '80/tcp'),
  ],
  [
    'a port that is opened: rich rules are as they were',
    port(80),
    { zone },
    firewallRichRule({ rules: ['rule service name="http" accept'] }),
    'zone',
    ({ permanent }: typeof zone) => permanent.rules.length === 0 && permanent.ports.length === 1,
  ],
  [
    'a port of the default zone: the zone by its name',
    port(80),
    { zone },
    firewallPort({ ports: ['80/tcp'], zone: 'public' }),
    'zone',
    ({ permanent }: typeof zone) => permanent.ports.length === 1,
  ],
  [
    'a package: the same',
    dnf({ name: 'httpd' }),
    { installed: notInstalled },
    dnf({ name: 'httpd' }),
    'installed',
    'unknown',
  ],
  [
    'a package: another',
    dnf({ name: 'httpd' }),
    { installed: notInstalled },
    dnf({ name: 'vim' }),
    'installed',
    'as it is',
  ],
  [
    'a package: all of them',
    dnf({ name: 'httpd' }),
    { installed: notInstalled },
    dnf({ name: '*', state: 'latest' }),
    'installed',
    'unknown',
  ],
  ['a Tomcat: another one', running('/a'), { jvms: [] }, running('/b'), 'jvms', 'as it is'],
  ['a Tomcat: what another answers', running('/a'), { jvms: [] }, running('/b'), 'status', 'as it is'],
  [
    'a Tomcat: itself',
    running('/a'),
    { jvms: [] },
    tomcat({ state: 'stopped', home: '/a' }),
    'jvms',
    'unknown',
  ],
  ['a Tomcat: a port', running('/a'), { jvms: [] }, waitFor({ port: 8009 }), 'isSo', 'unknown'],
  [
    'httpd: its reload',
    httpd({ prefix: '/a' }),
    {},
    reloadHttpd({ prefix: '/a' }),
    'server',
    ({ loadedMs }: { loadedMs: number }) => loadedMs === Number.POSITIVE_INFINITY,
  ],
  [
    'httpd: that of another',
    httpd({ prefix: '/a' }),
    {},
    reloadHttpd({ prefix: '/b' }),
    'server',
    'as it is',
  ],
]

for (const [title, first, observed, then, name, known] of rows) {
  const end = typeof known === 'string' ? ` is ${known}` : ''
  test(`in check mode, after ${title}${end}`, () => {
    const prediction = newPredictedState()
    const changes = first.spec.plan(first.params, observed, undefined)
    assert.ok(changes.length > 0)
    recordChanges(prediction, first.title, changes, () => ({ type: 'absent' }))
    const probe = then.spec.probe(then.params, undefined)[name] as CommandProbe<unknown>
    const found = foreseen(prediction, probe)
    if (typeof known === 'string') assert.is(found, known)
    else assert.ok(typeof found === 'object' && known(found.value as never), JSON.stringify(found))
  })
}

function foreseen(...asked: Parameters<typeof predictedResult>): { readonly value: unknown } | string {
  try {
    return predictedResult(...asked) ?? 'as it is'
  } catch (thrown) {
    if (thrown instanceof UnknownUntilApplied) return 'unknown'
    throw thrown
  }
}

test.run()
