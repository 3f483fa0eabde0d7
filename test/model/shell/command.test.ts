// The template sh: what JavaScript makes of its escapes is what the shell gets, or is refused.

import { execFileSync } from 'node:child_process'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { sh } from '../../../src/model/shell/command.ts'

const run = (command: { readonly script: string }, input = '') =>
  execFileSync('sh', ['-c', command.script], { input, encoding: 'utf8' })

test('two backslashes are one for the shell', () => {
  assert.is(run(sh`sed 's/\\.b/Z/'`, 'a.b axb\n'), 'aZ axb\n')
  assert.is(run(sh`printf 'a\\tb\\n'`), 'a\tb\n')
  assert.is(run(sh`printf %s "\${HOME:+home} \`echo x\`"`), 'home x')
  assert.is(run(sh`printf %s 'a\nb\tc'`), 'a\nb\tc')
  assert.is(
    run(sh`echo a \
b`),
    'a b\n',
  )
})

const lost: [string, () => unknown][] = [
  ['\\.', () => sh`sed 's/\.b/Z/'`],
  ['\\(', () => sh`find / \( -name x \)`],
  ["\\'", () => sh`echo it\'s ${'x'}`],
  ['\\b', () => sh`${'grep'} '\bword'`],
  ['\\1', () => Function('sh', 'return sh`sed "s/x/\\1/"`')(sh)],
]
for (const [sequence, call] of lost) {
  test(`${sequence} is refused with its line, in every call`, () => {
    for (let count = 0; count < 2; count += 1) {
      try {
        call()
      } catch (thrown) {
        const { code, message, hint, where } = thrown as PlaybookError
        assert.instance(thrown, PlaybookError)
        assert.is(code, 'E_SH_ESCAPE')
        assert.match(message, sequence)
        assert.match(hint!, `Write \\${sequence} `)
        if (sequence !== '\\1') assert.match(where!.file, 'command.test')
        continue
      }
      assert.unreachable('it was taken')
    }
  })
}

test.run()
