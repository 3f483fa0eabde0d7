// Tests that file tasks change nothing outside a folder whose owner swaps names.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { safePaths } from '../../../src/model/shell/safePaths.ts'
import type { RunStep } from '../../../src/model/step.ts'
import { copyDirectory } from '../../../tasks/files/copyDirectory.ts'
import { ownership } from '../../../tasks/files/ownership.ts'
import { unarchive } from '../../../tasks/files/unarchive.ts'
import { carrying } from '../../../tasks/source/carrying.ts'
import { attack, attackerId } from '../../wire/attacker.ts'
import { applied, failure, forget, looked, runShell, shells } from '../apply.ts'

const it = suite('attacks on file tasks')
const test = process.getuid?.() === 0 ? it : it.skip

/** The root belongs to root; `etc` stands for /etc, `theirs` is the attacker's. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-attacks-')))
const etc = join(root, 'etc')
const theirs = join(root, 'theirs')
chmodSync(root, 0o755)
it.after(() => forget(root))

it.before.each(() => {
  for (const folder of [etc, theirs, join(root, 'source')]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { mode: 0o755 })
  }
  mkdirSync(join(etc, 'conf/a'), { recursive: true })
  for (const name of ['shadow', 'app.conf', 'conf/app.conf', 'conf/a/b', 'users.xml'])
    writeFileSync(join(etc, name), `${name} of root\n`, { mode: 0o600 })
  giveAll(theirs)
})

/** What must not change, whatever an attacker does. */
const untouched = (): string =>
  execFileSync('find', ['.', '-printf', '%p %U %G %m %l\n', '-type', 'f', '-exec', 'cat', '{}', ';'], {
    cwd: etc,
  })
    .toString()
    .split('\n')
    .sort()
    .join('\n')

/** Files by their paths below the attacker's folder, which all of them then belong to. */
function plant(files: { readonly [path: string]: string }): void {
  rmSync(theirs, { recursive: true, force: true })
  mkdirSync(theirs)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(theirs, path, '..'), { recursive: true })
    writeFileSync(join(theirs, path), content)
  }
  giveAll(theirs)
}

function giveAll(folder: string): void {
  execFileSync('chown', ['-hR', `${attackerId}:${attackerId}`, folder])
}

function archiveOf(files: { readonly [path: string]: string }): string {
  const source = join(root, 'source')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(source, path, '..'), { recursive: true })
    writeFileSync(join(source, path), content)
  }
  const archive = join(root, 'app-1.2.tar.gz')
  execFileSync('tar', ['-C', source, '-czf', archive, ...Object.keys(files)])
  return archive
}

/** Links for all names that appear in the attacker's folder, and in those below it. */
const swapAll = `
  for (const folder of ['.', 'conf', 'conf/a', '../theirs']) for (const name of fs.readdirSync(folder)) {
    const path = folder + '/' + name
    if (name === 'gone') continue
    try { fs.renameSync(path, 'gone/' + Math.random()) } catch { continue }
    try { fs.symlinkSync(${JSON.stringify(etc)}, path) } catch {}
  }`
/** A folder, for a link to the one of root, and back. */
const flip = (name: string, target: string) => `
  fs.renameSync('${name}', '.aside'); fs.symlinkSync(${JSON.stringify(target)}, '${name}')
  fs.unlinkSync('${name}'); fs.renameSync('.aside', '${name}')`

/** Applies it again and again while somebody swaps names; it may fail, as long as nothing of root's is touched. */
async function underAttack(code: string, act: () => Promise<unknown>, rounds = 2): Promise<void> {
  const before = untouched()
  mkdirSync(join(theirs, 'gone'), { recursive: true })
  chownSync(join(theirs, 'gone'), attackerId, attackerId)
  const stop = await attack(theirs, code)
  const codes = new Set<string>()
  try {
    for (let round = 0; round < rounds; round++) {
      try {
        await act()
      } catch (error) {
        codes.add(error instanceof Error ? error.message.split('\n').slice(0, 2).join(' ') : String(error))
      }
    }
  } finally {
    await stop()
  }
  assert.is(untouched(), before, [...codes].join('\n'))
}

for (const shell of shells) {
  const [name] = shell
  // The attacks take their time, so bash, which does as dash does, goes without.
  const live = name === 'bash' ? it.skip : test

  test(`${name}: unarchive writes no stamp through a link, and takes none of another user's for its own`, async () => {
    const src = archiveOf({ 'conf/app.conf': 'new\n' })
    const params = { src, dest: theirs, owner: String(attackerId), group: String(attackerId) }
    assert.equal((await applied(unarchive, params, { shell })).again, [])
    const stamp = join(theirs, '.unarchived-app.tar.gz')
    rmSync(stamp)
    symlinkSync(join(etc, 'shadow'), stamp)
    const before = untouched()
    const { changes, again } = await applied(unarchive, params, { shell })
    assert.equal([changes.length, again], [1, []])
    assert.is(untouched(), before)
    assert.ok(lstatSync(stamp).isFile())
    rmSync(join(theirs, 'conf'), { recursive: true })
    writeFileSync(stamp, `forged\n`)
    assert.equal((await applied(unarchive, params, { shell })).changes, [], 'the record of root counts')
    rmSync(stamp)
    assert.is(
      (await applied(unarchive, params, { shell })).changes.length,
      1,
      'without the stamp it is another tree',
    )
  })

  test(`${name}: unarchive records what an earlier version unpacked, and unpacks nothing`, async () => {
    const src = archiveOf({ f: 'new\n' })
    const dest = join(root, `adopted-${name}`)
    const first = await applied(unarchive, { src, dest }, { shell })
    const text = readFileSync(join(dest, '.unarchived-app.tar.gz'), 'utf8')
    assert.is(first.changes.length, 1)
    const moved = join(root, `moved-${name}`)
    execFileSync('cp', ['-a', dest, moved])
    chownSync(join(moved, '.unarchived-app.tar.gz'), attackerId, attackerId)
    writeFileSync(join(moved, 'f'), 'of the site\n')
    const { changes, again } = await applied(unarchive, { src, dest: moved }, { shell })
    assert.equal([changes.map(({ to }) => to), again], [['records what was unpacked before'], []])
    assert.is(readFileSync(join(moved, 'f'), 'utf8'), 'of the site\n')
    writeFileSync(join(moved, '.unarchived-app.tar.gz'), text.replace(/^sha256 \w/, 'sha256 0'))
    assert.equal((await applied(unarchive, { src, dest: moved }, { shell })).changes, [], 'its record counts')
  })

  test(`${name}: unarchive keeps what preserve names, and removes nothing by a name with a line end`, async () => {
    const src = archiveOf({ 'conf/users.xml': 'new\n', f: 'new\n' })
    plant({ 'conf/users.xml': 'mine\n', [`conf/a\n${etc}/users.xml`]: '' })
    const before = untouched()
    const preserve = ['conf/*users.xml']
    await applied(unarchive, { src, dest: theirs, owner: String(attackerId), preserve }, { shell })
    assert.is(untouched(), before)
    assert.equal(
      [readFileSync(join(theirs, 'conf/users.xml'), 'utf8'), existsSync(join(theirs, 'f'))],
      ['mine\n', true],
    )
  })

  test(`${name}: unarchive refuses a link of the user's where the archive has a folder`, async () => {
    const src = archiveOf({ 'conf/app.conf': 'new\n' })
    symlinkSync(etc, join(theirs, 'conf'))
    const before = untouched()
    assert.is((await failure(() => applied(unarchive, { src, dest: theirs }, { shell }))).code, 'E_CONFLICT')
    assert.is(untouched(), before)
    assert.equal(readdirSync(theirs), ['conf'])
  })

  live(`${name}: ownership and modes of a tree under attack`, async () => {
    const owner = String(attackerId)
    const files = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`conf/${index}/shadow`, 'x']))
    plant({ ...files, 'conf/shadow': 'x', 'conf/app.conf': 'x' })
    const before = untouched()
    const tools = spawnSync(shell[0]!, [...shell.slice(1), '-c', 'find . -maxdepth 0 -execdir true {} +'])
    if (tools.status !== 0) {
      const refused = await failure(() => applied(ownership, { path: theirs, mode: '0604' }, { shell }))
      assert.match(refused.message, 'unsafe path: others may write to')
      return
    }
    const steps = [
      { owner: '0' },
      { owner, mode: '0604', dirMode: '0705' },
      { mode: 'u=rwX,g=rX,o=rX' },
      { mode: '0644', dirMode: '0755' },
    ]
    for (const step of steps) {
      assert.equal((await applied(ownership, { path: theirs, ...step }, { shell })).again, [])
      assert.equal(readdirSync(theirs), ['conf'])
    }
    assert.is(statSync(join(theirs, 'conf/1/shadow')).mode & 0o777, 0o644)
    const act = async () => {
      for (const mode of ['0604', '0644'])
        await applied(ownership, { path: theirs, mode, owner, exclude: ['gone'] }, { shell })
    }
    const links = `try { fs.writeFileSync('shadow', ''); fs.chmodSync('shadow', 0o600) } catch {}
      fs.unlinkSync('shadow'); fs.symlinkSync(${JSON.stringify(join(etc, 'shadow'))}, 'shadow'); fs.unlinkSync('shadow')`
    await underAttack(flip('conf', etc), act, 1)
    await underAttack(links, act, 1)
    assert.is(untouched(), before)
  })

  test(`${name}: copyDirectory replaces a link of the user's to a file, and refuses one to a folder`, async () => {
    const src = join(root, 'source')
    archiveOf({ shadow: 'new\n' })
    symlinkSync(join(etc, 'shadow'), join(theirs, 'shadow'))
    const before = untouched()
    const owner = String(attackerId)
    assert.equal((await applied(copyDirectory, { src, dest: theirs, owner }, { shell })).again, [])
    assert.ok(lstatSync(join(theirs, 'shadow')).isFile())
    symlinkSync(etc, join(theirs, 'conf'))
    archiveOf({ 'conf/app.conf': 'new\n' })
    const refused = () => applied(copyDirectory, { src, dest: theirs, owner }, { shell })
    assert.is((await failure(refused)).code, 'E_CONFLICT')
    assert.is(untouched(), before)
  })

  live(`${name}: copyDirectory under attack, with purge`, async () => {
    const src = join(root, 'source')
    archiveOf({ 'conf/app.conf': 'new\n', 'conf/a/b': 'new\n', shadow: 'new\n' })
    const params = {
      src,
      dest: theirs,
      owner: String(attackerId),
      mode: '0644',
      purge: true,
      exclude: ['gone'],
    }
    const act = () => applied(copyDirectory, params, { shell })
    await underAttack(swapAll, act)
    const others = `try { fs.writeFileSync('conf/users.xml', 'x'); fs.mkdirSync('conf/a'); fs.writeFileSync('conf/a/c', '') } catch {}`
    for (const target of [join(etc, 'conf'), etc]) {
      plant({ 'conf/app.conf': 'old\n' })
      await underAttack(`${others}\n${flip('conf', target)}`, act, 3)
    }
  })

  live(`${name}: copyDirectory takes no archive that somebody put in the place of its own`, async () => {
    const src = join(root, 'source')
    archiveOf({ f: 'new\n' })
    const code = `for (const name of fs.readdirSync('.')) if (name.endsWith('.tar')) {
      fs.writeFileSync('mine', 'x'); fs.renameSync('mine', name) }`
    await underAttack(code, () => applied(copyDirectory, { src, dest: theirs }, { shell }))
    for (const each of readdirSync(theirs).filter((path) => path !== 'mine' && !path.startsWith('.')))
      assert.ok(['f', 'gone'].includes(each), each)
  })

  test(`${name}: unarchive unpacks an archive that others may write only as it was when it was looked at`, async () => {
    for (const [ending, pack] of [
      ['tar.gz', '-czf'],
      ['tar', '-cf'],
    ] as const) {
      const src = join(theirs, `mine.${ending}`)
      const dest = join(root, `from-theirs-${name}-${ending}`)
      const packed = (content: string) => {
        archiveOf({ f: content })
        execFileSync('tar', ['-C', join(root, 'source'), pack, src, 'f'])
        chownSync(src, attackerId, attackerId)
      }
      packed('good\n')
      const [change] = await looked(unarchive, { src, dest }, { shell })
      packed('evil\n')
      const [step] = change!.steps as [RunStep]
      const result = await runShell(`${safePaths}${step.command.script}`, { shell })
      assert.equal([result.code, existsSync(dest)], [77, false])
      assert.match(result.stderr.toString(), `${src} was replaced by another user`)
      assert.equal((await applied(unarchive, { src, dest }, { shell })).again, [])
      assert.is(readFileSync(join(dest, 'f'), 'utf8'), 'evil\n')
      assert.equal(readdirSync(dest).sort(), [`.unarchived-mine.${ending}`, 'f'])
    }
  })

  live(`${name}: unarchive under attack`, async () => {
    const src = archiveOf({ 'conf/app.conf': 'new\n', 'conf/a/b': 'new\n', shadow: 'new\n' })
    const params = { src, dest: theirs, owner: String(attackerId), group: String(attackerId) }
    plant({ 'conf/app.conf': 'old\n' })
    const again = () => {
      rmSync(join(theirs, '.unarchived-app.tar.gz'), { force: true, recursive: true })
      return applied(unarchive, params, { shell })
    }
    await underAttack(swapAll, again)
    plant({ 'conf/app.conf': 'old\n' })
    await underAttack(flip('conf', join(etc, 'conf')), again)
  })

  live(`${name}: a name that a build carries twice goes through no link that it was first`, async () => {
    for (const target of [etc, join(etc, 'app.conf')]) {
      plant({ a: 'theirs\n' })
      const stage = join(root, 'stage')
      mkdirSync(stage)
      symlinkSync(target, join(stage, 'a'))
      const before = untouched()
      const functions = `old= stamp=x new=${stage} tree=${stage}\n${carrying([])}`
      for (const swapped of ['', `rm a; ln -s ${target} a\n`])
        await runShell(`${safePaths}${functions}\ncd ${theirs}\n${swapped}link_tree a ${stage}/a a`, {
          shell,
        })
      assert.is(untouched(), before)
      rmSync(stage, { recursive: true })
    }
  })

  live(`${name}: what a build keeps of the old tree under attack holds nothing of root's`, async () => {
    const names = Array.from({ length: 300 }, (_, index) => `conf/a/deep/${index}`)
    const hold = 'for (const end = Date.now() + 2; Date.now() < end; );'
    const code = `fs.mkdirSync('gone/1'); fs.symlinkSync(${JSON.stringify(etc)}, 'gone/2')
      for (;;) {
        fs.renameSync('conf/a', 'gone/3'); fs.renameSync('gone/2', 'conf/a'); ${hold}
        fs.renameSync('conf/a', 'gone/2'); fs.renameSync('gone/3', 'conf/a'); ${hold}
      }`
    plant(Object.fromEntries(names.map((each) => [each, 'x'])))
    mkdirSync(join(etc, 'deep'))
    for (const each of names) writeFileSync(join(etc, 'deep', basename(each)), 'of root\n')
    const found: string[] = []
    let round = 0
    const act = async () => {
      round += 1
      const script = `${safePaths}target=${theirs} stamp=.built-x
rp_target "$target"
exec 5<.
rp_into "$rp_base" "$target"
exec 8<.
old=/proc/$$/fd/8
rp_back 5
rp_stage
exec 9<.
new=/proc/$$/fd/9 tree=/proc/$$/fd/9/tree
mkdir ./tree
${carrying(['conf'])}
mv -nT ./tree ../kept-${round}`
      await runShell(script, { shell })
      const kept = join(root, `kept-${round}`)
      if (!existsSync(kept)) return
      found.push(String(execFileSync('find', [kept, '-user', '0', '!', '-path', kept])))
      rmSync(kept, { recursive: true })
    }
    await underAttack(code, act, 4)
    assert.is(found.join(''), '')
  })
}

it.run()
