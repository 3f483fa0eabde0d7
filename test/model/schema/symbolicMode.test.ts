// Symbolic modes: as chmod applies them to files and directories, and what is refused.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { anyFileMode } from '../../../src/model/params.ts'
import { appliedMode } from '../../../src/model/schema/symbolicMode.ts'

const modes = [
  'u+rwX,go-w',
  'u=rwX,g=rX,o=',
  'a=r,u+w',
  'u+x,g-x+w,o=',
  'g=u,o=g',
  'u-x,g=u',
  '+x',
  '-w',
  'u+s,g+s,+t',
  'ug-s,o-t',
  'a=rX',
  'o+r-x',
]
const before = [0, 0o600, 0o644, 0o664, 0o755, 0o777, 0o4755, 0o2775, 0o6711, 0o1777]

test('Symbolic modes change bits as chmod does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-mode-'))
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'directory'))
  const cases = ['file', 'directory'].flatMap((name) =>
    before.flatMap((bits) => modes.map((mode) => ({ name, bits, mode }))),
  )
  // Five digits, for four leave the setgid bit of a directory as it is.
  const script = cases.map(
    ({ name, bits, mode }) =>
      `chmod ${bits.toString(8).padStart(5, '0')} ${name}; chmod -- ${mode} ${name}; stat -c %a ${name}`,
  )
  const found = execFileSync('sh', ['-c', ['umask 0', ...script].join('\n')], {
    cwd: folder,
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  const expected = found.trimEnd().split('\n')
  const wrong = cases.flatMap(({ name, bits, mode }, index) => {
    const got = appliedMode(mode, bits, name === 'directory').toString(8)
    return got === expected[index]
      ? []
      : [`${name} ${bits.toString(8)} ${mode}: ${got}, not ${expected[index]}`]
  })
  assert.equal(wrong, [])
})

test('What is no mode, and who may write without a name, are refused', () => {
  for (const mode of ['+w', '=rw', 'u+x,+w', '-r+w', 'u', 'x+r', 'u+rwx,', 'u+z', '9', 644, 'u+rg'])
    assert.not.ok(anyFileMode.safeParse(mode).success, String(mode))
  for (const mode of modes) assert.is(anyFileMode.parse(mode), mode)
  assert.is(anyFileMode.parse('0640'), 0o640)
})

test.run()
