// Tests settings: flag over environment over configuration file over default.

import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const play = `import { definePlay } from 'run-playbook'
export default definePlay({ name: 'Any', hosts: 'all', tasks: () => [] })
`
const config = (text: string) =>
  `import { defineConfig } from 'run-playbook'\nexport default defineConfig({\n${text}\n})\n`
const files = {
  'inventory.yaml': twoHosts,
  'more.yaml': 'db:\n  hosts:\n    three:\n',
  'any.ts': play,
}
const site = cliSite({
  ...files,
  'run-playbook.config.ts': config(
    "  inventory: ['inventory.yaml', 'more.yaml'],\n  forks: 20,\n  diff: true,\n  extraVars: { a: [1] },\n  verbose: 1,",
  ),
})
const bare = cliSite(files)
test.after(() => {
  site.remove()
  bare.remove()
})

const words = (args: string) => args.split(/\s+/).filter(Boolean)
type Env = { readonly [name: string]: string }

const shown: readonly [title: string, args: string, env: Env, line: string][] = [
  ['what nothing sets is a default', '', {}, 'user - default'],
  ['the default of a number', '', {}, 'timeout 10 default'],
  ['the default of a choice', '', {}, 'becomeMethod sudo default'],
  ['the default of a switch', '', {}, 'become false default'],
  ['the file', '', {}, 'forks 20 run-playbook.config.ts'],
  ['a list in the file', '', {}, 'inventory inventory.yaml more.yaml run-playbook.config.ts'],
  ['variables in the file', '', {}, 'extraVars {"a":[1]} run-playbook.config.ts'],
  ['the environment over the file', '', { RUN_PLAYBOOK_FORKS: '30' }, 'forks 30 RUN_PLAYBOOK_FORKS'],
  ['a flag over both', '-f 40', { RUN_PLAYBOOK_FORKS: '30' }, 'forks 40 --forks'],
  ['a list of flags replaces that of the file', '-i x, -i y,', {}, 'inventory x, y, --inventory'],
  ['an empty variable is none', '', { RUN_PLAYBOOK_FORKS: '' }, 'forks 20 run-playbook.config.ts'],
  ['a switch that is off', '', { RUN_PLAYBOOK_DIFF: 'false' }, 'diff false RUN_PLAYBOOK_DIFF'],
  ['a switch that is on', '', { RUN_PLAYBOOK_CHECK: '1' }, 'check true RUN_PLAYBOOK_CHECK'],
  ['how many -v', '', { RUN_PLAYBOOK_VERBOSE: '3' }, 'verbose 3 RUN_PLAYBOOK_VERBOSE'],
  ["somebody's own variable is left alone", '', { RUN_PLAYBOOK_BENCH_USAGE: 'x' }, 'user - default'],
  ['-v counts again', '-vv', {}, 'verbose 2 --verbose'],
  ['tags with commas', '', { RUN_PLAYBOOK_TAGS: 'a,b' }, 'tags a b RUN_PLAYBOOK_TAGS'],
  [
    "Ansible's name of the password file",
    '',
    { ANSIBLE_VAULT_PASSWORD_FILE: 'pw' },
    'vaultPasswordFile pw ANSIBLE_VAULT_PASSWORD_FILE',
  ],
  [
    'ours over it',
    '',
    { ANSIBLE_VAULT_PASSWORD_FILE: 'pw', RUN_PLAYBOOK_VAULT_PASSWORD_FILE: 'mine' },
    'vaultPasswordFile mine RUN_PLAYBOOK_VAULT_PASSWORD_FILE',
  ],
]

for (const [title, args, env, line] of shown) {
  test(`config shows ${title}`, async () => {
    const { code, stdout, stderr } = await runHere(site.path, ['config', ...words(args)], env)
    assert.equal([code, stderr], [0, ''])
    const lines = stdout.split('\n').map((each) => each.replace(/\s+/g, ' '))
    assert.ok(lines.includes(line), stdout)
  })
}

const wrong: readonly [title: string, file: string | undefined, env: Env, stderr: string | RegExp][] = [
  [
    'an unknown name',
    "  forks: 20,\n  inventroy: 'x',",
    {},
    'run-playbook.config.ts:4  No setting "inventroy".  E_CONFIG\n    Did you mean inventory?\n',
  ],
  [
    'a number that is none',
    '  forks: 0,',
    {},
    /^run-playbook\.config\.ts:3 {2}forks: Expected a whole number above 0\. {2}E_CONFIG\nrun-playbook explain E_CONFIG {3}says what it means\n$/,
  ],
  [
    'a switch that is none',
    "  check: 'yes',",
    {},
    /^run-playbook\.config\.ts:3 {2}check: Expected true or false, got "yes"\. {2}E_CONFIG\nrun-playbook explain E_CONFIG {3}says what it means\n$/,
  ],
  [
    'a choice that is none',
    "  output: 'xml',",
    {},
    /:3 {2}output: Allowed choices are auto, board, lines, jsonl\. {2}E_CONFIG/,
  ],
  [
    'a list where one is required',
    "  limit: ['a', 'b'],",
    {},
    /:3 {2}limit: Expected text, got \["a","b"\]\./,
  ],
  [
    'a variable that is no number',
    undefined,
    { RUN_PLAYBOOK_FORKS: 'many' },
    'RUN_PLAYBOOK_FORKS="many": Expected a whole number above 0.  E_ENVIRONMENT\nrun-playbook explain E_ENVIRONMENT   says what it means\n',
  ],
  [
    'a variable that is no switch',
    undefined,
    { RUN_PLAYBOOK_CHECK: 'maybe' },
    'RUN_PLAYBOOK_CHECK="maybe": Expected true or false.  E_ENVIRONMENT\nrun-playbook explain E_ENVIRONMENT   says what it means\n',
  ],
  [
    'a mistyped variable',
    undefined,
    { RUN_PLAYBOOK_FROKS: '20' },
    'No setting "RUN_PLAYBOOK_FROKS".  E_ENVIRONMENT\n    Did you mean RUN_PLAYBOOK_FORKS?\n',
  ],
  [
    'a file that is not there',
    undefined,
    { RUN_PLAYBOOK_CONFIG: 'nothing.ts' },
    /^File not found: nothing\.ts {2}E_NO_FILE\n/,
  ],
  ['a file of something else', undefined, { RUN_PLAYBOOK_CONFIG: '../any.ts' }, /No setting "kind"/],
]

for (const [index, [title, file, env, stderr]] of wrong.entries()) {
  test(`${title} is refused`, async () => {
    const folder = `wrong${index}`
    bare.write({
      [`${folder}/x`]: '',
      ...(file ? { [`${folder}/run-playbook.config.ts`]: config(file) } : {}),
    })
    const ended = await runHere(join(bare.path, folder), ['config'], env)
    assert.equal([ended.code, ended.stdout], [1, ''])
    if (typeof stderr === 'string') assert.is(ended.stderr, stderr)
    else assert.match(ended.stderr, stderr)
  })
}

const runs: readonly [title: string, args: string, env: Env, stdout: RegExp][] = [
  ['a run takes its inventory from the file', 'any --list-hosts', {}, /^ {2}one\n {2}two\n {2}three\n/m],
  [
    'a run takes its limit from the environment',
    'any --list-hosts',
    { RUN_PLAYBOOK_LIMIT: 'two' },
    /all\)\n {2}two\n$/,
  ],
  ['the inventory command too', 'inventory --list-hosts all', {}, /^one\ntwo\nthree\n$/],
  [
    'a flag behind the name of a task replaces the list',
    'task directory path=/nowhere --list-hosts -i more.yaml',
    {},
    /\n {2}three\n$/,
  ],
  [
    'a task without flags',
    'task directory path=/nowhere --list-hosts',
    { RUN_PLAYBOOK_LIMIT: 'one' },
    /\n {2}one\n$/,
  ],
]

for (const [title, args, env, stdout] of runs) {
  test(title, async () => {
    const ended = await runHere(site.path, words(args), env)
    assert.equal([ended.code, ended.stderr], [0, ''], ended.stdout)
    assert.match(ended.stdout, stdout)
  })
}

test('RUN_PLAYBOOK_CONFIG names another file', async () => {
  bare.write({ 'other.ts': config('  forks: 7,') })
  const { stdout } = await runHere(bare.path, ['config'], { RUN_PLAYBOOK_CONFIG: 'other.ts' })
  assert.match(stdout, /^forks +7 +other\.ts$/m)
})

test('a file in a folder that everybody may write to is not loaded, and that is reported', async () => {
  const folder = join(bare.path, 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  bare.write({ 'open/run-playbook.config.ts': config('  forks: 7,') })
  const { code, stdout, stderr } = await runHere(folder, ['config'])
  assert.is(code, 0)
  assert.match(stdout, /^forks +100 +default$/m)
  assert.match(stderr, /^warning {2}run-playbook\.config\.ts is ignored: everybody may write to /)
})

test('the command itself takes them, and config --help says how', async () => {
  const { code, stdout } = await site.run('config', { env: { RUN_PLAYBOOK_USER: 'app' } })
  assert.is(code, 0)
  assert.match(stdout, /^forks +20 +run-playbook\.config\.ts$/m)
  assert.match(stdout, /^user +app +RUN_PLAYBOOK_USER$/m)
  assert.match((await runHere(site.path, ['config', '--help'])).stdout, /defineConfig\(\{ inventory/)
})

test.run()
