// Tests the task archive by this machine's tools: what it makes, and no second change.

import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { archive } from '../../../tasks/files/archive.ts'
import { unarchive } from '../../../tasks/files/unarchive.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

/** Files below a folder, and a folder for the archives. */
function tree(folder: string): { readonly app: string; readonly out: string } {
  const app = join(realpathSync(folder), "a'pp")
  const out = join(realpathSync(folder), 'out')
  mkdirSync(out)
  const files = {
    'bin/run': 'run\n',
    'conf/a b.xml': '<a/>\n',
    'conf/x.bak': 'old\n',
    'cache/big': 'x'.repeat(9999),
    'log.1': 'one\n',
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(app, path)), { recursive: true })
    writeFileSync(join(app, path), content, { mode: path === 'bin/run' ? 0o750 : 0o640 })
  }
  symlinkSync('/etc/shadow', join(app, 'link'))
  return { app, out }
}

/** busybox runs its own tar, which is not GNU's. */
const tarShells = shells.filter(([program]) => program !== 'busybox')

const formats = ['tgz', 'tar.bz2', 'tar.xz', 'tar', 'zip']

for (const [index, ending] of formats.entries()) {
  const shell = (ending === 'zip' ? shells : tarShells)[
    ending === 'zip' ? shells.length - 1 : index % tarShells.length
  ]!
  test(`${shell[0]}: archive makes a .${ending} that unarchive unpacks, and a second run is quiet`, () =>
    inFolder(async (folder) => {
      const { app, out } = tree(folder)
      const params = {
        path: app,
        dest: `${out}/app.${ending}`,
        excludePath: [`${app}/cache`],
        exclusionPatterns: ['*.bak'],
      }
      const { changes, again } = await applied(archive, params, { shell })
      assert.equal(
        changes.map(({ what, from, to }) => `${what.replace(out, '')}: ${from} → ${to}`),
        [`/app.${ending}: absent → archive of 1 path`],
      )
      assert.equal(
        [again, readdirSync(out), statSync(params.dest).mode & 0o777],
        [[], [`app.${ending}`], 0o600],
      )
      const names =
        ending === 'zip'
          ? execFileSync('unzip', ['-Z1', params.dest])
          : execFileSync('tar', ['-tf', params.dest])
      const listed = String(names)
        .trim()
        .split('\n')
        .map((name) => name.replace(/^\.\//, ''))
        .sort()
      assert.equal(listed, [
        "a'pp/",
        "a'pp/bin/",
        "a'pp/bin/run",
        "a'pp/conf/",
        "a'pp/conf/a b.xml",
        "a'pp/link",
        "a'pp/log.1",
      ])
      writeFileSync(join(app, 'conf/a b.xml'), '<b/>\n')
      const changed = await applied(archive, { ...params, mode: '0640' }, { shell })
      assert.equal(
        [changed.changes.map(({ from }) => from), changed.again, statSync(params.dest).mode & 0o777],
        [['another content'], [], 0o640],
      )
      utimesSync(join(app, 'bin/run'), 1_000_000, 1_000_000)
      assert.is((await looked(archive, params, { shell })).length, 1, 'times count')
    }))
}

test('archive: what it makes is unpacked by unarchive as it was', () =>
  inFolder(async (folder) => {
    const { app, out } = tree(folder)
    await applied(archive, { path: `${app}/conf/`, dest: `${out}/conf.tar.gz` })
    await applied(unarchive, { src: `${out}/conf.tar.gz`, dest: `${out}/conf` })
    assert.equal(readFileSync(`${out}/conf/a b.xml`, 'utf8'), '<a/>\n')
    assert.is(statSync(`${out}/conf/x.bak`).mode & 0o777, 0o640)
  }))

test('archive: busybox compresses a single file, and has no tar for more', () =>
  inFolder(async (folder) => {
    const { app, out } = tree(folder)
    const shell = shells.find(([program]) => program === 'busybox')
    if (!shell) return
    const params = { path: `${app}/log.1`, dest: `${out}/log.1.gz` }
    assert.equal((await applied(archive, params, { shell })).again, [])
    assert.is((await failure(() => looked(archive, { ...params, path: app }, { shell }))).code, 'E_TOOL')
  }))

for (const shell of tarShells) {
  test(`${shell[0]}: archive compresses one file alone, and several, by patterns, from the folder that they share`, () =>
    inFolder(async (folder) => {
      const { app, out } = tree(folder)
      const single = { path: `${app}/log.1`, dest: `${out}/log.1.gz` }
      assert.equal((await applied(archive, single, { shell })).again, [])
      assert.is(String(execFileSync('gzip', ['-dc', single.dest])), 'one\n')
      const forced = { ...single, dest: `${out}/forced.gz`, forceArchive: true }
      assert.equal((await applied(archive, forced, { shell })).again, [])
      assert.is(String(execFileSync('tar', ['-tf', forced.dest])), './log.1\n')
      writeFileSync(join(app, 'a\nb.1'), '')
      const several = { path: [`${app}/*.1`, `${app}/bin/run`], dest: `${app}/several.1` }
      assert.equal((await applied(archive, { ...several, format: 'gz' }, { shell })).again, [])
      assert.is(String(execFileSync('tar', ['-tf', several.dest])), './a\\nb.1\n./log.1\n./bin/run\n')
    }))

  test(`${shell[0]}: archive removes what is archived, and never replaces an archive that may be all that is left`, () =>
    inFolder(async (folder) => {
      const { app, out } = tree(folder)
      const params = { path: [`${app}/conf`, `${app}/log.1`], dest: `${out}/old.tgz`, remove: true }
      const { changes, again } = await applied(archive, params, { shell })
      assert.equal([changes.map(({ to }) => to), again], [['archive of 2 paths', 'removed'], []])
      assert.equal(readdirSync(app), ['bin', 'cache', 'link'])
      writeFileSync(join(app, 'log.1'), 'two\n')
      assert.is((await failure(() => looked(archive, params, { shell }))).code, 'E_IN_THE_WAY')
      assert.ok(existsSync(join(app, 'log.1')))
    }))
}

test('archive: what is missing, in the way or without a tool is an error that says so', () =>
  inFolder(async (folder) => {
    const { app, out } = tree(folder)
    const code = async (params: object, path?: string) =>
      (await failure(() => looked(archive, { path: app, dest: `${out}/a.tgz`, ...params }, { path }))).code
    assert.is(await code({ path: `${app}/none` }), 'E_NO_PATH')
    assert.is(await code({ path: `${app}/none*` }), 'E_NO_PATH')
    assert.is(await code({ dest: `${out}/none/a.tgz` }), 'E_NO_FOLDER')
    assert.is(await code({ dest: out }), 'E_NOT_A_FILE')
    const tools = join(out, 'bin')
    mkdirSync(tools)
    for (const tool of ['stat', 'sha256sum', 'cut', 'cat', 'readlink'])
      symlinkSync(String(execFileSync('which', [tool])).trim(), join(tools, tool))
    assert.is(await code({ dest: `${out}/a.tar.xz` }, tools), 'E_TOOL')
    if (process.getuid?.() !== 0) return
    chownSync(join(app, 'conf'), 12345, 12345)
    const error = await failure(() => applied(archive, { path: app, dest: `${out}/a.zip` }))
    assert.equal([error.code, /another user/.test(error.message)], ['E_ARCHIVE', true])
  }))

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['an archive in what it archives', { path: '/srv/app', dest: '/srv/app/a.tgz' }, /outside of path/],
  ['a path that leads up', { path: '/srv/../etc' }, /without/],
  ['everything', { path: '/' }, /below/],
  ['removing what is left out', { remove: true, exclusionPatterns: ['*.bak'] }, /would be lost/],
]

for (const [title, params, expected] of wrong) {
  test(`archive: ${title} is an error when it is written`, () => {
    assert.throws(() => archive({ path: '/srv/app', dest: '/srv/app.tgz', ...params } as never), expected)
  })
}

test.run()
