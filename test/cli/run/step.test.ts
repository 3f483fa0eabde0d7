// Tests --step.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { confirmStep } from '../../../src/cli/run/step/confirmStep.ts'
import { cliSite, twoHosts } from '../command.ts'
import { type Answer, onTerminal } from '../onTerminal.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'steps.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'

const log = process.cwd() + '/log'
const say = (host, word, options = {}) =>
  command({ argv: ['sh', '-c', 'echo ' + host + ' ' + word + ' >> ' + log] }, { title: word, ...options })
export default definePlay({
  name: 'Steps',
  hosts: 'all',
  tasks: ({ name }) => [
    say(name, 'alpha', { notify: say(name, 'restart') }),
    say(name, 'beta'),
    say(name, 'beta'),
    say(name, 'gamma'),
  ],
})
`,
})
test.after(() => site.remove())

function printed(): string[] {
  const file = join(site.path, 'log')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').sort() : []
  rmSync(file, { force: true })
  return lines
}

const prompt = (title: string): RegExp =>
  new RegExp(`Perform task: ${title} \\(N\\)o/\\(y\\)es/\\(c\\)ontinue: `)
const question = prompt('\\w+')

const cases: readonly [title: string, args: string, answers: readonly Answer[], says: readonly string[]][] = [
  [
    'y performs a task on all hosts, Enter and n leave it out',
    '',
    [
      [prompt('alpha'), 'n\n'],
      [prompt('beta'), '\n'],
      [prompt('beta'), 'yes\n'],
      [prompt('gamma'), 'Y\n'],
    ],
    ['one beta', 'one gamma', 'two beta', 'two gamma'],
  ],
  [
    'c performs it and all that come behind it, without a question',
    '-l one',
    [
      [prompt('alpha'), 'no\n'],
      [prompt('beta'), 'c\n'],
    ],
    ['one beta', 'one beta', 'one gamma'],
  ],
  [
    'a handler is asked for too, and stays pending if it is skipped',
    '-l one',
    [
      [prompt('alpha'), 'y\n'],
      [prompt('beta'), 'n\n'],
      [prompt('beta'), 'n\n'],
      [prompt('gamma'), 'n\n'],
      [prompt('restart'), 'n\n'],
    ],
    ['one alpha'],
  ],
  [
    'the next run makes up for it',
    '-l one --start-at-task gamma',
    [
      [prompt('gamma'), 'n\n'],
      [prompt('restart'), 'y\n'],
    ],
    ['one restart'],
  ],
]

for (const [title, args, answers, says] of cases) {
  test(title, async () => {
    const { code, stdout } = await onTerminal(site, `steps -i inventory.yaml --step ${args}`, answers)
    assert.is(code, 0, stdout)
    assert.equal(printed(), says)
    assert.is(stdout.match(new RegExp(question, 'g'))?.length, answers.length, stdout)
    assert.not.match(stdout, /\x1b\[/)
  })
}

test('Ctrl-C at a question ends the run', async () => {
  const { code, stdout } = await onTerminal(site, 'steps -i inventory.yaml -l one --step', [
    [prompt('alpha'), 'y\n'],
    [prompt('beta'), '\x03'],
  ])
  assert.is(code, 130, stdout)
  assert.match(stdout, /^Interrupted\./m)
  assert.equal(printed(), ['one alpha'])
})

test('the end of the input leaves out all that is left', async () => {
  const { code, stdout } = await onTerminal(site, 'steps -i inventory.yaml -l one --step', [
    [prompt('alpha'), '\x04'],
  ])
  assert.is(code, 0, stdout)
  assert.equal(printed(), [])
})

test('without a terminal --step is refused, and with the board', async () => {
  const none = await site.run('steps -i inventory.yaml --step')
  assert.equal([none.code, none.stdout], [1, ''])
  assert.is(
    none.stderr,
    '--step cannot prompt: stdin is not a terminal.  E_NO_TERMINAL\n    Run it in a terminal, or preview the run with --check --diff.\n',
  )
  const board = await site.run('steps -i inventory.yaml --step --output board')
  assert.is(board.code, 1)
  assert.match(board.stderr, /^--step cannot prompt while --output board redraws the terminal\. {2}E_USAGE\n/)
  assert.equal(printed(), [])
})

test('one question at a time, and its answer is that of all hosts', async () => {
  const asked: string[] = []
  const answers: ((line: string) => void)[] = []
  const consent = confirmStep((text) => {
    asked.push(text)
    return new Promise((resolve) => answers.push(resolve))
  })
  const task = (host: string, title: string) => consent({ play: 'P', host, title, occurrence: 0 })
  const all = [task('one', 'a'), task('two', 'a'), task('two', 'b')]
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(asked, ['Perform task: a (N)o/(y)es/(c)ontinue: '])
  answers.shift()!('y')
  await new Promise((resolve) => setImmediate(resolve))
  answers.shift()!('never')
  assert.equal(await Promise.all(all), [true, true, false])
  assert.is(asked.length, 2)
})

test.run()
