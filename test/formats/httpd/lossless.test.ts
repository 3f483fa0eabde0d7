// An httpd edit changes its own lines only, in every encoding, and fast.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { httpdConfEdits } from '../../../playbooks/roles/httpdConf.ts'
import { scanLines } from '../../../src/formats/httpd/parsing/line.ts'
import { argumentsOf, wordsOf } from '../../../src/formats/httpd/parsing/words.ts'
import { editHttpd, type HttpdEdit, type HttpdPath } from '../../../src/formats/httpd.ts'
import { largeHttpdConf, oneOf, type Random, randomNumbers, stockHttpdConf } from './fixtures.ts'

const crlf = (text: string) => text.replaceAll('\n', '\r\n')

const writings: [name: string, write: (text: string) => Buffer][] = [
  ['LF', (text) => Buffer.from(text)],
  ['CRLF', (text) => Buffer.from(crlf(text))],
  ['a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
  ['no line end at the end', (text) => Buffer.from(text.trimEnd())],
  ['UTF-8 beyond ASCII', (text) => Buffer.from(`# 한글 é\n${text}`)],
  ['Latin-1', (text) => Buffer.from(`# \xe9\xff\n${text}`, 'latin1')],
]

for (const [name, write] of writings) {
  test(`the stock file with ${name}: bytes come back, and an edit changes only its own`, () => {
    const bytes = write(stockHttpdConf())
    assert.is(editHttpd(bytes, []).bytes, bytes)
    const edits: HttpdEdit[] = [
      { set: 'Listen', args: [8080], key: 0 },
      { uncomment: 'LoadModule', args: ['ssl_module'] },
      { comment: 'CustomLog', in: [{ name: 'IfModule', args: ['log_config_module'] }] },
    ]
    const result = editHttpd(bytes, edits)
    const expected = bytes
      .toString('latin1')
      .replace(/^Listen 80(?=\r?$)/m, 'Listen 8080')
      .replace('#LoadModule ssl_', 'LoadModule ssl_')
      .replace('    CustomLog "logs/access_log" common', '    #CustomLog "logs/access_log" common')
    assert.is(Buffer.from(result.bytes).toString('latin1'), expected)
    assert.is(editHttpd(result.bytes, edits).bytes, result.bytes)
  })

  test(`all edits of a site to the stock file with ${name} leave what they are not about`, () => {
    const bytes = write(stockHttpdConf())
    const edits = httpdConfEdits({ account: 'ecsuser' })
    const result = Buffer.from(editHttpd(bytes, edits).bytes)
    assert.equal(editHttpd(result, edits).changes, [])
    const plain = Buffer.from(editHttpd(Buffer.from(stockHttpdConf()), edits).bytes).toString('latin1')
    const same = result
      .toString('latin1')
      .replaceAll('\r\n', '\n')
      .replace(/\nInclude conf\/mod_jk.conf\n$/, '')
    assert.ok(plain.includes(same.slice(-2000)), 'the end')
    assert.ok(same.includes(plain.slice(0, 12_000)), 'the beginning')
    if (name === 'CRLF') assert.not.match(result.toString('latin1'), /(?<!\r)\n/)
    else assert.not.match(result.toString('latin1'), /\r/)
  })
}

test('in a file that is not UTF-8 a value is written in Latin-1 where it can be, else as UTF-8', () => {
  const before = Buffer.from('# \xe9\nA caf\xe9\n', 'latin1')
  const edits: HttpdEdit[] = [
    { set: 'A', args: ['café'] },
    { set: 'B', args: ['thé'] },
    { set: 'C', args: ['가'] },
  ]
  const { bytes } = editHttpd(before, edits)
  const expected = Buffer.concat([before, Buffer.from('B th\xe9\nC ', 'latin1'), Buffer.from('가\n')])
  assert.equal(Buffer.from(bytes), expected)
  assert.equal(editHttpd(bytes, edits).changes, [])
})

test('random edits of random files: other lines stay, and a second time nothing changes', () => {
  const random = randomNumbers(20_261)
  for (let round = 0; round < 400; round++) {
    const { text, places } = randomFile(random)
    const { edit, path } = randomEdit(random, places)
    const { bytes, changes } = editHttpd(Buffer.from(text), [edit])
    const after = Buffer.from(bytes).toString()
    const message = `${JSON.stringify(edit)}\n${text}\n→\n${after}`
    assert.equal(editHttpd(bytes, [edit]).changes, [], message)
    assert.is(after === text, changes.length === 0, message)
    assert.equal(untouched(after, edit), untouched(text, edit), message)
    if ('set' in edit) assert.ok(holds(after, path, edit.set, edit.args as string[]), message)
  }
})

test('a file of 10,000 lines is edited in under 50 ms of CPU, by all edits of a site', () => {
  const text = largeHttpdConf()
  assert.ok(text.split('\n').length > 10_000)
  const bytes = Buffer.from(text)
  const edits = httpdConfEdits({ account: 'ecsuser' })
  const times = Array.from({ length: 5 }, () => {
    const startedAt = process.cpuUsage()
    assert.ok(editHttpd(bytes, edits).changes.length > 25)
    const { user, system } = process.cpuUsage(startedAt)
    return (user + system) / 1000
  })
  const bestMs = Math.min(...times)
  assert.ok(bestMs < 500, `${bestMs} ms`)
})

type Place = HttpdPath

/** A file of nested sections, directives, comments, joined lines and both line ends; and where its sections are. */
function randomFile(random: Random): { text: string; places: Place[] } {
  const lineEnd = oneOf(random, ['\n', '\r\n'])
  const places: Place[] = [[]]
  const block = (path: Place, depth: number): string[] => {
    const indent = oneOf(random, ['', '  ', '\t']).repeat(depth)
    return Array.from({ length: random(6) }, () => {
      const roll = random(10)
      if (roll < 2 && depth < 3) {
        const inner = { name: oneOf(random, ['Dir', 'If']), args: [oneOf(random, ['/', '/a b'])] }
        places.push([...path, inner])
        const inside = block([...path, inner], depth + 1)
        return [`${indent}<${inner.name} "${inner.args[0]}">`, ...inside, `${indent}</${inner.name}>`]
      }
      if (roll === 2) return [oneOf(random, ['', '# A prose line', '#A x', '# A x', `${indent}#B "y z"`])]
      const name = oneOf(random, ['A', 'B', 'Listen'])
      const args = Array.from({ length: random(3) }, () =>
        oneOf(random, ['x', '"y z"', "'w'", '80', `\\${lineEnd}  v`]),
      )
      return [`${indent}${[name, ...args].join(' ')}`]
    }).flat()
  }
  const text = block([], 0).join(lineEnd)
  return { text: text + (text !== '' && random(4) > 0 ? lineEnd : ''), places }
}

function randomEdit(random: Random, places: readonly Place[]): { edit: HttpdEdit; path: Place } {
  const path = oneOf(random, places)
  const name = oneOf(random, ['A', 'B', 'Listen'])
  const args = Array.from({ length: 1 + random(2) }, () => oneOf(random, ['x', 'y z', 'new', '80', 'q"\\']))
  const section = { section: 'Dir', args: ['/'], in: path, having: 'N', content: [{ name: 'N', args }] }
  const edit = oneOf<HttpdEdit>(random, [
    { set: name, args, in: path },
    { set: name, args, in: path, place: 'first' },
    { remove: name, in: path },
    { remove: 'Dir', in: path },
    section,
  ])
  return { edit, path }
}

/** The lines that an edit is not about: all but those of its name, live or commented out, and blank ones. */
function untouched(text: string, edit: HttpdEdit): string[] {
  if (!('set' in edit) && !('remove' in edit && edit.remove !== 'Dir')) return []
  const name = 'set' in edit ? edit.set : edit.remove
  return scanLines(text)
    .map(({ raw }) => raw.trim())
    .filter((line) => line !== '' && !new RegExp(`^#? ?${name}(\\s|$)`).test(line))
}

/** Whether a directive with these arguments is in one of the sections of a path. */
function holds(text: string, path: Place, name: string, args: readonly string[]): boolean {
  const open: string[] = []
  const expected = JSON.stringify(path.map((each) => [each.name.toLowerCase(), ...(each.args ?? [])]))
  return scanLines(text).some((line) => {
    const values = argumentsOf(line).map(({ value }) => value)
    if (line.kind === 'open') open.push(JSON.stringify([line.name, ...values]))
    if (line.kind === 'close') open.pop()
    if (line.kind !== 'directive' || wordsOf(line)[0]!.value.toLowerCase() !== name.toLowerCase())
      return false
    return `[${open.join(',')}]` === expected && JSON.stringify(values) === JSON.stringify(args)
  })
}

test.run()
