// Tests that problems of the login account are not blamed on sudo: real sshd, PAM, sudo.

import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/model/secrets/secret.ts'
import { createSshTransport } from '../../../src/transport/ssh/sshTransport.ts'
import { shownLines } from '../../shownLines.ts'
import { errorOf, settingsFor, using, within } from '../settings.ts'
import { type Sshd, sshdMissing, startSshd } from '../sshd.ts'
import { addUser, becomeMissing, type TestUser } from '../testUser.ts'

const missing =
  sshdMissing() ?? becomeMissing('sudo') ?? (existsSync('/etc/pam.d/sshd') ? undefined : 'no PAM')
const test = suite(missing ? `login account: skipped, ${missing}` : 'login account')
const it = missing ? test.skip : test

let plain: Sshd
let pam: Sshd
const users: TestUser[] = []
test.before(async () => {
  if (!missing)
    [plain, pam] = await Promise.all([
      startSshd({ config: ['SetEnv SHLVL=0'] }),
      startSshd({ config: ['UsePAM yes'] }),
    ])
})
test.after(async () => {
  await Promise.all([plain?.stop(), pam?.stop()])
  for (const user of users) user.remove()
})

type Case = {
  readonly title: string
  readonly sshd: () => Sshd
  readonly account?: Parameters<typeof addUser>[0]
  /** Spoils the account. */
  readonly spoil?: (name: string) => void
  readonly password?: string
  readonly code: string
  readonly says: RegExp
}

const asks = 'USER ALL=(ALL) ALL\nDefaults:USER passwd_tries=1, timestamp_timeout=0'
const chage =
  (...options: string[]) =>
  (name: string) => {
    execFileSync('chage', [...options, name])
  }

const cases: readonly Case[] = [
  {
    title: 'Its shell is nologin',
    sshd: () => plain,
    account: { shell: '/usr/sbin/nologin', sudoers: asks },
    code: 'E_SHELL',
    says: /not available[\s\S]*nologin/,
  },
  {
    title: 'Its .bashrc exits',
    sshd: () => plain,
    account: { shell: '/bin/bash', sudoers: asks },
    spoil: (name) => writeFileSync(`/home/${name}/.bashrc`, 'echo maintenance >&2; exit 3\n'),
    code: 'E_SHELL',
    says: /exit code 3[\s\S]*maintenance[\s\S]*\.bashrc/,
  },
  {
    title: 'Its password has expired, which sshd reports',
    sshd: () => pam,
    account: { sudoers: asks },
    spoil: chage('-d', '0'),
    code: 'E_SHELL',
    says: /password has expired/i,
  },
  {
    title: 'Its password has expired, which sudo reports',
    sshd: () => plain,
    account: { sudoers: asks },
    spoil: chage('-d', '0'),
    password: 'own',
    code: 'E_BECOME_ACCOUNT',
    says: /refuses the login user: the account or its password has expired[\s\S]*chage -l/,
  },
  {
    title: 'It has expired, which sshd reports',
    sshd: () => pam,
    account: { sudoers: asks },
    spoil: chage('-E', '1'),
    code: 'E_CONNECTION_LOST',
    says: /during the login of[\s\S]*account expired[\s\S]*chage -l/,
  },
  {
    title: 'sudo asks for the password of root (targetpw)',
    sshd: () => plain,
    account: { sudoers: `${asks}, targetpw` },
    password: 'own',
    code: 'E_BECOME_PASSWORD',
    says: /expects the password of root/,
  },
  {
    title: 'sudo asks for the password of root, and none is given',
    sshd: () => plain,
    account: { sudoers: `${asks}, rootpw` },
    code: 'E_BECOME_PASSWORD_MISSING',
    says: /expects the password of root/,
  },
]

for (const { title, sshd, account, spoil, password, code, says } of cases) {
  it(`${title}: ${code}`, async () => {
    const user = addUser(account)
    users.push(user)
    spoil?.(user.name)
    const settings = settingsFor(sshd(), {
      user: user.name,
      become: { method: 'sudo', user: 'root', ...(password && { password: secret(user.password) }) },
    })
    const work = using(createSshTransport().connect(settings, {}), (connection) =>
      connection.openShell({ user: 'root' }),
    )
    const error = await within(15_000, title, errorOf(work))
    const text = (await shownLines(error)).join('\n')
    assert.is(error.code, code, text)
    assert.match(text, says)
    assert.not.match(text, /MaxStartups|mark[0-9a-f]{8}|pw rp/)
    if (code === 'E_SHELL') assert.not.match(text, /sudo/)
  })
}

test.run()
