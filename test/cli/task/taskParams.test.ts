// Tests how command-line words become parameters of tasks.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { parseTaskParams, splitTaskWords } from '../../../src/cli/task/taskParams.ts'
import { defineTask, PlaybookError, z } from '../../../src/index.ts'
import { editHttpdConf } from '../../../tasks/index.ts'
import { testFolder } from '../../testFolder.ts'

const task = defineTask({
  name: 'sample',
  summary: 'A sample.',
  params: z
    .strictObject({
      ports: z.union([z.string(), z.array(z.string())]).optional(),
      count: z.int().optional(),
      mode: z.union([z.string(), z.int()]).optional(),
      follow: z.boolean().optional(),
      force: z.boolean().optional(),
      createHome: z.boolean().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      names: z.array(z.string()).optional(),
      timeout: z.number().optional(),
      line: z.string().optional(),
    })
    .refine(() => true),
  probe: () => ({}),
  plan: () => [],
})

const folder = testFolder('params')
const file = join(folder, 'text')
writeFileSync(file, 'a\nb\n')

const readings: readonly [words: readonly string[], params: Record<string, unknown>][] = [
  [[], {}],
  [['--ports', '80/tcp'], { ports: '80/tcp' }],
  [['--ports=80/tcp'], { ports: '80/tcp' }],
  [['ports=80/tcp'], { ports: '80/tcp' }],
  [['80/tcp'], { ports: '80/tcp' }],
  [['--ports', '80/tcp', '--ports', '81/tcp'], { ports: ['80/tcp', '81/tcp'] }],
  [['80/tcp', '81/tcp'], { ports: ['80/tcp', '81/tcp'] }],
  [['--count', '3'], { count: 3 }],
  [['--count', 'three'], { count: 'three' }],
  [['--mode', '0644'], { mode: '0644' }],
  [['--follow'], { follow: true }],
  [['--follow', 'false'], { follow: false }],
  [['--follow=no'], { follow: false }],
  [['follow=yes'], { follow: true }],
  [['--no-follow'], { follow: false }],
  [['--follow', '--force'], { follow: true, force: true }],
  [['--follow', '80/tcp'], { follow: true, ports: '80/tcp' }],
  [['--create-home'], { createHome: true }],
  [['--no-create-home'], { createHome: false }],
  [['--headers', '{"A": "b"}'], { headers: { A: 'b' } }],
  [['--names', 'a'], { names: ['a'] }],
  [['--names', 'a,b'], { names: ['a,b'] }],
  [['--names', '["a","b"]'], { names: ['a', 'b'] }],
  [['--line', '-x'], { line: '-x' }],
  [['--line', '--force'], { line: '--force' }],
  [['--line', 'a=b'], { line: 'a=b' }],
  [['--line='], { line: '' }],
  [['--line', `@${file}`], { line: 'a\nb\n' }],
  [['--line', '@reboot'], { line: '@reboot' }],
]

for (const [words, params] of readings) {
  test(`${words.join(' ') || 'no words'} → ${JSON.stringify(params)}`, () => {
    assert.equal(parseTaskParams(task, words), params)
  })
}

const refusals: readonly [words: readonly string[], code: string, message: string, hint?: RegExp][] = [
  [['--port', '80'], 'E_UNKNOWN_PARAM', 'sample has no parameter "port".', /Did you mean ports\?/],
  [['cuont=3'], 'E_UNKNOWN_PARAM', 'sample has no parameter "cuont".', /Did you mean count\?/],
  [['--no-count'], 'E_UNKNOWN_PARAM', 'sample has no parameter "no-count".'],
  [['--to-string', 'x'], 'E_UNKNOWN_PARAM', 'sample has no parameter "to-string".'],
  [['--count'], 'E_PARAM_VALUE', '--count needs a value.'],
]

for (const [words, code, message, hint] of refusals) {
  test(`${words.join(' ')} is refused: ${message}`, () => {
    try {
      parseTaskParams(task, words)
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error
      assert.equal([error.code, error.message], [code, message])
      if (hint) assert.match(error.hint ?? '', hint)
      return
    }
    assert.unreachable()
  })
}

const splits: readonly [words: string, own: string, others: string][] = [
  ['--count 3 -i lab.yaml', '--count 3', '-i lab.yaml'],
  ['-l was --ports 80/tcp -C', '--ports 80/tcp', '-l was -C'],
  ['--timeout 5 -T 9', '--timeout 5', '-T 9'],
  ['--follow -l was', '--follow', '-l was'],
  ['--line -l --limit x', '--line -l', '--limit x'],
  ['--count=3 --check --no-follow', '--count=3 --no-follow', '--check'],
  ['80/tcp count=3 --nothing x', '', '80/tcp count=3 --nothing x'],
]

for (const [words, own, others] of splits) {
  test(`of "${words}" the task's are "${own}"`, () => {
    const split = splitTaskWords(task, words.split(' '))
    assert.equal([split.own.join(' '), split.others.join(' ')], [own, others])
  })
}

const edits: readonly [word: string, edits: unknown][] = [
  ['[{"set":"Listen","args":[81]}]', [{ set: 'Listen', args: [81] }]],
  ['{"set":"Listen","args":[81]}', [{ set: 'Listen', args: [81] }]],
  ['[{"set":"Listen","arg":[81]}]', [{ set: 'Listen', arg: [81] }]],
  ['{"set":"Listen","arg":[81]}', [{ set: 'Listen', arg: [81] }]],
]
for (const [word, expected] of edits) {
  test(`--edits ${word} is read as JSON`, () => {
    assert.equal(parseTaskParams(editHttpdConf, ['--edits', word]), { edits: expected })
  })
}

test('several --edits are one list', () => {
  const params = parseTaskParams(editHttpdConf, ['--edits', '{"remove":"A"}', '--edits', '{"remove":"B"}'])
  assert.equal(params, { edits: [{ remove: 'A' }, { remove: 'B' }] })
})

const unreadable: readonly [word: string, message: RegExp][] = [
  ['@missing.json', /^--edits: there is no file missing\.json\.$/],
  ['@/', /^--edits: cannot read \/: EISDIR/],
  ['[{set: Listen, args: [81]}]', /^--edits is not JSON: \[\{set/],
  ["[{'set': 'Listen'}]", /^--edits is not JSON: \[\{'set/],
]
for (const [word, message] of unreadable) {
  test(`--edits ${word} is refused, with what is expected`, () => {
    try {
      parseTaskParams(editHttpdConf, ['--edits', word])
    } catch (thrown) {
      if (!(thrown instanceof PlaybookError)) throw thrown
      assert.is(thrown.code, 'E_PARAM_VALUE')
      assert.match(thrown.message, message)
      if (!word.startsWith('@')) assert.match(thrown.hint!, /--edits '\[\{"set": NAME/)
      return
    }
    assert.unreachable()
  })
}

test.run()
