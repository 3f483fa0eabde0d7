// Tests as root that nothing in folders of other users is run or written through links.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const it = process.geteuid?.() === 0 ? test : test.skip
const stranger = 12_345

function give(...paths: readonly string[]): void {
  for (const path of paths) chownSync(path, stranger, stranger)
}

const play = `import { definePlay } from 'run-playbook'
import { command } from 'run-playbook/tasks'
export default definePlay({ name: 'p', hosts: 'all', tasks: () => [command({ argv: ['true'] })] })
`

it('The config of a foreign folder is not run, and its journal leads nowhere', async () => {
  const site = cliSite({})
  try {
    const [victim, mark] = [join(site.path, 'victim'), join(site.path, 'mark')]
    mkdirSync(join(site.path, 'theirs/.run-playbook'), { recursive: true })
    const own = (name: string) => join(site.path, 'theirs', name)
    site.write({
      victim: 'precious\n',
      'p.ts': play,
      'theirs/run-playbook.config.ts': `import { writeFileSync } from 'node:fs'\nwriteFileSync('${mark}', '')\nexport default {}\n`,
    })
    symlinkSync(victim, own('.run-playbook/.gitignore'))
    give(own(''), own('run-playbook.config.ts'), own('.run-playbook'))
    chmodSync(own(''), 0o755)
    const { code, stderr } = await site.run('-i localhost, -c local ../p.ts', { folder: 'theirs' })
    assert.is(code, 0, stderr)
    assert.is(readFileSync(victim, 'utf8'), 'precious\n')
    assert.not.ok(existsSync(mark), 'the config was run')
    assert.match(stderr, /run-playbook\.config\.ts is ignored: .* belongs to uid 12345/)
    assert.match(stderr, /journal in .* is not used: .* belongs to uid 12345/)
  } finally {
    site.remove()
  }
})

it('A link at .gitignore is not followed, in a folder of our own either', async () => {
  const site = cliSite({})
  try {
    site.write({ victim: 'precious\n', 'p.ts': play })
    mkdirSync(join(site.path, '.run-playbook'))
    symlinkSync(join(site.path, 'victim'), join(site.path, '.run-playbook/.gitignore'))
    assert.is((await site.run('-i localhost, -c local p.ts')).code, 0)
    assert.is(readFileSync(join(site.path, 'victim'), 'utf8'), 'precious\n')
  } finally {
    site.remove()
  }
})

it('The ssh config and the cache of a foreign HOME are not used', async () => {
  const site = cliSite({})
  try {
    const [home, mark] = [join(site.path, 'home'), join(site.path, 'mark')]
    const files = ['.ssh/config', '.cache/run-playbook/builds/x'].map((name) => join(home, name))
    for (const file of files) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `ProxyCommand touch ${mark}\n`)
    }
    give(home, join(home, '.ssh'), ...files)
    site.write({ 'p.ts': play })
    const { stdout, stderr } = await site.run('-i nowhere.invalid, p.ts', {
      env: { HOME: home, XDG_CACHE_HOME: join(home, '.cache') },
    })
    assert.not.ok(existsSync(mark), `${stdout}${stderr}`)
    assert.match(`${stdout}${stderr}`, /E_HOST_NOT_FOUND/)
  } finally {
    site.remove()
  }
})

test.run()
