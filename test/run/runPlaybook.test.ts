// Tests runs from code: results, events, interruptions, faults, and several at once.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, type Play, secret, z } from '../../src/index.ts'
import {
  AggregatePlaybookError,
  loadInventory,
  type PendingTask,
  type RunPlaybookOptions,
  type RunResult,
  runPlaybook,
} from '../../src/run/index.ts'
import { copyFile, shell } from '../../tasks/index.ts'
import { testFolder } from '../testFolder.ts'

const folder = testFolder('code')

const inventory = {
  web: { hosts: { one: null, two: { word: 'two' } }, vars: { ansible_connection: 'local', word: 'one' } },
}
const options = { inventory, lock: 'off' } as const satisfies RunPlaybookOptions

const play = definePlay({
  name: 'Code',
  hosts: 'web',
  vars: z.object({ word: z.string() }),
  tasks: ({ name, vars }) => [
    copyFile({ dest: join(folder, name), content: `${vars.word}\n` }, { tags: ['file'] }),
    shell({ script: `echo ${vars.word}; echo err >&2` }, { title: 'says' }),
    name === 'two' && shell({ script: 'exit 3' }, { title: 'fails', tags: ['fails'] }),
  ],
})

async function faultsOf(run: Promise<unknown>): Promise<AggregatePlaybookError> {
  const thrown = await run.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.instance(thrown, AggregatePlaybookError)
  return thrown as AggregatePlaybookError
}

test('The result has the status of each host and task, their changes and output; a failure is no rejection', async () => {
  const { exitCode, isInterrupted, hosts } = await runPlaybook(play, options)
  assert.equal([exitCode, isInterrupted], [2, false])
  assert.equal([hosts.one!.status, hosts.two!.status], ['changed', 'failed'])
  assert.equal(
    hosts.two!.tasks.map(({ title, status, stdout, stderr }) => [title, status, stdout, stderr]),
    [
      [`copyFile ${join(folder, 'two')}`, 'changed', '', ''],
      ['says', 'changed', 'two\n', 'err\n'],
      ['fails', 'failed', '', ''],
    ],
  )
  assert.equal([hosts.one!.tasks[0]!.changes[0]!.from, hosts.one!.trips > 1], ['absent', true])
  assert.is(hosts.two!.tasks[2]!.error!.code, 'E_STEP')
})

test('Options are those of the command line', async () => {
  const seen: string[] = []
  const { exitCode, hosts } = await runPlaybook([[play]], {
    ...options,
    limit: 'one',
    tags: 'file,other',
    check: true,
    diff: true,
    extraVars: [{ word: 'more' }, 'unused=1'],
    onEvent: ({ event }) => seen.push(event),
  })
  assert.is(exitCode, 0)
  assert.equal(Object.keys(hosts), ['one'])
  assert.equal(
    hosts.one!.tasks.map(({ status }) => status),
    ['changed'],
  )
  assert.is(hosts.one!.tasks[0]!.changes[0]!.diff!.after, 'more\n')
  assert.is(readFileSync(join(folder, 'one'), 'utf8'), 'one\n')
  assert.equal([seen[0], seen.at(-1), seen.includes('warning')], ['start', 'runEnd', true])
})

test('Events are iterated from the first on, by several and late iterators', async () => {
  const run = runPlaybook(play, { ...options, limit: 'one' })
  const kinds = async () => {
    const found: string[] = []
    for await (const { event } of run) found.push(event)
    return found
  }
  const [first, second] = await Promise.all([kinds(), kinds()])
  await run
  assert.equal([first[0], first.at(-1)], ['start', 'runEnd'])
  assert.equal(second, first)
  assert.equal(await kinds(), first)
  for await (const { event } of run) if (event === 'start') break
})

test('An interrupted run resolves with 130', async () => {
  const controller = new AbortController()
  const long = definePlay({ name: 'Long', hosts: 'one', tasks: () => [shell({ script: 'sleep 30' })] })
  const startedAt = performance.now()
  const { exitCode, isInterrupted } = await runPlaybook(long, {
    ...options,
    signal: controller.signal,
    onEvent: ({ event }) => event === 'taskStart' && controller.abort(),
  })
  assert.equal([exitCode, isInterrupted], [130, true])
  assert.ok(performance.now() - startedAt < 15_000)
  const before = await runPlaybook(long, { ...options, signal: AbortSignal.abort() })
  assert.equal(before, { exitCode: 130, isInterrupted: true, hosts: {} })
})

test('Nothing of the process is changed, and several runs go on at once', async () => {
  const before = { cwd: process.cwd(), signals: process.listenerCount('SIGINT') }
  const writes: unknown[] = []
  const { write } = process.stdout
  const { write: writeError } = process.stderr
  const catching = (chunk: unknown) => writes.push(chunk) > 0
  process.stdout.write = process.stderr.write = catching as typeof write
  let during = -1
  const onEvent = () => {
    during = process.listenerCount('SIGINT')
  }
  const own = (name: string): Play =>
    definePlay({ name, hosts: 'one', tasks: () => [shell({ script: `echo ${name}` }, { title: name })] })
  const names = ['a', 'b', 'c']
  const runs = await Promise.all(
    names.map((name) => runPlaybook(own(name), { ...options, onEvent })),
  ).finally(() => {
    process.stdout.write = write
    process.stderr.write = writeError
  })
  assert.equal(
    runs.map(({ hosts }) => hosts.one!.tasks[0]!.stdout),
    ['a\n', 'b\n', 'c\n'],
  )
  assert.equal(writes, [])
  assert.equal(
    [process.cwd(), process.listenerCount('SIGINT'), during],
    [before.cwd, before.signals, before.signals],
  )
  assert.not.ok(
    existsSync('.run-playbook/runs') &&
      readdirSync('.run-playbook/runs').some((name) => name.includes(`-${process.pid}.`)),
  )
})

test('With a state folder, the run is recorded', async () => {
  const stateFolder = join(folder, 'state')
  await runPlaybook(play, { ...options, limit: 'one', stateFolder })
  assert.is(readdirSync(join(stateFolder, 'runs')).length, 1)
})

test('A run resumes the last one, and a limit takes the hosts that failed in it', async () => {
  const state = { ...options, stateFolder: join(folder, 'resumed') }
  const failing = join(folder, 'failing')
  const several = definePlay({
    name: 'Several',
    hosts: 'web',
    tasks: ({ name }) => [
      shell({ script: 'true' }, { title: 'first' }),
      shell({ script: `test ${name} = one || test ! -e ${failing}` }, { title: 'second' }),
    ],
  })
  writeFileSync(failing, '')
  const titles = ({ hosts }: RunResult) =>
    Object.entries(hosts).map(([name, { tasks }]) => [name, ...tasks.map(({ title }) => title)].join(' '))
  assert.is((await runPlaybook(several, { ...state, extraVars: { more: 1 } })).exitCode, 2)
  const failed = await runPlaybook(several, { ...state, limit: '@failed' })
  assert.equal(titles(failed), ['two first second'])
  rmSync(failing)
  const resumed = await runPlaybook(several, { ...state, resume: true })
  assert.equal([resumed.exitCode, ...titles(resumed)], [0, 'two second'])
  const nothing = await runPlaybook(several, { ...state, resume: true })
  assert.equal(nothing, { exitCode: 0, isInterrupted: false, hosts: {} })
  const { errors } = await faultsOf(runPlaybook(several, { ...state, limit: '@failed' }))
  assert.equal([errors[0]!.code, /every host finished/.test(errors[0]!.message)], ['E_LIMIT_EMPTY', true])
})

test('A run in progress is not resumed, also one of the same process', async () => {
  const state = { ...options, limit: 'one', stateFolder: join(folder, 'progress') }
  const long = definePlay({ name: 'Long', hosts: 'one', tasks: () => [shell({ script: 'sleep 30' })] })
  const controller = new AbortController()
  let second: Promise<AggregatePlaybookError> | undefined
  const first = runPlaybook(long, {
    ...state,
    signal: controller.signal,
    onEvent: ({ event }) => {
      if (event !== 'taskStart') return
      second = faultsOf(runPlaybook(long, { ...state, resume: true })).finally(() => controller.abort())
    },
  })
  assert.is((await first).exitCode, 130)
  const [error] = (await second)!.errors
  assert.equal([error!.code, /in this process/.test(error!.message)], ['E_RESUME', true])
})

test('Each task may be confirmed; what throws confirms nothing', async () => {
  const seen: PendingTask[] = []
  const confirmTask = (task: PendingTask) => {
    seen.push(task)
    if (task.title === 'says') throw new Error('nobody is there')
    return Promise.resolve(task.title !== 'fails')
  }
  const statuses: string[] = []
  const run = runPlaybook(play, {
    ...{ ...options, limit: 'two', confirmTask },
    onEvent: (event) => event.event === 'taskEnd' && statuses.push(`${event.task} ${event.status}`),
  })
  const { errors } = await faultsOf(run)
  assert.equal(
    errors.map(({ code, message }) => `${code} ${message}`),
    ['E_CONFIRM_TASK confirmTask threw: nobody is there. The task was skipped.'],
  )
  assert.equal(seen.at(-1), { play: 'Code', host: 'two', title: 'fails', occurrence: 0 })
  assert.equal(statuses.map((each) => each.replace(/.*copyFile.* /, 'copyFile ')).slice(1), [
    'says skipped',
    'fails skipped',
  ])
})

test('A run is interrupted while a confirmation is awaited', async () => {
  const controller = new AbortController()
  const { exitCode } = await runPlaybook(play, {
    ...{ ...options, limit: 'one', signal: controller.signal },
    confirmTask: () => {
      controller.abort()
      return new Promise(() => {})
    },
  })
  assert.is(exitCode, 130)
})

test('Secrets are masked in events and results', async () => {
  const hidden = definePlay({
    name: 'Hidden',
    hosts: 'one',
    tasks: () => [shell({ script: 'cat', stdin: secret('hunter2-hunter2') })],
  })
  const run = runPlaybook(hidden, { ...options, verbose: 4 })
  const events = []
  for await (const event of run) events.push(event)
  const result = await run
  assert.is(result.hosts.one!.tasks[0]!.stdout, '••••••••')
  assert.not.match(JSON.stringify([events, result]), /hunter2/)
})

test('Playbooks by their files run too', async () => {
  const path = join(folder, 'file.ts')
  writeFileSync(
    path,
    `import { definePlay } from 'run-playbook'\nimport { shell } from 'run-playbook/tasks'\nexport default definePlay({ name: 'File', hosts: 'web', tasks: () => [shell({ script: 'echo file' }, { title: 'file' })] })\n`,
  )
  const { exitCode, hosts } = await runPlaybook([path, play], {
    ...options,
    limit: 'one',
    startAtTask: 'file',
  })
  assert.is(exitCode, 0)
  assert.equal(
    hosts.one!.tasks.map(({ title, play }) => [play, title.split(' ')[0]]),
    [
      ['File', 'file'],
      ['Code', 'copyFile'],
      ['Code', 'says'],
    ],
  )
})

const wrong = (given: object) => ({ ...options, ...given }) as unknown as RunPlaybookOptions

test('Faults before a run reject with all of them, each with its place and the next step', async () => {
  const { errors, message } = await faultsOf(
    runPlaybook('none.ts', wrong({ inventory: [{ web: { hots: {} } }, 'none.yaml'] })),
  )
  assert.equal(
    errors.map(({ code }) => code),
    ['E_NO_PLAYBOOK', 'E_NO_INVENTORY'],
  )
  assert.ok(errors.every(({ where, hint }) => where?.file.endsWith('runPlaybook.test.js') && hint))
  assert.match(message, /No playbook "none.ts"/)
  assert.match(message, /No inventory "none.yaml"/)
})

const wrongOptions: readonly [title: string, options: object, message: RegExp, hint: RegExp | undefined][] = [
  ['an unknown option', { forsk: 5 }, /runPlaybook has no option "forsk"/, /Did you mean forks\?/],
  ['a number of the wrong kind', { forks: 0 }, /forks: .*, got 0/, undefined],
  ['no inventory', { inventory: undefined }, /inventory: expected paths or groups, got nothing/, undefined],
  ['a tag', { tags: 5 }, /tags: expected string or array, got 5/, undefined],
  ['a secret that is none', { password: 5 }, /password: expected a string or a secret/, undefined],
  ['a signal', { signal: 1 }, /signal: expected an AbortSignal/, undefined],
  ['a wrong group', { inventory: { web: { hots: {} } } }, /web.hots/, /Did you mean hosts\?/],
  ['an unknown host', { limit: 'three' }, /three/, undefined],
  ['a prompt', { vaultId: 'prod@prompt' }, /Cannot ask for the Vault password \(prod\)/, /vaultPassword/],
  ['a run to resume without its folder', { resume: true }, /resume: needs stateFolder/, undefined],
  [
    'two beginnings',
    { resume: true, stateFolder: folder, startAtTask: 'a' },
    /cannot be combined/,
    undefined,
  ],
  ['failed hosts of no folder', { limit: '@failed' }, /earlier runs are not known/, /stateFolder/],
  ['a confirmation', { confirmTask: true }, /confirmTask: expected a function/, undefined],
  ['an unknown task', { startAtTask: 'nothing' }, /"nothing"/, undefined],
]

for (const [title, given, message, hint] of wrongOptions) {
  test(`Refused before any host is contacted: ${title}`, async () => {
    const { errors } = await faultsOf(runPlaybook(play, wrong(given)))
    assert.is(errors.length, 1, errors.map(String).join())
    assert.match(errors[0]!.message, message)
    assert.ok(errors[0]!.where?.line)
    if (hint) assert.match(errors[0]!.hint!, hint)
  })
}

test('What is no play is refused', async () => {
  const { errors } = await faultsOf(runPlaybook([play, { kind: 'no' } as unknown as Play], options))
  assert.match(errors[0]!.message, /expected a play, found object/)
  assert.is((await faultsOf(runPlaybook([], options))).errors[0]!.code, 'E_USAGE')
})

test('An iterator throws what the run rejects with, and nobody else has to catch it', async () => {
  const run = runPlaybook(play, wrong({ forks: 'x' }))
  let thrown: unknown
  try {
    for await (const _ of run) assert.unreachable()
  } catch (error) {
    thrown = error
  }
  assert.instance(thrown, AggregatePlaybookError)
})

test('What onEvent throws does not stop the run, and is named at its end', async () => {
  rmSync(join(folder, 'one'), { force: true })
  const onEvent = () => {
    throw new Error('my bug')
  }
  const { errors } = await faultsOf(runPlaybook(play, { ...options, limit: 'one', onEvent }))
  assert.is(errors[0]!.code, 'E_ON_EVENT')
  assert.match(errors[0]!.message, /my bug/)
  assert.ok(existsSync(join(folder, 'one')))
})

test('An inventory is loaded once for several runs, from data, paths and vaults', async () => {
  writeFileSync(join(folder, 'hosts.yaml'), 'db:\n  hosts:\n    db-01: { port: 5432 }\n')
  const loaded = await loadInventory([inventory, join(folder, 'hosts.yaml')], { extraVars: { size: 3 } })
  assert.equal(
    loaded.select('web:db').map(({ name }) => name),
    ['one', 'two', 'db-01'],
  )
  assert.equal(loaded.host('db-01')!.vars, { port: 5432, size: 3 })
  assert.equal(loaded.groups.get('web')!.members, ['one', 'two'])
  const { hosts } = await runPlaybook(play, { ...options, inventory: loaded, limit: 'one' })
  assert.equal(Object.keys(hosts), ['one'])
  const { errors } = await faultsOf(runPlaybook(play, { ...options, inventory: loaded, extraVars: { a: 1 } }))
  assert.match(errors[0]!.message, /Give extraVars where the inventory is loaded/)
  const faults = await faultsOf(loadInventory('none.yaml', { extraVar: 1 } as object))
  assert.match(faults.errors[0]!.hint!, /extraVars/)
})

test.run()
