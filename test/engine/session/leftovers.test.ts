// Processes that a step leaves running do not disturb later probes.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { line, shell } from '../../../tasks/index.ts'
import { runTasks, temporaryFolder } from '../harness.ts'

test('what a step leaves running does not write among the answers of later probes', async () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'conf')
  try {
    const text = 'a line of a file\n'.repeat(200_000)
    writeFileSync(path, text)
    const noise = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo NOISE; sleep 0.005; done'
    const { story, recap } = await runTasks([
      shell({ script: `( ${noise} ) &`, stdin: 'x' }, { title: 'noise' }),
      line({ path, line: 'more' }, { title: 'line' }),
      line({ path, line: 'more' }, { title: 'again' }),
    ])
    assert.equal(story, ['one: changed noise', 'one: changed line', 'one: ok again'])
    assert.ok(readFileSync(path, 'utf8') === `${text}more\n`)
    assert.is(recap.hosts[0]!.trips, 4)
  } finally {
    folder.remove()
  }
})

test('a step that leaves nothing running costs one trip', async () => {
  const { recap } = await runTasks([shell({ script: 'sleep 0.05 & wait; true | cat' })])
  assert.is(recap.hosts[0]!.trips, 2)
})

test.run()
