// Tests every flag of a run on this machine.

import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { commandNames } from '../../../src/userCode/loadPlaybook.ts'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

const site = cliSite({
  'inventory.yaml': `${twoHosts}  vars:\n    greeting: hello\n`,
  'more.yaml': 'db:\n  hosts:\n    three: { ansible_connection: local }\n',
  'plain.yaml': 'web:\n  hosts:\n    one:\n    two:\n  vars: { greeting: hello }\n',
  'vars.yaml': 'greeting: from a file\n',
  'files.ts': `import { definePlay, Secret, secret, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

const line = (text) => (text instanceof Secret ? secret\`\${text}\\n\` : \`\${text}\\n\`)

export default definePlay({
  name: 'Files',
  hosts: 'all',
  vars: z.object({ greeting: z.union([z.string(), z.instanceof(Secret)]) }),
  tasks: (host) => [
    copyFile({ dest: \`\${process.cwd()}/out/\${host.name}\`, content: line(host.vars.greeting) }, { tags: ['greet'] }),
    copyFile({ dest: \`\${process.cwd()}/out/\${host.name}.more\`, content: 'more\\n' }, { tags: ['more', 'late'] }),
  ],
})
`,
  'who.ts': `import { definePlay, defineTask, shellText, stdout, z } from 'run-playbook'

const who = defineTask({
  name: 'who',
  summary: 'Tells who it is.',
  params: z.strictObject({}),
  probe: () => ({ name: stdout(shellText('echo "\${BECAME:-nobody else}"')) }),
  plan: (_, { name }) => [{ what: 'account', from: name, to: 'the same', steps: [] }],
  verify: false,
})
export default definePlay({ name: 'Who', hosts: 'one', tasks: () => [who({})] })
export const methods = definePlay({
  name: 'Methods',
  hosts: 'one',
  become: true,
  becomeMethod: 'doas',
  tasks: () => [who({}, { title: 'by sudo', becomeMethod: 'sudo' }), who({}, { title: 'by doas' })],
})
`,
  'methods.ts': `import { methods } from './who.ts'
export default methods
`,
  'vault.yaml': readFileSync(join(root, 'test/fixtures/cli/vault.yaml'), 'utf8'),
  'vault.password': 'correct horse\n',
  'out/.keep': '',
})
test.after(() => site.remove())

const outs = () => readdirSync(join(site.path, 'out')).filter((name) => name !== '.keep')

/** In this order: later cases find what earlier ones left. */
const cases: readonly [title: string, args: string, says: string | RegExp, files: readonly string[]][] = [
  [
    '--list-hosts shows the hosts',
    'files -i inventory.yaml -i more.yaml --list-hosts',
    'Files  (all)\n  one\n  two\n  three\n',
    [],
  ],
  [
    '--list-tasks shows the tasks of each host, with their tags',
    'files -i inventory.yaml -l one --list-tasks',
    /^Files {2}\(all\)\n {2}one\n {4}copyFile \S*\/out\/one {2}\[greet\]\n {4}copyFile \S*one\.more {2}\[more, late\]\n$/,
    [],
  ],
  [
    '--list-tags shows the tags',
    'files -i inventory.yaml --list-tags',
    'Files  (all)\n  greet, late, more\n',
    [],
  ],
  [
    '--syntax-check checks all, and runs nothing',
    'files -i inventory.yaml --syntax-check',
    'No errors found in 1 play, 2 hosts, 4 tasks. No host was contacted.\n',
    [],
  ],
  [
    '-C shows what would change, and changes nothing',
    'files -i inventory.yaml -C',
    /^one +would change {2}copyFile \S+one {3}absent → 6 bytes$[\s\S]*^Nothing was changed\. 2 hosts: 4 would change\.$/m,
    [],
  ],
  [
    '--check --diff shows the lines',
    'files -i inventory.yaml --check --diff --limit one --tags greet',
    /^ +\+hello$/m,
    [],
  ],
  [
    '-l runs on a part of the hosts, -t a part of the tasks',
    'files -i inventory.yaml -l two -t greet',
    /2 hosts|1 host: 1 ok · 1 changed/,
    ['two'],
  ],
  [
    '--skip-tags leaves tasks out',
    'files -i inventory.yaml --skip-tags late,greet',
    /No tasks to run: 1 play/,
    ['two'],
  ],
  [
    '-t with a tag that no task has: a warning',
    'files -i inventory.yaml -t elsewhere',
    /No tasks to run: 1 play/,
    ['two'],
  ],
  [
    '-e is above the inventory',
    'files -i inventory.yaml -l one -t greet -e greeting=Hi -D',
    /^ +\+Hi$/m,
    ['one', 'two'],
  ],
  [
    '-e @file',
    'files -i inventory.yaml -l one -t greet -e @vars.yaml -D',
    /^ +-Hi\n +\+from a file$/m,
    ['one', 'two'],
  ],
  [
    '-e {json}',
    'files -i inventory.yaml -l one -t greet -e {"greeting":"json"} --diff',
    /^ +\+json$/m,
    ['one', 'two'],
  ],
  [
    '-c local, for hosts that do not say',
    'files -i plain.yaml -c local -f 1 -t greet',
    /^Files +2 hosts: 2 ok/m,
    ['one', 'two'],
  ],
  [
    '-v shows what was in order',
    'files -i inventory.yaml -t greet -v',
    /^one +ok +copyFile \S+one$/m,
    ['one', 'two'],
  ],
  ['-vv shows commands', 'files -i inventory.yaml -t greet -vv', /^one +probe +stat/m, ['one', 'two']],
  [
    '-vvv shows their output',
    'files -i inventory.yaml -t greet -vvv',
    /│ .*:root:[\s\S]*│ \(file contents, /,
    ['one', 'two'],
  ],
  [
    '--vault-password-file opens a vault',
    'files -i vault.yaml --vault-password-file vault.password -t greet -C -D',
    /1 would change/,
    ['one', 'two'],
  ],
]

for (const [title, args, says, files] of cases) {
  test(title, async () => {
    const { code, stdout, stderr } = await runHere(site.path, args.split(' '))
    assert.is(code, 0, stdout + stderr)
    if (title.includes('warning'))
      assert.is(stderr, 'warning  No task has the tag elsewhere. List them with --list-tags.\n')
    else assert.is(stderr, '')
    if (typeof says === 'string') assert.is(stdout, says)
    else assert.match(stdout, says)
    assert.equal(outs().sort(), [...files])
  })
}

const usage: readonly [args: string, says: string | RegExp][] = [
  ['files -i inventory.yaml --chek', `unknown option '--chek'  E_USAGE\n    Did you mean --check?\n`],
  [
    'files -i inventory.yaml --nope',
    `unknown option '--nope'  E_USAGE\n    run-playbook --help lists the options\n`,
  ],
  ['facts --nope', `unknown option '--nope'  E_USAGE\n    run-playbook facts --help lists the options\n`],
  ['files -i', /^option '-i, --inventory <source>' argument missing {2}E_USAGE\n$/],
  [
    'files -i inventory.yaml -f 0',
    /'-f, --forks <number>' argument '0' is invalid\. Expected a whole number above 0\. {2}E_USAGE\n$/,
  ],
  ['files -i inventory.yaml --lock maybe', /Allowed choices are wait, fail, off/],
  ['files -i inventory.yaml --lock-timeout 0', /Expected a whole number above 0/],
  ['files -i inventory.yaml --forks many', /argument 'many' is invalid/],
  [
    'files -i inventory.yaml -c telnet',
    /argument 'telnet' is invalid\. Allowed choices are ssh, smart, local, docker, podman, machinectl\. {2}E_USAGE\n$/,
  ],
  [
    'files -i inventory.yaml --output xml',
    /argument 'xml' is invalid\. Allowed choices are auto, board, lines, jsonl\. {2}E_USAGE\n$/,
  ],
  ['files -i inventory.yaml -T soon', /argument 'soon' is invalid/],
  [
    'files -i inventory.yaml -K',
    'Cannot ask for the sudo password: stdin is not a terminal.  E_NO_TERMINAL\n    Use ansible_become_password, or --become-password-file.\n',
  ],
  ['files -i inventory.yaml -k', /^Cannot ask for the SSH password[\s\S]*--connection-password-file\.\n$/],
  [
    'files -i inventory.yaml --become-password-file nothing',
    /^Cannot read the password file nothing: no such file\. {2}E_PASSWORD_FILE\nrun-playbook explain E_PASSWORD_FILE {3}says what it means\n$/,
  ],
  [
    'histroy',
    /^No playbook "histroy"[\s\S]*Did you mean the command history\? run-playbook history --help\n/,
  ],
  [
    'files -i inventory.yaml -t gret',
    'No task has the tag gret.  E_UNKNOWN_TAG\n    Did you mean greet? List them with --list-tags.\n',
  ],
  ['files -i inventory.yaml -t elsewhere,gret', /^No task has the tag gret\./],
  ['vault encyrpt x', "unknown command 'encyrpt'  E_USAGE\n    Did you mean encrypt?\n"],
  [
    'files -i inventory.yaml -M library',
    '--module-path does not exist here.  E_USAGE\n    Import tasks in the playbook: import { mine } from "./tasks/mine.ts"\n',
  ],
  ['files -i inventory.yaml --module-path=library', /^--module-path does not exist here/],
  [
    'files -i inventory.yaml --scp-extra-args -4',
    /^--scp-extra-args does not exist here[\s\S]*--ssh-extra-args/,
  ],
  ['files -i inventory.yaml --sftp-extra-args -4', /^--sftp-extra-args does not exist here/],
  ['files -i vault.yaml -J', /^Cannot ask for the vault password/],
  ['files -i vault.yaml --ask-vault-password', /^Cannot ask for the vault password/],
  ['task', "missing required argument 'name'  E_USAGE\n"],
  ['history a b', /too many arguments/],
]

for (const [args, says] of usage) {
  test(`run-playbook ${args} is refused`, async () => {
    const { code, stdout, stderr } = await runHere(site.path, args.split(' '))
    assert.equal([code, stdout], [1, ''])
    if (typeof says === 'string') assert.is(stderr, says)
    else assert.match(stderr, says)
  })
}

test('a tag that was probably mistyped among others is reported, and of --skip-tags too', async () => {
  const { code, stderr } = await runHere(site.path, [
    ...['files', '-i', 'inventory.yaml', '-C', '-t', 'greet,moer', '--skip-tags', 'laet,elsewhere'],
  ])
  assert.is(code, 0)
  assert.is(
    stderr,
    'warning  No task has the tag moer. Did you mean more? List them with --list-tags.\n' +
      'warning  No task has the tag laet. Did you mean late? List them with --list-tags.\n',
  )
})

test('--version, alone, says the version and loads nothing else', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const flag of ['--version', '-V'])
    assert.equal(await site.run(flag), { code: 0, stdout: `${version}\n`, stderr: '' })
})

const names: readonly [flags: string, same: string][] = [
  ['--inventory-file inventory.yaml --inventory-file more.yaml', '-i inventory.yaml -i more.yaml'],
  ['--key-file key', '--private-key key'],
  ['--become-pass-file a', '--become-password-file a'],
  ['--conn-pass-file=a', '--connection-password-file a'],
  ['--vault-pass-file a --vault-pass-file b', '--vault-password-file a --vault-password-file b'],
  ['-J', '--ask-vault-pass'],
]

for (const [flags, same] of names) {
  test(`${flags} means ${same}, as in Ansible`, async () => {
    const shown = async (args: string) => (await runHere(site.path, ['config', ...args.split(' ')])).stdout
    assert.is(await shown(flags), await shown(same))
    assert.is.not(await shown(flags), await shown('--check'))
  })
}

test('other names work where there are other commands', async () => {
  const listed = await runHere(site.path, [
    'inventory',
    '--inventory-file',
    'more.yaml',
    '--list-hosts',
    'all',
  ])
  assert.is(listed.stdout, 'three\n')
  const view = ['vault', 'view', 'whole.yaml', '--vault-pass-file', 'vault.password']
  site.write({ 'whole.yaml': 'a: 1\n' })
  await runHere(site.path, ['vault', 'encrypt', 'whole.yaml', '--vault-pass-file', 'vault.password'])
  assert.is((await runHere(site.path, view)).stdout, 'a: 1\n')
})

test('--flush-cache removes what is kept on this machine, and says what that was', async () => {
  const cache = '.cache/run-playbook'
  site.write({
    [`${cache}/downloads/sha256-ab`]: 'x',
    [`${cache}/builds/httpd.tar.gz`]: 'x',
    [`${cache}/builds/httpd.tar.gz.sha256`]: 'x',
    [`${cache}/lab/kept`]: 'x',
  })
  const { code, stderr } = await site.run('files -i inventory.yaml --list-hosts --flush-cache')
  assert.is(code, 0)
  assert.match(
    stderr,
    /^Cleared \/.*\.cache\/run-playbook: \d+ compiled files?, 1 download, 1 build, 0 inventory results, 0 fact files\n$/,
  )
  assert.equal(readdirSync(join(site.path, cache)).sort(), ['code', 'jiti', 'lab'])
  const { stderr: behind } = await site.run(
    'task directory path=/ -i inventory.yaml --flush-cache --list-hosts',
  )
  assert.match(behind, /0 downloads, 0 builds/)
})

test('-f says how many hosts are worked on at once', async () => {
  site.write({
    'naps.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'
const log = process.cwd() + '/naps'
export default definePlay({
  name: 'Naps',
  hosts: 'all',
  tasks: ({ name }) => [shell({ script: 'echo begin >> ' + log + '; sleep 0.7; echo end >> ' + log }, { title: name })],
})
`,
  })
  for (const [forks, order] of [
    ['1', 'begin end begin end'],
    ['2', 'begin begin end end'],
  ] as const) {
    rmSync(join(site.path, 'naps'), { force: true })
    assert.is((await site.run(`naps -i inventory.yaml -f ${forks}`)).code, 0)
    assert.is(readFileSync(join(site.path, 'naps'), 'utf8').trim().split('\n').join(' '), order)
  }
})

test('a mistyped command is compared with those of --help', async () => {
  const { stdout } = await runHere(site.path, ['--help'])
  const [, listed = ''] = stdout.split('Commands:\n')
  const found = [...listed.split('Examples:')[0]!.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name)
  assert.equal(found.sort(), [...commandNames].sort())
})

test('every flag of --help is tried in these tests', async () => {
  const { code, stdout } = await site.run('--help')
  assert.is(code, 0)
  const folder = join(root, 'test/cli')
  const sources = readdirSync(folder, { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  const used = new Set(sources.join('\n').match(/(?<=[\s'`])--?[a-zA-Z][\w-]*/g))
  const flags = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm)]
  assert.ok(flags.length > 20)
  const untried = flags.filter(([, short, long]) => !used.has(long!) && !(short && used.has(short)))
  assert.equal(
    untried.map(([, , long]) => long),
    [],
  )
})

test('--help of every command says what it is, on stdout', async () => {
  for (const [args, says] of [
    ['--help', /^Usage: run-playbook \[options\] \[command\] \[playbooks\.\.\.\]\n/],
    ['task --help', /^Usage: run-playbook task \[flags\] NAME \[--param value/],
    ['docs --help', /^Usage: run-playbook docs \[options\] \[topic\.\.\.\]\n/],
  ] as const) {
    const { code, stdout, stderr } = await runHere(site.path, args.split(' '))
    assert.equal([code, stderr], [0, ''])
    assert.match(stdout, says)
  }
})

/** As sudo was seen to behave; the password is "right". */
const sudo = (asks: boolean) => `#!/bin/sh
prompt=$4 BECAME=$6; export BECAME; shift 7
${asks ? 'printf %s "$prompt" >&2; IFS= read -r got; [ "$got" = right ] || { echo "Sorry, try again." >&2; printf %s "$prompt" >&2; read -r got; exit 1; }' : ''}
exec "$@"
`
const su = '#!/bin/sh\nBECAME=$1; export BECAME; exec sh -c "$3"\n'
const doas = '#!/bin/sh\n[ "$1" = -n ] && shift; BECAME=$2; export BECAME; shift 3; exec "$@"\n'
site.write({ su, doas })
for (const program of ['su', 'doas']) chmodSync(join(site.path, program), 0o755)
site.write({ 'free-sudo': sudo(false), 'asking-sudo': sudo(true), right: 'right\n', wrong: 'wrong\n' })
for (const kind of ['free', 'asking']) {
  const path = join(site.path, `${kind}-sudo`)
  chmodSync(path, 0o755)
  const vars = `{ ansible_connection: local, ansible_become_exe: ${path}, ansible_become_user: app }`
  site.write({ [`${kind}.yaml`]: `all: { hosts: { one: ${vars} } }\n` })
}

const becoming: readonly [title: string, args: string, code: number, says: RegExp][] = [
  ['Without -b nobody is become', 'who -i free.yaml', 0, /nobody else → the same/],
  ['-b becomes the user of the inventory', 'who -i free.yaml -b', 0, /account {3}app → the same/],
  [
    '--become-user says whom',
    'who -i plain.yaml -c local -e ansible_become_exe=./free-sudo -b --become-user other',
    0,
    /account {3}other → the same/,
  ],
  [
    '--become-method says how',
    'who -i plain.yaml -c local -e ansible_become_exe=./su -b --become-user other --become-method su',
    0,
    /account {3}other → the same/,
  ],
  [
    'becomeMethod of a play and of a task says it too',
    'methods -i free.yaml -e ansible_doas_exe=./doas -e ansible_doas_user=other',
    0,
    /by sudo[^\n]*\n +account {3}app → the same[\s\S]*by doas[^\n]*\n +account {3}other → the same/,
  ],
  [
    '--become-password-file',
    'who -i asking.yaml -b --become-password-file right',
    0,
    /account {3}app → the same/,
  ],
  [
    'A wrong sudo password fails the host',
    'who -i asking.yaml -b --become-password-file wrong',
    2,
    /one +FAILED[\s\S]*E_BECOME_PASSWORD/,
  ],
  [
    'No sudo password where one is required',
    'who -i asking.yaml -b',
    2,
    /E_BECOME_PASSWORD_MISSING[\s\S]*-K/,
  ],
]

for (const [title, args, code, says] of becoming) {
  test(title, async () => {
    const { stdout, stderr, ...ended } = await runHere(site.path, args.split(' '))
    assert.is(ended.code, code, stdout + stderr)
    assert.is(stderr, '')
    assert.match(stdout, says)
    assert.not.match(stdout, /wrong$|^\s+at /m)
  })
}

test.run()
