// Starting programs as other users, with fake sudo, su and doas programs.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { BecomeMethod } from '../../../src/model/become.ts'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import type { BecomeSettings, ConnectionSettings } from '../../../src/model/host.ts'
import { secret } from '../../../src/model/secrets/secret.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { shownLines } from '../../shownLines.ts'
import { testFolder } from '../../testFolder.ts'
import { ask, errorOf, using, within } from '../settings.ts'

const folder = testFolder('become')

/** Options as ours are: -H -S -p PROMPT -u USER -- PROGRAM. */
const start = 'prompt=$4; shift 7\n'
const run = 'exec "$@"\n'
const lecture = 'echo "We trust you have received the usual lecture" >&2\n'
const askOnce = `printf %s "$prompt" >&2; IFS= read -r got; echo "$got" >> ${folder}/got\n`
const check = (again: string) =>
  `[ "$got" = right ] || { sleep 0.05; echo "Sorry, try again." >&2; ${again} }\n`

let count = 0

function settings(body: string, password?: string, method: BecomeMethod = 'sudo'): ConnectionSettings {
  count += 1
  const program = join(folder, `${method}-${count}`)
  writeFileSync(program, `#!/bin/sh\n${body}`, { mode: 0o755 })
  writeFileSync(join(folder, 'got'), '')
  const become: BecomeSettings = {
    ...{ method, user: 'root', program },
    password: password === undefined ? undefined : secret(password),
  }
  return { kind: 'local', host: 'localhost', become }
}

function got(): string {
  return readFileSync(join(folder, 'got'), 'utf8')
}

const openings: readonly [title: string, body: string, password: string | undefined, got: string][] = [
  ['No password is required and none was given', start + run, undefined, ''],
  [
    'No password is required (NOPASSWD): the one given is not sent, nor read as a command',
    start + run,
    'right',
    '',
  ],
  [
    'A password is required: it is sent once',
    start + lecture + askOnce + check('exit 1;') + run,
    'right',
    'right\n',
  ],
  ['Noise before the start is dropped', `echo motd; echo oops >&2\n${start}${run}`, undefined, ''],
  [
    'A prompt that comes late, in two parts',
    `${start}printf %s "\${prompt%????}" >&2; sleep 0.05; printf %s "\${prompt#"\${prompt%????}"}" >&2; IFS= read -r got; echo "$got" >> ${folder}/got\n${run}`,
    'right',
    'right\n',
  ],
]

for (const [title, body, password, expected] of openings) {
  test(title, async () => {
    await using(localTransport.connect(settings(body, password), {}), async (connection) => {
      const shell = await within(3000, 'openShell', connection.openShell({ user: 'someone' }))
      assert.is(await ask(shell, 'echo "$0 here"'), 'sh here\n')
      assert.is(got(), expected)
    })
  })
}

test('An upload as another user: no byte of the password gets into the file', async () => {
  for (const body of [start + run, start + askOnce + run]) {
    const path = join(folder, `new-${count}`, 'file')
    await using(localTransport.connect(settings(body, 'right'), {}), (connection) =>
      connection.upload(Buffer.from('payload'), path, { user: 'someone' }),
    )
    assert.is(readFileSync(path, 'utf8'), 'payload')
  }
})

test('A download as another user: nothing but the bytes of the file arrives', async () => {
  for (const body of [`echo motd; ${start}${run}`, `${start}${lecture}${askOnce}${run}`]) {
    const [path, here] = [join(folder, `there-${count}`), join(folder, `here-${count}`)]
    const bytes = Buffer.alloc(300_000, 'a\0b\n')
    writeFileSync(path, bytes)
    await using(localTransport.connect(settings(body, 'right'), {}), (connection) =>
      connection.download(path, here, { user: 'someone' }),
    )
    assert.ok(readFileSync(here).equals(bytes))
  }
})

const refusals: readonly [
  title: string,
  body: string,
  password: string | undefined,
  code: string,
  says: RegExp,
][] = [
  [
    'A wrong password ends at the second prompt',
    `${start}${askOnce}${check(askOnce)}${run}`,
    'wrong',
    'E_BECOME_PASSWORD',
    /rejected the password/,
  ],
  [
    'A wrong password where sudo asks once',
    `${start}${askOnce}echo "sudo: 1 incorrect password attempt" >&2; exit 1\n`,
    'wrong',
    'E_BECOME_PASSWORD',
    /incorrect password/,
  ],
  ['No password where one is required', start + askOnce + run, undefined, 'E_BECOME_PASSWORD_MISSING', /-K/],
  [
    'A user without a rule',
    'echo "app is not in the sudoers file." >&2; exit 1\n',
    undefined,
    'E_BECOME_DENIED',
    /not in the sudoers file/,
  ],
  [
    'A rule for other commands',
    `echo "Sorry, user app is not allowed to execute '/bin/sh' as root on h." >&2; exit 1\n`,
    undefined,
    'E_BECOME_DENIED',
    /not allowed/,
  ],
  [
    'A terminal is required',
    'echo "sudo: sorry, you must have a tty to run sudo" >&2; exit 1\n',
    undefined,
    'E_BECOME_TTY',
    /requiretty/,
  ],
  [
    'A user whom nobody knows',
    'echo "sudo: unknown user: someone" >&2; exit 1\n',
    undefined,
    'E_BECOME_USER',
    /does not know the user someone/,
  ],
  [
    'No such program',
    'echo "sudo: not found" >&2; exit 127\n',
    undefined,
    'E_BECOME_MISSING',
    /program .* not found/,
  ],
  ['Something else', 'echo "sudo: the sky fell" >&2; exit 3\n', undefined, 'E_BECOME', /the sky fell/],
]

for (const [title, body, password, code, says] of refusals) {
  test(`${title}: ${code}`, async () => {
    await using(localTransport.connect(settings(body, password), {}), async (connection) => {
      const error = await within(3000, 'openShell', errorOf(connection.openShell({ user: 'someone' })))
      assert.instance(error, PlaybookError)
      assert.is(error.code, code)
      assert.match((await shownLines(error)).join('\n'), says)
      assert.not.match((await shownLines(error)).join('\n'), /wrong|right/)
    })
  })
}

/** Arguments as ours are: USER -c COMMAND. */
const runSu = 'exec sh -c "$3"\n'
const askSu = `IFS= read -r got; echo "$got" >> ${folder}/got\n`

const suOpenings: readonly [title: string, body: string, password: string | undefined, got: string][] = [
  ['su asks on standard output', `printf 'Password: '; ${askSu}${runSu}`, 'right', 'right\n'],
  [
    'su asks in two parts',
    `printf 'Pass' >&2; sleep 0.05; printf 'word: ' >&2; ${askSu}${runSu}`,
    'right',
    'right\n',
  ],
  [
    'su says something of passwords, and asks for none',
    `echo 'Your password: expires in 7 days' >&2; ${runSu}`,
    'right',
    '',
  ],
]

for (const [title, body, password, expected] of suOpenings) {
  test(title, async () => {
    await using(localTransport.connect(settings(body, password, 'su'), {}), async (connection) => {
      const shell = await within(3000, 'openShell', connection.openShell({ user: 'someone' }))
      assert.is(await ask(shell, 'echo in'), 'in\n')
      assert.is(got(), expected)
    })
  })
}

const suRefusals: readonly [title: string, body: string, code: string, expected: RegExp][] = [
  [
    'PAM lets none but a group',
    `printf 'Password: ' >&2; ${askSu}echo 'su: Permission denied' >&2; exit 1\n`,
    'E_BECOME_DENIED',
    /wheel/,
  ],
  [
    'A su that requires a terminal',
    'echo "su: must be run from a terminal" >&2; exit 1\n',
    'E_BECOME_TTY',
    /requires a terminal/,
  ],
  [
    'A su that asks again',
    `printf 'Password: ' >&2; ${askSu}printf 'Password: ' >&2; ${askSu}`,
    'E_BECOME_PASSWORD',
    /the password of someone/,
  ],
]

for (const [title, body, code, says] of suRefusals) {
  test(`${title}: ${code}`, async () => {
    await using(localTransport.connect(settings(body, 'right', 'su'), {}), async (connection) => {
      const error = await within(3000, 'openShell', errorOf(connection.openShell({ user: 'someone' })))
      assert.is(error.code, code)
      assert.match((await shownLines(error)).join('\n'), says)
      assert.not.match((await shownLines(error)).join('\n'), /right/)
    })
  })
}

test('doas wants a password where nothing makes a terminal for it: E_BECOME_TTY', async () => {
  const bare = join(folder, 'bare')
  mkdirSync(bare)
  for (const name of ['sh', 'env', 'cat']) symlinkSync(`/bin/${name}`, join(bare, name))
  const asking = settings('echo "doas: Authentication required" >&2; exit 1\n', 'right', 'doas')
  const { PATH } = process.env
  process.env.PATH = bare
  try {
    await using(localTransport.connect(asking, {}), async (connection) => {
      const error = await within(3000, 'openShell', errorOf(connection.openShell({ user: 'someone' })))
      assert.is(error.code, 'E_BECOME_TTY')
      assert.match((await shownLines(error)).join('\n'), /util-linux.*nopass/)
    })
  } finally {
    process.env.PATH = PATH
  }
})

test('The login user itself is not become', async () => {
  await using(localTransport.connect(settings('exit 1\n'), {}), async (connection) => {
    const shell = await connection.openShell({ user: connection.user })
    assert.is(await ask(shell, 'id -un'), `${connection.user}\n`)
  })
})

test.run()
