// Tests changed, failed and checkMode of commands, in runs and in dry runs.

import { existsSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, secret, sh, succeeds, type Task } from '../../../src/index.ts'
import type { TaskResult } from '../../../src/model/run/outcome.ts'
import { copyFile } from '../../../tasks/files/copyFile.ts'
import { command } from '../../../tasks/system/command.ts'
import { shell } from '../../../tasks/system/shell.ts'
import { inFolder, type Ran, runTasks } from '../../engine/harness.ts'

const handler = shell({ script: 'true' }, { title: 'restart' })
const notify = { notify: handler }

type Row = [title: string, task: () => Task, story: string[], dry: string[]]
const rows: Row[] = [
  [
    'changed: false is ok, and notifies nobody',
    () => shell({ script: 'true', changed: false }, notify),
    ['ok shell true'],
    ['skipped shell true'],
  ],
  [
    'changed: a function that finds a change',
    () => shell({ script: 'echo updated', changed: ({ stdout }) => stdout === 'updated' }, notify),
    ['changed shell echo updated', 'changed handler restart'],
    ['unknown shell echo updated', 'unknown handler restart'],
  ],
  [
    'changed: a function that finds none',
    () => shell({ script: 'echo same >&2', changed: ({ stderr }) => stderr !== 'same' }, notify),
    ['ok shell echo same >&2'],
    ['unknown shell echo same >&2', 'unknown handler restart'],
  ],
  [
    'failed: a function replaces the check of the exit code',
    () => shell({ script: 'exit 9', failed: ({ code }) => code !== 9, changed: false }),
    ['ok shell exit 9'],
    ['skipped shell exit 9'],
  ],
  [
    'checkMode: run',
    () => shell({ script: 'exit 0', changed: false, checkMode: 'run' }, notify),
    ['ok shell exit 0'],
    ['ok shell exit 0'],
  ],
  [
    'checkMode: run, and it finds a change',
    () => shell({ script: 'echo x', changed: ({ stdout }) => stdout === 'x', checkMode: 'run' }, notify),
    ['changed shell echo x', 'changed handler restart'],
    ['changed shell echo x', 'changed handler restart'],
  ],
  [
    'checkMode: run, and it fails',
    () => shell({ script: 'exit 3', changed: false, checkMode: 'run' }),
    ['failed shell exit 3'],
    ['failed shell exit 3'],
  ],
]
for (const [title, task, story, dry] of rows) {
  test(title, async () => {
    for (const [isCheck, expected] of [
      [false, story],
      [true, dry],
    ] as const) {
      const ran = await runTasks([task()], { isCheck })
      assert.equal(
        ran.story,
        expected.map((line) => `one: ${line}`),
      )
    }
  })
}

const failures: [title: string, failed: Parameters<typeof shell>[0], code: string, message: RegExp][] = [
  [
    'true',
    { script: 'echo bad', failed: () => true },
    'E_STEP',
    /^Its output means that it failed \(exit code 0\): echo bad$/,
  ],
  ['a reason', { script: 'echo bad', failed: ({ stdout }) => `it is ${stdout}` }, 'E_STEP', /^it is bad$/],
  [
    'an exception',
    { script: 'true', failed: () => JSON.parse('{') },
    'E_FUNCTION',
    /^The function failed threw: .*JSON/,
  ],
  [
    'nothing',
    { script: 'true', failed: (() => undefined) as never },
    'E_FUNCTION',
    /^The function failed returned undefined/,
  ],
  [
    'a promise',
    { script: 'true', changed: (async () => true) as never },
    'E_FUNCTION',
    /^The function changed returned a promise/,
  ],
]
for (const [title, params, code, message] of failures) {
  test(`a function that gives ${title} fails the task`, async () => {
    const error = errorOf(await runTasks([shell(params)]))!
    assert.is(error.code, code)
    assert.match(error.message, message)
  })
}

test('an exception of a function names its line', async () => {
  const changed = () => {
    throw new TypeError('no such field')
  }
  const { where, message } = errorOf(await runTasks([shell({ script: 'true', changed })]))!
  assert.is(message, 'The function changed threw: no such field')
  assert.match(`${where?.file}:${where?.line}`, /commandOutput\.test\.[jt]s:\d+$/)
})

test('functions get texts without the line ends at their end', async () => {
  const seen: unknown[] = []
  const changed = (output: unknown) => seen.push(output) > 5
  await runTasks([
    shell({ script: "printf ' a\\n\\r\\n\\n'; printf 'e\\n' >&2; exit 4", changed, okCodes: [4] }),
  ])
  assert.equal(seen, [{ stdout: ' a', stderr: 'e', code: 4 }])
})

test('what it makes is looked for only where it has not failed', () =>
  inFolder(async (path) => {
    const creates = path('made')
    const fails = await runTasks([shell({ script: `touch ${creates}`, creates, failed: () => 'no' })])
    assert.is(errorOf(fails)?.message, 'no')
    const missing = await runTasks([shell({ script: 'exit 2', creates: path('other'), failed: () => false })])
    assert.is(errorOf(missing)?.code, 'E_NOT_CREATED')
  }))

test('a command that is killed for its time has failed, whatever its function makes of it', async () => {
  const ran = await runTasks([shell({ script: 'sleep 60', failed: () => false }, { timeout: 0.3 })])
  assert.is(errorOf(ran)?.code, 'E_TIMEOUT')
})

test('retry repeats what failed by its output; the last attempt decides about the change', () =>
  inFolder(async (path) => {
    const script = `echo x >>${path('log')}; wc -l <${path('log')}`
    const failed = ({ stdout }: { stdout: string }) => Number(stdout) < 3
    const retry = { attempts: 5, delay: 0 }
    const { story } = await runTasks([shell({ script, failed, changed: () => false }, { retry })])
    assert.equal(
      story.map((line) => line.split(' ')[1]),
      ['ok'],
    )
    const until = succeeds(sh`[ "$(wc -l <${path('log')})" -ge 6 ]`)
    const again = await runTasks([
      shell({ script, changed: ({ stdout }) => stdout.trim() === '4' }, { retry: { ...retry, until } }),
    ])
    assert.equal(
      again.story.map((line) => line.split(' ')[1]),
      ['changed'],
    )
  }))

test('a dry run does not run a command whose result depends on a planned change', () =>
  inFolder(async (path) => {
    const conf = copyFile({ dest: path('conf'), content: 'x\n' })
    const check = (reads?: string[]) =>
      shell({
        script: `test -e ${path('conf')}`,
        changed: false,
        checkMode: 'run',
        ...(reads ? { reads } : {}),
      })
    const dry = await runTasks([conf, check(), check([path('conf')]), check(['/etc/elsewhere'])], {
      isCheck: true,
    })
    assert.equal(
      resultsOf(dry).map(({ status, reason }) => [status, reason]),
      [
        ['changed', undefined],
        ['unknown', `depends on ${conf.title}`],
        ['unknown', `depends on ${conf.title}`],
        ['failed', undefined],
      ],
    )
    assert.not(existsSync(path('conf')))
  }))

test('what a dry run did not run, and what changes nothing, leaves later tasks known', () =>
  inFolder(async (path) => {
    const look = copyFile({ dest: path('conf'), content: 'x\n' })
    const { story } = await runTasks([shell({ script: 'true', changed: false }), look], { isCheck: true })
    assert.equal(
      story.map((line) => line.split(' ')[1]),
      ['skipped', 'changed'],
    )
    const creates = path('conf')
    const made = await runTasks([shell({ script: 'true', changed: false, creates }), look], { isCheck: true })
    assert.equal(
      made.story.map((line) => line.split(' ')[1]),
      ['skipped', 'unknown'],
    )
  }))

test('a reason that holds a secret is masked', async () => {
  const token = secret('s3cr3t-token')
  const task = shell({ script: 'cat', stdin: token, failed: ({ stdout }) => `got ${stdout}` })
  const { events } = await runTasks([task])
  assert.not.match(JSON.stringify(events.filter(({ kind }) => kind === 'taskEnd')), 's3cr3t-token')
})

test('reads is refused without checkMode: run', () => {
  const wrong = () => command({ argv: ['true'], reads: ['/etc'] })
  assert.throws(wrong, (error: PlaybookError) =>
    /reads: expected only with checkMode: 'run'/.test(error.message),
  )
})

function resultsOf({ events }: Ran): TaskResult[] {
  return events.flatMap((event) => (event.kind === 'taskEnd' ? [event.result] : []))
}

function errorOf(ran: Ran): PlaybookError | undefined {
  return resultsOf(ran).find(({ error }) => error)?.error
}

test.run()
