// Tests the claims of docs/from-ansible.md about playbooks and flags.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/from-ansible.md'), 'utf8')

/** Those of ansible-playbook --help of ansible-core 2.19.14; `=`: with a value. */
const flags = `
  -h --help --version -v --verbose --private-key= --key-file= -u= --user= -c= --connection= -T= --timeout=
  --ssh-common-args= --sftp-extra-args= --scp-extra-args= --ssh-extra-args= -k --ask-pass
  --connection-password-file= --conn-pass-file= -b --become --become-method= --become-user= -K
  --ask-become-pass --become-password-file= --become-pass-file= -t= --tags= --skip-tags= -C --check -D --diff
  -i= --inventory= --inventory-file= --list-hosts -l= --limit= --force-handlers --flush-cache -e= --extra-vars= --vault-id= -J
  --ask-vault-password --ask-vault-pass --vault-password-file= --vault-pass-file= -f= --forks= -M=
  --module-path= --syntax-check --list-tasks --list-tags --step --start-at-task= --force-handlers
`
  .trim()
  .split(/\s+/)

/** Values for flags that do not take any text. */
const values: { readonly [flag: string]: string } = {
  '-c': 'local',
  '--connection': 'local',
  '-T': '5',
  '--timeout': '5',
  '-f': '5',
  '--forks': '5',
  '--become-method': 'su',
}

const refused = ['-M=', '--module-path=', '--scp-extra-args=', '--sftp-extra-args=']

const site = cliSite({
  'a.conf': '',
  'b.conf': '',
  'index.html.j2': '{{ greeting }}\n',
  'inventory.yaml': 'web: { hosts: { web-01: }, vars: { greeting: Good morning } }\n',
  'web.ts': `import { definePlay, z } from 'run-playbook'
import { copyFile, dnf, service, template } from 'run-playbook/tasks'
${/```ts\n([\s\S]*?)```/.exec(page)![1]}`,
})
test.after(() => site.remove())

test('the playbook of the page is right', async () => {
  const ended = await runHere(site.path, ['web', '-i', 'inventory.yaml', '--list-tasks'])
  assert.equal(ended, {
    code: 0,
    stdout:
      'Web  (web)\n  web-01\n    Packages\n    template /var/www/html/index.html\n' +
      '    copyFile /etc/httpd/conf.d/a.conf\n    copyFile /etc/httpd/conf.d/b.conf\n',
    stderr: '',
  })
})

for (const flag of flags) {
  const isRefused = refused.includes(flag)
  test(`${flag} of ansible-playbook ${isRefused ? 'is answered' : 'is understood'}`, async () => {
    const name = flag.replace('=', '')
    const words = flag.endsWith('=') ? [name, values[name] ?? 'x'] : [name]
    const { stderr } = await runHere(site.path, ['no-such-playbook', ...words])
    if (isRefused) assert.match(stderr, /^--[\w-]+ does not exist here\. {2}E_USAGE\n {4}\w/)
    else assert.not.match(stderr, /E_USAGE|E_INTERNAL/)
  })
}

test('every flag of --help is on the page, but for those that explain themselves', async () => {
  const { stdout } = await runHere(site.path, ['--help'])
  const ours = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)]
  const missing = ours.filter(
    ([, short, long]) => ![short, long].some((name) => name && page.includes(`\`${name}`)),
  )
  assert.equal(
    missing.map(([, , long]) => long),
    ['--version', '--help'],
  )
})

test('every task that the page names is there', async () => {
  const { stdout } = await runHere(site.path, ['docs', '--markdown'])
  const [, modules = ''] = page.split('## Modules')
  const rows = modules
    .split('## ')[0]!
    .split('\n')
    .filter((row) => row.startsWith('| `'))
  const named = rows.flatMap((row) => [
    ...row.split('|')[2]!.matchAll(/`([a-z]+[A-Z]\w*|line|link|user|group|reboot|service)`/g),
  ])
  const unknown = named.map(([, name]) => name!).filter((name) => !stdout.includes(`\n## ${name}\n`))
  assert.equal(unknown, ['findFiles', 'waitForConnection'])
})

test.run()
