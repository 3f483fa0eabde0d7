// Tests what is written to stdout and stderr, for people, pipes and programs.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, main, twoHosts } from '../command.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'play.ts': `import { definePlay } from 'run-playbook'
import { command, copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Out',
  hosts: 'web',
  tasks: (host) => [
    copyFile({ dest: \`\${process.cwd()}/\${host.name}.out\`, content: 'x\\n' }),
    host.name === 'two' && command({ argv: ['false'] }),
    copyFile({ dest: \`\${process.cwd()}/\${host.name}.late\`, content: 'x\\n' }),
  ],
})
`,
  'quiet.ts': `import { definePlay } from 'run-playbook'\nexport default definePlay({ name: 'Quiet', hosts: 'one', tasks: () => [] })\n`,
  'long.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
const nap = (number) => command({ argv: ['sleep', '2'] }, { title: 'nap ' + number })
export default definePlay({ name: 'Long', hosts: 'one', tasks: () => Array.from({ length: 20 }, (_, number) => nap(number)) })
`,
  'says.ts': `import { definePlay } from 'run-playbook'
import { shell } from 'run-playbook/tasks'
export default definePlay({ name: 'Says', hosts: 'one', tasks: () => [shell({ script: 'echo no space on the moon >&2; exit 3' }, { title: 'says' })] })
`,
  'open.ts': `import { definePlay } from 'run-playbook'
setInterval(() => {}, 1000)
export default definePlay({ name: 'Open', hosts: 'one', tasks: () => [] })
`,
})
test.after(() => site.remove())

test('--output jsonl: every line of stdout is an object; failures give exit code 2', async () => {
  const { code, stdout, stderr } = await site.run('play -i inventory.yaml --output jsonl')
  assert.equal([code, stderr], [2, ''])
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.ok(events.every((each) => typeof each.event === 'string' && typeof each.time === 'string'))
  const ends = events.filter(({ event, host }) => event === 'taskEnd' && host === 'two')
  assert.equal(
    ends.map(({ status }) => status),
    ['changed', 'failed'],
  )
  const recap = events.findLast(({ event, host }) => event === 'hostEnd' && host === 'two')
  assert.equal([recap.changed, recap.failed], [1, 1])
  assert.ok(existsSync(join(site.path, 'one.late')) && !existsSync(join(site.path, 'two.late')))
})

const wrongRuns: readonly [args: string, code: string, message: RegExp, hint: RegExp | undefined][] = [
  ['nothing -i inventory.yaml --output jsonl', 'E_NO_PLAYBOOK', /^No playbook "nothing"/, /A playbook is/],
  ['play --output jsonl', 'E_NO_INVENTORY', /^No inventory/, /-i inventory.yaml/],
  [
    'play -i inventory.yaml --output=jsonl --chek',
    'E_USAGE',
    /^unknown option '--chek'$/,
    /^Did you mean --check\?$/,
  ],
  ['play -i inventory.yaml --forks none --output jsonl', 'E_USAGE', /--forks.*'none' is invalid/, undefined],
  ['play -i inventory.yaml --start-at-task x --output jsonl', 'E_UNKNOWN_TASK', /"x"/, /--list-tasks/],
  ['task no -i inventory.yaml --output jsonl', 'E_UNKNOWN_TASK', /^No task "no"/, /run-playbook docs/],
  ['report 1999 --output jsonl', 'E_UNKNOWN_RUN', /No run "1999"|No runs/, undefined],
]

for (const [args, code, message, hint] of wrongRuns) {
  test(`Faults before a run are events: ${args}`, async () => {
    const ended = await site.run(args)
    assert.is(ended.code, 1)
    assert.match(ended.stderr, code)
    const [start, error, ...more] = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal([start.event, start.version, more], ['start', 1, []])
    assert.equal([error.event, error.code], ['error', code])
    assert.match(error.message, message)
    if (hint) assert.match(error.hint, hint)
  })
}

test('Each of several faults is an event with its place, also where the environment asks for events', async () => {
  site.write({ 'bad.ts': 'export default {\n', 'bad.yaml': 'web:\n  hosts:\n   - one\n' })
  const { code, stdout } = await site.run('bad -i bad.yaml', { env: { RUN_PLAYBOOK_OUTPUT: 'jsonl' } })
  const [, ...errors] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(code, 1)
  assert.equal(
    errors.map(({ event, code, file, line }) => [
      event,
      code,
      file.endsWith('/bad.ts') || /bad.yaml$/.test(file),
      typeof line,
    ]),
    [
      ['error', 'E_SYNTAX', true, 'number'],
      ['error', errors[1].code, true, 'number'],
    ],
  )
})

test('Without --output jsonl, faults are on stderr alone', async () => {
  const { code, stdout, stderr } = await site.run('nothing -i inventory.yaml --output lines')
  assert.equal([code, stdout], [1, ''])
  assert.match(stderr, /^No playbook "nothing"/)
})

test('Without a terminal there is no escape sequence; with FORCE_COLOR there are', async () => {
  const plain = await site.run('play -i inventory.yaml')
  assert.not.match(plain.stdout + plain.stderr, /\x1b/)
  const coloured = await site.run('play -i inventory.yaml', { env: { FORCE_COLOR: '1' } })
  assert.match(coloured.stdout, /\x1b\[/)
  const faults = await site.run('nothing -i inventory.yaml', { env: { FORCE_COLOR: '1' } })
  assert.match(faults.stderr, /\x1b\[/)
  const none = await site.run('play -i inventory.yaml', { env: { NO_COLOR: '1' } })
  assert.not.match(none.stdout, /\x1b/)
})

for (const args of ['play.ts -i inventory.yaml -vvv', 'docs --markdown', '--help']) {
  test(`A pipe that is closed early is no error: ${args} | head -1`, async () => {
    const script = `node ${main} ${args} | head -1; exit "\${PIPESTATUS[0]}"`
    const { code, stdout, stderr } = await bash(script)
    assert.is(stderr, '')
    assert.is(stdout.trimEnd().split('\n').length, 1)
    // A run may have come to its end before anybody saw that the pipe was closed.
    assert.ok(args.startsWith('play') ? [2, 141].includes(code) : code === 0, `${code}`)
  })
}

test('A pipe that is closed early ends a run, quietly and soon, and what ran on the host', async () => {
  const startedAt = performance.now()
  const { code, stdout, stderr } = await bash(
    `node ${main} long.ts -i inventory.yaml | head -1; exit "\${PIPESTATUS[0]}"`,
  )
  assert.equal([code, stdout, stderr], [141, 'one  changed  nap 0\n', ''])
  assert.ok(performance.now() - startedAt < 15_000)
  const { stdout: journal } = await site.run('history -n 1')
  assert.match(journal, /interrupted/)
})

test('One host failed and another was not reached: exit code 6', async () => {
  site.write({
    'far.yaml':
      'web:\n  hosts:\n    two: { ansible_connection: local }\n    far: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none }\n',
  })
  const { code, stdout } = await site.run('play -i far.yaml -T 2')
  assert.is(code, 6, stdout)
  assert.match(stdout, /1 failed · 1 unreachable/)
})

test('--output jsonl: the output of the command on stderr is in the error', async () => {
  const { stdout } = await site.run('says.ts -i inventory.yaml --output jsonl')
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { host, task, status, changes, error } = events.find(({ event }) => event === 'taskEnd')
  assert.equal([host, task, status, changes.length], ['one', 'says', 'failed', 1])
  assert.is(error.code, 'E_STEP')
  assert.ok(error.details.includes('no space on the moon'))
})

test('A run is recorded in .run-playbook, which keeps itself out of repositories', async () => {
  await site.run('quiet -i inventory.yaml')
  const names = readdirSync(join(site.path, '.run-playbook'))
  assert.ok(names.includes('runs') && names.includes('.gitignore'))
})

test('Where it cannot be recorded it is run all the same, with a warning', async () => {
  site.write({ 'elsewhere/.run-playbook': 'a file\n' })
  const { code, stdout, stderr } = await site.run('../quiet.ts -i ../inventory.yaml', { folder: 'elsewhere' })
  assert.is(code, 0)
  assert.is(stdout, 'No tasks to run: 1 play, 1 host.\n')
  assert.match(stderr, /^warning .*Cannot write the journal/)
  const failed = await site.run('../says.ts -i ../inventory.yaml', { folder: 'elsewhere' })
  assert.is(failed.code, 2)
  assert.not.match(failed.stdout, /--resume/)
})

test('What a playbook leaves open does not keep the command', async () => {
  const { code } = await site.run('open -i inventory.yaml')
  assert.is(code, 0)
})

function bash(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const { CI, FORCE_COLOR, ...env } = process.env
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', script],
      { cwd: site.path, env: { ...env, XDG_CACHE_HOME: join(site.path, '.cache') } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

test.run()
