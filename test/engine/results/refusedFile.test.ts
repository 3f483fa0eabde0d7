// Tests which errors get the hint about files that a host refuses to open or run.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { withRefusalHint } from '../../../src/engine/results/refusedFile.ts'
import { PlaybookError } from '../../../src/model/errors/error.ts'

const hintOf = (line: string, hint?: string) =>
  withRefusalHint(new PlaybookError('E_STEP', 'Exit code 126', { details: ['before', line], hint })).hint

/** As fapolicyd 1.1.7 made them print it. */
const refusals = [
  'sh: 1: eval: /opt/app/tool: Operation not permitted',
  'bash: /opt/app/tool: Operation not permitted',
  'bash: line 3: /opt/app/tool: Operation not permitted',
  'sh: 251: eval: cannot open ./data: Operation not permitted',
  "python3: can't open file '/opt/app/x.py': [Errno 1] Operation not permitted",
  "[Errno 1] Operation not permitted: '/opt/app/x.py'",
  'tar: ./app/x.py: Cannot open: Operation not permitted',
  'error: open("x.py"): Operation not permitted',
  'Cannot load mod_x.so into server: mod_x.so: cannot open shared object file: Operation not permitted',
]
const others = [
  'chown: changing ownership of ./x: Operation not permitted',
  'rm: cannot remove x: Operation not permitted',
  'sh: 1: eval: /opt/app/tool: Permission denied',
  'mount: /mnt: Operation not permitted',
]

test('refused files have a hint, other refusals have none', () => {
  for (const line of refusals) assert.match(hintOf(line) ?? '', /fapolicyd-cli --file add PATH/, line)
  for (const line of others) assert.is(hintOf(line), undefined, line)
})

test('a hint that an error has is kept', () => assert.is(hintOf(refusals[0]!, 'do this'), 'do this'))

test.run()
