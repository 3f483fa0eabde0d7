// The lock of a host in real shells: held by one of them, free when it ends, not inherited.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { runTrip } from '../../src/engine/session/trip.ts'
import type { Shell } from '../../src/transport/program/transport.ts'
import { lockAnswer, lockEntry } from '../../src/wire/hostLock.ts'
import { prologue, type ScriptEntry } from '../../src/wire/script.ts'

const it = suite('host lock')

type OpenShell = { readonly child: ChildProcessWithoutNullStreams; readonly ask: typeof ask }

async function ask(this: OpenShell, ...entries: readonly ScriptEntry[]) {
  const shell: Shell = {
    write: async (bytes) => {
      this.child.stdin.write(bytes)
    },
    receive: ({ data }) => {
      this.child.stdout.removeAllListeners('data').on('data', (bytes) => data('stdout', bytes))
      this.child.stderr.removeAllListeners('data').on('data', (bytes) => data('stderr', bytes))
    },
    close: () => {},
  }
  const outputs = await runTrip(shell, prologue, entries)
  return outputs.map((output) => output && { ...output, text: output.stdout.toString() })
}

const opened: ChildProcessWithoutNullStreams[] = []
it.after.each(() => {
  for (const child of opened.splice(0)) child.kill('SIGKILL')
})

const open = ([program, ...args]: readonly string[]): OpenShell => {
  const child = spawn(program!, args)
  opened.push(child)
  return { child, ask }
}

const folder = mkdtempSync(join(tmpdir(), "run-playbook-lock ' "))
it.after(() => rmSync(folder, { recursive: true }))
const lockOf = (run: string) =>
  lockEntry({ run, name: "site.ts, al'ice@ops", since: 1_700_000_000_000 }, folder)
const step = (body: string): ScriptEntry => ({ kind: 'step', body })
const descriptors: ScriptEntry = { kind: 'probe', body: 'readlink /proc/self/fd/7' }
const end = ({ child }: OpenShell, how: () => void) => {
  const ended = new Promise((resolve) => child.on('exit', resolve))
  how()
  return ended
}

for (const command of [['dash'], ['bash'], ['busybox', 'sh']]) {
  const isThere = spawnSync(command[0]!, ['--help']).error === undefined
  const test = isThere ? it : it.skip

  test(`${command[0]}: one run has it, with all its shells`, async () => {
    const [one, sibling, other] = [open(command), open(command), open(command)]
    const taken = await one.ask(lockOf('run-1'), step('true'), descriptors)
    assert.equal(lockAnswer(taken[0]!), { kind: 'taken' })
    assert.is(taken[2]!.text, '', 'a probe inherits the descriptor')
    const again = await one.ask(lockOf('run-1'), step('echo still'))
    assert.is(again[1]!.text, 'still\n')
    const shared = await sibling.ask(lockOf('run-1'), step('echo same run'))
    assert.is(shared[1]!.text, 'same run\n')
    const [answer, skipped] = await other.ask(lockOf('run-2'), step('echo at once'))
    assert.equal(lockAnswer(answer!), {
      kind: 'busy',
      by: { run: 'run-1', since: 1_700_000_000_000, name: "site.ts, al'ice@ops" },
    })
    assert.is(skipped, undefined)
  })

  test(`${command[0]}: what a step leaves running does not keep it, however the shell ends`, async () => {
    for (const how of ['in order', 'killed']) {
      const [one, other] = [open(command), open(command)]
      const [, , started] = await one.ask(lockOf('run-1'), step('readlink /proc/self/fd/7'), {
        ...step('sleep 30 >/dev/null 2>&1 & echo $!'),
        okCodes: [0],
        isDetaching: true,
      })
      assert.is(started, undefined, 'the first step fails: it inherits no descriptor')
      const [left] = await one.ask({ ...step('sleep 30 >/dev/null 2>&1 & echo $!'), isDetaching: true })
      await end(one, () => (how === 'killed' ? one.child.kill('SIGKILL') : one.child.stdin.end()))
      const [answer] = await other.ask(lockOf('run-2'))
      process.kill(Number(left!.text))
      assert.is(answer!.code, 0, how)
      await end(other, () => other.child.stdin.end())
    }
  })

  test(`${command[0]}: without flock the steps run all the same`, async () => {
    const [answer, output] = await open(command).ask(
      { ...lockOf('run-1'), body: `command() { return 1; }; ${lockOf('run-1').body}` },
      step('echo done'),
    )
    assert.equal(lockAnswer(answer!), { kind: 'unlockable', reason: 'it has no flock command' })
    assert.is(output!.text, 'done\n')
  })
}

it.run()
