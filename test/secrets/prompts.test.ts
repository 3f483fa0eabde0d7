// Tests password prompts on a terminal.

import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../cli/command.ts'
import { type Answer, onTerminal } from '../cli/onTerminal.ts'
import { type Sshd, sshdMissing, startSshd } from '../transport/sshd.ts'
import { addUser, type TestUser } from '../transport/testUser.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const test = suite('prompts')

/** As sudo was seen to behave; the password is "sesame". */
const sudo = `#!/bin/sh
prompt=$4 BECAME=$6; export BECAME; shift 7
printf %s "$prompt" >&2; IFS= read -r got
[ "$got" = sesame ] || { echo "Sorry, try again." >&2; printf %s "$prompt" >&2; read -r got; exit 1; }
exec "$@"
`
const site = cliSite({
  'inventory.yaml': twoHosts,
  'vault.yaml': readFileSync(join(root, 'test/fixtures/cli/vault.yaml'), 'utf8'),
  sudo,
  'who.ts': `import { definePlay, defineTask, shellText, stdout, z } from 'run-playbook'

const who = defineTask({
  name: 'who',
  summary: 'Tells who it is.',
  params: z.strictObject({}),
  probe: () => ({ name: stdout(shellText('echo "\${BECAME:-$(id -un)}"')) }),
  plan: (_, { name }) => [{ what: 'account', from: name, to: 'the same', steps: [] }],
  verify: false,
})
export default definePlay({ name: 'Who', hosts: 'all', tasks: () => [who({})] })
`,
  'show.ts': `import { definePlay, Secret, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Show',
  hosts: 'one',
  vars: z.object({ greeting: z.instanceof(Secret) }),
  tasks: ({ vars }) => [copyFile({ dest: \`\${process.cwd()}/out\`, content: vars.greeting.reveal().length + '\\\\n' })],
})
`,
})
chmodSync(join(site.path, 'sudo'), 0o755)

const becoming = '-b --become-user app -e ansible_become_exe=./sudo'

const cases: readonly [
  title: string,
  args: string,
  answers: readonly Answer[],
  code: number,
  says: RegExp,
][] = [
  [
    '-K asks for the sudo password once for all hosts',
    `who -i inventory.yaml ${becoming} -K`,
    [[/^sudo password: $/m, 'sesame\r']],
    0,
    /2 hosts: 2 ok/,
  ],
  [
    '-K and a wrong answer',
    `who -i inventory.yaml -l one ${becoming} --ask-become-pass`,
    [[/^sudo password: $/m, 'opensaysme\r']],
    2,
    /E_BECOME_PASSWORD/,
  ],
  [
    "--ask-vault-pass opens the inventory's vault",
    'show -i vault.yaml -C --ask-vault-pass',
    [[/^Vault password: $/m, 'correct horse\r']],
    0,
    /1 would change/,
  ],
  [
    '--vault-id label@prompt names the label',
    'show -i vault.yaml -C --vault-id prod@prompt',
    [[/^Vault password \(prod\): $/m, 'correct horse\r']],
    0,
    /1 would change/,
  ],
  [
    '--ask-vault-pass and a wrong answer: no host is contacted',
    'show -i vault.yaml --ask-vault-pass',
    [[/^Vault password: $/m, 'opensaysme\r']],
    1,
    /E_VAULT[\s\S]*No host was contacted/,
  ],
]

for (const [title, args, answers, code, says] of cases) {
  test(title, async () => {
    const ended = await onTerminal(site, args, answers)
    assert.is(ended.code, code, ended.stdout)
    assert.match(ended.stdout, says)
    assert.is(ended.stdout.match(/password(?: \(\w+\))?: $/gm)?.length, answers.length, ended.stdout)
    for (const [, typed] of answers) assert.not.ok(ended.stdout.includes(typed.trim()))
  })
}

test('Ctrl-C at a question ends the command', async () => {
  const { code, stdout } = await onTerminal(site, 'who -i inventory.yaml -K', [
    [/^sudo password: $/m, '\x03'],
  ])
  assert.is(code, 130, stdout)
  assert.not.match(stdout, /^\s+at |Who/m)
})

const missing = sshdMissing()
let sshd: Sshd | undefined
let user: TestUser | undefined
test.after(async () => {
  await sshd?.stop()
  user?.remove()
  site.remove()
})
;(missing ? test.skip : test)(
  `-k logs in by what is typed${missing ? ` (skipped: ${missing})` : ''}`,
  async () => {
    user = addUser()
    sshd = await startSshd({ config: ['PasswordAuthentication yes'] })
    const args = `-F none -o UserKnownHostsFile=${sshd.knownHostsFile} -o GlobalKnownHostsFile=/dev/null -o IdentityAgent=none`
    const far = { ansible_host: '127.0.0.1', ansible_port: sshd.port, ansible_ssh_common_args: args }
    site.write({ 'far.yaml': JSON.stringify({ all: { hosts: { far } } }) })
    const right = await onTerminal(site, `who -i far.yaml -u ${user.name} -k`, [
      [/^SSH password: $/m, `${user.password}\r`],
    ])
    assert.is(right.code, 0, right.stdout)
    assert.match(right.stdout, new RegExp(`account   ${user.name} → the same`))
    assert.not.ok(right.stdout.includes(user.password))
    const wrong = await onTerminal(site, `who -i far.yaml -u ${user.name} --ask-pass`, [
      [/^SSH password: $/m, 'opensaysme\r'],
    ])
    assert.is(wrong.code, 4, wrong.stdout)
    assert.match(wrong.stdout, /E_AUTH/)
    assert.not.match(wrong.stdout, /opensaysme/)
  },
)

test.run()
