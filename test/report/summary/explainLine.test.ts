// Tests the line that leads from error codes to what they mean.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/index.ts'
import type { RunEvent } from '../../../src/model/run/event.ts'
import { createTheme } from '../../../src/report/output/theme.ts'
import { FailureCodes } from '../../../src/report/summary/explainLine.ts'

const theme = await createTheme({ env: {}, isTTY: false })

function linesOf(...errors: readonly (readonly [code: string, isIgnored?: boolean])[]): string[] {
  const codes = new FailureCodes()
  for (const [code, isIgnored = false] of errors) {
    const result = { status: 'failed', changes: [], isIgnored, error: new PlaybookError(code, 'x') }
    codes.record({ kind: 'taskEnd', result } as unknown as RunEvent)
  }
  return codes.lines(theme, 'npx run-playbook')
}

test('one line for all codes, the most frequent first', () => {
  assert.equal(linesOf(['E_AUTH'], ['E_DNF'], ['E_DNF']), [
    'npx run-playbook explain E_DNF   says what it means; also E_AUTH',
  ])
})

test('none for what says all there is, and for what is ignored', () => {
  assert.equal(linesOf(['E_STEP'], ['E_FAIL'], ['E_AUTH', true]), [])
})

test.run()
