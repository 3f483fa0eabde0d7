// Tests users' regular expressions: foreign syntax, and patterns that never finish.

import { writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/index.ts'
import { withTimeLimit } from '../../../src/model/concurrency/timeLimit.ts'
import { line } from '../../../tasks/text/line.ts'
import { replace } from '../../../tasks/text/replace.ts'
import { textBlock } from '../../../tasks/text/textBlock.ts'
import { testSessionFailover } from '../../../tasks/tomcat/testSessionFailover.ts'
import { applied, failure, inFolder } from '../apply.ts'

const path = '/f'
const member = { on: 'a', route: 'a', home: '/t', httpPort: 80 }
const takers: { readonly [name: string]: (pattern: string | RegExp) => unknown } = {
  'line match': (match) => line({ path, line: 'x', match }),
  'line after': (after) => line({ path, line: 'x', after }),
  'line before': (before) => line({ path, line: 'x', before }),
  'textBlock after': (after) => textBlock({ path, block: 'x', after }),
  'textBlock before': (before) => textBlock({ path, block: 'x', before }),
  'replace pattern': (pattern) => replace({ path, pattern, replacement: 'x' }),
  'replace after': (after) => replace({ path, pattern: 'a', replacement: 'x', after }),
  'replace before': (before) => replace({ path, pattern: 'a', replacement: 'x', before }),
  'testSessionFailover count': (count) =>
    testSessionFailover({ host: 'h', path: '/', count, through: ['a'], tomcats: [member, member] }),
}

const foreign: [pattern: string | RegExp, instead: string][] = [
  ['\\Aport(=)', '\\A: write ^'],
  ['(end)\\Z', '\\Z: write $'],
  ['(end)\\z', '\\Z: write $'],
  [new RegExp(['(end)', 'Z'].join('\\')), '\\Z: write $'],
  ['\\\\\\Z()', '\\Z: write $'],
  ['(?i)(port)', '(?i): write /…/i'],
  ['(?P<name>port)', '(?P<name>…): write (?<name>…)'],
  ['^[[:space:]]*(port)', '[[:space:]]: write [\\s]'],
  ['^[^[:digit:]](port)', '[[:digit:]]: write [\\d]'],
  [/[_[:alpha:]](port)/, '[[:alpha:]]: write [A-Za-z]'],
]

for (const [name, take] of Object.entries(takers)) {
  test(`${name} refuses what Python and sed write in another way`, () => {
    for (const [pattern, instead] of foreign) {
      const message = messageOf(() => take(pattern))
      assert.ok(message.includes(instead), `${pattern}: ${message}`)
    }
  })

  test(`${name} takes a RegExp, and patterns that only look foreign`, () => {
    for (const fine of [
      /^(port)/i,
      '\\\\A(a)',
      '\\\\\\\\Z(a)',
      '[[:](a)',
      '(a)[:;]',
      '(?<name>a)',
      '(?:i)(a)',
    ])
      take(fine)
  })
}

const replacements: [pattern: string | RegExp, replacement: string, instead: string | undefined][] = [
  ['^(port) *=', '\\1 = 1', '\\1: write $1'],
  [/(a)/, '\\g<1>', '\\g<1>: write $1'],
  ['(a)', '\\g<0>', '\\g<0>: write $&'],
  ['(?<name>a)', '\\g<name>', '\\g<name>: write $<name>'],
  ['port', 'C:\\1', undefined],
  ['(port)', '$1 \\n', undefined],
]
for (const [pattern, replacement, instead] of replacements) {
  test(`replace ${pattern} by ${replacement}`, () => {
    const make = () => replace({ path, pattern, replacement })
    if (instead === undefined) return void make()
    assert.ok(messageOf(make).includes(instead), messageOf(make))
  })
}

test('line refuses groups of Python in its line', () => {
  assert.match(
    messageOf(() => line({ path, match: '^(port)=', line: '\\1=80' })),
    /has no \\1: write \$1, with backrefs: true/,
  )
  line({ path, match: '^port=', line: '\\1=80' })
})

const slow = '^(\\w+\\s?)*=$'
const hostile = `${'a'.repeat(44)}\n`
const hanging: [title: string, run: (path: string) => Promise<unknown>][] = [
  ['line', (path) => applied(line, { path, match: slow, line: 'x' })],
  ['textBlock', (path) => applied(textBlock, { path, after: slow, block: 'x' })],
  ['replace', (path) => applied(replace, { path, pattern: slow, replacement: 'x' })],
]
for (const [title, run] of hanging) {
  test(`${title} gives up a pattern that takes too long, and leaves the file`, () =>
    inFolder(async (folder) => {
      writeFileSync(`${folder}/f`, hostile)
      const start = Date.now()
      const { code, details } = await failure(() => run(`${folder}/f`))
      assert.is(code, 'E_SLOW_PATTERN')
      assert.ok(details.some((each) => each.includes('(\\w+\\s?)*')))
      assert.ok(Date.now() - start < 20_000)
    }))
}

test('a time limit passes on results and errors, and can be used inside another', () => {
  assert.is(
    withTimeLimit([], () => withTimeLimit([], () => 1) + 1),
    2,
  )
  assert.throws(
    () =>
      withTimeLimit([], () => {
        throw new PlaybookError('E_X', 'x')
      }),
    (thrown: PlaybookError) => thrown.code === 'E_X',
  )
})

test('a time limit costs little', () => {
  const regex = /^port=/
  const start = performance.now()
  for (let count = 0; count < 200; count++) withTimeLimit([regex], () => regex.test('port=80'))
  assert.ok(performance.now() - start < 10_000, `${performance.now() - start} ms for 200`)
})

function messageOf(make: () => unknown): string {
  try {
    make()
  } catch (thrown) {
    if (thrown instanceof PlaybookError) return [thrown.message, ...thrown.details].join('\n')
    throw thrown
  }
  return 'not refused'
}

test.run()
