// Becoming other users by the real sudo, su and doas, over ssh and locally.

import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import type { BecomeMethod, BecomeUser } from '../../../src/model/become.ts'
import type { PlaybookError } from '../../../src/model/errors/error.ts'
import type { BecomeSettings, ConnectionSettings } from '../../../src/model/host.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import { localTransport } from '../../../src/transport/local.ts'
import type { Connection } from '../../../src/transport/program/transport.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { ask, errorOf, settingsFor, using, within } from '../settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../sshd.ts'
import { addUser, becomeMissing, type TestUser } from '../testUser.ts'

const missing = sshdMissing() ?? becomeMissing('sudo') ?? becomeMissing('su') ?? becomeMissing('doas')
const test = suite(missing ? `become: skipped, ${missing}` : 'become')
const it = missing ? test.skip : test

let sshd: Sshd
/** May become anybody without a password. */
let noPasswordUser: TestUser
/** May become anybody with its own password. */
let passwordUser: TestUser
/** Like the two above, where sudo demands a terminal, and makes another for what it runs. */
let terminalUser: TestUser
let hardenedUser: TestUser
/** May become nobody; its shell is one that runs nothing. */
let nobody: TestUser
let deniedUser: TestUser
test.before(async () => {
  if (missing) return
  sshd = await startSshd()
  noPasswordUser = addUser({ sudoers: 'USER ALL=(ALL) NOPASSWD: ALL', doas: 'permit nopass USER' })
  passwordUser = addUser({
    sudoers: 'USER ALL=(ALL) ALL\nDefaults:USER passwd_tries=3, lecture=always, timestamp_timeout=0',
    doas: 'permit USER',
  })
  const terminal = 'Defaults:USER requiretty\nDefaults:USER use_pty, umask=0077, umask_override'
  terminalUser = addUser({ sudoers: `USER ALL=(ALL) NOPASSWD: ALL\n${terminal}` })
  hardenedUser = addUser({ sudoers: `USER ALL=(ALL) ALL\n${terminal}, timestamp_timeout=0, lecture=always` })
  nobody = addUser()
  deniedUser = addUser({ shell: '/usr/sbin/nologin' })
})
test.after(async () => {
  await sshd?.stop()
  for (const user of [noPasswordUser, passwordUser, terminalUser, hardenedUser, nobody, deniedUser])
    user?.remove()
})

const { connect } = createSshTransport()

type As = { readonly login: string; readonly method: BecomeMethod; readonly password?: string | undefined }

function settings({ login, method, password }: As, more: Partial<BecomeSettings> = {}): ConnectionSettings {
  const given = password === undefined ? {} : { password: secret(password) }
  return settingsFor(sshd, { user: login, become: { method, user: 'root', ...given, ...more } })
}

type Way = {
  readonly title: string
  readonly as: () => As
  /** Whom to become. */
  readonly user: () => string
}

const ways: readonly Way[] = [
  {
    title: 'sudo, a rule without password',
    as: () => ({ login: noPasswordUser.name, method: 'sudo' }),
    user: () => 'root',
  },
  {
    title: 'sudo, a rule without password, and one given, which is not sent',
    as: () => ({ login: noPasswordUser.name, method: 'sudo', password: 'unused' }),
    user: () => 'root',
  },
  {
    title: 'sudo with a password, a lecture before it',
    as: () => ({ login: passwordUser.name, method: 'sudo', password: passwordUser.password }),
    user: () => 'root',
  },
  {
    title: 'sudo with a password, to one that is not root',
    as: () => ({ login: passwordUser.name, method: 'sudo', password: passwordUser.password }),
    user: () => deniedUser.name,
  },
  {
    title: 'sudo that demands a terminal (requiretty, use_pty)',
    as: () => ({ login: terminalUser.name, method: 'sudo' }),
    user: () => 'root',
  },
  {
    title: 'sudo that demands a terminal and a password',
    as: () => ({ login: hardenedUser.name, method: 'sudo', password: hardenedUser.password }),
    user: () => nobody.name,
  },
  {
    title: 'su from root, which asks for none',
    as: () => ({ login: 'root', method: 'su', password: 'unused' }),
    user: () => nobody.name,
  },
  {
    title: "su with the other's password",
    as: () => ({ login: nobody.name, method: 'su', password: passwordUser.password }),
    user: () => passwordUser.name,
  },
  {
    title: 'doas, a rule without password, and one given, which is not sent',
    as: () => ({ login: noPasswordUser.name, method: 'doas', password: 'unused' }),
    user: () => 'root',
  },
  {
    title: 'doas with a password',
    as: () => ({ login: passwordUser.name, method: 'doas', password: passwordUser.password }),
    user: () => 'root',
  },
  {
    title: 'doas with a password, to one that is not root',
    as: () => ({ login: passwordUser.name, method: 'doas', password: passwordUser.password }),
    user: () => nobody.name,
  },
]

for (const { title, as, user } of ways) {
  it(`${title}: a shell, and files both ways to the byte`, async () => {
    const whom = user()
    await using(connect(settings(as()), {}), async (connection) => {
      const shell = await within(15_000, 'openShell', connection.openShell({ user: whom }))
      assert.is(await ask(shell, 'id -un; cat'), `${whom}\n`)
      await bringBytes(connection, whom)
    })
  })
}

/** All bytes there are, both ways, and the file there is of the user's alone. */
async function bringBytes(connection: Connection, as: string): Promise<void> {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256))
  const here = join(tmpdir(), `rp-test-${process.pid}-here`)
  const there = join(tmpdir(), `rp-test-${process.pid}`, 'there')
  await connection.upload(bytes, there, { user: as })
  assert.ok(readFileSync(there).equals(bytes), 'what was uploaded')
  const uid = Number(execFileSync('id', ['-u', as]))
  assert.equal([statSync(there).uid, statSync(there).mode & 0o777], [uid, 0o600])
  await connection.download(there, here, { user: as })
  assert.ok(readFileSync(here).equals(bytes), 'what was downloaded')
  for (const path of [dirname(there), here]) rmSync(path, { recursive: true })
}

it('Several users over one connection, by several methods', async () => {
  await using(connect(settings({ login: noPasswordUser.name, method: 'sudo' }), {}), async (connection) => {
    const users: readonly (BecomeUser | undefined)[] = [
      undefined,
      { user: 'root' },
      { user: nobody.name },
      { user: noPasswordUser.name },
      { user: nobody.name, method: 'doas' },
      { user: passwordUser.name, method: 'sudo' },
    ]
    const shells = await Promise.all(users.map((user) => connection.openShell(user)))
    const found = await Promise.all(shells.map((shell) => ask(shell, 'echo "$(id -un) $DOAS_USER"')))
    const [own, other] = [noPasswordUser.name, nobody.name]
    assert.equal(
      found.map((text) => text.trim()),
      [own, 'root', other, own, `${other} ${own}`, passwordUser.name],
    )
  })
})

it('What was started where sudo demands a terminal goes on after it', async () => {
  const as = { login: terminalUser.name, method: 'sudo' } as const
  const pid = await using(connect(settings(as), {}), async (connection) => {
    const shell = await connection.openShell({ user: 'root' })
    await connection.openShell({ user: nobody.name })
    return (await ask(shell, 'setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $!')).trim()
  })
  for (let attempt = 0; running(terminalUser.name) !== ''; attempt += 1) {
    assert.ok(attempt < 600, running(terminalUser.name))
    await sleep(100)
  }
  assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /^sleep/)
  process.kill(Number(pid))
})

it('Flags take the place of the usual ones', async () => {
  const flags = ['-E', '-nS', '-n']
  const as = { login: passwordUser.name, method: 'sudo', password: passwordUser.password } as const
  await using(connect(settings(as, { flags }), {}), async (connection) => {
    const shell = await connection.openShell({ user: 'root' })
    assert.is(await ask(shell, 'id -un'), 'root\n')
  })
  const dashed = settings({ login: 'root', method: 'su' }, { flags: ['-'] })
  await using(connect(dashed, {}), async (connection) => {
    const shell = await connection.openShell({ user: nobody.name })
    assert.is(await ask(shell, 'echo "$LOGNAME $HOME"'), `${nobody.name} /home/${nobody.name}\n`)
  })
})

it('doas with a password leaves nothing behind, and what it runs is at rest', async () => {
  const as = { login: passwordUser.name, method: 'doas', password: passwordUser.password } as const
  await using(connect(settings(as), {}), async (connection) => {
    const shell = await connection.openShell({ user: nobody.name })
    await sleep(500)
    const ticks = await ask(shell, `cat /proc/[0-9]*/stat | awk '$2 == "(script)" { print $14 + $15 }'`)
    assert.ok(
      ticks.split('\n').every((each) => Number(each) < 10),
      `ticks of script: ${ticks}`,
    )
  })
  for (let attempt = 0; running(passwordUser.name, nobody.name) !== ''; attempt += 1) {
    assert.ok(attempt < 100, running(passwordUser.name, nobody.name))
    await sleep(100)
  }
})

/** Processes of these users, those in containers excepted: their users may have the same numbers. */
function running(...users: readonly string[]): string {
  const here = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0]
  const text = execFileSync('ps', ['-eo', 'pidns,user:32,args'], { encoding: 'utf8' })
  const isOurs = (line: string) => {
    const [space, user = ''] = line.trim().split(/\s+/)
    return space === here && users.includes(user)
  }
  return text.split('\n').filter(isOurs).join('\n')
}

it('Here as over ssh: root becomes others by each of them', async () => {
  for (const method of ['sudo', 'su', 'doas'] as const) {
    const become = { method, user: 'root' } as const
    const rule = method === 'doas' ? addUser({ doas: 'permit nopass root' }) : undefined
    await using(
      localTransport.connect({ kind: 'local', host: 'localhost', become }, {}),
      async (connection) => {
        const shell = await connection.openShell({ user: nobody.name })
        assert.is(await ask(shell, 'id -un'), `${nobody.name}\n`)
      },
    )
    rule?.remove()
  }
})

type Refusal = {
  readonly title: string
  readonly as: () => As
  readonly user?: () => string
  readonly more?: Partial<BecomeSettings>
  readonly code: string
  readonly says?: RegExp
}

const refusals: readonly Refusal[] = [
  {
    title: 'sudo, a wrong password',
    as: () => ({ login: passwordUser.name, method: 'sudo', password: 'wrong' }),
    code: 'E_BECOME_PASSWORD',
    says: /expects the password of rp-test-/,
  },
  {
    title: 'sudo, no password',
    as: () => ({ login: passwordUser.name, method: 'sudo' }),
    code: 'E_BECOME_PASSWORD_MISSING',
  },
  {
    title: 'sudo, a user whom nobody knows',
    as: () => ({ login: noPasswordUser.name, method: 'sudo' }),
    user: () => 'rp-nobody-knows',
    code: 'E_BECOME_USER',
  },
  {
    title: 'sudo, no rule',
    as: () => ({ login: nobody.name, method: 'sudo', password: nobody.password }),
    code: 'E_BECOME_DENIED',
    says: /sudoers/,
  },
  {
    title: 'su, a wrong password',
    as: () => ({ login: nobody.name, method: 'su', password: 'wrong' }),
    user: () => passwordUser.name,
    code: 'E_BECOME_PASSWORD',
    says: /the password of rp-test-/,
  },
  {
    title: 'su, no password',
    as: () => ({ login: nobody.name, method: 'su' }),
    user: () => passwordUser.name,
    code: 'E_BECOME_PASSWORD_MISSING',
    says: /the password of rp-test-/,
  },
  {
    title: 'su, a user whom nobody knows',
    as: () => ({ login: nobody.name, method: 'su', password: 'wrong' }),
    user: () => 'rp-nobody-knows',
    code: 'E_BECOME_USER',
  },
  {
    title: 'su, an account with a shell that runs nothing',
    as: () => ({ login: 'root', method: 'su' }),
    user: () => deniedUser.name,
    code: 'E_BECOME_SHELL',
    says: /ansible_become_method/,
  },
  {
    title: 'doas, a wrong password',
    as: () => ({ login: passwordUser.name, method: 'doas', password: 'wrong' }),
    code: 'E_BECOME_PASSWORD',
    says: /the login user's own password/,
  },
  {
    title: 'doas, no password',
    as: () => ({ login: passwordUser.name, method: 'doas' }),
    code: 'E_BECOME_PASSWORD_MISSING',
  },
  {
    title: 'doas, no rule',
    as: () => ({ login: nobody.name, method: 'doas', password: nobody.password }),
    code: 'E_BECOME_DENIED',
    says: /doas\.conf/,
  },
  {
    title: 'doas, a user whom nobody knows',
    as: () => ({ login: noPasswordUser.name, method: 'doas' }),
    user: () => 'rp-nobody-knows',
    code: 'E_BECOME_USER',
  },
  ...(['sudo', 'su', 'doas'] as const).map((method) => ({
    title: `${method} that is not there`,
    as: () => ({ login: noPasswordUser.name, method, password: 'unused' }),
    more: { program: '/opt/nothing/here' },
    code: 'E_BECOME_MISSING',
    says: /\/opt\/nothing\/here/,
  })),
]

for (const { title, as, user = () => 'root', more, code, says = /./ } of refusals) {
  it(`${title}: ${code}, and the connection goes on`, async () => {
    const error = await refusal(settings(as(), more), user())
    const text = (await shownLines(error)).join('\n')
    assert.is(error.code, code, text)
    assert.match(text, says)
    assert.match(error.message, new RegExp(`^${as().method} on ${as().login}@127.0.0.1`))
    assert.not.match(text, /wrong|unused|pw rp/)
  })
}

async function refusal(settings: ConnectionSettings, as: string): Promise<PlaybookError> {
  return using(connect(settings, {}), async (connection) => {
    const error = await within(20_000, 'openShell', errorOf(connection.openShell({ user: as })))
    assert.is(await ask(await connection.openShell(), 'echo still here'), 'still here\n')
    return error
  })
}

test.run()
