// A trip over a shell that hangs or ends comes to an end.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { runTrip } from '../../../src/engine/session/trip.ts'
import { PlaybookError, UnreachableError } from '../../../src/model/errors/error.ts'
import { createTransportResolver } from '../../../src/transport/connect.ts'
import type { Shell } from '../../../src/transport/program/transport.ts'
import { prologue, type ScriptEntry } from '../../../src/wire/script.ts'

const probe = (body: string): ScriptEntry => ({ kind: 'probe', body })
const step = (body: string): ScriptEntry => ({ kind: 'step', body })

async function withShell(work: (shell: Shell) => Promise<void>): Promise<void> {
  const settings = {
    kind: 'local' as const,
    host: 'localhost',
    become: { method: 'sudo' as const, user: 'root' },
  }
  const connection = await (await createTransportResolver()(settings)).connect(settings, {})
  try {
    await work(await connection.openShell())
  } finally {
    await connection.close()
  }
}

test('a probe that does not return is given up, and named', () =>
  withShell(async (shell) => {
    try {
      await runTrip(shell, prologue, [probe('true'), probe('sleep 30'), probe('true')], {}, 0.3)
      assert.unreachable()
    } catch (thrown) {
      assert.instance(thrown, PlaybookError)
      assert.is((thrown as PlaybookError).code, 'E_PROBE_TIMEOUT')
      assert.equal((thrown as PlaybookError).details, ['sleep 30'])
    }
  }))

test('a probe that prints without end is given up, and named', () =>
  withShell(async (shell) => {
    try {
      await runTrip(shell, prologue, [probe('true'), probe('cat /dev/zero')], {})
      assert.unreachable()
    } catch (thrown) {
      assert.equal((thrown as PlaybookError).code, 'E_PROBE_OUTPUT')
      assert.equal((thrown as PlaybookError).details, ['cat /dev/zero'])
    }
    assert.ok(process.memoryUsage().rss < 600 * 1024 * 1024)
  }))

test('a step cannot learn the marker, from any process of the trip', () =>
  withShell(async (shell) => {
    const search =
      'for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; tr "\\0" " " <$p/environ; done 2>/dev/null | grep -cE "rp[0-9a-f]{18}"'
    const [output] = await runTrip(shell, prologue, [step(`${search}; true`)])
    assert.is(output?.stdout.toString(), '0\n')
  }))

test('many short probes may together take longer than one may', () =>
  withShell(async (shell) => {
    const outputs = await runTrip(
      shell,
      prologue,
      Array.from({ length: 5 }, () => probe('sleep 0.15')),
      {},
      0.5,
    )
    assert.is(outputs.length, 5)
  }))

test('a step may take its time', () =>
  withShell(async (shell) => {
    const outputs = await runTrip(
      shell,
      prologue,
      [step('sleep 0.6; echo done'), probe('echo after')],
      {},
      0.3,
    )
    assert.equal(
      outputs.map((output) => output?.stdout.toString()),
      ['done\n', 'after\n'],
    )
  }))

test('a shell that ends in the middle is an error, not a wait', () =>
  withShell(async (shell) => {
    const killing = probe('kill -9 $$')
    const ended = runTrip(shell, prologue, [killing, probe('true')]).then(
      () => 'answered',
      (thrown) => thrown.constructor.name,
    )
    assert.is(await ended, UnreachableError.name)
  }))

test.run()
