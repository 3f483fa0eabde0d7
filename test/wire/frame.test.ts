// Frames are found wherever packets are split, and only where the marker is.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { frameReader } from '../../src/wire/frame.ts'

const marker = 'rpabc'
type Entry = [index: number, stdout: string | undefined, stderr: string, code: number]

function read(
  stdout: string,
  stderr: string,
  size: number,
): { entries: Entry[]; pids: number[]; partial: string } {
  const entries: Entry[] = []
  const pids: number[] = []
  let partial = ''
  const reader = frameReader(marker, {
    entry: (index, output) =>
      entries.push([
        index,
        output?.stdout.toString('latin1'),
        output?.stderr.toString('latin1') ?? '',
        output?.code ?? -1,
      ]),
    started: (_, pid) => pids.push(pid),
    partial: (_, stream, bytes) => (partial += stream === 'stdout' ? bytes.toString('latin1') : ''),
  })
  for (const [stream, text] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    const bytes = Buffer.from(text, 'latin1')
    for (let at = 0; at < bytes.length; at += size) reader.push(stream, bytes.subarray(at, at + size))
  }
  return { entries, pids, partial }
}

const streams: [title: string, stdout: string, stderr: string, entries: Entry[]][] = [
  [
    'two entries',
    'one\n\nrpabc 0 0\ntwo\nrpabc 1 3\n',
    '\nrpabc 0\nbad\n\nrpabc 1\n',
    [
      [0, 'one\n', '', 0],
      [1, 'two', 'bad\n', 3],
    ],
  ],
  ['no output at all', '\nrpabc 0 0\n', '\nrpabc 0\n', [[0, '', '', 0]]],
  [
    'output that looks like a marker',
    'rpabc 0 0\n\nrpabx 0 0\n\nrpabc 0 7\n',
    '\nrpabc 0\n',
    [[0, 'rpabc 0 0\n\nrpabx 0 0\n', '', 7]],
  ],
  [
    'bytes that are no UTF-8',
    '\xff\xfe\x00\n\nrpabc 0 0\n',
    '\xe9\nrpabc 0\n',
    [[0, '\xff\xfe\x00\n', '\xe9', 0]],
  ],
  [
    'a skipped entry',
    '\nrpabc 0 1\n\nrpabc 1 skip\n',
    '\nrpabc 0\n\nrpabc 1\n',
    [
      [0, '', '', 1],
      [1, undefined, '', -1],
    ],
  ],
]
for (const [title, stdout, stderr, expected] of streams) {
  test(`${title}, in packets of any size`, () => {
    for (const size of [1, 2, 3, 7, 1000])
      assert.equal(read(stdout, stderr, size).entries, expected, `size ${size}`)
  })
}

test('a step tells its process id, which is no output', () => {
  const { pids, entries } = read('\nrpabc p 4711\nhello\nrpabc 0 0\n', '\nrpabc 0\n', 5)
  assert.equal(pids, [4711])
  assert.equal(entries, [[0, 'hello', '', 0]])
})

test('output is passed on before its entry is complete', () => {
  assert.is(
    read('a long line of progress\nand more', '', 4).partial.startsWith('a long line of progress'),
    true,
  )
})

test('a large output is read in linear time', () => {
  const body = `${'x'.repeat(99)}\n`.repeat(200_000)
  const { entries } = read(`${body}\nrpabc 0 0\n`, '\nrpabc 0\n', 65_536)
  assert.is(entries[0]![1]!.length, body.length)
})

test('of a very long output of a step the beginning and the end are kept, and what is left out is noted', () => {
  let output = ''
  const reader = frameReader(marker, {
    isTruncatable: () => true,
    entry: (_, whole) => {
      output = whole?.stdout.toString() ?? ''
    },
  })
  reader.push('stdout', Buffer.from('begin\n'))
  for (let count = 0; count < 400; count += 1) reader.push('stdout', Buffer.alloc(100_000, 'x'))
  reader.push('stdout', Buffer.from('end\n\nrpabc 0 0\n'))
  reader.push('stderr', Buffer.from('\nrpabc 0\n'))
  assert.ok(output.startsWith('begin\nxxx') && output.endsWith('xend\n'))
  assert.ok(output.length < 13 * 1024 * 1024, `${output.length}`)
  assert.match(output, /… \d+ bytes omitted …/)
})

test.run()
