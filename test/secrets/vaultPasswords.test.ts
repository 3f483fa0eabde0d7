// Tests the sources of vault passwords: files, programs, labels, environment.

import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../cli/command.ts'
import { runHere } from '../cli/inProcess.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const site = cliSite({
  'vault.yaml': readFileSync(join(root, 'test/fixtures/cli/vault.yaml'), 'utf8'),
  'show.ts': `import { definePlay, Secret, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Show',
  hosts: 'one',
  vars: z.object({ greeting: z.instanceof(Secret) }),
  tasks: ({ vars }) => [copyFile({ dest: \`\${process.cwd()}/out\`, content: vars.greeting.reveal().length + '\\n' })],
})
`,
  right: 'correct horse\n',
  wrong: 'wrong\n',
  empty: '\n',
  folder: '',
  'say.sh': '#!/bin/sh\necho "correct horse"\n',
  'fails.sh': '#!/bin/sh\necho "no agent" >&2; exit 3\n',
  'broken.sh': '#!/nowhere/sh\n',
  'get-client.sh': '#!/bin/sh\n[ "$1 $2" = "--vault-id prod" ] && echo "correct horse"\n',
})
for (const name of ['say.sh', 'fails.sh', 'broken.sh', 'get-client.sh'])
  chmodSync(join(site.path, name), 0o755)
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(' '))

const opens: readonly [title: string, args: string][] = [
  ['a file', '--vault-password-file right'],
  ['a program', '--vault-password-file say.sh'],
  ['a label and a file', '--vault-id prod@right'],
  ['a source without a label', '--vault-id right'],
  ['a client, which is told the label', '--vault-id prod@get-client.sh'],
  ['the second of several', '--vault-id test@wrong --vault-id prod@wrong --vault-password-file right'],
]

for (const [title, args] of opens) {
  test(`The vault is opened by ${title}`, async () => {
    const { code, stdout, stderr } = await here(`show -i vault.yaml -C ${args}`)
    assert.equal([code, stderr], [0, ''], stdout)
    assert.match(stdout, /1 would change/)
  })
}

const refused: readonly [args: string, says: RegExp][] = [
  [
    '--vault-password-file nothing',
    /^Cannot read the password file nothing: no such file\. {2}E_PASSWORD_FILE$/m,
  ],
  ['--vault-password-file .', /^Cannot read the password file \.: it is a directory\. {2}E_PASSWORD_FILE$/m],
  ['--vault-password-file empty', /^Cannot read the password file empty: it is empty\. {2}E_PASSWORD/],
  ['--vault-id prod@fails.sh', /fails\.sh: the program exited with 3\. {2}E_PASSWORD_FILE/],
  ['--vault-id prod@broken.sh', /broken\.sh: cannot run it as a program[\s\S]* chmod a-x\n/],
  ['--vault-id other@get-client.sh', /get-client\.sh: the program exited with 1/],
  ['--vault-id prod@', /^Invalid vault ID "prod@": it names no source\. {2}E_VAULT_ID\n {4}Give LABEL@FILE/],
  [
    '--vault-id a;b@right',
    /^Invalid vault ID "a;b@right": a label must not contain spaces or ";"\. {2}E_VAULT_ID$/m,
  ],
  [
    '--ask-vault-pass',
    /^Cannot ask for the vault password: stdin is not a terminal\. {2}E_NO_TERMINAL\n {4}Use --vault-password-file\.$/m,
  ],
  ['--vault-id prod@prompt', /^Cannot ask for the vault password \(prod\):/],
]

for (const [args, says] of refused) {
  test(`${args} is refused`, async () => {
    const { code, stdout, stderr } = await here(`show -i vault.yaml -C ${args}`)
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, says)
  })
}

test('a wrong password is reported at the place of the value', async () => {
  const { code, stderr } = await here('show -i vault.yaml -C --vault-id prod@wrong')
  assert.is(code, 1)
  assert.match(
    stderr,
    /vault\.yaml:\d+:\d+ .*the given vault password does not decrypt this .*E_VAULT_PASSWORD/,
  )
})

test.run()
