// Tests --start-at-task.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'plays.ts': `import { block, definePlay, flushHandlers, sh, stdout } from 'run-playbook'
import { command, waitFor } from 'run-playbook/tasks'

const say = (title, options = {}) => command({ argv: ['true'] }, { title, ...options })
const first = definePlay({
  name: 'First',
  hosts: 'all',
  tasks: ({ name }) => [
    say('alpha', { notify: say('handler') }),
    block([say('beta')], { rescue: [say('mend')] }),
    flushHandlers(),
    ...(name === 'one' ? [say('only on one')] : []),
    say('omega'),
  ],
})
const second = definePlay({ name: 'Second', hosts: 'two', tasks: () => [say('alpha'), waitFor({ path: '/' })] })
export default [first, second]
`,
  'facts.ts': `import { definePlay, sh, stdout } from 'run-playbook'
import { command } from 'run-playbook/tasks'

const say = (title) => command({ argv: ['true'] }, { title })
export default [
  definePlay({ name: 'First', hosts: 'all', tasks: () => [say('alpha')] }),
  definePlay({
    name: 'Facts',
    hosts: 'all',
    facts: { word: stdout(sh\`echo fact\`) },
    tasks: ({ facts }) => [say('beta'), say(facts.word), say('gamma')],
  }),
  definePlay({ name: 'Last', hosts: 'one', tasks: () => [say('omega'), say('end')] }),
]
`,
  'look.ts': `import { definePlay, look } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ hosts: 'web', tasks: () => [look('hostname', () => command({ argv: ['true'] }, { title: 'given' }))] })
`,
})
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(' '))

/** `run` lists what ended, without the hosts' own lines. */
const cases: readonly [args: string, says: string, run: readonly string[]][] = [
  [
    'plays --start-at-task omega',
    'Starting at omega, task 5 of 5 in First.',
    ['one omega', 'two omega', 'two alpha', 'two waitFor /'],
  ],
  [
    'plays --start-at-task alpha -l one',
    'Starting at alpha, task 1 of 5 in First.',
    ['one alpha', 'one beta', 'one handler', 'one only on one', 'one omega'],
  ],
  [
    'plays --start-at-task be*',
    'Starting at beta, task 2 of 5 in First.',
    ['one beta', 'two beta', 'one only on one', 'one omega', 'two omega', 'two alpha', 'two waitFor /'],
  ],
  [
    'plays --start-at-task only*',
    'Starting at only on one, task 4 of 5 in First. two has no such task and skips First.',
    ['one only on one', 'one omega', 'two alpha', 'two waitFor /'],
  ],
  ['plays --start-at-task waitFor', 'Starting at waitFor /, task 2 of 2 in Second.', ['two waitFor /']],
  [
    'facts.ts --start-at-task fact',
    'Starting at the first task "fact", known once facts have been read.',
    ['one fact', 'two fact', 'one gamma', 'two gamma', 'one omega', 'one end'],
  ],
  [
    'facts.ts --start-at-task end',
    'Starting at the first task "end", known once facts have been read.',
    ['one end'],
  ],
]

for (const [args, says, run] of cases) {
  test(args, async () => {
    const { code, stdout, stderr } = await runHere(site.path, [
      ...args.split(' '),
      '-i',
      'inventory.yaml',
      '-v',
    ])
    assert.is(code, 0, stderr)
    assert.is(stderr, `${says}\n`)
    const ended = [...stdout.matchAll(/^(one|two) +(?:changed|ok|handler) +(?! |\d)(.+?)(?: {3}.*)?$/gm)]
    assert.equal(ended.map(([, host, title]) => `${host} ${title}`).sort(), [...run].sort(), stdout)
  })
}

const refused: readonly [args: string, says: RegExp][] = [
  [
    'plays --start-at-task omga',
    /^--start-at-task: no task has the title or name "omga"\. {2}E_UNKNOWN_TASK\n {4}Did you mean "omega"\? List them with --list-tasks; globs/,
  ],
  [
    'look.ts --start-at-task given',
    /"given"\. {2}E_UNKNOWN_TASK\n.*A task that a look gives is known only once it has looked: start at the look, "look hostname"\./,
  ],
  ['plays --start-at-task mend', /"mend"\. {2}E_UNKNOWN_TASK/],
  ['plays --start-at-task handler', /"handler"\. {2}E_UNKNOWN_TASK/],
]

for (const [args, says] of refused) {
  test(`${args} is refused before a host is touched`, async () => {
    const { code, stdout, stderr } = await runHere(site.path, [...args.split(' '), '-i', 'inventory.yaml'])
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, says)
  })
}

test('where tasks depend on facts, a task that does not exist is reported at the end', async () => {
  const { code, stdout, stderr } = await here('facts.ts -i inventory.yaml --start-at-task nowhere')
  assert.is(code, 1)
  assert.not.match(stdout, /[1-9] changed/)
  assert.match(stderr, /^--start-at-task: no task has the title or name "nowhere"\. {2}E_UNKNOWN_TASK$/m)
})

test('--list-tasks lists from there', async () => {
  const { stdout } = await runHere(site.path, [
    ...['plays', '-i', 'inventory.yaml', '--list-tasks', '--start-at-task', 'omega'],
  ])
  assert.is(
    stdout,
    'First  (all)\n  one\n    omega\n  two\n    omega\nSecond  (two)\n  two\n    alpha\n    waitFor /\n',
  )
})

test.run()
