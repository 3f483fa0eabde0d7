// Wrong patterns and limits are refused, even where Ansible only warns.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { type KnownNames, selectHosts, splitPattern, validateLimit } from '../../src/inventory/pattern.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { globMatcher } from '../../src/model/glob.ts'
import { shownLines } from '../shownLines.ts'

const known: KnownNames = {
  groups: new Map([
    ['all', ['was-01', 'was-02', 'web-01', 'both', 'other']],
    ['ungrouped', []],
    ['was', ['was-01', 'was-02']],
    ['web', ['web-01']],
    ['both', ['both', 'other']],
    ['empty', []],
  ]),
  hosts: new Set(['was-01', 'was-02', 'web-01', 'both', 'other']),
  cwd: '/nowhere',
}

const found: readonly [string, string | undefined, readonly string[]][] = [
  ['empty', undefined, []],
  ['nothing*', undefined, []],
  ['~nothing', undefined, []],
  ['localhost', undefined, ['localhost']],
  ['~(?i)WAS-0\\d', undefined, ['was-01', 'was-02']],
  ['~(?P<kind>was|web)-01', undefined, ['was-01', 'web-01']],
  ['was', 'web', []],
  ['was', '', ['was-01', 'was-02']],
  ['both', undefined, ['both']],
  ['all:!both', undefined, ['was-01', 'was-02', 'web-01']],
]

for (const [pattern, limit, hosts] of found) {
  test(`${pattern}${limit === undefined ? '' : ` --limit "${limit}"`} means ${hosts.join(', ') || 'no host'}`, () => {
    assert.equal(selectHosts(pattern, limit, known), hosts)
  })
}

const refused: readonly [string, string | undefined, readonly string[]][] = [
  ['wsa', undefined, ['No host or group "wsa".  E_UNKNOWN_GROUP', '    Did you mean was?']],
  ['wbe-01', undefined, ['No host or group "wbe-01".  E_UNKNOWN_HOST', '    Did you mean web-01?']],
  [
    'database',
    undefined,
    ['No host or group "database".  E_UNKNOWN_GROUP', '    Groups: was, web, both, empty'],
  ],
  [
    'all:!nope.example',
    undefined,
    ['No host or group "nope.example".  E_UNKNOWN_GROUP', '    Groups: was, web, both, empty'],
  ],
  ['was:&wbe', undefined, ['No host or group "wbe".  E_UNKNOWN_GROUP', '    Did you mean web?']],
  ['wsa[0]', undefined, ['No host or group "wsa".  E_UNKNOWN_GROUP', '    Did you mean was?']],
  ['was[2]', undefined, ['"was[2]" is out of range: there are 2 hosts.  E_PATTERN']],
  ['web[-2]', undefined, ['"web[-2]" is out of range: there is 1 host.  E_PATTERN']],
  ['', undefined, ['"" names no host and no group.  E_PATTERN']],
  [',', undefined, ['"," names no host and no group.  E_PATTERN']],
  ['all', 'wbe', ['No host or group "wbe".  E_UNKNOWN_GROUP', '    Did you mean web?']],
  [
    'all',
    'was:&web',
    [
      '--limit was:&web matches no host.  E_LIMIT_EMPTY',
      '    Possible hosts: was-01, was-02, web-01, both, other',
    ],
  ],
  ['all', '@missing.txt', ['No file missing.txt for --limit.  E_LIMIT_FILE']],
  ['all', '@/dev/null', ['No file /dev/null for --limit.  E_LIMIT_FILE']],
]

for (const [pattern, limit, lines] of refused) {
  test(`"${pattern}"${limit === undefined ? '' : ` --limit ${limit}`} is refused: ${lines[0]}`, async () => {
    const error = thrown(() => selectHosts(pattern, limit, known))
    assert.equal(await shownLines(error), lines)
  })
}

test('a regular expression that does not parse is refused', () => {
  const error = thrown(() => selectHosts('~web-(', undefined, known))
  assert.is(error.code, 'E_PATTERN')
  assert.match(error.message, /^"~web-\(" is not a regular expression/)
})

test('a limit must leave a host to one of the plays, not to each of them', async () => {
  validateLimit(['was', 'web'], 'web-01', known)
  const error = thrown(() => validateLimit(['was'], 'web', known))
  assert.equal(await shownLines(error), [
    '--limit web matches no host.  E_LIMIT_EMPTY',
    '    Possible hosts: was-01, was-02',
  ])
})

const splits: readonly [string, readonly string[]][] = [
  ['a:b', ['a', 'b']],
  ['a,b:c', ['a', 'b:c']],
  ['web[0:2]', ['web[0:2]']],
  ['web[0:2]:db[1]', ['web[0:2]', 'db[1]']],
  ['2001:db8::1', ['2001:db8::1']],
  ['a:&b:!c', ['a', '&b', '!c']],
  [' a , b ', ['a', 'b']],
]

for (const [text, parts] of splits) {
  test(`"${text}" is ${parts.length} pattern(s)`, () => assert.equal(splitPattern(text), parts))
}

function thrown(run: () => unknown): PlaybookError {
  try {
    run()
  } catch (error) {
    return error as PlaybookError
  }
  throw new Error('nothing was thrown')
}

test('patterns that would take for ever end', () => {
  const started = Date.now()
  splitPattern('['.repeat(300_000))
  globMatcher('['.repeat(5000))('x')
  globMatcher('*a'.repeat(100))('a'.repeat(99))
  globMatcher(`${'*a'.repeat(30)}*b`)('a'.repeat(250))
  assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms`)
})

const globs: [glob: string, matching: string[], others: string[]][] = [
  ['*', ['', 'a'], []],
  ['a*b*c', ['abc', 'axbxbxc', 'abcbc'], ['ab', 'acb', 'abcd']],
  ['*ab*ab*', ['abab', 'xabxabx'], ['ab', 'aab']],
  ['*aab', ['aaab', 'aab'], ['aaba']],
  ['a**c', ['ac', 'abc'], ['a']],
  ['[ab]*[!0-9]?', ['axy', 'b_0'], ['a', 'a01', 'cxy']],
  ['a[b*', ['a[b', 'a[bc'], ['ab']],
  ['*?*?', ['ab', 'abc'], ['a']],
]
for (const [glob, matching, others] of globs) {
  test(`the glob ${glob}`, () => {
    for (const text of matching) assert.ok(globMatcher(glob)(text), text)
    for (const text of others) assert.not(globMatcher(glob)(text), text)
  })
}

test.run()
