// Facts that are kept from run to run.

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { openLastFacts } from '../../src/cache/lastFacts.ts'
import { typicalFacts } from '../../src/facts/typicalFacts.ts'

const at = (host: string, port?: number) => ({
  host: { name: 'web-01' },
  settings: { kind: 'ssh' as const, host, port, become: { method: 'sudo' as const, user: 'root' } },
})

test('what was kept is there again, by where the host is reached; what is damaged is as if it were not', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'last-facts-')), 'facts')
  try {
    const { of, keep } = openLastFacts(folder)
    assert.is(of(at('10.0.0.1')), undefined)
    keep(at('10.0.0.1'), { os: typicalFacts.os, defaultIpv4: undefined })
    keep(at('10.0.0.1'), { cpus: 4 })
    assert.equal(of(at('10.0.0.1')), { os: typicalFacts.os, defaultIpv4: undefined, cpus: 4 })
    assert.ok('defaultIpv4' in of(at('10.0.0.1'))!)
    assert.is(of(at('10.0.0.1', 2222)), undefined)
    assert.is(statSync(folder).mode & 0o777, 0o700)
    const [file] = readdirSync(folder)
    assert.is(statSync(join(folder, file!)).mode & 0o777, 0o600)
    for (const content of ['', '{', 'null', '[]', '{"facts":null}']) {
      writeFileSync(join(folder, file!), content)
      assert.is(of(at('10.0.0.1')), undefined, content)
    }
  } finally {
    rmSync(join(folder, '..'), { recursive: true })
  }
})

test('a folder that cannot be written is no error', () => {
  const { of, keep } = openLastFacts('/dev/null/facts')
  keep(at('10.0.0.1'), { cpus: 4 })
  assert.is(of(at('10.0.0.1')), undefined)
})

test.run()
