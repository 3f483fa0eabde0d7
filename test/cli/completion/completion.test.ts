// Tests completion candidates, and that bash, zsh and fish offer them.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { splitLine } from '../../../src/cli/completion/splitLine.ts'
import { cliSite, main } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'inventory/lab.yaml':
    'all:\n  vars: { version: 1 }\n  children:\n    was: { hosts: { was-01: , was-02: } }\n    web: { hosts: { web-01: } }\n',
  'inventory/group_vars/all.yaml': 'more: 1\n',
  'hosts.ini': 'one\n',
  'notes.md': '',
  'ask.sh': '#!/bin/sh\ntouch ran\n',
  'playbooks/was.ts': `import { definePlay } from 'run-playbook'
import { copyFile, directory } from 'run-playbook/tasks'
export default definePlay({
  name: 'WAS',
  hosts: 'was',
  tags: ['server'],
  tasks: () => [
    directory({ path: '/srv/was' }, { tags: ['folders'] }),
    copyFile({ dest: '/srv/was/a', content: '' }, { tags: ['files', 'never'], title: 'the file a' }),
  ],
})
`,
  'playbooks/broken.ts': 'export default 1\n',
  'node_modules/.bin/run-playbook': `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`,
  'bin/run-playbook': `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`,
})
for (const program of ['bin/run-playbook', 'ask.sh', 'node_modules/.bin/run-playbook'])
  chmodSync(join(site.path, program), 0o755)
test.after(() => site.remove())

/** Without what follows a tab. */
async function at(line: string, env = {}): Promise<string[]> {
  const { code, stdout, stderr } = await runHere(site.path, ['complete', '--line', line], env)
  assert.equal([code, stderr], [0, ''])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((each) => each.split('\t')[0]!)
}

const offered: readonly [line: string, candidates: readonly string[]][] = [
  ['run-playbook --ch', ['--check']],
  ['run-playbook --vault-p', ['--vault-password-file']],
  ['run-playbook inv', ['inventory', 'inventory/']],
  ['run-playbook facts os.ver', ['os.version']],
  ['run-playbook facts hostname ansible_distribution_m', ['ansible_distribution_major_version']],
  ['run-playbook facts --js', ['--json']],
  ['run-playbook comp', ['completion']],
  ['run-playbook w', ['was.ts']],
  ['run-playbook playbooks/w', ['playbooks/was.ts']],
  ['run-playbook was -i ', ['bin/', 'inventory/', 'node_modules/', 'playbooks/', 'hosts.ini', 'lab.yaml']],
  ['run-playbook was -i lab.yaml -l w', ['was', 'web', 'was-01', 'was-02', 'web-01']],
  ['run-playbook was -i lab.yaml --limit=was-', ['--limit=was-01', '--limit=was-02']],
  ['run-playbook was -ilab.yaml -l was-', ['was-01', 'was-02']],
  ["run-playbook was -i lab.yaml -l 'web,was:!was-", ['web,was:!was-01', 'web,was:!was-02']],
  ['run-playbook was -i hosts.ini -i lab.yaml -l o', ['one']],
  ['run-playbook was -i missing.yaml -l w', []],
  ['run-playbook was -i lab.yaml -l @', ['@failed', '@unreachable']],
  ['run-playbook was --st', ['--start-at-task', '--step']],
  ['run-playbook was -i lab.yaml --start-at-task ', ['directory /srv/was', 'the file a']],
  ['run-playbook was -i lab.yaml --start-at-task the', ['the file a']],
  ['run-playbook was --res', ['--resume']],
  ['run-playbook was --flu', ['--flush-cache']],
  ['run-playbook was --become-m', ['--become-method']],
  ['run-playbook was --become-method ', ['sudo', 'su', 'doas']],
  ['run-playbook was --key-f', []],
  ['run-playbook was -i lab.yaml -t ', ['files', 'folders', 'never', 'server']],
  ['run-playbook was -i lab.yaml --tags files,f', ['files,folders']],
  ['run-playbook was -i lab.yaml --skip-tags fo', ['folders']],
  ['run-playbook broken -i lab.yaml -t ', []],
  ['run-playbook was --output ', ['auto', 'board', 'lines', 'jsonl']],
  ['run-playbook was --output=b', ['--output=board']],
  ['run-playbook was -f ', []],
  ['run-playbook report --output j', ['jsonl', 'junit']],
  ['run-playbook inventory -i lab.yaml --graph w', ['was', 'web']],
  ['run-playbook inventory -i lab.yaml --graph --v', ['--vars', '--vault-password-file', '--vault-id']],
  ['run-playbook inventory -i lab.yaml --host was', ['was-01', 'was-02']],
  ['run-playbook inventory -i lab.yaml --where web-', ['web-01.']],
  ['run-playbook inventory -i lab.yaml --where web-01.', ['web-01.version', 'web-01.more']],
  [
    'run-playbook inventory --schema ',
    ['bin/', 'inventory/', 'node_modules/', 'playbooks/', 'broken.ts', 'was.ts'],
  ],
  ['run-playbook task copyF', ['copyFile']],
  ['run-playbook task copyFile de', ['dest=']],
  ['run-playbook task copyFile --des', ['--dest']],
  ['run-playbook task service --state st', ['started', 'stopped']],
  ['run-playbook task service state=st', ['state=started', 'state=stopped']],
  ['run-playbook task service enabled=', ['enabled=true', 'enabled=false']],
  ['run-playbook init --on ', ['machine', 'hosts']],
  ['run-playbook explain E_HOST_KEY_C', ['E_HOST_KEY_CHANGED']],
  ['run-playbook docs from-', ['from-ansible', 'from-ansible-role-by-role', 'from-ansible.ko']],
  ['run-playbook help inventory', ['inventory']],
  ['run-playbook docs copyF', ['copyFile']],
  ['run-playbook vault encrypt-', ['encrypt-string']],
  ['run-playbook vault rekey --new-', ['--new-vault-password-file', '--new-vault-id']],
  ['run-playbook vault edit inventory/gr', ['inventory/group_vars/']],
  ['run-playbook completion ', ['bash', 'zsh', 'fish']],
  ['run-playbook completion bash ', ['bash', 'zsh', 'fish']],
  ['run-playbook nothing-begins-so', []],
  ['run-playbook --nothing', []],
]

for (const [line, candidates] of offered) {
  test(`at the end of "${line}"`, async () => {
    const found = await at(line)
    assert.equal(found.sort(), [...candidates].sort())
  })
}

test('the settings name the inventory where the line does not', async () => {
  assert.equal(await at('run-playbook was -l web-', { RUN_PLAYBOOK_INVENTORY: 'lab.yaml' }), ['web-01'])
})

test('while a line is written nothing is run for a password', async () => {
  await at(
    'run-playbook was -i lab.yaml --vault-id x@ask.sh --vault-password-file ask.sh --ask-vault-pass -l w',
  )
  assert.not(existsSync(join(site.path, 'ran')))
})

test('complete is not shown', async () => {
  assert.not.match((await runHere(site.path, ['--help'])).stdout, /^ {2}complete\b/m)
  assert.not.ok((await at('run-playbook comp')).includes('complete'))
})

const lines: readonly [line: string, words: readonly string[]][] = [
  ['a b', ['a', 'b']],
  ['a  b ', ['a', 'b', '']],
  ["a 'b c", ['a', 'b c']],
  ['a "b \\" c" d', ['a', 'b " c', 'd']],
  ["a 'b\\'", ['a', 'b\\']],
  ['a b\\ c', ['a', 'b c']],
  ['', ['']],
]
for (const [line, words] of lines) {
  test(`the words of «${line}»`, () => assert.equal(splitLine(line), [...words]))
}

/** The candidates that a shell makes of the script, one a line. */
function shell(program: string, args: readonly string[], env = {}): string[] {
  const { stdout, stderr, status } = spawnSync(program, args, {
    cwd: site.path,
    env: {
      ...process.env,
      PATH: `${site.path}/bin:${process.env.PATH}`,
      XDG_CACHE_HOME: `${site.path}/.cache`,
      ...env,
    },
    encoding: 'utf8',
  })
  assert.equal([status, stderr], [0, ''], stdout)
  return stdout.split('\n').filter(Boolean)
}

const inBash: readonly [line: string, words: readonly string[], reply: readonly string[]][] = [
  ['run-playbook --ch', ['run-playbook', '--ch'], ['--check']],
  ['run-playbook inv', ['run-playbook', 'inv'], ['inventory', 'inventory/']],
  // Readline has broken the words at = and : when it asks.
  [
    'run-playbook x -i lab.yaml --limit=web',
    ['run-playbook', 'x', '-i', 'lab.yaml', '--limit', '=', 'web'],
    ['web', 'web-01'],
  ],
  [
    'run-playbook x -i lab.yaml -l web:',
    ['run-playbook', 'x', '-i', 'lab.yaml', '-l', 'web', ':'],
    ['@failed', '@unreachable', 'was', 'web', 'was-01', 'was-02', 'web-01', 'all', 'ungrouped'],
  ],
  ['run-playbook task copyFile de', ['run-playbook', 'task', 'copyFile', 'de'], ['dest=']],
  ['npx run-playbook --ch', ['npx', 'run-playbook', '--ch'], ['--check']],
  ['npx other --ch', ['npx', 'other', '--ch'], []],
  [
    'run-playbook was -i lab.yaml --start-at-task the',
    ['run-playbook', 'was', '-i', 'lab.yaml', '--start-at-task', 'the'],
    ['the\\ file\\ a'],
  ],
  [
    'run-playbook was -i lab.yaml --start-at-task "the',
    ['run-playbook', 'was', '-i', 'lab.yaml', '--start-at-task', '"the'],
    ['the file a'],
  ],
]

for (const [line, words, reply] of inBash) {
  test(`bash offers at the end of ${line}`, () => {
    const script = `source <(run-playbook completion bash); COMP_LINE=$1 COMP_POINT=\${#1}; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _run_playbook; printf '%s\\n' "\${COMPREPLY[@]}"`
    assert.equal(shell('bash', ['--norc', '-c', script, 'bash', line, ...words]).sort(), [...reply].sort())
  })
}

const hasZsh = existsSync('/usr/bin/zsh')
const hasFish = existsSync('/usr/bin/fish')

;(hasZsh ? test : test.skip)('zsh hands over its words, and takes the candidates', () => {
  const script = `compdef() { : }; compadd() { local kind=$@[$#]; print -l -- \${(P)kind} }; _files() { print files }
source <(run-playbook completion zsh)
words=(run-playbook x -i lab.yaml -l web:w); CURRENT=6; PREFIX=web:w; _run_playbook
words=(npx run-playbook --ch); CURRENT=3; PREFIX=--ch; _run_playbook
words=(run-playbook --nothing); CURRENT=2; PREFIX=--nothing; _run_playbook`
  assert.equal(shell('zsh', ['-f', '-c', script]), [
    'web:was',
    'web:web',
    'web:was-01',
    'web:was-02',
    'web:web-01',
    '--check',
    'files',
  ])
})

;(hasFish ? test : test.skip)('fish offers candidates with what they are', () => {
  const script =
    'run-playbook completion fish | source; complete -C "run-playbook x -i lab.yaml -l was-"; complete -C "run-playbook --ch"; complete -C "npx run-playbook --ch"'
  const home = { HOME: site.path, XDG_CONFIG_HOME: site.path, XDG_DATA_HOME: site.path }
  assert.equal(shell('/usr/bin/fish', ['--no-config', '-c', script], home), [
    'was-01\thost',
    'was-02\thost',
    '--check\tdry run: show what would change, without changing anything',
    '--check\tdry run: show what would change, without changing anything',
  ])
})

test('completion --help says where the scripts go; another shell is refused', async () => {
  assert.match((await runHere(site.path, ['completion', '--help'])).stdout, /completion fish > /)
  const { code, stderr } = await runHere(site.path, ['completion', 'tcsh'])
  assert.is(code, 1)
  assert.match(stderr, /Allowed choices are bash, zsh, fish\. {2}E_USAGE/)
})

test.run()
