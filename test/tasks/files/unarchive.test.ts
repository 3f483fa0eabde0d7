// Tests the task unarchive by this machine's tools: plans, unpacking, refusals.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { FileState } from '../../../src/index.ts'
import { planned } from '../../../src/testing/index.ts'
import { unarchive } from '../../../tasks/files/unarchive.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { absent, fileWith, folder as tree } from '../fileStates.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)
const archive = fileWith('x', { digest: a })
const stamp = fileWith(`sha256 ${a}\nstripComponents 0\n`)
const record = `sha256 ${a}\nstripComponents 0\n`
const base = { src: '/src/app-1.2.3.tar.gz', dest: '/opt/app' }
const nothing = { archive, tree: absent, stamp: absent, record: '' as string | undefined, created: absent }

type Seen = { [K in keyof typeof nothing]: K extends 'record' ? string | undefined : FileState }

const rows: [title: string, params: object, seen: Partial<Seen>, changes: string[]][] = [
  ['a missing tree is unpacked', {}, {}, ['/opt/app: not unpacked → app-1.2.3.tar.gz, sha256 aaaa…aa']],
  ['a record of the same archive needs nothing', {}, { tree, stamp, record }, []],
  [
    'the stamp of an earlier version is recorded, and nothing is unpacked',
    {},
    { tree, stamp },
    [
      '/var/lib/run-playbook/unarchived/opt/app/.unarchived-app.tar.gz: absent → records what was unpacked before',
    ],
  ],
  ['a stamp is enough for another user than root', {}, { tree, stamp, record: undefined }, []],
  [
    'a stamp that says other than the record does not count',
    {},
    { tree, stamp, record: `sha256 ${b}\nstripComponents 0\n` },
    ['/opt/app: another archive, or other options → app-1.2.3.tar.gz, sha256 aaaa…aa'],
  ],
  [
    'a stamp of another archive unpacks again',
    {},
    { tree, stamp: fileWith(`sha256 ${b}\nstripComponents 0\n`) },
    ['/opt/app: another archive, or other options → app-1.2.3.tar.gz, sha256 aaaa…aa'],
  ],
  [
    'other options unpack again',
    { stripComponents: 1 },
    { tree, stamp },
    ['/opt/app: another archive, or other options → app-1.2.3.tar.gz, sha256 aaaa…aa'],
  ],
  ['a tree without stamp is adopted by what it creates', { creates: 'bin' }, { tree, created: tree }, []],
  ['an adopted tree needs no archive', { creates: 'bin' }, { tree, created: tree, archive: absent }, []],
  [
    'an empty tree is not adopted',
    { creates: 'bin' },
    { tree },
    ['/opt/app: not unpacked → app-1.2.3.tar.gz, sha256 aaaa…aa'],
  ],
  ['with a checksum the archive may be gone', { checksum: a }, { tree, stamp, record, archive: absent }, []],
]

for (const [title, params, seen, changes] of rows) {
  test(`unarchive: ${title}`, () => {
    const result = planned(unarchive, { ...base, ...params }, { ...nothing, ...seen } as Seen)
    assert.equal(
      result.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
      changes,
    )
    if (changes.length > 0) assert.match(result.steps.at(-1)!, 'unarchived/opt/app/.unarchived-app.tar.gz')
  })
}

const failures: [title: string, params: object, seen: Partial<Seen>, code: string][] = [
  ['a missing archive', {}, { archive: absent }, 'E_NO_ARCHIVE'],
  ['an archive with another checksum', { checksum: b }, {}, 'E_CHECKSUM'],
  ['a file where the tree shall be', {}, { tree: archive }, 'E_NOT_A_DIRECTORY'],
]

for (const [title, params, seen, code] of failures) {
  test(`unarchive: ${title} is ${code}`, () => {
    assert.throws(
      () => planned(unarchive, { ...base, ...params }, { ...nothing, ...seen } as Seen),
      (error: { code: string }) => error.code === code,
    )
  })
}

const wrong: [title: string, params: object, expected: RegExp][] = [
  ['a name that tells no format', { src: '/src/app.bin' }, /ends in/],
  ['the root as tree', { dest: '/' }, /other than/],
  ['a path out of the tree', { exclude: ['../x'] }, /relative path/],
  ['an absolute path', { creates: '/bin' }, /relative path/],
  ['an address without a checksum', { src: 'https://mirror.example/a.zip' }, /checksum/],
  ['a list of checksums for a path', { checksum: 'sha256:https://mirror.example/SUMS' }, /for addresses/],
  ['an address for the controller', { src: 'https://x/a.zip', checksum: false, remoteSrc: false }, /true/],
  ['a relative path of the host', { src: 'app.zip' }, /remoteSrc: false/],
]

for (const [title, params, expected] of wrong) {
  test(`unarchive: ${title} is refused at once`, () => {
    assert.throws(() => unarchive({ ...base, ...params }), expected)
  })
}

/** Writes files under a folder, and packs it. */
function packed(folder: string, name: string, files: Record<string, string>): string {
  const source = join(folder, 'source')
  rmSync(source, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(source, dirname(path)), { recursive: true })
    writeFileSync(join(source, path), text, { mode: path.endsWith('.sh') ? 0o750 : 0o640 })
  }
  const path = join(folder, name)
  rmSync(path, { force: true })
  if (name.endsWith('.zip')) execFileSync('zip', ['-qr', path, '.'], { cwd: source })
  else execFileSync('tar', ['--auto-compress', '-cf', path, '-C', source, ...readdirSync(source)])
  return path
}

function contents(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = paths.filter(
    (path) => statSync(join(folder, path)).isFile() && !path.startsWith('.unarchived'),
  )
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

const has = (program: string) => folderOf(program) !== undefined

function folderOf(program: string): string | undefined {
  return (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)))
}

const isRoot = process.getuid?.() === 0
const files = { 'app-1/bin/run.sh': '#!/bin/sh\n', 'app-1/conf/a b.xml': '<a/>', 'app-1/.hidden': 'h' }
const formats: [ending: string, tool: string][] = [
  ['tar.gz', 'gzip'],
  ['tar.bz2', 'bzip2'],
  ['tar.xz', 'xz'],
  ['tar.zst', 'zstd'],
  ['zip', 'zip'],
]

for (const [ending] of formats.filter(([, tool]) => has(tool))) {
  test(`unarchive: .${ending} is unpacked with its modes, and then needs nothing`, () =>
    inFolder(async (folder) => {
      const src = packed(folder, `app-1.0.${ending}`, files)
      const dest = `${folder}/o'pt/app`
      const owner = isRoot ? { owner: '65534', group: '65534' } : {}
      const { changes, again } = await applied(unarchive, { src, dest, ...owner })
      assert.is(changes.length, 1)
      assert.equal(again, [])
      assert.equal(contents(dest), files)
      assert.is(statSync(`${dest}/app-1/bin/run.sh`).mode & 0o7777, 0o750)
      assert.is(statSync(dest).mode & 0o7777, 0o755)
      if (isRoot)
        for (const path of ['', 'app-1', 'app-1/.hidden']) assert.is(statSync(join(dest, path)).uid, 65534)
      assert.equal(readdirSync(`${folder}/o'pt`), ['app'], 'nothing is left beside it')
    }))
}

for (const shell of shells) {
  test(`unarchive: a new version is unpacked over the tree, save what is excluded or preserved (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const dest = `${folder}/app`
      const options = { stripComponents: 1, exclude: ['docs'], preserve: ['conf/*.xml'], creates: 'bin' }
      const first = packed(folder, 'app-1.0.tar.gz', {
        'app-1/bin/x': '1',
        'app-1/conf/a.xml': '1',
        'app-1/docs/d': '1',
        README: 'dropped',
      })
      assert.equal((await applied(unarchive, { src: first, dest, ...options }, { shell })).again, [])
      assert.equal(contents(dest), { 'bin/x': '1', 'conf/a.xml': '1' })

      writeFileSync(`${dest}/conf/a.xml`, 'edited')
      writeFileSync(`${dest}/conf/own`, 'own')
      assert.equal(await looked(unarchive, { src: first, dest, ...options }, { shell }), [])

      const second = packed(folder, 'app-1.1.tar.gz', {
        'app-2/bin/x': '2',
        'app-2/bin/y': '2',
        'app-2/conf/a.xml': '2',
        'app-2/conf/b.xml': '2',
        'app-2/docs/d': '2',
      })
      assert.equal((await applied(unarchive, { src: second, dest, ...options }, { shell })).again, [])
      const expected = {
        'bin/x': '2',
        'bin/y': '2',
        'conf/a.xml': 'edited',
        'conf/b.xml': '2',
        'conf/own': 'own',
      }
      assert.equal(contents(dest), expected)

      const back = await applied(unarchive, { src: first, dest, ...options }, { shell })
      assert.is(back.changes.length, 1, 'the older version takes the place of the newer')
      assert.is(contents(dest)['bin/x'], '1')
    }))
}

test('unarchive: two archives in one directory do not disturb each other', () =>
  inFolder(async (folder) => {
    const dest = `${folder}/src`
    const one = packed(folder, 'one-1.0.tar.gz', { 'one/x': '1' })
    const two = packed(folder, 'two-1.0.tar.gz', { 'two/x': '2' })
    await applied(unarchive, { src: one, dest })
    await applied(unarchive, { src: two, dest })
    assert.equal(await looked(unarchive, { src: one, dest }), [])
    assert.equal(await looked(unarchive, { src: two, dest }), [])
  }))

type Evil = (source: string, archive: string) => void

const tar = (cwd: string, ...words: string[]) => execFileSync('tar', words, { cwd, stdio: 'ignore' })

const evil: [title: string, make: Evil, code: string][] = [
  [
    'a path with ..',
    (source, to) => tar(source, '-cPf', to, 'f', '--transform=s,^,a/../../,'),
    'E_UNSAFE_ARCHIVE',
  ],
  ['an absolute path', (source, to) => tar(source, '-cPf', to, `${source}/f`), 'E_UNSAFE_ARCHIVE'],
  [
    'an absolute link',
    (source, to) => {
      symlinkSync('/etc', `${source}/link`)
      tar(source, '-cf', to, 'link')
    },
    'E_UNSAFE_ARCHIVE',
  ],
  [
    'a link that climbs out',
    (source, to) => {
      mkdirSync(`${source}/d`)
      symlinkSync('../../x', `${source}/d/link`)
      tar(source, '-cf', to, 'd')
    },
    'E_UNSAFE_ARCHIVE',
  ],
  [
    'a chain of links that climbs out',
    (source, to) => {
      mkdirSync(`${source}/d/e`, { recursive: true })
      symlinkSync('../..', `${source}/d/e/up`)
      symlinkSync('d/e/up/../x', `${source}/out`)
      tar(source, '-cf', to, 'd', 'out')
    },
    'E_UNSAFE_ARCHIVE',
  ],
  [
    'a file that goes through a link',
    (source, to) => {
      symlinkSync('d', `${source}/link`)
      mkdirSync(`${source}/d`)
      tar(source, '-cf', to, 'd', 'link')
      rmSync(`${source}/link`)
      mkdirSync(`${source}/link`)
      writeFileSync(`${source}/link/f`, '')
      tar(source, '-rf', to, 'link/f')
    },
    'E_UNSAFE_ARCHIVE',
  ],
  [
    'a hard link to outside, which tar cuts off,',
    (source, to) => {
      execFileSync('ln', [`${source}/f`, `${source}/g`])
      tar(source, '-cPf', to, 'f', 'g', '--transform=s,^f$,/etc/passwd,RSh')
    },
    'E_ARCHIVE',
  ],
  [
    'a link where the tree has a folder',
    (source, to) => {
      symlinkSync('f', `${source}/old`)
      tar(source, '-cf', to, 'old', 'f')
    },
    'E_CONFLICT',
  ],
  [
    'a folder where the tree has a link',
    (source, to) => {
      mkdirSync(`${source}/oldlink`)
      tar(source, '-cf', to, 'f', 'oldlink')
    },
    'E_CONFLICT',
  ],
  [
    'half of its bytes',
    (source, to) => {
      writeFileSync(`${source}/f`, Buffer.alloc(100_000, 'x'))
      tar(source, '-cf', to, 'f')
      writeFileSync(to, readFileSync(to).subarray(0, 50_000))
    },
    'E_ARCHIVE',
  ],
  ['nothing that is an archive', (_, to) => writeFileSync(to, 'not an archive'), 'E_ARCHIVE'],
]

for (const [title, make, code] of evil) {
  test(`unarchive: an archive with ${title} is ${code}, and the tree stays as it was`, () =>
    inFolder(async (folder) => {
      const source = `${folder}/source`
      mkdirSync(source)
      writeFileSync(`${source}/f`, 'new')
      const dest = `${folder}/app`
      mkdirSync(`${dest}/old`, { recursive: true })
      writeFileSync(`${dest}/f`, 'old')
      symlinkSync('old', `${dest}/oldlink`)
      make(source, `${folder}/evil.tar`)
      const error = await failure(() => applied(unarchive, { src: `${folder}/evil.tar`, dest }))
      assert.is(error.code, code, error.message)
      assert.equal(readdirSync(dest).sort(), ['f', 'old', 'oldlink'])
      assert.is(readFileSync(`${dest}/f`, 'utf8'), 'old')
      assert.equal(readdirSync(folder).sort(), ['app', 'evil.tar', 'source'])
    }))
}

test('unarchive: a file that cannot be written whole leaves the tree as it was', () =>
  inFolder(async (folder) => {
    const src = packed(folder, 'app.tar', { f: 'x'.repeat(200_000) })
    const dest = `${folder}/app`
    mkdirSync(dest)
    writeFileSync(`${dest}/f`, 'old')
    const error = await failure(() => applied(unarchive, { src, dest }, { before: 'ulimit -f 100' }))
    assert.is(error.code, 'E_ARCHIVE')
    assert.is(readFileSync(`${dest}/f`, 'utf8'), 'old')
    assert.equal(readdirSync(folder).sort(), ['app', 'app.tar', 'source'])
  }))

test('unarchive: a wrong stripComponents or creates is reported before anything is moved', () =>
  inFolder(async (folder) => {
    const src = packed(folder, 'app.tar', { 'app/bin/x': '' })
    const dest = `${folder}/app`
    const flat = await failure(() => applied(unarchive, { src, dest, stripComponents: 5 }))
    assert.is(flat.code, 'E_ARCHIVE_LAYOUT')
    const missing = await failure(() => applied(unarchive, { src, dest, creates: 'bin/x' }))
    assert.is(missing.code, 'E_ARCHIVE_LAYOUT')
    assert.not.ok(existsSync(dest))
  }))

test('unarchive: a tool that the host lacks is named', () =>
  inFolder(async (folder) => {
    const src = packed(folder, 'app.tar.gz', { x: '' })
    mkdirSync(`${folder}/path`)
    for (const name of ['mktemp', 'mkdir', 'dirname', 'stat', 'rm', 'tar', 'sha256sum', 'head']) {
      symlinkSync(join(folderOf(name)!, name), `${folder}/path/${name}`)
    }
    const shell = [join(folderOf('dash')!, 'dash')]
    const error = await failure(() =>
      applied(unarchive, { src, dest: `${folder}/app` }, { shell, path: `${folder}/path` }),
    )
    assert.is(error.code, 'E_TOOL')
    assert.match(error.message, 'gzip')
  }))

test('unarchive: an address is fetched by the host, checked, unpacked, and never requested again', () =>
  inFolder(async (folder) => {
    const bytes = readFileSync(packed(folder, 'app-1.0.tar.gz', files))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    let requests = 0
    const server = createServer((request, response) => {
      if (request.url === '/SUMS') response.end(`${sha256}  app-1.0.tar.gz\n`)
      else if (!request.url!.startsWith('/app-1.0.tar.gz')) response.writeHead(404).end()
      else {
        requests += 1
        response.end(bytes)
      }
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      const sums = [`sha256:${sha256}`, `sha256:${origin}/SUMS`, false] as const
      for (const [index, checksum] of sums.entries()) {
        const shell = shells[index % shells.length]!
        const params = { src: `${origin}/app-1.0.tar.gz?token=hunter2`, dest: `${folder}/${index}`, checksum }
        const { changes, again } = await applied(unarchive, params, { shell })
        assert.equal([again, contents(params.dest), requests], [[], files, index + 1])
        assert.not.match(JSON.stringify(changes), /hunter2/)
        assert.equal(
          readdirSync(params.dest).filter((name) => name !== 'app-1'),
          ['.unarchived-app.tar.gz'],
        )
      }
      const wrong = { src: `${origin}/app-1.0.tar.gz`, dest: `${folder}/wrong`, checksum: a }
      const error = await failure(() => applied(unarchive, wrong))
      assert.equal(
        [error.code, /expected aaaa…aa/.test(error.details.join()), existsSync(wrong.dest)],
        ['E_DOWNLOAD', true, false],
      )
      const gone = { src: `${origin}/gone.zip`, dest: `${folder}/gone`, checksum: a }
      assert.match((await failure(() => applied(unarchive, gone))).details.join(), '404')
    } finally {
      server.close()
      server.closeAllConnections()
    }
  }))

test('unarchive: a file of the controller is sent, and nothing of it stays beside the tree', () =>
  inFolder(async (folder) => {
    const src = packed(folder, 'app-1.0.tar.gz', files)
    const params = { src: 'app-1.0.tar.gz', remoteSrc: false, dest: `${folder}/app`, stripComponents: 1 }
    const before = readdirSync('/var/tmp')
    const { again } = await applied(unarchive, params, { directory: folder })
    assert.equal([again, Object.keys(contents(params.dest)).length], [[], 3])
    assert.equal(
      readdirSync('/var/tmp').filter((name) => /app-1\.0/.test(name) && !before.includes(name)),
      [],
    )
    const other = { ...params, checksum: b }
    assert.is((await failure(() => looked(unarchive, other, { directory: folder }))).code, 'E_CHECKSUM')
    rmSync(src)
    assert.is((await failure(() => looked(unarchive, params, { directory: folder }))).code, 'E_NO_SOURCE')
  }))

for (const shell of shells) {
  test(`unarchive: only what is included is unpacked, with the given modes (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const src = packed(folder, 'app-1.0.tar.gz', { ...files, 'app-1/bin/more/x': 'x', 'app-1/lib/y': 'y' })
      const params = {
        src,
        dest: `${folder}/app`,
        stripComponents: 1,
        include: ['bin', 'conf/*.xml'],
        mode: 'u=rwX,g=rX,o=',
      }
      assert.equal((await applied(unarchive, params, { shell })).again, [])
      assert.equal(Object.keys(contents(params.dest)), ['bin/more/x', 'bin/run.sh', 'conf/a b.xml'])
      const modes = ['bin', 'bin/run.sh', 'conf/a b.xml'].map((path) =>
        (statSync(join(params.dest, path)).mode & 0o777).toString(8),
      )
      assert.equal([modes, existsSync(join(params.dest, 'lib'))], [['750', '750', '640'], false])
      const octal = { ...params, dest: `${folder}/octal`, mode: '0600', dirMode: '0711' }
      assert.equal((await applied(unarchive, octal, { shell })).again, [])
      assert.equal(
        ['bin', 'bin/run.sh'].map((path) => (statSync(join(octal.dest, path)).mode & 0o777).toString(8)),
        ['711', '600'],
      )
      const missing = { ...params, dest: `${folder}/none`, include: ['nothing/here'] }
      assert.is((await failure(() => applied(unarchive, missing, { shell }))).code, 'E_ARCHIVE_LAYOUT')
    }))
}

const busybox = folderOf('busybox')

if (busybox) {
  test("unarchive: busybox's tools do too", () =>
    inFolder(async (folder) => {
      const path = join(folder, 'path')
      mkdirSync(path)
      const applets = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
      for (const applet of applets) symlinkSync(join(busybox, 'busybox'), join(path, applet))
      const shell = [join(path, 'ash')]
      for (const ending of ['tar.gz', 'zip']) {
        const src = packed(folder, `app.${ending}`, files)
        const dest = `${folder}/${ending}`
        const params = { src, dest, stripComponents: 1, exclude: ['bin'] }
        assert.equal((await applied(unarchive, params, { shell, path })).again, [])
        assert.equal(contents(dest), { '.hidden': 'h', 'conf/a b.xml': '<a/>' })
      }
    }))
}

test.run()
