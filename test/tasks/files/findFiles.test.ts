// The fact findFiles: which files it finds, by the tools of coreutils and of busybox.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, type Probe } from '../../../src/index.ts'
import { copyFile, findFiles, remove } from '../../../tasks/index.ts'
import { inFolder, runPlays } from '../../engine/harness.ts'
import { runShell, shells } from '../apply.ts'

type Params = Omit<Parameters<typeof findFiles>[0], 'paths'>

const base = mkdtempSync(join(tmpdir(), 'run-playbook-find-'))
const tools = mkdtempSync(join(tmpdir(), 'run-playbook-tools-'))
for (const tool of ['date', 'find', 'stat', 'grep', 'sh']) symlinkSync('/bin/busybox', join(tools, tool))

mkdirSync(`${base}/logs/deep/er`, { recursive: true })
writeFileSync(`${base}/logs/a.log`, 'one\nERROR: two\n')
writeFileSync(`${base}/logs/b.log.gz`, Buffer.alloc(2048))
writeFileSync(`${base}/logs/.hidden.log`, '')
writeFileSync(`${base}/logs/odd\n81a4:0:0:1`, 'ERROR')
writeFileSync(`${base}/logs/deep/c.log`, 'old')
writeFileSync(`${base}/logs/deep/er/d.LOG`, '')
symlinkSync('a.log', `${base}/logs/link`)
chmodSync(`${base}/logs/a.log`, 0o640)
utimesSync(`${base}/logs/deep/c.log`, new Date(), new Date(Date.now() - 40 * 86_400_000))

const rows: [title: string, params: Params, found: string[]][] = [
  ['all files of a folder, without hidden ones', {}, ['a.log', 'b.log.gz', 'odd\n81a4:0:0:1']],
  ['hidden ones too', { hidden: true, patterns: '*.log' }, ['.hidden.log', 'a.log']],
  ['several patterns', { patterns: ['*.log', '*.gz'] }, ['a.log', 'b.log.gz']],
  ['without some', { patterns: '*.log*', excludes: ['*.gz', '*.xz'] }, ['a.log']],
  ['a regular expression', { regex: /\.log$/i, recurse: true }, ['a.log', 'deep/c.log', 'deep/er/d.LOG']],
  ['a depth', { patterns: '*.log', recurse: true, depth: 2 }, ['a.log', 'deep/c.log']],
  ['at least this old', { recurse: true, age: '30d' }, ['deep/c.log']],
  ['at most this old', { recurse: true, age: '-1w', patterns: '*.l*' }, ['a.log', 'b.log.gz']],
  ['old by another stamp', { recurse: true, age: '30d', ageStamp: 'atime' }, []],
  ['at least this large', { size: '2k' }, ['b.log.gz']],
  ['at most this large', { size: -5 }, ['odd\n81a4:0:0:1']],
  ['with a text', { contains: 'ERROR', recurse: true }, ['a.log', 'odd\n81a4:0:0:1']],
  ['with a text like an option', { contains: '-e', recurse: true }, []],
  ['folders', { fileType: 'directory', recurse: true }, ['deep', 'deep/er']],
  ['links', { fileType: 'link' }, ['link']],
  ['links as what they lead to', { follow: true, patterns: ['a*', 'l*'] }, ['a.log', 'link']],
  ['anything', { fileType: 'any', patterns: '[dl]*' }, ['deep', 'link']],
]

async function read<T>(probe: Probe<T>, options: Parameters<typeof runShell>[1]): Promise<T> {
  if (probe.kind !== 'command') throw new Error('It is a command.')
  return probe.parse(await runShell(probe.command.script, options))
}

for (const options of [...shells.map((shell) => ({ shell })), { shell: ['busybox', 'ash'], path: tools }]) {
  const name = options.shell.join(' ') + ('path' in options ? ' alone' : '')
  test(`findFiles: conditions (${name})`, async () => {
    for (const [title, params, expected] of rows) {
      const found = await read(findFiles({ paths: [`${base}/logs`, `${base}/none`], ...params }), options)
      const names = found.map(({ path }) => path.slice(base.length + 6))
      assert.equal(names, expected, title)
    }
    const [file] = await read(findFiles({ paths: `${base}/logs/`, patterns: 'a.log' }), options)
    const { mtimeMs, ...known } = file!
    const { uid, gid, owner, group } = known
    const about = { path: `${base}/logs/a.log`, type: 'file', mode: 0o640, size: 15 }
    assert.equal(known, { ...about, uid, gid, owner, group })
    assert.ok(Math.abs(mtimeMs - Date.now()) < 600_000)
  })
}

test('findFiles: invalid parameters are refused at once', () => {
  const wrong: [params: object, expected: RegExp][] = [
    [{ paths: 'logs' }, /paths: expected an absolute path/],
    [{ paths: '/x', age: '3y' }, /age: expected an age/],
    [{ paths: '/x', size: '3 m' }, /size: expected a size/],
    [{ paths: '/x', depth: 2 }, /depth: expected only with recurse/],
    [{ paths: '/x', regex: '(' }, /regex: expected a regular expression/],
    [{ paths: '/x', patterns: 'a/b' }, /patterns: expected a pattern of names/],
    [{ paths: '/x', path: '/y' }, /Unrecognized key: "path"/],
  ]
  for (const [params, expected] of wrong) assert.throws(() => findFiles(params as never), expected)
})

test('findFiles: a play removes what it finds, and a dry run knows when it cannot know', () =>
  inFolder(async (path) => {
    mkdirSync(path('d'))
    for (const name of ['a.gz', 'b.gz', 'c']) writeFileSync(path(`d/${name}`), '')
    const play = definePlay({
      hosts: 'one',
      facts: { old: findFiles({ paths: path('d'), patterns: '*.gz' }) },
      tasks: ({ facts }) => facts.old.map((each) => remove({ path: each.path })),
    })
    const before = definePlay({
      hosts: 'one',
      tasks: () => [copyFile({ dest: path('d/d.gz'), content: '' })],
    })
    const dry = await runPlays([before, play], { isCheck: true })
    assert.match(dry.story.at(-1)!, /unknown|changed copyFile/)
    const ran = await runPlays([before, play])
    assert.equal(
      ran.story.map((line) => line.split(' ')[1]),
      ['changed', 'changed', 'changed', 'changed'],
    )
    assert.equal((await runPlays([play])).story, [])
  }))

test('the folders of the test go', () => {
  rmSync(base, { recursive: true })
  rmSync(tools, { recursive: true })
})

test.run()
