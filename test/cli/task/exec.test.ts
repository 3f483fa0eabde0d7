// Tests the command exec, and what the task command shows of the output of commands.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'play.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ name: 'Play', hosts: 'one', tasks: () => [command({ argv: ['echo', 'quiet'] })] })
`,
  'vars.yaml': 'word: hidden\n',
})
test.after(() => site.remove())

const on = ['-i', 'inventory.yaml']

const runs: readonly [title: string, words: readonly string[], code: number, stdout: string | RegExp][] = [
  ['a program and its arguments', ['exec', ...on, '--', 'echo', '-n', 'a  b'], 0, '2 hosts   a  b\n'],
  ['one line for the shell, flags behind it', ['exec', 'echo $((1 + 1)) | cat', ...on], 0, '2 hosts   2\n'],
  ['on one of them', ['exec', ...on, '-l', 'two', 'echo x; echo y >&2'], 0, 'two\n    x\n    ! y\n'],
  ['the task command', ['task', 'command', 'echo', ...on, '-l', 'one'], 0, 'one   (no output)\n'],
  ['the task shell', ['task', 'shell', 'echo a', ...on, 'changed=false'], 0, '2 hosts   a\n'],
  ['not run', ['task', 'shell', 'echo a', ...on, '--creates', '/'], 0, '2 hosts   (not run)\n'],
  [
    'with -v',
    ['exec', ...on, '-v', 'echo a'],
    0,
    /^one +changed +shell echo a[\s\S]*\n2 hosts {3}a\nexec {2}2 h/m,
  ],
  [
    'a dry run',
    ['exec', ...on, '-C', 'false'],
    0,
    /^one +would change +shell false[\s\S]* 2 would change\.\n$/m,
  ],
  [
    'a failure',
    ['exec', ...on, '-l', 'one', 'echo no; exit 3'],
    2,
    /Exit code 3: echo no; exit 3\n +no\n[\s\S]*1 failed/,
  ],
  [
    'not of a playbook',
    ['play.ts', ...on],
    0,
    /^one {2}changed {2}command echo quiet {3}not run → run\n(?!.*quiet\n)/,
  ],
]

for (const [title, words, code, stdout] of runs) {
  test(`The output of commands: ${title}`, async () => {
    const ended = await runHere(site.path, words)
    assert.equal([ended.code, ended.stderr], [code, ''], ended.stdout)
    if (typeof stdout === 'string') assert.is(ended.stdout, stdout)
    else assert.match(ended.stdout, stdout)
  })
}

test('A flag of the command that is not behind -- is refused', async () => {
  const { code, stdout, stderr } = await runHere(site.path, ['exec', ...on, 'uptime', '--pretty'])
  assert.equal([code, stdout], [1, ''])
  assert.match(
    stderr,
    /^exec has no flag --pretty\. {2}E_USAGE\n {4}For a flag of the command, put -- before/,
  )
})

test.run()
