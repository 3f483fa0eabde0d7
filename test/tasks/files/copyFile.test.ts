// The task copyFile: what it plans, and what it writes.

import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type FileState, secret } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { copyFile } from '../../../tasks/files/copyFile.ts'
import { directory } from '../../../tasks/files/directory.ts'
import { download } from '../../../tasks/files/download.ts'
import { line } from '../../../tasks/text/line.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, fileWith, folder } from '../fileStates.ts'

const rows: [title: string, params: object, current: FileState, changes: string[], steps: string[]][] = [
  ['the same bytes need nothing', { content: 'a\n' }, fileWith('a\n'), [], []],
  ['a missing file is written', { content: 'a\n' }, absent, ['/x/f: absent → 2 bytes'], ['write /x/f']],
  [
    'other bytes of the same length are written',
    { content: 'a\n' },
    fileWith('b\n'),
    ['/x/f: 2 bytes → 2 bytes, other content'],
    ['write /x/f'],
  ],
  ['a secret is written', { content: secret('a\n') }, absent, ['/x/f: absent → 2 bytes'], ['write /x/f']],
  [
    'the mode alone is put right',
    { content: 'a\n', mode: 0o600 },
    fileWith('a\n'),
    ['/x/f mode: 0644 → 0600'],
    [],
  ],
  [
    'a symbolic mode changes the bits that are there',
    { content: 'a\n', mode: 'u+x,g+w,o=' },
    fileWith('a\n'),
    ['/x/f mode: 0644 → 0760'],
    [],
  ],
  ['a symbolic mode that is there', { content: 'a\n', mode: 'u+rwX,go-w' }, fileWith('a\n'), [], []],
]

test('copyFile, line and directory: symbolic modes of what is new and of what is there', () =>
  inFolder(async (path) => {
    const modeOf = (name: string) => statSync(`${path}/${name}`).mode & 0o7777
    await applied(copyFile, { dest: `${path}/new`, content: 'a\n', mode: 'u+x,go=' })
    assert.is(modeOf('new'), 0o700)
    writeFileSync(`${path}/old`, 'a\n')
    chmodSync(`${path}/old`, 0o666)
    assert.equal((await applied(line, { path: `${path}/old`, line: 'b', mode: 'go-w' })).again, [])
    assert.is(modeOf('old'), 0o644)
    assert.equal((await applied(directory, { path: `${path}/folder`, mode: 'g+ws,o=' })).again, [])
    assert.is(modeOf('folder'), 0o2770)
    assert.equal((await applied(directory, { path: `${path}/folder`, mode: 'g-w' })).again, [])
    assert.is(modeOf('folder'), 0o2750)
  }))

test('copyFile: with a slash at the end, dest is a folder, in which the file gets the name of src', () =>
  inFolder(async (path) => {
    mkdirSync(`${path}/there`)
    writeFileSync(`${path}/source.conf`, 'a\n')
    const { again } = await applied(copyFile, { src: `${path}/source.conf`, dest: `${path}/there/` })
    assert.equal(again, [])
    assert.is(readFileSync(`${path}/there/source.conf`, 'utf8'), 'a\n')
    const missing = await failure(() =>
      looked(copyFile, { src: `${path}/source.conf`, dest: `${path}/conf.d/` }),
    )
    assert.is(missing.code, 'E_NO_FOLDER')
    assert.match(missing.message, `${path}/conf.d does not exist`)
    assert.throws(
      () => copyFile({ content: 'x', dest: `${path}/there/` }),
      /dest: expected the path of a file: a folder, with a slash at the end, needs src for the name/,
    )
    for (const params of [{ content: 'x' }, { src: `${path}/source.conf` }]) {
      const folder = await failure(() => looked(copyFile, { ...params, dest: `${path}/there` }))
      assert.is(folder.code, 'E_NOT_A_FILE')
      assert.match(folder.hint!, 'src' in params ? `${path}/there/source.conf` : `${path}/there/NAME`)
    }
  }))

test('where the path of a file is expected, a slash at the end is refused', () => {
  for (const make of [
    () => line({ path: '/etc/app/', line: 'x', create: true }),
    () => download({ url: 'https://example.org/a', dest: '/opt/src/', checksum: false }),
    () => copyFile({ content: 'x', dest: '/etc/app', keep: '/etc/kept/' }),
  ]) {
    assert.throws(make, /expected the path of a file; with a slash at the end it is a folder/)
  }
})

for (const [title, params, current, changes, steps] of rows) {
  test(`copyFile: ${title}`, () => {
    const result = planned(
      copyFile,
      { dest: '/x/f', ...params },
      { current, remote: absent, entry: current, folder },
    )
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    if (steps.length > 0) assert.equal(result.steps, steps)
  })
}

test('copyFile: the content of a secret is in no diff', () => {
  const [change] = copyFile.spec.plan(
    copyFile({ dest: '/x/f', content: secret('hunter2') }).params as never,
    { current: absent, remote: absent, entry: absent, folder },
    undefined,
  )
  assert.is(change!.diff, undefined)
  assert.not.match(JSON.stringify(change), 'hunter2')
})

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['neither content nor src', {}, /either content or src/],
  ['both content and src', { content: 'a', src: 'b' }, /either content or src/],
  ['mode preserve without src', { content: 'a', mode: 'preserve' }, /needs src/],
  ['a check that names no file', { content: 'a', validate: 'visudo -c' }, /with \{\}/],
  ['an option that does not exist', { content: 'a', forced: true }, /forced/],
  ['remoteSrc with a relative path', { src: 'a', remoteSrc: true }, /absolute path/],
  ['remoteSrc without src', { content: 'a', remoteSrc: true }, /expected src/],
]

for (const [title, params, expected] of wrong) {
  test(`copyFile: ${title} is refused at once`, () => {
    assert.throws(() => copyFile({ dest: '/x/f', ...params }), expected)
  })
}

test('copyFile: a missing folder is an error that says what to do', () => {
  assert.throws(
    () =>
      planned(
        copyFile,
        { dest: '/x/f', content: '' },
        { current: absent, remote: absent, entry: absent, folder: absent },
      ),
    (error: { code: string; hint: string }) =>
      error.code === 'E_NO_FOLDER' && error.hint.includes("directory({ path: '/x' })"),
  )
})

test('copyFile: a missing or unusable src is an error', () =>
  inFolder(async (base) => {
    const missing = await failure(() => looked(copyFile, { dest: '/x/f', src: 'no' }, { directory: base }))
    assert.is(missing.code, 'E_NO_SOURCE')
    assert.match(missing.message, `${base}/no`)
    const directory = await failure(() => looked(copyFile, { dest: '/x/f', src: '.' }, { directory: base }))
    assert.is(directory.code, 'E_SOURCE_NOT_A_FILE')
  }))

for (const shell of shells) {
  const name = shell.join(' ')

  test(`copyFile: writes awkward text, keeps the original once, then needs nothing (${name})`, () =>
    inFolder(async (base) => {
      const dest = `${base}/it's $HOME`
      const keep = `${base}/origin`
      writeFileSync(dest, 'original')
      for (const content of ["a'b\\n$(id)`id`\n\n", '', '%s %d\n', '한글 no newline']) {
        const { again } = await applied(copyFile, { dest, content, keep, mode: '0640' }, { shell })
        assert.equal(again, [])
        assert.is(readFileSync(dest, 'utf8'), content)
      }
      assert.is(readFileSync(keep, 'utf8'), 'original')
      assert.is(statSync(dest).mode & 0o7777, 0o640)
    }))

  test(`copyFile: a src is compared as text, or by digest where it is binary (${name})`, () =>
    inFolder(async (base) => {
      mkdirSync(`${base}/files`)
      for (const content of [Buffer.from('text\n'), Buffer.from([0, 255, 10, 0]), Buffer.alloc(2e6, 'x')]) {
        writeFileSync(`${base}/files/src`, content, { mode: 0o755 })
        const params = { dest: `${base}/dest`, src: 'files/src', mode: 'preserve' as const }
        const { changes, again } = await applied(copyFile, params, { shell, directory: base })
        assert.is(changes.length, 1)
        assert.equal(again, [])
        assert.ok(readFileSync(`${base}/dest`).equals(content))
        assert.is(statSync(`${base}/dest`).mode & 0o7777, 0o755)
      }
    }))

  test(`copyFile: a link's target is written, or the link replaced (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/real`, 'old')
      symlinkSync('real', `${base}/link`)
      const through = await applied(
        copyFile,
        { dest: `${base}/link`, content: 'new', follow: true },
        { shell },
      )
      assert.equal(through.again, [])
      assert.is(readFileSync(`${base}/real`, 'utf8'), 'new')
      assert.ok(lstatSync(`${base}/link`).isSymbolicLink())
      const replaced = { dest: `${base}/link`, content: 'own' }
      const refused = { ...replaced, validate: 'false {}' }
      await applied(copyFile, refused, { shell }).catch((error) => assert.match(error.message, 'rejected'))
      assert.ok(lstatSync(`${base}/link`).isSymbolicLink())
      const own = await applied(copyFile, replaced, { shell })
      assert.equal(own.again, [])
      assert.ok(lstatSync(`${base}/link`).isFile())
      assert.is(readFileSync(`${base}/real`, 'utf8'), 'new')
    }))

  test(`copyFile: a file of the host is copied there (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/it's`, Buffer.from([0, 255, 10]), { mode: 0o751 })
      const params = {
        src: `${base}/it's`,
        remoteSrc: true,
        dest: `${base}/there/`,
        mode: 'preserve' as const,
      }
      mkdirSync(`${base}/there`)
      assert.equal((await applied(copyFile, params, { shell })).again, [])
      assert.equal(readFileSync(`${base}/there/it's`), Buffer.from([0, 255, 10]))
      assert.is(statSync(`${base}/there/it's`).mode & 0o7777, 0o751)
      writeFileSync(`${base}/it's`, 'other')
      const refused = await failure(() => applied(copyFile, { ...params, validate: 'false {}' }, { shell }))
      assert.match(refused.message, 'rejected the new content')
      assert.equal((await applied(copyFile, { ...params, force: false }, { shell })).changes, [])
      const kept = await applied(copyFile, { ...params, backup: true }, { shell })
      assert.equal([kept.changes.length, kept.again], [1, []])
      assert.match(readdirSync(`${base}/there`).join(), /^it's,it's\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~$/)
      for (const [src, code] of [
        ['none', 'E_NO_SOURCE'],
        ['there', 'E_SOURCE_NOT_A_FILE'],
      ]) {
        const error = await failure(() => looked(copyFile, { ...params, src: `${base}/${src}` }, { shell }))
        assert.is(error.code, code)
      }
    }))

  test(`copyFile, line: what was there is kept at every change, and what is there stays without force (${name})`, () =>
    inFolder(async (base) => {
      const dest = `${base}/f`
      const write = (content: string) => applied(copyFile, { dest, content, backup: true }, { shell })
      await write('one')
      await write('two')
      const { again } = await applied(line, { path: dest, line: 'three', backup: true }, { shell })
      assert.equal(again, [])
      const kept = readdirSync(base).filter((each) => each !== 'f')
      assert.equal(kept.map((each) => readFileSync(`${base}/${each}`, 'utf8')).sort(), ['one', 'two'])
      const unforced = { dest, content: 'four', force: false, mode: 'g+w' }
      const { changes } = await applied(copyFile, unforced, { shell })
      assert.equal(
        changes.map(({ what }) => what),
        [`${dest} mode`],
      )
      assert.is(readFileSync(dest, 'utf8'), 'two\nthree\n')
    }))

  if (process.getuid?.() === 0) {
    test(`copyFile: a link in a folder of another user is no way to what only root may read (${name})`, () =>
      inFolder(async (base) => {
        writeFileSync(`${base}/secret`, 'secret', { mode: 0o600 })
        mkdirSync(`${base}/theirs`)
        symlinkSync(`${base}/secret`, `${base}/theirs/f`)
        chownSync(`${base}/theirs`, 65534, 65534)
        const params = { src: `${base}/theirs/f`, remoteSrc: true, dest: `${base}/copy` }
        const error = await failure(() => applied(copyFile, params, { shell }))
        assert.match(error.message, 'unsafe path')
        assert.not.ok(existsSync(`${base}/copy`))
      }))

    test(`copyFile: a setuid bit outlives a change of owner (${name})`, () =>
      inFolder(async (base) => {
        const dest = `${base}/f`
        writeFileSync(dest, 'x')
        chmodSync(dest, 0o4755)
        // A bit that another user than root has set is not carried to a new owner.
        const rows = [
          [{ owner: 65534 }, 0o4755],
          [{ owner: 1, mode: '4755' }, 0o4755],
          [{ owner: 2 }, 0o755],
        ] as const
        for (const [params, mode] of rows) {
          const { again } = await applied(copyFile, { dest, content: 'x', ...params }, { shell })
          assert.equal(again, [])
          assert.equal([statSync(dest).uid, statSync(dest).mode & 0o7777], [params.owner, mode])
        }
      }))
  }

  // Busybox runs its own sync, whatever PATH says.
  const syncTest = name.startsWith('busybox') ? test.skip : test
  syncTest(`copyFile: the new content is on the disk before it takes the place of the old (${name})`, () =>
    inFolder(async (base) => {
      const dest = `${base}/f`
      for (const [content, code] of [
        ['one\n', 0],
        ['two\n', 1],
        [Buffer.from('three\0'), 0],
      ] as const) {
        writeFileSync(dest, 'old\n')
        writeFileSync(
          `${base}/sync`,
          `#!/bin/sh\necho "$(cat ${dest})" >${base}/was; cat "$2" >${base}/new; exit ${code}\n`,
          { mode: 0o755 },
        )
        const { again } = await applied(copyFile, { dest, content }, { shell, path: `${base}:/usr/bin:/bin` })
        assert.equal(again, [])
        assert.is(readFileSync(`${base}/was`, 'utf8'), 'old\n')
        assert.ok(readFileSync(`${base}/new`).equals(Buffer.from(content)))
      }
    }),
  )

  test(`copyFile: another hard link keeps the old content (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/f`, 'old\n')
      linkSync(`${base}/f`, `${base}/other`)
      const { again } = await applied(copyFile, { dest: `${base}/f`, content: 'new\n' }, { shell })
      assert.equal(again, [])
      assert.is(readFileSync(`${base}/other`, 'utf8'), 'old\n')
    }))

  test(`copyFile: a refused check leaves the file as it was (${name})`, () =>
    inFolder(async (base) => {
      const dest = `${base}/f`
      writeFileSync(dest, 'good\n')
      await failure(() =>
        applied(copyFile, { dest, content: 'bad\n', validate: 'grep -q good {}' }, { shell }),
      )
      assert.is(readFileSync(dest, 'utf8'), 'good\n')
      const { again } = await applied(
        copyFile,
        { dest, content: 'also good\n', validate: 'grep -q good %s' },
        { shell },
      )
      assert.equal(again, [])
      const both = `test "$(printf '%s' {})" = {} && grep -q better {}`
      const { again: afterBoth } = await applied(
        copyFile,
        { dest, content: 'better\n', validate: both },
        { shell },
      )
      assert.equal(afterBoth, [], '%s is the path only where there is no {}')
    }))
}

test.run()
