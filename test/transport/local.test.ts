// The local transport.

import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { createTransportResolver } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/program/transport.ts'
import { testFolder } from '../testFolder.ts'
import { ask, endOf, errorOf, using, within } from './settings.ts'

const folder = testFolder('local')

async function local(): Promise<Connection> {
  const settings = { kind: 'local', host: 'localhost', become: { method: 'sudo', user: 'root' } } as const
  return (await createTransportResolver()(settings)).connect(settings, {})
}

test('A shell remembers, and gives bytes as they are', async () => {
  await using(local(), async (connection) => {
    const shell = await connection.openShell()
    await ask(shell, 'here=kept')
    assert.is(await ask(shell, 'printf "%s é" "$here"'), 'kept é')
  })
})

test('A megabyte goes in and out', async () => {
  await using(local(), async (connection) => {
    const shell = await connection.openShell()
    const text = 'x'.repeat(1_000_000)
    assert.is((await within(5000, 'the echo', ask(shell, `cat <<'E'\n${text}\nE`))).length, 1_000_001)
  })
})

test('A shell that ends says so, and refuses what comes after', async () => {
  await using(local(), async (connection) => {
    const shell = await connection.openShell()
    const end = endOf(shell)
    await shell.write(Buffer.from('exit 7\n'))
    const error = await within(2000, 'the end', end)
    assert.equal([error.code, error.stage], ['E_SHELL_ENDED', 'busy'])
    assert.match(error.message, /exit code 7/)
    assert.is((await errorOf(shell.write(Buffer.from('true\n')))).code, 'E_SHELL_ENDED')
  })
})

test('An upload arrives whole, for its owner alone', async () => {
  await using(local(), async (connection) => {
    const bytes = randomBytes(3_000_000)
    for (const [name, source] of [
      ['bytes', bytes],
      ['stream', Readable.from([bytes.subarray(0, 10), bytes.subarray(10)])],
    ] as const) {
      const path = join(folder, `a ${name}'s`, 'file')
      await connection.upload(source, path)
      assert.is(sha256(readFileSync(path)), sha256(bytes))
      assert.is(statSync(path).mode & 0o777, 0o600)
    }
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

test('An upload does not write over a file', async () => {
  await using(local(), async (connection) => {
    const path = join(folder, 'there', 'file')
    await connection.upload(Buffer.from('first'), path)
    const error = await errorOf(connection.upload(Buffer.from('second'), path))
    assert.is(error.code, 'E_UPLOAD')
    assert.match(error.message, /File exists/i)
    assert.is(readFileSync(path, 'utf8'), 'first')
  })
})

test('An upload into no folder says so', async () => {
  await using(local(), async (connection) => {
    const error = await errorOf(connection.upload(randomBytes(9_000_000), join(folder, 'no', 'new', 'file')))
    assert.is(error.code, 'E_UPLOAD')
    assert.match(error.message, /folder .* does not exist/)
  })
})

test('An upload whose source fails leaves nothing', async () => {
  await using(local(), async (connection) => {
    const path = join(folder, 'half', 'file')
    const source = Readable.from(
      (async function* () {
        yield randomBytes(100_000)
        throw new Error('the disk is gone')
      })(),
    )
    const error = await within(3000, 'the upload', errorOf(connection.upload(source, path)))
    assert.is(error.code, 'E_UPLOAD_SOURCE')
    assert.match(error.message, /the disk is gone/)
    assert.not.ok(existsSync(path))
  })
})

test('Closing ends an idle shell at once, and leaves what it started', async () => {
  const connection = await local()
  const shell = await connection.openShell()
  const pid = Number(await ask(shell, 'sleep 20 >/dev/null 2>&1 & echo $!'))
  await within(200, 'close', connection.close())
  assert.ok(isAlive(pid))
  process.kill(pid)
})

test('Closing kills a busy shell and what it runs', async () => {
  const connection = await local()
  const shell = await connection.openShell()
  const pid = Number(await ask(shell, 'echo $$'))
  await shell.write(Buffer.from('sleep 20\n'))
  const end = endOf(shell)
  await within(1000, 'close', connection.close())
  await within(1000, 'the end', end)
  assert.not.ok(isAlive(pid))
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('Closing twice is closing once', async () => {
  const connection = await local()
  await connection.close()
  await connection.close()
})

test.run()
