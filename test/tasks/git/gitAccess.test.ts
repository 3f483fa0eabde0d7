// The task git over ssh, and in folders where somebody else has put what git would run.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { runEntry } from '../../../src/wire/stepScript.ts'
import { git } from '../../../tasks/git/git.ts'
import { makeKey, sshdMissing, startSshd } from '../../transport/sshd.ts'
import { attackerId } from '../../wire/attacker.ts'
import { applied, failure, forget, looked, runShell, shells } from '../apply.ts'
import { commit, gitIn, newRepository } from './repositories.ts'

process.env.GIT_CONFIG_GLOBAL = '/dev/null'

const it = suite('git over ssh, and among others')
const test = sshdMissing() ? it.skip : it

const root = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-git-access-')))
chmodSync(root, 0o755)
const repo = newRepository(join(root, 'app'), { 'app.txt': 'one\n', 'uploads/keep': '' })
const proof = join(root, 'proof')
const theirs = join(root, 'theirs')

it.before.each(() => {
  rmSync(theirs, { recursive: true, force: true })
  mkdirSync(theirs)
  give(theirs)
})
it.after(() => forget(root))

function give(...paths: readonly string[]): void {
  execFileSync('chown', ['-hR', `${attackerId}:${attackerId}`, ...paths])
}

let count = 0
const newDest = () => join(root, `clone-${count++}`)
const privateFolders = () => readdirSync('/dev/shm').filter((name) => name.startsWith('.run-playbook-'))

/** Makes git run a program, wherever it reads this repository's configuration. */
function poison(folder: string): void {
  const program = join(folder, '.git/program')
  writeFileSync(program, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
  for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.hooksPath', 'core.pager', 'filter.x.clean'])
    gitIn(folder, 'config', key, key === 'core.hooksPath' ? join(folder, '.git/evil') : program)
  mkdirSync(join(folder, '.git/evil'))
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change'])
    writeFileSync(join(folder, '.git/evil', hook), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
}

type Attack = { readonly dest: string; readonly code?: string }

const attacks: [title: string, prepare: (dest: string) => Attack | undefined][] = [
  [
    'a repository of another user',
    (dest) => {
      poison(dest)
      give(dest)
      return undefined
    },
  ],
  [
    'a folder of root below one of another user',
    (dest) => {
      execFileSync('mv', [dest, join(theirs, 'app')])
      return { dest: join(theirs, 'app') }
    },
  ],
  ['a new folder below one of another user', () => ({ dest: join(theirs, 'new/app') })],
  [
    'a configuration that another user owns',
    (dest) => {
      poison(dest)
      give(join(dest, '.git/config'))
      return undefined
    },
  ],
  [
    'hooks that everybody may write',
    (dest) => {
      chmodSync(join(dest, '.git/hooks'), 0o777)
      return undefined
    },
  ],
  [
    'a folder that a group may write',
    (dest) => {
      execFileSync('chgrp', [String(attackerId), dest])
      chmodSync(dest, 0o775)
      return undefined
    },
  ],
  [
    'a folder of root for temporary files, in which anybody may make .git',
    (dest) => {
      rmSync(dest, { recursive: true })
      mkdirSync(dest)
      chmodSync(dest, 0o1777)
      return undefined
    },
  ],
  [
    'a .git that leads elsewhere',
    (dest) => {
      poison(dest)
      execFileSync('mv', [join(dest, '.git'), join(theirs, 'git')])
      give(theirs)
      writeFileSync(join(dest, '.git'), `gitdir: ${join(theirs, 'git')}\n`)
      return { dest, code: 'E_NOT_EMPTY' }
    },
  ],
  [
    'a submodule that another user has swapped',
    (dest) => {
      newRepository(join(dest, 'lib/inner'), { i: '' })
      poison(join(dest, 'lib/inner'))
      gitIn(
        dest,
        '-c',
        'core.hooksPath=/dev/null',
        'update-index',
        '--add',
        '--cacheinfo',
        `160000,${'a'.repeat(40)},lib/inner`,
      )
      commit(dest, { '.gitmodules': '[submodule "x"]\n\tpath = lib/inner\n\turl = https://x\n' })
      gitIn(dest, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
      rmSync(proof, { force: true })
      give(join(dest, 'lib/inner'))
      return undefined
    },
  ],
]

for (const [title, prepare] of attacks) {
  for (const shell of shells) {
    test(`${shell[0]}: git does not run in ${title}`, async () => {
      const dest = newDest()
      gitIn(root, 'clone', '-q', repo, dest)
      const attack = prepare(dest) ?? { dest }
      const error = await failure(() => applied(git, { repo, dest: attack.dest, force: true }, { shell }))
      assert.is(error.code, attack.code ?? 'E_UNSAFE_REPOSITORY', error.message)
      assert.not(existsSync(proof))
    })
  }
}

test('git follows no link that another user made, and writes into no folder of another user', async () => {
  const etc = newDest()
  await applied(git, { repo, dest: etc })
  const link = join(theirs, 'app')
  symlinkSync(etc, link)
  give(link)
  const before = gitIn(etc, 'rev-parse', 'HEAD')
  const next = commit(repo, { 'uploads/keep': 'new\n' })
  assert.match(
    (await failure(() => applied(git, { repo, dest: link }))).message,
    /unsafe path: .* is a link to/,
  )
  assert.is(gitIn(etc, 'rev-parse', 'HEAD'), before)
  give(join(etc, 'uploads'))
  const error = await failure(() => applied(git, { repo, dest: etc }))
  assert.match(error.message, /unsafe path: .*\/uploads belongs to another user/)
  assert.equal(
    [gitIn(etc, 'rev-parse', 'HEAD'), readFileSync(join(etc, 'uploads/keep'), 'utf8')],
    [before, ''],
  )
  const [change] = await looked(git, { repo, dest: etc })
  const step = change!.steps[0]!
  const rehearsal =
    step.kind === 'run' && step.rehearse && 'command' in step.rehearse ? step.rehearse.command : undefined
  const rehearsed = await runShell(String(runEntry({ kind: 'run', command: rehearsal! }).body))
  assert.equal([rehearsed.code, /uploads belongs/.test(String(rehearsed.stderr))], [77, true])
  execFileSync('chown', ['-R', '0:0', etc])
  assert.equal((await applied(git, { repo, dest: etc })).again, [])
  assert.is(gitIn(etc, 'rev-parse', 'HEAD'), next)
})

test('git takes a key and host keys for its own commands alone, and leaves none on the host', async () => {
  const sshd = await startSshd()
  try {
    const [, type, blob] = readFileSync(sshd.knownHostsFile, 'utf8').trim().split(' ')
    const host = `[127.0.0.1]:${sshd.port}`
    const key = secret(readFileSync(sshd.keyFile, 'utf8').trim())
    const params = {
      repo: `ssh://root@127.0.0.1:${sshd.port}${repo}`,
      key,
      hostKeys: [`${host} ${type} ${blob}`],
    }
    const before = privateFolders()
    for (const shell of shells) {
      const { again } = await applied(git, { ...params, dest: newDest(), depth: 1 }, { shell })
      assert.equal(again, [])
    }
    const dest = newDest()
    assert.equal((await applied(git, { ...params, key: undefined, keyFile: sshd.keyFile, dest })).again, [])
    const other = join(sshd.folder, 'other')
    makeKey(other, 'ed25519')
    const wrongKey = await failure(() => looked(git, { ...params, dest, key: readFileSync(other, 'utf8') }))
    assert.equal([wrongKey.code, /BEGIN/.test(JSON.stringify(wrongKey))], ['E_GIT_ACCESS', false])
    const otherHost = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    const wrongHost = await failure(() =>
      looked(git, { ...params, dest, hostKeys: [`${host} ${otherHost}`] }),
    )
    assert.is(wrongHost.code, 'E_GIT_HOST_KEY')
    const unknown = await failure(() => looked(git, { ...params, dest, hostKeys: [] }))
    assert.is(unknown.code, 'E_GIT_HOST_KEY')
    assert.equal(privateFolders(), before)
  } finally {
    await sshd.stop()
  }
})

it.run()
