// Becoming others by the real sudo, over a real sshd: rules without and with password, wrong, denied.

import { readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeError, type PlaybookError } from '../../src/model/error.ts'
import type { ConnectionSettings } from '../../src/model/host.ts'
import { secret } from '../../src/model/secret.ts'
import { sshTransport } from '../../src/transport/ssh.ts'
import { ask, errorOf, settingsFor, using, within } from './settings.ts'
import { type Sshd, sshdMissing, startSshd } from './sshd.ts'
import { addUser, sudoMissing, type TestUser } from './testUser.ts'

const missing = sshdMissing() ?? sudoMissing()
const test = suite(missing ? `sudo: skipped, ${missing}` : 'sudo')
const it = missing ? test.skip : test

let sshd: Sshd
let free: TestUser
let asked: TestUser
let nobody: TestUser
test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  free = addUser({ sudoers: 'USER ALL=(ALL) NOPASSWD: ALL' })
  asked = addUser({
    sudoers: 'USER ALL=(ALL) ALL\nDefaults:USER passwd_tries=3, lecture=always, timestamp_timeout=0',
  })
  nobody = addUser()
})
test.after(async () => {
  await sshd?.stop()
  for (const user of [free, asked, nobody]) user?.remove()
})

const { connect } = sshTransport()

function settings(user: TestUser, password?: string): ConnectionSettings {
  const become = {
    method: 'sudo',
    user: 'root',
    password: password === undefined ? undefined : secret(password),
  } as const
  return settingsFor(sshd, { user: user.name, become })
}

it('A rule without password: with and without a password given, which is not sent', async () => {
  for (const password of [undefined, 'unused']) {
    await using(connect(settings(free, password), {}), async (connection) => {
      const shell = await connection.openShell('root')
      assert.is(await ask(shell, 'id -un; pwd'), 'root\n/root\n')
      const path = join('/root', `rp-test-${process.pid}-${password}`)
      await connection.upload(Buffer.from('payload'), path, 'root')
      assert.equal(
        [readFileSync(path, 'utf8'), statSync(path).uid, statSync(path).mode & 0o777],
        ['payload', 0, 0o600],
      )
      const here = join(tmpdir(), `rp-test-${process.pid}-${password}`)
      await connection.download(path, here, 'root')
      assert.is(readFileSync(here, 'utf8'), 'payload')
      rmSync(here)
      await ask(shell, `rm ${path}`)
    })
  }
})

it('Several users over one connection', async () => {
  await using(connect(settings(free), {}), async (connection) => {
    const names = [undefined, 'root', nobody.name, free.name]
    const shells = await Promise.all(names.map((name) => connection.openShell(name)))
    const found = await Promise.all(shells.map((shell) => ask(shell, 'id -un')))
    assert.equal(found, [`${free.name}\n`, 'root\n', `${nobody.name}\n`, `${free.name}\n`])
  })
})

it('A rule with password: it is given once, a lecture or not', async () => {
  await using(connect(settings(asked, asked.password), {}), async (connection) => {
    for (const as of ['root', nobody.name]) {
      const shell = await within(5000, 'openShell', connection.openShell(as))
      assert.is(await ask(shell, 'id -un; cat'), `${as}\n`)
    }
    const path = `/tmp/rp-test-${process.pid}`
    await connection.upload(Buffer.from('payload'), path, 'root')
    assert.is(readFileSync(path, 'utf8'), 'payload')
    await ask(await connection.openShell('root'), `rm ${path}`)
  })
})

const refusals: readonly [
  title: string,
  user: () => TestUser,
  password: string | undefined,
  as: string,
  code: string,
][] = [
  ['A wrong password', () => asked, 'wrong', 'root', 'E_BECOME_PASSWORD'],
  ['No password', () => asked, undefined, 'root', 'E_BECOME_PASSWORD_MISSING'],
  ['A user whom nobody knows', () => free, undefined, 'rp-nobody-knows', 'E_BECOME_USER'],
]

for (const [title, user, password, as, code] of refusals) {
  it(`${title}: ${code}`, async () => {
    const error = await refusal(settings(user(), password), as)
    assert.is(error.code, code, describeError(error).join('\n'))
    assert.not.match(describeError(error).join('\n'), /wrong/)
  })
}

it('A user without a rule: E_BECOME_DENIED', async () => {
  const error = await refusal(settings(nobody, nobody.password), 'root')
  assert.is(error.code, 'E_BECOME_DENIED', describeError(error).join('\n'))
  assert.match(describeError(error).join('\n'), new RegExp(`${nobody.name}@127.0.0.1`))
})

async function refusal(settings: ConnectionSettings, as: string): Promise<PlaybookError> {
  return using(connect(settings, {}), async (connection) => {
    const error = await within(6000, 'openShell', errorOf(connection.openShell(as)))
    assert.is(await ask(await connection.openShell(), 'echo still here'), 'still here\n')
    return error
  })
}

test.run()
