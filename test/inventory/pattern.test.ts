// Patterns that Ansible lets pass and that are mistakes, and limits that leave nothing.

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type KnownNames, selectHosts, splitPattern, validateLimit } from '../../src/inventory/pattern.ts'
import { expandHostRange, parseAddress } from '../../src/inventory/sources/hostRange.ts'
import { describeError, type PlaybookError } from '../../src/model/errors/error.ts'

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

const refused: readonly [string, string | undefined, string, readonly string[]][] = [
  ['wsa', undefined, 'E_UNKNOWN_GROUP', ['No host or group "wsa".', 'Did you mean was?']],
  ['wbe-01', undefined, 'E_UNKNOWN_HOST', ['No host or group "wbe-01".', 'Did you mean web-01?']],
  [
    'database',
    undefined,
    'E_UNKNOWN_GROUP',
    ['No host or group "database".', 'Groups are: was, web, both, empty'],
  ],
  [
    'all:!nope.example',
    undefined,
    'E_UNKNOWN_GROUP',
    ['No host or group "nope.example".', 'Groups are: was, web, both, empty'],
  ],
  ['was:&wbe', undefined, 'E_UNKNOWN_GROUP', ['No host or group "wbe".', 'Did you mean web?']],
  ['wsa[0]', undefined, 'E_UNKNOWN_GROUP', ['No host or group "wsa".', 'Did you mean was?']],
  ['was[2]', undefined, 'E_PATTERN', ['"was[2]" goes beyond the 2 hosts there are.']],
  ['web[-2]', undefined, 'E_PATTERN', ['"web[-2]" goes beyond the 1 host there is.']],
  ['', undefined, 'E_PATTERN', ['"" names no host or group.']],
  [',', undefined, 'E_PATTERN', ['"," names no host or group.']],
  ['all', 'wbe', 'E_UNKNOWN_GROUP', ['No host or group "wbe".', 'Did you mean web?']],
  [
    'all',
    'was:&web',
    'E_LIMIT_EMPTY',
    ['--limit was:&web leaves no host.', 'Possible are: was-01, was-02, web-01, both, other'],
  ],
  ['all', '@missing.txt', 'E_LIMIT_FILE', ['No file missing.txt with hosts to limit the run to.']],
  ['all', '@/dev/null', 'E_LIMIT_FILE', ['No file /dev/null with hosts to limit the run to.']],
]

for (const [pattern, limit, code, lines] of refused) {
  test(`"${pattern}"${limit === undefined ? '' : ` --limit ${limit}`} is refused: ${lines[0]}`, () => {
    const error = thrown(() => selectHosts(pattern, limit, known))
    assert.is(error.code, code)
    assert.equal(describeError(error), lines)
  })
}

test('a regular expression that does not parse is refused', () => {
  const error = thrown(() => selectHosts('~web-(', undefined, known))
  assert.is(error.code, 'E_PATTERN')
  assert.match(error.message, /^"~web-\(" is not a regular expression/)
})

test('a limit must leave a host to one of the plays, not to each of them', () => {
  validateLimit(['was', 'web'], 'web-01', known)
  const error = thrown(() => validateLimit(['was'], 'web', known))
  assert.equal(describeError(error), ['--limit web leaves no host.', 'Possible are: was-01, was-02'])
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

const entries: readonly [string, readonly string[], number?][] = [
  ['web', ['web']],
  ['web[01:03]', ['web01', 'web02', 'web03']],
  ['w[1:5:2]-[a:b]', ['w1-a', 'w1-b', 'w3-a', 'w3-b', 'w5-a', 'w5-b']],
  ['w[9:11]:22', ['w9', 'w10', 'w11'], 22],
  ['[2001:db8::1]:2222', ['2001:db8::1'], 2222],
]

for (const [entry, names, port] of entries) {
  test(`${entry} stands for ${names.length} host(s)`, () => {
    assert.equal(expandHostRange(entry), port === undefined ? { names } : { names, port })
  })
}

for (const entry of [
  'w[3:1]',
  'w[1]',
  'w[1:2:0]',
  'w[1:]',
  'w[aa:bb]',
  'w[',
  'w[07:12:x]',
  'w[0:99999999]',
]) {
  test(`${entry} is no range`, () =>
    assert.throws(
      () => expandHostRange(entry),
      (error: Error) => error instanceof RangeError,
    ))
}

test('an address is told from a pattern', () => {
  assert.equal(parseAddress('web-01:22'), { host: 'web-01', port: 22 })
  assert.is(parseAddress('a:b'), undefined)
})

function thrown(run: () => unknown): PlaybookError {
  try {
    run()
  } catch (error) {
    return error as PlaybookError
  }
  throw new Error('nothing was thrown')
}

test.run()
