// Questions of a run: on a terminal with the board, without one, and from code.

import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { AggregatePlaybookError } from '../../../src/model/errors/error.ts'
import type { StreamEvent } from '../../../src/model/run/streamEvent.ts'
import { runPlaybook } from '../../../src/run/runPlaybook.ts'
import { cliSite, twoHosts } from '../command.ts'
import { onTerminal } from '../onTerminal.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'ask.ts': `import { definePlay, prompt } from 'run-playbook'
import { debug, pause } from 'run-playbook/tasks'
export default definePlay({
  name: 'Ask',
  hosts: 'all',
  tasks: () => [
    prompt({ name: 'version', message: 'Which version?', pattern: /^\\d/ }, (version) => debug({ msg: 'v' + version })),
    prompt({ name: 'key', secret: true, confirm: true }, (key) => debug({ value: key })),
    pause({ prompt: 'Look at it.' }),
    debug({ msg: 'done' }),
  ],
})
`,
})
test.after(() => site.remove())

test('on a terminal the board makes way for questions', async () => {
  const { code, stdout } = await onTerminal(site, 'ask -i inventory.yaml', [
    [/Which version\?: $/, 'x\n'],
    [/matches.*\n.*Which version\?: $/s, '1.5\n'],
    [/key: $/, 'hush-hush\n'],
    [/key \(again\): $/, 'hush-hush\n'],
    [/Look at it\.\r\n2 hosts waiting\. Enter continues, a and Enter aborts: $/, '\n'],
  ])
  assert.is(code, 0, stdout)
  assert.match(stdout, /one {2}message {2}v1\.5\n/)
  assert.match(stdout, /two {2}message {2}done\n/)
  assert.not.match(stdout, /hush/)
})

test('Ctrl-C at a question ends the run in order', async () => {
  for (const args of ['', '-e version=1']) {
    const { code, stdout } = await onTerminal(site, `ask -i inventory.yaml ${args}`, [
      [args === '' ? /Which version\?: $/ : /key: $/, '\x03'],
    ])
    assert.is(code, 130, stdout)
    assert.match(stdout, /^Interrupted\. No step was running\.$/m)
    assert.match(stdout, /ask --resume .*resumes from here$/m)
  }
})

test('without a terminal what nobody answers is refused before any host is contacted', async () => {
  const { code, stdout, stderr } = await site.run('ask -i inventory.yaml -e version=x')
  assert.equal([code, stdout], [1, ''])
  assert.match(
    stderr,
    /^ask\.ts:\d+ {2}prompt version: -e version: expected a text that matches .* E_ANSWER$/m,
  )
  assert.match(
    stderr,
    /^ask\.ts:\d+ {2}prompt key: there is no answer\. {2}E_UNANSWERED\n {4}Give it with -e key=VALUE/m,
  )
  assert.match(
    stderr,
    /pause Look at it\.: it waits for a person, but nobody can be asked\. {2}E_UNANSWERED\n/,
  )
  assert.match(stderr, /^3 errors\. No host was contacted\.$/m)
  const checked = await site.run('ask -i inventory.yaml -e version=1 -e key=k1k1k1 --check')
  assert.is(checked.code, 0, checked.stderr)
  assert.not.match(checked.stderr, /E_UNREAD_VAR/)
  assert.match(checked.stdout, /would wait for a person/)
  assert.match(
    (await site.run('ask -i inventory.yaml --list-tasks')).stdout,
    /prompt version {2}\(gives tasks that depend on the answer\)/,
  )
})

test('in code ask and extraVars answer, and events have the questions', async () => {
  const events: StreamEvent[] = []
  const options = { inventory: join(site.path, 'inventory.yaml'), lock: 'off' as const }
  const playbook = join(site.path, 'ask.ts')
  const { exitCode } = await runPlaybook(playbook, {
    ...options,
    extraVars: { version: 2 },
    ask: ({ name }) => (name === undefined ? true : 'hush-hush'),
    onEvent: (event) => events.push(event),
  })
  assert.is(exitCode, 0)
  const reported = events.flatMap((event) =>
    event.event === 'question' || event.event === 'answer'
      ? [[event.event, event.variable, event.event === 'answer' ? [event.by, event.value] : event.text]]
      : [],
  )
  assert.equal(reported, [
    ['answer', 'version', ['variable', '2']],
    ['question', 'key', 'key'],
    ['question', 'key', 'key (again)'],
    ['answer', 'key', ['person', undefined]],
    ['question', undefined, 'Look at it.'],
    ['answer', undefined, ['person', 'go on']],
  ])
  const error = await runPlaybook(playbook, {
    ...options,
    ask: () => {
      throw new Error('no chat')
    },
  }).catch((thrown: AggregatePlaybookError) => thrown)
  assert.match((error as AggregatePlaybookError).errors[0]!.message, /^ask threw: no chat/)
})

test.run()
