// Unknown parameters: what they are called here.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { PlaybookError } from '../../../src/index.ts'
import { copyFile, line, link, replace, unarchive } from '../../../tasks/index.ts'

const rows: [title: string, call: () => unknown, message: string][] = [
  [
    "Ansible's name of a parameter",
    () => line({ path: '/f', line: 'a', regexp: 'a' } as never),
    'line: Unrecognized key: "regexp". It is called match here.',
  ],
  [
    'one that is a value here',
    () => line({ path: '/f', line: 'a', firstmatch: true } as never),
    `line: Unrecognized key: "firstmatch". Use which: 'first'.`,
  ],
  [
    'a name with an underscore',
    () => unarchive({ src: '/a.tar', dest: '/d', strip_components: 1 } as never),
    'unarchive: Unrecognized key: "strip_components". It is called stripComponents here.',
  ],
  [
    'a misspelt name',
    () => copyFile({ dest: '/f', content: 'a', onwer: 'root' } as never),
    'copyFile: Unrecognized key: "onwer". Did you mean owner?',
  ],
  [
    'a name like no other',
    () => link({ path: '/l', target: '/', zzz: 1 } as never),
    'link: Unrecognized key: "zzz"',
  ],
]

for (const [title, call, message] of rows) {
  test(`An unknown parameter: ${title}`, () => {
    assert.throws(call, (error: PlaybookError) => error.code === 'E_PARAMS' && error.message === message)
  })
}

test('Several unknown parameters are answered one by one', () => {
  assert.throws(
    () => replace({ path: '/f', regexp: 'a', replace: 'b' } as never),
    ({ details }: PlaybookError) =>
      details.includes('replace: Unrecognized key: "regexp". It is called pattern here.') &&
      details.includes('replace: Unrecognized key: "replace". It is called replacement here.'),
  )
})

test.run()
