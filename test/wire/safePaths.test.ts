// Tests in every shell that nothing outside a folder is touched when its owner swaps links.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { write } from '../../src/index.ts'
import { safePaths } from '../../src/model/shell/safePaths.ts'
import type { WriteStep } from '../../src/model/step.ts'
import { placeEntry, writeEntry } from '../../src/wire/stepScript.ts'
import { attack, attackerId } from './attacker.ts'

const isRoot = process.getuid?.() === 0
const it = suite('safe paths')
const test = isRoot ? it : it.skip

/** The root belongs to root; `etc` stands for /etc, `theirs` is the attacker's. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-safe-')))
it.after(() => rmSync(root, { recursive: true, force: true }))
chmodSync(root, 0o755)
const etc = join(root, 'etc')
const theirs = join(root, 'theirs')

it.before.each(() => {
  for (const folder of [etc, theirs]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { mode: 0o755 })
  }
  writeFileSync(join(etc, 'shadow'), 'root secret\n', { mode: 0o600 })
  writeFileSync(join(etc, 'app.conf'), 'of root\n', { mode: 0o600 })
  if (isRoot) chownSync(theirs, attackerId, attackerId)
})

/** What must not change, whatever an attacker does. */
const untouched = (): string =>
  readdirSync(etc)
    .map((name) => {
      const { uid, mode } = statSync(join(etc, name))
      return `${name} ${uid} ${mode.toString(8)} ${readFileSync(join(etc, name), 'utf8')}`
    })
    .join('')

const shells: [name: string, command: string[]][] = [
  ['dash', ['dash']],
  ['bash', ['bash']],
  ['busybox', ['busybox', 'sh']],
]
const present = shells.filter(
  ([, [program]]) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0,
)

/** Busybox's own tools, not those of coreutils, for its shell. */
const busyboxTools = join(root, 'busybox-bin')
const hasBusybox = present.some(([name]) => name === 'busybox')
if (hasBusybox) {
  mkdirSync(busyboxTools)
  execFileSync('busybox', ['--install', '-s', busyboxTools])
}

type Ended = { readonly code: number | null; readonly stderr: string }

function inShell([name, [program, ...words]]: (typeof shells)[number], script: string | Buffer): Ended {
  const env = name === 'busybox' ? { PATH: busyboxTools } : process.env
  const path = join(root, 'script')
  writeFileSync(path, script)
  const file = name === 'busybox' ? join(busyboxTools, 'sh') : program!
  const result = spawnSync(file, [...(name === 'busybox' ? [] : words), path], { env, encoding: 'utf8' })
  return { code: result.status, stderr: result.stderr }
}

/** Extended attributes by Python, as this machine may lack setfacl. */
const python = (code: string): string =>
  execFileSync('python3', ['-c', `import os, struct\n${code}`], { encoding: 'utf8', stdio: 'pipe' }).trim()

/** Entries: the tag of acl(5), its permission bits, and a user or group. */
function setAcl(
  path: string,
  kind: 'access' | 'default',
  entries: [tag: number, bits: number, id?: number][],
) {
  const packed = entries.map(([tag, bits, id = 0xffffffff]) => `struct.pack('<HHI', ${tag}, ${bits}, ${id})`)
  python(`os.setxattr('${path}', 'system.posix_acl_${kind}', struct.pack('<I', 2) + ${packed.join(' + ')})`)
}

const aclOf = (path: string): string =>
  python(`name = 'system.posix_acl_access'
print(os.getxattr('${path}', name).hex() if name in os.listxattr('${path}') else '')`)

const withAcl = isRoot && hasAcl() ? it : it.skip

function hasAcl(): boolean {
  try {
    setAcl(root, 'access', [
      [1, 7],
      [4, 5],
      [0x20, 5],
    ])
    return true
  } catch {
    return false
  }
}

const written = (step: Omit<WriteStep, 'kind'>): Buffer => Buffer.from(writeEntry(write(step)).body)

for (const shell of present) {
  const [name] = shell

  test(`${name}: a file in a folder of another user is written, and belongs to the desired user`, () => {
    const path = join(theirs, 'app.conf')
    const { code, stderr } = inShell(
      shell,
      written({ path, content: 'new\n', owner: String(attackerId), mode: 0o640 }),
    )
    assert.equal([code, stderr], [0, ''])
    const { uid, mode } = statSync(path)
    assert.equal([readFileSync(path, 'utf8'), uid, mode & 0o7777], ['new\n', attackerId, 0o640])
    assert.equal(readdirSync(theirs), ['app.conf'])
  })

  test(`${name}: an existing file keeps its owner and mode`, () => {
    const path = join(theirs, 'app.conf')
    writeFileSync(path, 'old\n')
    chownSync(path, attackerId, 4)
    chmodSync(path, 0o604)
    assert.is(inShell(shell, written({ path, content: 'new\n', keep: `${path}_origin` })).code, 0)
    const { uid, gid, mode } = statSync(path)
    assert.equal([readFileSync(path, 'utf8'), uid, gid, mode & 0o7777], ['new\n', attackerId, 4, 0o604])
    assert.is(readFileSync(`${path}_origin`, 'utf8'), 'old\n')
    assert.equal(readdirSync(theirs).sort(), ['app.conf', 'app.conf_origin'])
  })

  test(`${name}: what the user links to elsewhere is refused by name, and stays`, () => {
    const before = untouched()
    symlinkSync(join(etc, 'shadow'), join(theirs, 'app.conf'))
    symlinkSync(etc, join(theirs, 'conf'))
    for (const path of ['app.conf', 'conf/app.conf']) {
      const { code, stderr } = inShell(
        shell,
        written({ path: join(theirs, path), content: 'x', mode: 0o666 }),
      )
      assert.is(code, 77, stderr)
      assert.match(stderr, /^unsafe path: /)
    }
    assert.is(untouched(), before)
    assert.equal(readdirSync(theirs).sort(), ['app.conf', 'conf'])
  })

  test(`${name}: without follow, a link is replaced by the file`, () => {
    const before = untouched()
    symlinkSync(join(etc, 'shadow'), join(theirs, 'app.conf'))
    assert.is(
      inShell(shell, written({ path: join(theirs, 'app.conf'), content: 'x', follow: false })).code,
      0,
    )
    assert.ok(lstatSync(join(theirs, 'app.conf')).isFile())
    assert.is(untouched(), before)
  })

  test(`${name}: links of root, and of the user within the user's own folders, are followed`, () => {
    mkdirSync(join(theirs, 'releases'))
    chownSync(join(theirs, 'releases'), attackerId, attackerId)
    symlinkSync('releases', join(theirs, 'current'))
    symlinkSync('../theirs/current', join(etc, 'link'))
    symlinkSync('link/to', join(etc, 'app.link'))
    const { code, stderr } = inShell(shell, written({ path: join(etc, 'app.link'), content: 'x' }))
    assert.equal([code, stderr], [0, ''])
    assert.is(readFileSync(join(theirs, 'releases/to'), 'utf8'), 'x')
    assert.ok(lstatSync(join(etc, 'app.link')).isSymbolicLink())
  })

  test(`${name}: an edit of root's file in a folder of the user's leaves it root's`, () => {
    const path = join(theirs, 'app.conf')
    writeFileSync(path, 'old\n', { mode: 0o640 })
    assert.is(inShell(shell, written({ path, content: 'new\n' })).code, 0)
    const { uid, mode } = statSync(path)
    assert.equal([readFileSync(path, 'utf8'), uid, mode & 0o777], ['new\n', 0, 0o640])
  })

  withAcl(
    `${name}: in a folder with a default ACL, a file keeps its mode and ACL, or is left as it is`,
    () => {
      const [plain, own, made] = ['plain', 'own', 'made'].map((each) => join(etc, each)) as [
        string,
        string,
        string,
      ]
      for (const path of [plain, own]) writeFileSync(path, 'old\n', { mode: 0o640 })
      setAcl(own, 'access', [
        [1, 6],
        [2, 4, 4],
        [4, 4],
        [0x10, 4],
        [0x20, 0],
      ])
      setAcl(etc, 'default', [
        [1, 7],
        [2, 7, attackerId],
        [4, 5],
        [0x10, 7],
        [0x20, 5],
      ])
      const before = [plain, own].map(aclOf)
      assert.equal([before[0], statSync(plain).mode & 0o777], ['', 0o640])
      for (const path of [plain, own]) {
        for (const more of [{}, { mode: 0o640 }]) {
          const { code, stderr } = inShell(shell, written({ path, content: 'new\n', ...more }))
          if (name === 'busybox') assert.match(stderr, 'install the programs getfacl and setfacl')
          else assert.equal([code, stderr], [0, ''])
        }
        assert.is(readFileSync(path, 'utf8'), name === 'busybox' ? 'old\n' : 'new\n')
        assert.is(statSync(path).mode & 0o777, 0o640)
      }
      assert.equal([plain, own].map(aclOf), before)
      assert.is(inShell(shell, written({ path: made, content: 'x', mode: 0o600 })).code, 0)
      assert.is(statSync(made).mode & 0o777, 0o600)
    },
  )

  test(`${name}: a folder of root below one of another user is refused, unless unsafe paths are allowed`, () => {
    const path = join(theirs, 'sub/file')
    mkdirSync(join(theirs, 'sub'))
    const script = written({ path, content: 'x' })
    assert.is(inShell(shell, script).code, 77)
    assert.is(inShell(shell, Buffer.concat([Buffer.from('rp_unsafe=1\n'), script])).code, 0)
    assert.is(readFileSync(path, 'utf8'), 'x')
  })

  test(`${name}: in a folder that all may write to, a link is not followed`, () => {
    const shared = join(root, `shared-${name}`)
    mkdirSync(shared)
    chmodSync(shared, 0o1777)
    symlinkSync(etc, join(shared, 'conf'))
    symlinkSync(join(etc, 'app.conf'), join(shared, 'file'))
    for (const path of ['conf/app.conf', 'file'])
      assert.is(inShell(shell, written({ path: join(shared, path), content: 'x' })).code, 77)
    mkdirSync(join(shared, 'real'))
    assert.is(inShell(shell, written({ path: join(shared, 'real/file'), content: 'x' })).code, 0)
  })

  test(`${name}: an upload is moved, or copied where a link leads elsewhere, and its work folder goes`, () => {
    const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    mkdirSync(join(etc, 'other'))
    symlinkSync('other/real', join(etc, 'linked'))
    for (const target of ['plain', 'linked', 'app.conf', 'data']) {
      const work = join(etc, '.run-playbook-0123456789ab')
      mkdirSync(work, { mode: 0o700 })
      for (const each of ['data', '.run-playbook-stage']) writeFileSync(join(work, each), 'x')
      const step = {
        kind: 'upload' as const,
        source: { kind: 'local' as const, path: '' },
        path: join(etc, target),
      }
      const place = { folder: etc, name: '.run-playbook-0123456789ab' }
      const { code, stderr } = inShell(shell, Buffer.from(placeEntry(step, place, sha256).body))
      assert.equal([target, code, stderr], [target, 0, ''])
      assert.is(readFileSync(join(etc, target), 'utf8'), 'x')
      assert.not.ok(existsSync(work))
    }
    assert.is(statSync(join(etc, 'app.conf')).mode & 0o777, 0o600)
    assert.is(statSync(join(etc, 'plain')).mode & 0o777, 0o644)
    assert.equal(readdirSync(join(etc, 'other')), ['real'])
  })

  test(`${name}: an upload whose target is refused leaves nothing`, () => {
    symlinkSync(join(etc, 'shadow'), join(theirs, 'app.conf'))
    const work = join(theirs, '.run-playbook-0123456789ab')
    mkdirSync(work, { mode: 0o700 })
    for (const each of ['data', '.run-playbook-stage']) writeFileSync(join(work, each), 'x')
    const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
    const source = { kind: 'local' as const, path: '' }
    const step = { kind: 'upload' as const, source, path: join(theirs, 'app.conf') }
    const entry = placeEntry(step, { folder: theirs, name: '.run-playbook-0123456789ab' }, sha256)
    assert.is(inShell(shell, Buffer.from(entry.body)).code, 77)
    assert.equal(readdirSync(theirs), ['app.conf'])
  })

  test(`${name}: a folder of root's that its user gives the name of a work folder is not emptied`, () => {
    const precious = join(theirs, '.run-playbook-0123456789ab')
    mkdirSync(precious, { mode: 0o700 })
    writeFileSync(join(precious, 'backup'), 'x')
    utimesSync(precious, 0, 0)
    assert.is(inShell(shell, written({ path: join(theirs, 'app.conf'), content: 'x' })).code, 0)
    const source = { kind: 'local' as const, path: '' }
    const step = { kind: 'upload' as const, source, path: join(theirs, 'new') }
    const entry = placeEntry(step, { folder: theirs, name: '.run-playbook-0123456789ab' }, 'none')
    assert.is(inShell(shell, Buffer.from(entry.body)).code, 77)
    assert.equal(readdirSync(precious), ['backup'])
    writeFileSync(join(precious, '.run-playbook-stage'), '')
    utimesSync(precious, 0, 0)
    assert.is(inShell(shell, written({ path: join(theirs, 'app.conf'), content: 'y' })).code, 0)
    assert.not.ok(existsSync(precious), 'what an earlier run left is removed')
  })

  test(`${name}: attributes, folders, links and removals do what they say`, () => {
    const work = (script: string) => {
      const { code, stderr } = inShell(shell, `${safePaths}${script}`)
      assert.equal([script, code, stderr], [script, 0, ''])
    }
    work(`rp_mkdir ${etc}/a/b 2750 :4 parents`)
    const { gid, mode } = statSync(join(etc, 'a/b'))
    assert.equal([gid, mode & 0o7777, statSync(join(etc, 'a')).mode & 0o7777], [4, 0o2750, 0o755])
    work(`rp_attributes ${etc}/a/b ${attackerId}:0 0700`)
    assert.equal(
      [statSync(join(etc, 'a/b')).uid, statSync(join(etc, 'a/b')).mode & 0o7777],
      [attackerId, 0o700],
    )
    work(`rp_mkdir ${theirs}/c/d 0755 '' parents`)
    assert.is(statSync(join(theirs, 'c')).uid, attackerId)
    work(`rp_link ${theirs}/l /etc/shadow; rp_link ${theirs}/l target`)
    assert.is(readlinkSync(join(theirs, 'l')), 'target')
    work(`rp_attributes ${theirs}/l ${attackerId} 0600 link`)
    assert.is(lstatSync(join(theirs, 'l')).uid, attackerId)
    writeFileSync(join(theirs, 'f'), 'x')
    chownSync(join(theirs, 'f'), attackerId, attackerId)
    work(`rp_attributes ${theirs}/f ${attackerId}:4 0755; rp_attributes ${theirs}/f '' 4755`)
    assert.equal(
      [statSync(join(theirs, 'f')).uid, statSync(join(theirs, 'f')).mode & 0o7777],
      [attackerId, 0o4755],
    )
    for (const path of ['etc/a', 'theirs/l', 'theirs/f']) work(`rp_remove ${root}/${path}`)
    assert.equal([readdirSync(etc).sort(), readdirSync(theirs)], [['app.conf', 'shadow'], ['c']])
  })

  test(`${name}: a link of the user's to a file of root's is never given another owner or mode`, () => {
    symlinkSync('../etc/shadow', join(theirs, 'app.conf'))
    symlinkSync('../etc', join(theirs, 'logs'))
    const before = untouched()
    for (const path of ['app.conf', 'logs', 'logs/shadow']) {
      const { code } = inShell(shell, `${safePaths}rp_attributes ${theirs}/${path} ${attackerId} 0666`)
      assert.equal([path, code], [path, 77])
    }
    assert.is(inShell(shell, `${safePaths}rp_mkdir ${theirs}/logs/new 0777 ${attackerId}`).code, 77)
    assert.is(untouched(), before)
  })

  test(`${name}: what is root's in a folder of the user's is not given away, nor made to run as root`, () => {
    writeFileSync(join(theirs, 'app.conf'), 'key', { mode: 0o600 })
    mkdirSync(join(theirs, 'logs'), { mode: 0o700 })
    writeFileSync(join(theirs, 'program'), 'x', { mode: 0o755 })
    chownSync(join(theirs, 'program'), attackerId, attackerId)
    for (const words of [`app.conf ${attackerId} 0644`, `logs ${attackerId} 0777`, 'program root 4755'])
      assert.equal([words, inShell(shell, `${safePaths}rp_attributes ${theirs}/${words}`).code], [words, 77])
    assert.equal(
      ['app.conf', 'logs', 'program'].map((each) => statSync(join(theirs, each)).uid),
      [0, 0, attackerId],
    )
  })

  test(`${name}: a mount that only the user sees is not entered`, async () => {
    mkdirSync(join(theirs, 'v'))
    mkdirSync(join(theirs, 'v/logs'))
    for (const path of ['v', 'v/logs']) chownSync(join(theirs, path), attackerId, attackerId)
    const before = untouched()
    const mount = `mount --bind ${etc} ${theirs}/v/logs && echo ready && exec sleep 60`
    const ids = ['--reuid', String(attackerId), '--regid', String(attackerId), '--clear-groups']
    const child = spawn('setpriv', [...ids, 'unshare', '-Urm', 'sh', '-c', mount], { stdio: 'pipe' })
    const isReady = await new Promise((resolve) => {
      child.stdout.once('data', () => resolve(true))
      child.once('exit', () => resolve(false))
    })
    try {
      if (!isReady) return console.log('  not tried: users cannot make namespaces here')
      symlinkSync(`/proc/${child.pid}/root${theirs}/v`, join(theirs, 'app'))
      for (const script of [
        `rp_attributes ${theirs}/app/logs ${attackerId} 0777`,
        `rp_remove ${theirs}/app/logs/shadow`,
        `rp_mkdir ${theirs}/app/logs/new 0777 ''`,
      ])
        assert.equal([script, inShell(shell, `${safePaths}${script}`).code], [script, 77])
      assert.is(untouched(), before)
    } finally {
      child.kill('SIGKILL')
    }
  })

  const attacks: [title: string, code: string][] = [
    [
      'the file, for a link',
      "fs.rmSync('app.conf', { force: true }); fs.symlinkSync('../etc/shadow', 'app.conf')",
    ],
    [
      'whatever appears, for a link',
      `for (const name of fs.readdirSync('.')) { try { fs.renameSync(name, '../theirs/.gone' + Math.random()) } catch {}
       try { fs.symlinkSync('../etc', name) } catch {} }`,
    ],
    [
      'the folder, for a link',
      "try { fs.renameSync('conf', 'away') } catch {} fs.symlinkSync('../etc', 'conf'); fs.unlinkSync('conf'); fs.renameSync('away', 'conf')",
    ],
  ]
  for (const [title, code] of attacks) {
    test(`${name}: an attacker who swaps ${title}, gets nothing`, async () => {
      mkdirSync(join(theirs, 'conf'))
      writeFileSync(join(theirs, 'conf/app.conf'), 'old\n')
      writeFileSync(join(theirs, 'app.conf'), 'old\n')
      for (const path of ['conf', 'app.conf', 'conf/app.conf'])
        chownSync(join(theirs, path), attackerId, attackerId)
      const before = untouched()
      const stop = await attack(theirs, code)
      const codes = new Set<number | null>()
      try {
        for (let round = 0; round < 8; round++) {
          for (const path of ['app.conf', 'conf/app.conf']) {
            const step = {
              path: join(theirs, path),
              content: 'new\n',
              owner: String(attackerId),
              mode: 0o644,
            }
            codes.add(inShell(shell, written({ ...step, keep: `${step.path}.keep` })).code)
            codes.add(inShell(shell, `${safePaths}rp_attributes ${step.path} ${attackerId} 0666`).code)
          }
        }
      } finally {
        await stop()
      }
      assert.is(untouched(), before)
      assert.ok(
        [...codes].every((each) => [0, 1, 77].includes(each!)),
        String([...codes]),
      )
    })
  }
}

test('the functions leave nothing behind when the shell is terminated', () => {
  const script = `${safePaths}rp_target ${join(theirs, 'file')}\nrp_stage\nkill -TERM $$\nsleep 5`
  assert.is(inShell(present[0]!, script).code, 143)
  assert.equal(readdirSync(theirs), [])
})

it.run()
