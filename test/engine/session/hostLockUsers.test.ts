// Tests the host lock across accounts and a dropped connection, with real sshd and sudo.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import type { LockOptions } from '../../../src/engine/session/hostLock.ts'
import { sh, succeeds } from '../../../src/index.ts'
import type { TaskList } from '../../../src/model/task.ts'
import { shell } from '../../../tasks/index.ts'
import { settingsFor } from '../../transport/settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { addUser, becomeMissing, type TestUser } from '../../transport/testUser.ts'
import { type Ran, runTasks } from '../harness.ts'

const missing = sshdMissing() ?? becomeMissing('sudo')
const test = suite(missing ? `lock of accounts: skipped, ${missing}` : 'lock of accounts')
const it = missing ? test.skip : test

let sshd: Sshd
let alice: TestUser
let bob: TestUser
let folder: string
test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  ;[alice, bob] = [1, 2].map(() => addUser({ sudoers: 'USER ALL=(ALL) NOPASSWD: ALL' })) as [
    TestUser,
    TestUser,
  ]
  folder = mkdtempSync(join(sshd.folder, 'lock-'))
})
test.after(async () => {
  for (const path of paths) rmSync(path, { force: true })
  for (const user of [alice, bob]) user?.remove()
  await sshd?.stop()
})

const never = succeeds(sh`false`, { reads: [] })

const paths: string[] = []
/** A path that every account may make, and that is not there yet. */
const fresh = () => {
  const path = `/tmp/run-playbook-lock-${process.pid}-${paths.length}`
  paths.push(path)
  return path
}

const made = async (path: string) => {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 20))
  rmSync(path)
}

/** A script that says when it has begun, and ends once it is let go. */
function holding() {
  const [begun, ended] = [fresh(), fresh()]
  return {
    script: `touch ${begun}; while [ ! -e ${ended} ]; do sleep 0.1; done`,
    begun: () => made(begun),
    letGo: () => writeFileSync(ended, ''),
  }
}

function runAs(
  login: TestUser,
  run: string,
  tasks: TaskList,
  changes: Partial<LockOptions> = {},
  signal?: AbortSignal,
): Promise<Ran> {
  return runTasks(tasks, {
    signal,
    settingsOf: () => settingsFor(sshd, { user: login.name }),
    lock: {
      mode: 'fail',
      timeout: 20,
      folder: join(folder, 'root'),
      holder: { run: `${run}-${process.pid}`, name: `${run}.ts, alice@ops`, since: Date.now() },
      ...changes,
    },
  })
}

const codes = ({ events }: Ran) =>
  events.flatMap((event) =>
    event.kind === 'taskEnd' ? [event.result.error?.code ?? event.result.status] : [],
  )
const messages = ({ events }: Ran) =>
  events.flatMap((event) =>
    event.kind === 'taskEnd' && event.result.error ? [event.result.error.message] : [],
  )

const work = (script: string, become?: boolean | string) => shell({ script }, { become, title: 'work' })

it('Runs that log in as different accounts and become root exclude each other', async () => {
  const held = holding()
  const first = runAs(alice, 'first', [work(held.script, true)])
  await held.begun()
  const second = await runAs(bob, 'second', [work('true', true)])
  held.letGo()
  assert.equal(codes(second), ['E_LOCKED'])
  assert.match(messages(second)[0]!, /is being changed by first\.ts, alice@ops, since/)
  assert.equal(codes(await first), ['changed'])
  assert.equal(codes(await runAs(bob, 'third', [work('true', true)])), ['changed'])
})

it('One run goes through several accounts with the lock of root, in whatever order', async () => {
  const held = holding()
  const first = runAs(alice, 'first', [
    work('true'),
    work('true', true),
    work('true', bob.name),
    work(held.script),
  ])
  await held.begun()
  assert.equal(codes(await runAs(bob, 'second', [work('true', true)])), ['E_LOCKED'])
  held.letGo()
  assert.equal(codes(await first), ['changed', 'changed', 'changed', 'changed'])
})

it('Runs without root that work as the same account exclude each other; other accounts go on', async () => {
  const held = holding()
  const first = runAs(alice, 'first', [work(held.script)])
  await held.begun()
  assert.equal(codes(await runAs(alice, 'second', [work('true')])), ['E_LOCKED'])
  assert.equal(codes(await runAs(bob, 'third', [work('true', alice.name)])), ['E_LOCKED'])
  assert.equal(codes(await runAs(bob, 'fourth', [work('true')])), ['changed'])
  held.letGo()
  assert.equal(codes(await first), ['changed'])
})

for (const become of [true, false]) {
  it(`A connection that drops between two changes frees the lock (${become ? 'root' : 'login account'})`, async () => {
    const begun = fresh()
    const stop = new AbortController()
    const tasks = [
      work(`touch ${begun}`, become),
      shell({ script: 'true' }, { become, title: 'slow', retry: { attempts: 2, delay: 60, until: never } }),
    ]
    const first = runAs(alice, 'first', tasks, {}, stop.signal)
    await made(begun)
    assert.equal(codes(await runAs(bob, 'second', [work('true', become || alice.name)])), ['E_LOCKED'])
    sshd.killSessions()
    const began = performance.now()
    const third = await runAs(bob, 'third', [work('true', become || alice.name)], { mode: 'wait' })
    assert.equal(codes(third), ['changed'])
    assert.ok(performance.now() - began < 10_000)
    stop.abort()
    await first
  })

  it(`A connection that drops during a change frees the lock once the change has ended (${become ? 'root' : 'login account'})`, async () => {
    const [begun, ended] = [fresh(), fresh()]
    const first = runAs(alice, 'first', [work(`touch ${begun}; sleep 3; touch ${ended}`, become)])
    await made(begun)
    sshd.killSessions()
    await first
    const second = await runAs(bob, 'second', [work('true', become || alice.name)], { mode: 'wait' })
    assert.equal(codes(second), ['changed'])
    assert.ok(existsSync(ended))
    rmSync(ended)
  })
}

test.run()
