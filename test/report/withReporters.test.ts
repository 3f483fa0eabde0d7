// Tests that a reporter of a user that does not end does not hold up a run.

import { test } from '#test'
import * as assert from 'uvu/assert'
import type { RunEvent } from '../../src/model/run/event.ts'
import { withReporters } from '../../src/report/withReporters.ts'

test('A reporter that does not end is given up', async () => {
  const warnings: string[] = []
  const main = {
    handle: (event: RunEvent) => void (event.kind === 'warning' && warnings.push(event.message)),
    close: async () => {},
  }
  const definition = {
    ...({ kind: 'reporter', name: 'slow' } as const),
    start: () => ({ handle: () => {}, close: () => new Promise<void>(() => {}) }),
  }
  const options = { verbosity: 0, isDiffShown: false, cwd: '/', time: () => '', closeSeconds: 0.05 }
  const reporter = await withReporters(main, [definition], options)
  reporter.handle({ kind: 'warning', message: 'first' })
  await reporter.close()
  assert.equal(warnings, [
    'first',
    'The reporter slow failed: it did not end within 0.05 s. It gets no more events.',
  ])
})

test.run()
