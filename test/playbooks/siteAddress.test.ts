// Tests the address at which other hosts of the site reach a host, and its error.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { numericAddress, siteAddress } from '../../playbooks/roles/siteAddress.ts'
import type { PlaybookError } from '../../src/index.ts'

type Row = readonly [
  title: string,
  address: string,
  vars: Record<string, unknown>,
  reached: string,
  numeric: string | undefined,
]

const rows: readonly Row[] = [
  ['is the one to log in to', '192.0.2.11', {}, '192.0.2.11', '192.0.2.11'],
  ['may be of version 6', '2001:db8::11', {}, '2001:db8::11', '2001:db8::11'],
  [
    'is site_address where a host has that',
    'was-01.example',
    { site_address: '10.0.0.11' },
    '10.0.0.11',
    '10.0.0.11',
  ],
  [
    'is site_address also for one behind another',
    '192.0.2.1',
    { site_address: '10.0.0.11' },
    '10.0.0.11',
    '10.0.0.11',
  ],
  ['may be a name where a name will do', 'was-01.example', {}, 'was-01.example', undefined],
]

for (const [title, address, vars, reached, numeric] of rows) {
  test(`the address of a host ${title}`, () => {
    const host = { name: 'was-01', address, vars }
    assert.is(siteAddress(host), reached)
    if (numeric !== undefined) assert.is(numericAddress(host), numeric)
    else
      assert.throws(
        () => numericAddress(host),
        (error: PlaybookError) =>
          error.code === 'E_SITE_ADDRESS' && /was-01.*was-01\.example/.test(error.message),
      )
  })
}

test.run()
