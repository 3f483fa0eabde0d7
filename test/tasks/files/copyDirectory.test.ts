// Tests the task copyDirectory through the engine: what it copies, keeps, purges, refuses.

import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { extraPaths } from '../../../tasks/files/copyDirectory/extraPaths.ts'
import { excluder } from '../../../tasks/files/copyDirectory/sourceTree.ts'
import { copyDirectory, shell } from '../../../tasks/index.ts'
import { errorsOf, type Ran, runTasks } from '../../engine/harness.ts'
import { inFolder } from '../apply.ts'

type Options = Omit<Parameters<typeof copyDirectory>[0], 'src' | 'dest'>

/** A source with what trees have: folders in folders, an empty one, a program, links, odd names, bytes. */
function madeSource(folder: string): string {
  const src = join(folder, 'src')
  mkdirSync(join(src, 'a/b c'), { recursive: true })
  mkdirSync(join(src, 'empty'))
  writeFileSync(join(src, 'a/one.txt'), 'one\n')
  writeFileSync(join(src, "a/b c/it's ünï $x"), 'odd\n')
  writeFileSync(join(src, '.hidden'), Buffer.from([0, 255, 10, 13]))
  writeFileSync(join(src, 'run.sh'), '#!/bin/sh\necho ran\n', { mode: 0o700 })
  chmodSync(join(src, 'a/one.txt'), 0o600)
  symlinkSync('a/one.txt', join(src, 'link'))
  symlinkSync('nowhere', join(src, 'broken'))
  return src
}

const copied = (src: string, dest: string, options: Options = {}) =>
  runTasks([copyDirectory({ src, dest, ...options })])

const listed = (dest: string): string[] =>
  (readdirSync(dest, { recursive: true }) as string[]).sort().map((path) => {
    const seen = lstatSync(join(dest, path))
    const mode = (seen.mode & 0o777).toString(8)
    if (seen.isSymbolicLink()) return `${path} -> ${readlinkSync(join(dest, path))}`
    return seen.isDirectory() ? `${path}/ ${mode}` : `${path} ${mode}`
  })

const changesOf = ({ events }: Ran): string[] =>
  events.flatMap((event) =>
    event.kind === 'taskEnd'
      ? event.result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)
      : [],
  )

const trips = ({ recap }: Ran) => recap.hosts[0]!.trips

test('copyDirectory: a tree is copied whole, and a second run finds nothing to do', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    const first = await copied(src, dest)
    assert.equal(first.story, [`one: changed copyDirectory ${dest}`])
    assert.equal(listed(dest), [
      '.hidden 644',
      'a/ 755',
      'a/b c/ 755',
      "a/b c/it's ünï $x 644",
      'a/one.txt 644',
      'broken -> nowhere',
      'empty/ 755',
      'link -> a/one.txt',
      'run.sh 755',
    ])
    assert.equal(readFileSync(join(dest, '.hidden')), Buffer.from([0, 255, 10, 13]))
    const second = await copied(src, dest)
    assert.equal(second.story, [`one: ok copyDirectory ${dest}`])
    assert.is(trips(second), 1)
  })
})

test('copyDirectory: only what differs is brought, and what is replaced keeps owner and mode', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest)
    chmodSync(join(dest, 'a/one.txt'), 0o640)
    chownSync(join(dest, 'a/one.txt'), 12345, 12346)
    const untouched = statSync(join(dest, 'run.sh')).ino
    writeFileSync(join(src, 'a/one.txt'), 'uno\n')
    writeFileSync(join(src, 'a/new.txt'), 'new one\n')
    const ran = await copied(src, dest)
    assert.equal(changesOf(ran), [
      `${dest}/a/new.txt: absent → 8 bytes`,
      `${dest}/a/one.txt: 4 bytes → 4 bytes, other content`,
    ])
    const { mode, uid, gid } = statSync(join(dest, 'a/one.txt'))
    assert.equal([mode & 0o777, uid, gid], [0o640, 12345, 12346])
    assert.is(readFileSync(join(dest, 'a/one.txt'), 'utf8'), 'uno\n')
    assert.is(statSync(join(dest, 'run.sh')).ino, untouched)
  })
})

test('copyDirectory: symbolic modes change the bits of what is there, and of what is new', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest)
    chmodSync(join(dest, 'a/one.txt'), 0o666)
    writeFileSync(join(src, 'a/one.txt'), 'uno\n')
    writeFileSync(join(src, 'a/new.txt'), 'new one\n')
    const ran = await copied(src, dest, { mode: 'g-w,o=', dirMode: 'o-rx' })
    assert.is(ran.story[0], `one: changed copyDirectory ${dest}`)
    assert.equal(
      ['a/one.txt', 'a/new.txt', 'run.sh', 'a', ''].map((path) => statSync(join(dest, path)).mode & 0o777),
      [0o640, 0o640, 0o750, 0o750, 0o750],
    )
  })
})

test('copyDirectory: owner, group and modes are put right everywhere', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest)
    const options: Options = { owner: 12345, group: 12346, mode: 'preserve', dirMode: '0750' }
    const ran = await copied(src, dest, options)
    assert.is(ran.story[0], `one: changed copyDirectory ${dest}`)
    for (const path of ['', 'a', 'a/one.txt', 'link', 'empty']) {
      const { uid, gid } = lstatSync(join(dest, path))
      assert.equal([path, uid, gid], [path, 12345, 12346])
    }
    assert.equal(
      ['a/one.txt', 'run.sh', 'a', ''].map((path) => statSync(join(dest, path)).mode & 0o777),
      [0o600, 0o700, 0o750, 0o750],
    )
    const fresh = await copied(src, join(folder, 'fresh'), options)
    assert.is(fresh.story[0], `one: changed copyDirectory ${folder}/fresh`)
    assert.equal(listed(join(folder, 'fresh')), listed(dest))
    assert.equal((await copied(src, join(folder, 'fresh'), options)).story, [
      `one: ok copyDirectory ${folder}/fresh`,
    ])
  })
})

test('copyDirectory: purge removes what src does not have, save what is excluded', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest)
    mkdirSync(join(dest, 'old/deep'), { recursive: true })
    mkdirSync(join(dest, 'data'))
    mkdirSync(join(dest, 'cache/keep'), { recursive: true })
    for (const path of ['old/deep/x', 'data/rows', 'a/line\nend', 'cache/keep/y', 'cache/z'])
      writeFileSync(join(dest, path), '')
    symlinkSync(folder, join(dest, 'out'))
    const kept = await copied(src, dest)
    assert.equal(kept.story, [`one: ok copyDirectory ${dest}`])
    const options: Options = { purge: true, exclude: ['data', 'cache/keep'] }
    const ran = await copied(src, dest, options)
    assert.equal(changesOf(ran), [
      `${dest}/a/line\nend: not in src → removed`,
      `${dest}/cache/z: not in src → removed`,
      `${dest}/old: not in src → removed`,
      `${dest}/out: not in src → removed`,
    ])
    assert.equal(
      ['old', 'out', 'a/line\nend', 'cache/z', 'data/rows', 'cache/keep/y'].map((path) =>
        existsSync(join(dest, path)),
      ),
      [false, false, false, false, true, true],
    )
    assert.ok(existsSync(src))
    assert.equal((await copied(src, dest, options)).story, [`one: ok copyDirectory ${dest}`])
  })
})

test('copyDirectory: what is excluded is not copied', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest, { exclude: ['a', '*.sh', 'lin?'] })
    assert.equal(listed(dest), ['.hidden 644', 'broken -> nowhere', 'empty/ 755'])
  })
})

test('copyDirectory: a dry run says the same, touches nothing, and is carried forward', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    const task = copyDirectory({ src, dest })
    const purging = copyDirectory({ src, dest, purge: true }, { title: 'purge' })
    const tasks = [task, shell({ script: 'true', creates: `${dest}/a/one.txt` }), task, purging]
    const dry = await runTasks(tasks, { isCheck: true })
    assert.ok(!existsSync(dest))
    assert.equal(dry.story, [
      `one: changed copyDirectory ${dest}`,
      'one: ok shell true',
      `one: ok copyDirectory ${dest}`,
      'one: unknown purge',
    ])
    assert.equal(changesOf(dry), changesOf(await copied(src, dest)))
  })
})

test('copyDirectory: many files cost as few trips as one, and are counted', async () => {
  await inFolder(async (folder) => {
    const src = join(folder, 'src')
    for (let at = 0; at < 1500; at += 1) {
      if (at % 100 === 0) mkdirSync(join(src, `d${at / 100}`), { recursive: true })
      writeFileSync(join(src, `d${Math.floor(at / 100)}`, `f${at}`), `${at}\n`)
    }
    const dest = join(folder, 'dest')
    const ran = await copied(src, dest)
    assert.equal(changesOf(ran).at(-1), `1505 more below ${dest}: absent or other → as in src`)
    assert.ok(trips(ran) <= 6, `${trips(ran)} trips`)
    assert.equal((await copied(src, dest)).story, [`one: ok copyDirectory ${dest}`])
  })
})

test('copyDirectory: a link in the place of a file is replaced, not followed', async () => {
  await inFolder(async (folder) => {
    const src = madeSource(folder)
    const dest = join(folder, 'dest')
    await copied(src, dest)
    writeFileSync(join(folder, 'mine'), 'mine\n')
    unlinkSync(join(dest, 'a/one.txt'))
    symlinkSync(join(folder, 'mine'), join(dest, 'a/one.txt'))
    const ran = await copied(src, dest)
    assert.equal(changesOf(ran), [`${dest}/a/one.txt: link to ${folder}/mine → 4 bytes`])
    assert.is(readFileSync(join(folder, 'mine'), 'utf8'), 'mine\n')
    assert.is(readFileSync(join(dest, 'a/one.txt'), 'utf8'), 'one\n')
  })
})

const conflicts: [title: string, make: (dest: string) => void, message: RegExp][] = [
  [
    'a file where src has a folder',
    (dest) => writeFileSync(join(dest, 'a'), ''),
    /a is a file, where src has a folder/,
  ],
  [
    'a link where src has a folder',
    (dest) => symlinkSync('/etc', join(dest, 'a')),
    /a is a symbolic link, where/,
  ],
  [
    'a folder where src has a file',
    (dest) => mkdirSync(join(dest, 'run.sh')),
    /run\.sh is a folder, where src has a file/,
  ],
]

for (const [title, make, message] of conflicts) {
  test(`copyDirectory: ${title} is refused, and nothing is copied`, async () => {
    await inFolder(async (folder) => {
      const src = madeSource(folder)
      const dest = join(folder, 'dest')
      mkdirSync(dest)
      make(dest)
      const ran = await copied(src, dest)
      assert.is(errorsOf(ran)[0]?.code, 'E_CONFLICT')
      assert.match(errorsOf(ran)[0]!.message, message)
      assert.is(readdirSync(dest).length, 1)
    })
  })
}

const sources: [title: string, make: (path: string) => Promise<void> | void, code: string][] = [
  ['that is not there', () => {}, 'E_NO_SOURCE'],
  ['that is a file', (path) => writeFileSync(path, ''), 'E_SOURCE_NOT_A_DIRECTORY'],
  [
    'that holds a socket',
    async (path) => {
      mkdirSync(path)
      await new Promise<void>((resolve) => {
        const server = createServer().listen(join(path, 'socket'), () => server.close(() => resolve()))
        process.once('exit', () => rmSync(path, { recursive: true, force: true }))
      })
      writeFileSync(join(path, 'line\nend'), '')
    },
    'E_SOURCE_ENTRY',
  ],
]

for (const [title, make, code] of sources) {
  test(`copyDirectory: a source ${title} is refused before any host is contacted`, async () => {
    await inFolder(async (folder) => {
      await make(join(folder, 'src'))
      const thrown = await copied(join(folder, 'src'), join(folder, 'dest')).then(
        () => undefined,
        (error) => error,
      )
      assert.is((thrown.errors?.[0] ?? thrown).code, code)
    })
  })
}

test('copyDirectory: a folder above that is not there is an error that says what to do', async () => {
  await inFolder(async (folder) => {
    const error = errorsOf(await copied(madeSource(folder), join(folder, 'no/dest')))[0]
    assert.is(error?.code, 'E_NO_FOLDER')
    assert.match(error!.hint!, 'directory({ path: ')
  })
})

const patterns: [pattern: string, path: string, isExcluded: boolean][] = [
  ['a', 'a', true],
  ['a', 'a/b', true],
  ['a', 'ab', false],
  ['a/*.log', 'a/x.log', true],
  ['a/*.log', 'a/b/x.log', true],
  ['*.l?g', 'x.lxg', true],
  ['x.log', 'xxlog', false],
]

for (const [pattern, path, isExcluded] of patterns) {
  test(`copyDirectory: exclude ${pattern} ${isExcluded ? 'takes' : 'leaves'} ${path}`, () => {
    assert.is(excluder([pattern])(path), isExcluded)
  })
}

const mounts: [title: string, mounted: string, refused: boolean][] = [
  ['at a path to purge', '/d/real/old', true],
  ['below a path to purge', '/d/real/old/deep\\040down', true],
  ['beside it', '/d/real/older', false],
  ['elsewhere', '/d/other', false],
]

for (const [title, mounted, refused] of mounts) {
  test(`copyDirectory: a file system mounted ${title} is ${refused ? 'never purged' : 'no matter'}`, () => {
    const probe = extraPaths('/d/dest', [], [])
    const stdout = Buffer.from(
      `./old\0./old/x\0\0/d/real\nproc /proc proc rw 0 0\ntmpfs ${mounted} tmpfs rw 0 0\n`,
    )
    const parse = () =>
      (probe as { parse: (printed: unknown) => unknown }).parse({ stdout, stderr: Buffer.alloc(0), code: 0 })
    if (refused) assert.throws(parse, (error: { code: string }) => error.code === 'E_MOUNT')
    else assert.equal(parse(), ['old'])
  })
}

test.run()
