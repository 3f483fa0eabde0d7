// Connecting through jump hosts, a ProxyCommand and included ssh_config files.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import type { ConnectionSettings } from '../../../src/model/host.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { ask, endOf, errorOf, using, within } from '../settings.ts'
import { freePort, type Sshd, sshdMissing, startSshd } from '../sshd.ts'

const missing = sshdMissing()
const test = suite(missing ? `ways: skipped, ${missing}` : 'ways')
const it = missing ? test.skip : test

let one: Sshd
let two: Sshd
let last: Sshd
test.before(async () => {
  if (!missing) [one, two, last] = await Promise.all([startSshd(), startSshd(), startSshd()])
})
test.after(async () => {
  await Promise.all([one, two, last].map((sshd) => sshd?.stop()))
})

/** A host as ssh_config has it, with its own key and known_hosts. */
function section(name: string, { port, keyFile, knownHostsFile }: Sshd, ...more: string[]): string {
  const lines = ['HostName 127.0.0.1', `Port ${port}`, 'User root', `IdentityFile ${keyFile}`]
  return [
    `Host ${name}`,
    ...lines,
    `UserKnownHostsFile ${knownHostsFile}`,
    'IdentityAgent none',
    ...more,
    '',
  ].join('\n  ')
}

function settings(name: string, config: string, args: string[] = []): ConnectionSettings {
  const file = join(last.folder, 'config')
  writeFileSync(file, config)
  return { kind: 'ssh', host: name, sshArgs: ['-F', file, ...args], become: { method: 'sudo', user: 'root' } }
}

/** How many connections an sshd has accepted so far. */
function accepted(sshd: Sshd): number {
  return sshd.log().match(/Accepted publickey/g)?.length ?? 0
}

it('Through two jump hosts: the key of each is checked, the last is reached', async () => {
  const config = section('one', one) + section('two', two) + section('last', last, 'ProxyJump one,two')
  const before = [one, two, last].map(accepted)
  await using(createSshTransport().connect(settings('last', config), {}), async (connection) => {
    assert.is(
      await ask(await connection.openShell(), 'echo "$SSH_CONNECTION" | cut -d" " -f4'),
      `${last.port}\n`,
    )
  })
  assert.equal(
    [one, two, last].map(accepted),
    before.map((count) => count + 1),
  )
})

it('A jump host that has a jump host of its own', async () => {
  const config = section('one', one) + section('two', two, 'ProxyJump one') + section('last', last)
  await using(
    createSshTransport().connect(settings('last', config, ['-J', 'two']), {}),
    async (connection) => {
      assert.is(await ask(await connection.openShell(), 'echo in'), 'in\n')
    },
  )
})

it('Twelve hosts behind a jump host share one connection to it, closed with the last of them', async () => {
  const config = section('one', one) + section('last', last, 'ProxyJump one')
  const { connect } = createSshTransport()
  const before = accepted(one)
  const connections = await Promise.all(
    Array.from({ length: 12 }, () => connect(settings('last', config), {})),
  )
  assert.is(accepted(one), before + 1)
  await Promise.all(connections.map((connection) => connection.close()))
  await using(connect(settings('last', config), {}), async (connection) => {
    assert.is(await ask(await connection.openShell(), 'echo in'), 'in\n')
  })
  assert.is(accepted(one), before + 2)
})

it('A jump host that cannot be reached is named: E_PROXY', async () => {
  const port = await freePort()
  const config = section('one', { ...one, port }) + section('last', last, 'ProxyJump one')
  const error = await errorOf(createSshTransport().connect(settings('last', config), {}))
  assert.is(error.code, 'E_PROXY')
  assert.match(
    error.message,
    new RegExp(`^root@last:${last.port} cannot be reached: .* root@one:${port} refused`),
  )
})

it('A jump host that does not get through: E_PROXY', async () => {
  const port = await freePort()
  const config = section('one', one) + section('last', { ...last, port }, 'ProxyJump one')
  const error = await errorOf(createSshTransport().connect(settings('last', config), {}))
  assert.is(error.code, 'E_PROXY')
  assert.match(error.message, /jump host cannot reach root@last/)
})

it('A jump host that jumps through itself is reported: E_PROXY', async () => {
  const config = section('one', one, 'ProxyJump one') + section('last', last, 'ProxyJump one')
  const error = await within(
    3000,
    'connect',
    errorOf(createSshTransport().connect(settings('last', config), {})),
  )
  assert.is(error.code, 'E_PROXY')
})

it("A jump host's unknown key is refused: E_PROXY", async () => {
  const config =
    section('one', { ...one, knownHostsFile: '/dev/null' }) + section('last', last, 'ProxyJump one')
  const error = await errorOf(createSshTransport().connect(settings('last', config), {}))
  assert.is(error.code, 'E_PROXY')
  assert.match((await shownLines(error)).join('\n'), /E_HOST_KEY_UNKNOWN/)
})

it('A jump host that dies takes its hosts with it', async () => {
  const jump = await startSshd()
  try {
    const config = section('one', jump) + section('last', last, 'ProxyJump one')
    const connection = await createSshTransport().connect(settings('last', config), {})
    const broken = new Promise<Error>((resolve) => connection.onBroken(resolve))
    const end = endOf(await connection.openShell())
    jump.killSessions()
    assert.match((await within(2000, 'the end', end)).code, /E_CONNECTION_LOST/)
    assert.match((await within(2000, 'onBroken', broken)).message, /was lost/)
    await connection.close()
  } finally {
    await jump.stop()
  }
})

it('Through a ProxyCommand, with its tokens', async () => {
  const relay = join(last.folder, 'relay.mjs')
  writeFileSync(
    relay,
    `import { connect } from 'node:net'
     const socket = connect(Number(process.argv[3]), process.argv[2])
     process.stdin.pipe(socket).pipe(process.stdout)`,
  )
  const config = section('last', last, `ProxyCommand ${process.execPath} "${relay}" %h %p`)
  await using(createSshTransport().connect(settings('last', config), {}), async (connection) => {
    const shell = await connection.openShell()
    assert.is((await ask(shell, 'head -c 3000000 /dev/zero | tr "\\000" x')).length, 3_000_000)
  })
})

it('A ProxyCommand that fails says why: E_PROXY', async () => {
  for (const command of ['echo no tunnel today >&2; exit 1', 'no-such-program-here %h']) {
    const config = section('last', last, `ProxyCommand sh -c '${command}'`)
    const error = await within(
      4000,
      'connect',
      errorOf(createSshTransport().connect(settings('last', config), {})),
    )
    assert.is(error.code, 'E_PROXY')
    assert.match((await shownLines(error)).join('\n'), /no tunnel today|not found/)
  }
})

it('Included ssh_config', async () => {
  const included = join(last.folder, 'included.conf')
  writeFileSync(included, section('last', last))
  await using(
    createSshTransport().connect(settings('last', `Include ${included}\n`), {}),
    async (connection) => {
      assert.is(connection.user, 'root')
    },
  )
})

test.run()
