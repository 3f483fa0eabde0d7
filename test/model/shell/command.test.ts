// The template sh: the shell gets what is written.

import { execFileSync } from 'node:child_process'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Command, sh } from '../../../src/model/shell/command.ts'

const rows: readonly [title: string, command: Command, script: string, input: string, output: string][] = [
  ['\\. of sed', sh`sed 's/\.b/Z/'`, String.raw`sed 's/\.b/Z/'`, 'a.b axb\n', 'aZ axb\n'],
  ['\\( of sed, and \\1', sh`sed 's/\(a\)b/\1\1/'`, String.raw`sed 's/\(a\)b/\1\1/'`, 'ab\n', 'aa\n'],
  ['\\n and \\t of printf', sh`printf 'a\tb\n'`, String.raw`printf 'a\tb\n'`, '', 'a\tb\n'],
  ['\\n of sed', sh`sed 's/ /\n/'`, String.raw`sed 's/ /\n/'`, 'a b\n', 'a\nb\n'],
  ['two backslashes', sh`printf %s 'a\\b'`, String.raw`printf %s 'a\\b'`, '', 'a\\\\b'],
  ['a quote outside quotes', sh`printf %s it\'s\ ${'a b'}`, `printf %s it\\'s\\ 'a b'`, '', "it's a b"],
  ['a dollar in double quotes', sh`printf %s "\$HOME"`, String.raw`printf %s "\$HOME"`, '', '$HOME'],
  ["\\${ is the shell's", sh`a=b; printf %s "\${a:+c} $\{a}"`, `a=b; printf %s "\${a:+c} \${a}"`, '', 'c b'],
  ["\\` is the shell's", sh`printf %s "\`echo x\`"`, 'printf %s "`echo x`"', '', 'x'],
  [
    'a continued line',
    sh`echo a \
b`,
    'echo a \\\nb',
    '',
    'a b\n',
  ],
  ['what JavaScript cannot read', sh`printf %s '\u\x\0'`, String.raw`printf %s '\u\x\0'`, '', '\\u\\x\\0'],
]
for (const [title, { script }, expected, input, output] of rows) {
  test(title, () => {
    assert.is(script, expected)
    assert.is(execFileSync('sh', ['-c', script], { input, encoding: 'utf8' }), output)
  })
}

test.run()
