// Tests how commands are shown: a shell reads them back unchanged, and titles are short.

import { execFileSync } from 'node:child_process'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { foldedCommand, shortCommand } from '../../../tasks/system/commandText.ts'

const lists: string[][] = [
  ['true'],
  ["it's", '', 'a b', '$HOME', '"', '\\', '*', '~', '!x', '#', 'ä…'],
  ['a\nb', "tab\t'quoted'\\", '\x1b[31m', '\x7f', '\r\n', '\x012'],
  Array.from({ length: 40 }, (_, index) => `--option-${index}=${"it's ".repeat(index % 5)}`),
  ['x'.repeat(500), 'y z'.repeat(90)],
]
for (const argv of lists) {
  test(`bash reads back ${JSON.stringify(argv).slice(0, 60)}`, () => {
    const script = `printf '%s\\0' ${foldedCommand(argv).join('\n')}`
    assert.equal(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1), argv)
  })
}

test('long ones are folded between words, at 100 characters', () => {
  const lines = foldedCommand(['rsync', ...Array.from({ length: 30 }, (_, index) => `--exclude-${index}`)])
  assert.ok(lines.length > 3 && lines.every((line) => line.length <= 102))
  assert.ok(lines.slice(0, -1).every((line) => line.endsWith(' \\')))
})

const titles: [argv: string[], title: string][] = [
  [['make', 'a b'], "make 'a b'"],
  [['x'.repeat(70)], `${'x'.repeat(59)}…`],
  [['sh', '-c', `set -e; ${'y'.repeat(70)}`], `sh -c 'set -e; ${'y'.repeat(44)}…`],
  [
    [
      'rsync',
      '-a',
      '--delete',
      '--exclude=*.tmp',
      '--info=progress2',
      '--bwlimit=20000',
      '/srv/',
      '/backup/',
    ],
    "rsync -a --delete '--exclude=*.tmp' … /backup/",
  ],
]
for (const [argv, title] of titles) {
  test(`a title of at most 60 characters: ${title}`, () => {
    assert.is(shortCommand(argv), title)
    assert.ok(title.length <= 60)
  })
}

test('a secret is masked before it is cut or quoted', () => {
  const value = "hunter2's\nsecret"
  const revealed = `${secret(value).reveal()}`
  assert.not.match(foldedCommand(['curl', '-u', `me:${revealed}`]).join('\n'), 'hunter2')
  assert.not.match(shortCommand(['curl', 'x'.repeat(40), `me:${revealed}`]), 'hunter')
})

test.run()
