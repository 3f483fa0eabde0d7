// Tests runs whose output, cache or working folder is gone: a full disk, a removed folder.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'site.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ name: 'Site', hosts: 'one', tasks: () => [command({ argv: ['true'] })] })
`,
  'nameless.ts': `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ hosts: 'one', tasks: () => [command({ argv: ['printf', '%s', 'a b'] })] })
`,
  'unknown.ts': `import { definePlay } from 'run-playbook'
export default definePlay({
  name: 'Unknown',
  hosts: 'one',
  tasks: ({ hosts }) => {
    hosts('nothing')
    return []
  },
})
`,
})
test.after(() => site.remove())

const program = new URL('../../../bundle/cli/main.js', import.meta.url).pathname

function run(args: string, options: { stdout?: number; env?: NodeJS.ProcessEnv; before?: string } = {}) {
  const { stdout = 'pipe', env = {}, before = 'true' } = options
  const line = `${before}; exec "$0" "$@"`
  const {
    status,
    stdout: printed,
    stderr,
  } = spawnSync('sh', ['-c', line, process.execPath, program, ...args.split(' ')], {
    cwd: site.path,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
  })
  return { status, printed, stderr }
}

for (const args of ['site.ts -i inventory.yaml', 'inventory --list -i inventory.yaml']) {
  test(`standard output on a full disk ends ${args} with a sentence`, () => {
    const { status, stderr } = run(args, { stdout: openSync('/dev/full', 'w') })
    assert.is(status, 1)
    assert.match(stderr, /^Standard output cannot be written: ENOSPC.*E_OUTPUT$/m)
    assert.not.match(stderr, /^\s+at /m)
  })
}

test('a working folder that was removed is named', () => {
  const { status, stderr } = run('inventory --list', { before: 'mkdir gone; cd gone; rmdir ../gone' })
  assert.is(status, 1)
  assert.match(stderr, /^The working folder does not exist any more\. {2}E_NO_FOLDER$/m)
  assert.not.match(stderr, /^\s+at /m)
})

test('a full cache folder does not stop a run', () => {
  const cache = join(site.path, 'cache')
  mkdirSync(cache)
  if (
    process.getuid!() !== 0 ||
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', cache]).status !== 0
  )
    return
  try {
    try {
      writeFileSync(join(cache, 'fill'), Buffer.alloc(16 * 1024))
    } catch {
      // it is full now
    }
    assert.ok(existsSync(join(cache, 'fill')))
    const { status, printed, stderr } = run('site.ts -i inventory.yaml', { env: { XDG_CACHE_HOME: cache } })
    assert.is(status, 0, printed + stderr)
  } finally {
    execFileSync('umount', [cache])
  }
})

test('an unknown host that a play asks for is reported with its file and line', () => {
  const { status, stderr } = run('unknown.ts -i inventory.yaml')
  assert.is(status, 1)
  assert.match(stderr, /^unknown\.ts:6 .*No host or group "nothing"\. {2}E_UNKNOWN_GROUP$/m)
})

test('a play without a name has that of its hosts, and arguments are quoted in titles', () => {
  const { status, printed } = run('nameless.ts -i inventory.yaml')
  assert.is(status, 0)
  assert.match(printed, /^one +1 host|^one {2}/m)
  assert.match(printed, /command printf %s 'a b'/)
})

test('more than ten local hosts give no warning', () => {
  const hosts = Array.from({ length: 15 }, (_, index) => `h${index},`).join('')
  const { status, stderr } = run(`task command true -i ${hosts} -c local`)
  assert.is(status, 0)
  assert.not.match(stderr, /MaxListeners/)
})

test.run()
