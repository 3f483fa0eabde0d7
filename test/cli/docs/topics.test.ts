// Tests the commands docs and help, and the first playbook of README.md.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { commandNames } from '../../../src/userCode/loadPlaybook.ts'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const site = cliSite({})
test.after(() => site.remove())

const run = (words: string) => runHere(site.path, words.split(' '))

test('the command alone shows a screenful: all commands, examples, where to read on', async () => {
  const { code, stdout, stderr } = await site.run('')
  assert.equal([code, stderr], [0, ''])
  for (const name of commandNames) assert.match(stdout, new RegExp(`^ {2}${name} +\\S`, 'm'))
  assert.match(stdout, /docs getting-started/)
  const lines = stdout.split('\n')
  assert.ok(lines.length <= 25, `${lines.length} lines`)
  assert.equal(
    lines.filter((line) => line.length > 80),
    [],
  )
  assert.is((await run('help')).code, 0)
})

test('--help is grouped, and has examples', async () => {
  const { stdout } = await run('--help')
  const headings = [...stdout.matchAll(/^([A-Z][\w ]+:)$/gm)].map(([, heading]) => heading)
  assert.equal(headings, [
    'Arguments:',
    'Options:',
    'Privilege escalation:',
    'Connection:',
    'Vault:',
    'Instead of a run:',
    'Commands:',
    'Examples:',
    'Exit codes:',
  ])
  assert.match(stdout, /Privilege escalation:\n {2}-b, --become /)
})

const topics: readonly (readonly [words: string, found: RegExp])[] = [
  ['docs lineinfile', /^Ansible's module lineinfile is called line here\.\n\nline\n/],
  [
    'docs ansible.builtin.copy',
    /is called copyDirectory, copyFile here[\s\S]*^copyFile\n[\s\S]*--remoteSrc/m,
  ],
  ['docs serial', /^### serial\n/],
  ['docs max_fail_percentage', /^### maxFailPercentage\n/],
  ['help notify', /^### notify\n/],
  ['help copyFile', /^copyFile\n/],
  ['help inventory', /^Usage: run-playbook inventory/],
  ['docs plays', /^# Plays, blocks and tasks\n/],
  ['docs docs/from-ansible.md', /^# Coming from Ansible\n/],
  ['docs from-ansible', /^# Coming from Ansible\n/],
  ['docs keywords', /^# Plays, blocks and tasks\n/],
  ['docs XmlEdit', /export type XmlEdit =[\s\S]*export type SetEdit[\s\S]*export type XmlAttributes/],
  ['docs fakeHost', /export declare function fakeHost\(/],
  ['docs forwarded agent', /^security\n\n## Hosts\n|^ {2}security +Hosts$/m],
]
for (const [words, found] of topics) {
  test(`${words} shows ${found}`, async () => {
    const { code, stdout, stderr } = await run(words)
    assert.equal([code, stderr], [0, ''])
    assert.match(stdout, found)
  })
}

test('what no page has is an error', async () => {
  const { code, stderr } = await run('docs firewalPort')
  assert.is(code, 1)
  assert.match(stderr, /^No task "firewalPort"\. {2}E_UNKNOWN_TASK\n.*Did you mean firewallPort\?/)
})

test('docs lists every page, and each can be read', async () => {
  const { stdout } = await run('docs')
  for (const file of readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))) {
    assert.match(stdout, new RegExp(`^${file.replace('.md', '').replaceAll('.', '\\.')} `, 'm'))
    assert.is((await run(`docs docs/${file}`)).stdout, readFileSync(join(root, 'docs', file), 'utf8'))
  }
})

test('the words of other tools lead to ours', async () => {
  assert.match((await run('plan')).stderr, /run-playbook site\.ts -i inventory\.yaml --check --diff/)
  assert.match((await run('setup')).stderr, /run-playbook facts/)
})

test('the first playbook of README.md runs as printed, without root, and again changes nothing', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, file = '', code = ''] = /```ts\n\/\/ (\S+)\n([\s\S]*?)```/.exec(readme) ?? []
  site.write({ [file]: code.replaceAll('/tmp/hello', join(site.path, 'hello')) })
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(readme) ?? []
  const commands = [...block.matchAll(/^npx run-playbook (.*)$/gm)].map(([, words]) => words!)
  assert.match(block, /^npm install run-playbook\n/)
  const expected = [/^Nothing was changed\. 1 host: 3 would change/m, /1 ok · 3 changed/, /1 ok · 0 changed/]
  assert.is(commands.length, expected.length)
  for (const [index, words] of commands.entries()) {
    const ended = await site.run(words)
    assert.is(ended.code, 0, ended.stdout + ended.stderr)
    assert.match(ended.stdout, expected[index]!)
    assert.is(existsSync(join(site.path, 'hello')), index > 0)
  }
  assert.is(readFileSync(join(site.path, 'hello/greeting.txt'), 'utf8'), 'Good morning from localhost\n')
})

test.run()
