// Tests --resume and --limit @failed.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { isStillRunning } from '../../../src/run/begin/isStillRunning.ts'
import { runPlaybook } from '../../../src/run/index.ts'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

/** A task for each word of a file, so that a playbook can change between two runs; `!word` fails while a file is there. */
const playbook = `import { readFileSync } from 'node:fs'
import { block, definePlay, flushHandlers, stdout, sh } from 'run-playbook'
import { command } from 'run-playbook/tasks'

const here = process.cwd()
const say = (host, word, options = {}) => command(
  { argv: ['sh', '-c', 'echo ' + host + ' ' + word + ' >> ' + here + '/log; [ ! -e ' + here + '/bad-' + host + '-' + word + ' ]'] },
  { title: word, ...options },
)
const all = (name, file, options = {}) => definePlay({
  name,
  hosts: 'all',
  tasks: ({ name: host }) => readFileSync(here + '/' + file, 'utf8').trim().split(' ').map((word) => say(host, word)),
  ...options,
})
`
const site = cliSite({
  'inventory.yaml': twoHosts,
  'two.ts': `${playbook}export default [all('First', 'first'), all('Second', 'second')]\n`,
  'other.ts': `${playbook}export default all('Other', 'second')\n`,
  'rolling.ts': `${playbook}export default all('Rolling', 'first', { serial: 1 })\n`,
  'facts.ts': `${playbook}export default all('Facts', 'first', {
  facts: { word: stdout(sh\`echo fact\`) },
  tasks: ({ name, facts }) => [say(name, 'a'), say(name, facts.word), say(name, 'b')],
})\n`,
  'blocks.ts': `${playbook}export default all('Blocks', 'first', {
  tasks: ({ name }) => [
    block([say(name, 'a'), say(name, 'b')], { rescue: [say(name, 'r'), say(name, 's')], always: [say(name, 'z')] }),
    say(name, 'end'),
  ],
})\n`,
  'handlers.ts': `${playbook}export default all('Handlers', 'first', {
  tasks: ({ name }) => [say(name, 'a', { notify: say(name, 'restart') }), say(name, 'b')],
})\n`,
  'flush.ts': `${playbook}export default all('Flush', 'first', {
  tasks: ({ name }) => [say(name, 'a', { notify: say(name, 'restart') }), flushHandlers(), say(name, 'b')],
})\n`,
  'vars.ts': `${playbook}export default all('Vars', 'first', {
  tasks: ({ name, vars }) => [say(name, 'a'), say(name, vars.word ?? 'none'), say(name, 'b')],
})\n`,
})
test.after(() => site.remove())

/** In this process, which is quicker: for what only has to have been run. */
const here = (args: string) => runHere(site.path, args.split(' '))

const bad = (...names: string[]) => site.write(Object.fromEntries(names.map((name) => [`bad-${name}`, ''])))
const good = () => {
  for (const name of readdirSync(site.path)) if (/^bad-|^log$/.test(name)) rmSync(join(site.path, name))
}

/** What was carried out since the last look, each host's in order. */
function printed(): { readonly [host: string]: string } {
  const file = join(site.path, 'log')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  rmSync(file, { force: true })
  const words: { [host: string]: string } = {}
  for (const [host = '', word = ''] of lines.map((line) => line.split(' ')))
    words[host] = words[host] ? `${words[host]} ${word}` : word
  return words
}

test.before.each(() => {
  good()
  rmSync(join(site.path, '.run-playbook'), { recursive: true, force: true })
  site.write({ first: 'a b c', second: 'x y' })
})

/** A run that fails as described, then `--resume` when all is well: what each of the two carried out. */
const cases: readonly {
  readonly title: string
  readonly fails: readonly string[]
  readonly run: string
  readonly first: { readonly [host: string]: string }
  readonly later: { readonly [host: string]: string }
  readonly tells: RegExp
  readonly with?: { readonly [file: string]: string }
}[] = [
  {
    title: 'a host that failed goes on at the task that failed, one that is done is left out',
    fails: ['two-b'],
    run: 'two',
    first: { one: 'a b c x y', two: 'a b' },
    later: { two: 'b c x y' },
    tells: /^First: two from b, task 2 of 3\nSecond: two from the beginning\n$/m,
  },
  {
    title: 'each host goes on at its own task',
    fails: ['one-a', 'two-y'],
    run: 'two',
    first: { one: 'a', two: 'a b c x y' },
    later: { one: 'a b c x y', two: 'y' },
    tells:
      /^First: one from the beginning\nSecond: one from the beginning\nSecond: two from y, task 2 of 2\n$/m,
  },
  {
    title: 'a host whose turn never came begins at the beginning',
    fails: ['one-b'],
    run: 'rolling',
    first: { one: 'a b' },
    later: { one: 'b c', two: 'a b c' },
    tells: /^Rolling: one from b, task 2 of 3\nRolling: two from the beginning\n$/m,
  },
  {
    title: 'tasks that depend on facts',
    fails: ['one-fact'],
    run: 'facts.ts',
    first: { one: 'a fact', two: 'a fact b' },
    later: { one: 'fact b' },
    tells:
      /^Facts: one from where it stopped, once facts have been read\nFacts: two for what is new, once facts have been read$/m,
  },
  {
    title: 'a rescue that failed goes back to what made its block fail',
    fails: ['one-b', 'one-s'],
    run: 'blocks',
    first: { one: 'a b r s z', two: 'a b z end' },
    later: { one: 'b z end' },
    tells: /^Blocks: one from b, task 2 of 6$/m,
  },
  {
    title: 'a failure that a block did not rescue, whose always ran',
    fails: ['one-end'],
    run: 'blocks',
    first: { one: 'a b z end', two: 'a b z end' },
    later: { one: 'end' },
    tells: /^Blocks: one from end, task 6 of 6$/m,
  },
  {
    title: 'a handler that failed runs, and no task before it',
    fails: ['one-restart'],
    run: 'handlers',
    first: { one: 'a b restart', two: 'a b restart' },
    later: { one: 'restart' },
    tells: /^Handlers: one after its last task$/m,
  },
  {
    title: 'a handler that failed where handlers are flushed',
    fails: ['one-restart'],
    run: 'flush',
    first: { one: 'a restart', two: 'a restart b' },
    later: { one: 'restart b' },
    tells: /^Flush: one from its pending handlers$/m,
  },
  {
    title: 'a handler that a failure kept from running runs though its task is left out',
    fails: ['one-b'],
    run: 'handlers',
    first: { one: 'a b', two: 'a b restart' },
    later: { one: 'b restart' },
    tells: /^Handlers: one from b, task 2 of 2$/m,
  },
  {
    title: 'a task that is gone: the host begins at the beginning of its play',
    fails: ['one-b'],
    run: 'two',
    with: { first: 'a d c' },
    first: { one: 'a b', two: 'a b c x y' },
    later: { one: 'a d c x y', two: 'd c' },
    tells: /^one stopped at b, which is no longer in First: it starts First from the beginning\.$/m,
  },
  {
    title: 'a task that has moved is found by its title',
    fails: ['one-b'],
    run: 'two',
    with: { first: 'a c b' },
    first: { one: 'a b', two: 'a b c x y' },
    later: { one: 'c b x y' },
    tells: /^First: one from c, task 2 of 3$/m,
  },
  {
    title: 'plays that are others now are run whole',
    fails: ['one-b'],
    run: 'two',
    with: { 'two.ts': `${playbook}export default [all('Zeroth', 'second'), all('First', 'first')]\n` },
    first: { one: 'a b', two: 'a b c x y' },
    later: { one: 'x y a b c', two: 'x y a b c' },
    tells: /^The plays have changed \(First is now Zeroth\): running everything from the beginning\.$/m,
  },
]

for (const { title, fails, run, first, later, tells, with: files = {} } of cases) {
  test(title, async () => {
    const before = Object.keys(files).map((name) => [name, readFileSync(join(site.path, name), 'utf8')])
    bad(...fails)
    const failed = await here(`${run} -i inventory.yaml`)
    assert.is(failed.code, 2, failed.stderr)
    assert.match(failed.stdout, new RegExp(`^run-playbook ${run} --resume   resumes from here\\n$`, 'm'))
    assert.equal(printed(), first)
    good()
    site.write(files)
    const changesPlaybook = Object.keys(files).some((name) => name.endsWith('.ts'))
    const resumed = await (changesPlaybook ? site.run : here)('--resume')
    site.write(Object.fromEntries(before))
    assert.is(resumed.code, 0, resumed.stdout + resumed.stderr)
    assert.equal(printed(), later)
    assert.match(resumed.stderr, new RegExp(`^Resuming the last run \\(run-playbook ${run}, \\d{4}-`))
    assert.match(resumed.stderr, tells)
    assert.not.match(resumed.stdout, /--resume/)
    const again = await here('--resume')
    assert.equal([again.code, again.stdout], [0, ''])
    assert.match(again.stderr, /^Nothing to resume: the last run finished \(run-playbook /)
  })
}

test('a run that goes on and fails again is gone on with once more', async () => {
  bad('one-b', 'two-y')
  await here('two -i inventory.yaml')
  printed()
  good()
  bad('one-x')
  assert.is((await here('two --resume')).code, 2)
  assert.equal(printed(), { one: 'b c x', two: 'y' })
  good()
  assert.is((await here('--resume')).code, 0)
  assert.equal(printed(), { one: 'x y' })
})

test('tasks that were added since are run, before the stop and on hosts that are done', async () => {
  bad('one-c')
  await here('two.ts -i inventory.yaml')
  assert.equal(printed(), { one: 'a b c', two: 'a b c x y' })
  site.write({ first: 'a new b c' })
  await here('--resume')
  assert.equal(printed(), { one: 'new b c', two: 'new b c' })
  // The second run began in the middle, and what is new comes before its first task.
  site.write({ first: 'a first new b c' })
  good()
  await here('--resume')
  assert.equal(printed(), { one: 'first new b c x y', two: 'first new b c' })
})

test('a task that the last run left out is compared with the newest run that did it', async () => {
  site.write({
    'chain.ts': `${playbook}import { copyFile } from 'run-playbook/tasks'
const copies = (name, file) => all(name, 'first', {
  tasks: ({ name: host }) => [
    copyFile({ dest: here + '/' + host + '-copy-' + file, content: readFileSync(file, 'utf8') }),
    say(host, name + '1'), say(host, name + '2'), say(host, name + '3'),
  ],
})
export default [copies('p', 'pfile'), copies('q', 'qfile')]\n`,
  })
  site.write({ pfile: '1', qfile: '1' })
  bad('one-q1')
  await here('chain.ts -i inventory.yaml')
  assert.equal(printed(), { one: 'p1 p2 p3 q1', two: 'p1 p2 p3 q1 q2 q3' })
  good()
  bad('one-q2')
  await here('--resume')
  assert.equal(printed(), { one: 'q1 q2' })
  good()
  bad('one-q3')
  await here('--resume')
  assert.equal(printed(), { one: 'q2 q3' })
  site.write({ pfile: '2' })
  await here('--resume')
  assert.equal(printed(), { one: 'p1 p2 p3 q3', two: 'p1 p2 p3' })
  site.write({ qfile: '2' })
  good()
  await here('--resume')
  assert.equal(printed(), { one: 'q1 q2 q3', two: 'q1 q2 q3' })
  const { stderr } = await here('--resume')
  assert.match(stderr, /^Nothing to resume/)
})

test('a host that an earlier run had finished, and the last one lost before its later plays, runs these whole', async () => {
  await here('two -i inventory.yaml')
  bad('one-b')
  printed()
  await here('two -i inventory.yaml')
  assert.equal(printed(), { one: 'a b', two: 'a b c x y' })
  good()
  await here('--resume')
  assert.equal(printed(), { one: 'b c x y' })
})

test('hosts whose tasks depend on facts, and that are done, are compared too', async () => {
  bad('one-b')
  await here('facts.ts -i inventory.yaml')
  assert.equal(printed(), { one: 'a fact b', two: 'a fact b' })
  const text = readFileSync(join(site.path, 'facts.ts'), 'utf8')
  await here('--resume')
  assert.equal(printed(), { one: 'b' })
  site.write({ 'facts.ts': text.replace("say(name, 'b')", "say(name, 'new'), say(name, 'b')") })
  good()
  const resumed = await site.run('--resume')
  site.write({ 'facts.ts': text })
  assert.is(resumed.code, 0, resumed.stderr)
  assert.equal(printed(), { one: 'new b', two: 'new b' })
})

test('tasks whose parameters or inputs have changed since are run, though their titles are the same', async () => {
  const copies = (host: string, name: string) => readFileSync(join(site.path, `${host}-${name}`), 'utf8')
  site.write({
    'copies.ts': `${playbook}import { copyFile } from 'run-playbook/tasks'
import { secret } from 'run-playbook'

export default all('Copies', 'first', {
  tasks: ({ name }) => [
    say(name, 'a'),
    copyFile({ dest: here + '/' + name + '-source', src: 'source' }),
    copyFile({ dest: here + '/' + name + '-content', content: readFileSync('tail', 'utf8') }),
    copyFile({ dest: here + '/' + name + '-secret', content: secret('hush-' + readFileSync('tail', 'utf8')) }),
    say(name, 'b'),
    say(name, 'c'),
  ],
})\n`,
  })
  const journals = () => {
    const folder = join(site.path, '.run-playbook/runs')
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('')
  }
  site.write({ source: '1', tail: '1' })
  bad('one-c')
  await here('copies.ts -i inventory.yaml')
  assert.equal(printed(), { one: 'a b c', two: 'a b c' })
  site.write({ source: '2' })
  await here('--resume')
  assert.equal(printed(), { one: 'b c', two: 'b c' })
  assert.is(copies('two', 'source'), '2')
  site.write({ tail: '2' })
  good()
  await here('--resume')
  assert.equal(printed(), { one: 'b c', two: 'b c' })
  assert.is(copies('one', 'content'), '2')
  assert.match(journals(), /"digest":"[\w-]{12}\.[\w-]{22}"/)
  assert.not.match(journals(), /hush/)
})

test('a run that was killed goes on with the task that was under way', async () => {
  site.write({ first: 'a sleep c' })
  site.write({
    'nap.ts': `${playbook}export default all('Nap', 'first', {
  tasks: ({ name }) => [say(name, 'a'), command({ argv: ['sh', '-c', 'touch ' + here + '/begun; [ -e ' + here + '/awake ] || sleep 30'] }, { title: 'nap' }), say(name, 'c')],
})\n`,
  })
  const { child, ended } = site.start(['nap', '-i', 'inventory.yaml', '-l', 'one'])
  for (let waits = 0; !existsSync(join(site.path, 'begun')); waits += 1) {
    if (waits > 400) throw new Error('The step did not begin.')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  const running = await site.run('--resume')
  assert.is(running.code, 1)
  assert.match(
    running.stderr,
    new RegExp(`^The last run is still in progress: process ${child.pid} .* E_RESUME$`, 'm'),
  )
  assert.is(isStillRunning(child.pid!, new Date()), true)
  assert.is(isStillRunning(child.pid!, new Date(Date.now() - 600_000)), false, 'a number that is used again')
  child.kill('SIGKILL')
  await ended
  printed()
  site.write({ awake: '' })
  const { code, stderr } = await site.run('--resume')
  assert.is(code, 0, stderr)
  assert.match(stderr, /^Nap: one from nap, task 2 of 3$/m)
  assert.equal(printed(), { one: 'c' })
})

test('dry runs and single tasks in between do not count, and a dry run of what is left changes nothing', async () => {
  bad('one-b')
  await here('two -i inventory.yaml')
  good()
  await here('two -i inventory.yaml -C')
  await here('task command -i inventory.yaml argv=true')
  printed()
  const dry = await here('--resume --check')
  assert.is(dry.code, 0, dry.stderr)
  assert.match(dry.stdout, /Nothing was changed\. 1 host: 4 would change\./)
  assert.is(
    (await here('--resume --list-tasks')).stdout,
    'First  (all)\n  one\n    b\n    c\nSecond  (all)\n  one\n    x\n    y\n',
  )
  assert.equal(printed(), {})
  assert.is((await here('--resume')).code, 0)
  assert.equal(printed(), { one: 'b c x y' })
})

test('the flags of that run are taken again; one on the line is stronger', async () => {
  bad('one-b', 'two-b')
  site.write({ 'more.yaml': 'word: more\n' })
  await here('two -i inventory.yaml -l one,two -e @more.yaml')
  printed()
  good()
  assert.is((await here('--resume -l two')).code, 0)
  assert.equal(printed(), { two: 'b c x y' })
})

test('values of -e are not kept, and have to be given again', async () => {
  bad('one-b', 'two-b')
  const { stdout } = await here('vars -i inventory.yaml -e word=sesame')
  assert.match(stdout, /^run-playbook vars --resume -e word=… {3}resumes from here$/m)
  const [journal = ''] = readdirSync(join(site.path, '.run-playbook/runs'))
  assert.not.match(
    readFileSync(join(site.path, '.run-playbook/runs', journal), 'utf8').split('\n')[0]!,
    /sesame/,
  )
  printed()
  good()
  const { code, stderr } = await here('--resume')
  assert.is(code, 1)
  assert.match(
    stderr,
    /^The last run set word with -e, whose values are not saved\. {2}E_RESUME_VARS\n {4}Give it again: --resume -e word=…\n$/,
  )
  assert.is((await here('--resume -e word=sesame')).code, 0)
  assert.equal(printed(), { one: 'b', two: 'b' })
})

test('nothing to resume is reported, with exit code 0', async () => {
  const says: readonly [args: string, stderr: RegExp][] = [
    ['--resume', /^Nothing to resume: no earlier run in this directory\.\n$/],
    ['two --resume -i inventory.yaml', /^Nothing to resume: no earlier run of two in this directory\.\n$/],
  ]
  for (const [args, stderr] of says) {
    const ended = await here(args)
    assert.equal([ended.code, ended.stdout], [0, ''])
    assert.match(ended.stderr, stderr)
  }
  bad('one-x')
  await here('other -i inventory.yaml')
  good()
  await here('two -i inventory.yaml')
  printed()
  assert.match((await here('--resume')).stderr, /^Nothing to resume: the last run finished/)
  assert.is((await here('other.ts --resume')).code, 0)
  assert.equal(printed(), { one: 'x y' })
})

test('--resume with --start-at-task is refused', async () => {
  const { code, stderr } = await here('--resume --start-at-task a')
  assert.is(code, 1)
  assert.match(stderr, /E_USAGE/)
})

test('--limit @failed runs on the hosts that did not finish the last run', async () => {
  bad('two-b')
  await here('two -i inventory.yaml')
  printed()
  await here('task command -i inventory.yaml -l one argv=true')
  const single = await here('task command argv=true -i inventory.yaml -l @failed -v')
  assert.match(single.stdout, /^command +1 host: 1 ok/m)
  good()
  const { code, stdout } = await here('two -i inventory.yaml --limit @failed')
  assert.is(code, 0, stdout)
  assert.equal(printed(), { two: 'a b c x y' })
  const none = await here('two -i inventory.yaml -l @failed')
  assert.equal([none.code, none.stdout], [1, ''])
  assert.match(
    none.stderr,
    /^--limit @failed matches no host: every host finished in the last run of two\. {2}E_LIMIT_EMPTY$/m,
  )
})

test('--limit @failed before any run, and a file of that name', async () => {
  const { code, stderr } = await here('two -i inventory.yaml -l @failed')
  assert.is(code, 1)
  assert.match(stderr, /^--limit @failed: no earlier run of two in this directory\. {2}E_NO_RUN$/m)
  site.write({ failed: 'one\n', 'retry.txt': 'one\ntwo\n' })
  assert.is(
    (await here('two -i inventory.yaml -l @failed --list-hosts')).stdout,
    'First  (all)\n  one\nSecond  (all)\n  one\n',
  )
  rmSync(join(site.path, 'failed'))
  assert.match((await here('other -i inventory.yaml -l @retry.txt:!one --list-hosts')).stdout, /^ {2}two\n$/m)
})

test('--limit @unreachable means those that were not reached', async () => {
  site.write({
    'far.yaml':
      'all:\n  hosts:\n    one: { ansible_connection: local }\n    far: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_ssh_common_args: -F none }\n',
  })
  bad('one-a')
  assert.is((await here('other -i far.yaml -T 2')).code, 4)
  assert.match((await here('other -i far.yaml -l @unreachable --list-hosts')).stdout, /\n {2}far\n$/)
  const { stdout, stderr } = await here('--resume -T 2')
  assert.match(stderr, /^Other: far from the beginning$/m)
  assert.match(stdout, /1 unreachable/)
})

test('a run from code is resumed, with its options', async () => {
  site.write({ vars: 'here' })
  bad('two-b')
  const { exitCode } = await runPlaybook(join(site.path, 'vars.ts'), {
    ...{ inventory: join(site.path, 'inventory.yaml'), lock: 'off', limit: 'two', extraVars: { word: 'x' } },
    stateFolder: join(site.path, '.run-playbook'),
  })
  assert.equal([exitCode, printed()], [2, { two: 'a x b' }])
  good()
  assert.match((await here('vars.ts --resume')).stderr, /E_RESUME_VARS/)
  assert.is((await here('vars.ts --resume -e word=x')).code, 0)
  assert.equal(printed(), { two: 'b' })
})

test.run()
