// Tests that failures halfway leave files on the host as they were.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { freePort } from '../../transport/sshd.ts'
import { cliSite, twoHosts } from '../command.ts'

const right = 'the right bytes\n'
const checksum = createHash('sha256').update(right).digest('hex')

const server = createServer((request, response) => {
  if (request.url === '/right') response.end(right)
  else if (request.url === '/other') response.end('another version\n')
  else response.writeHead(404).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${(server.address() as { port: number }).port}`
const down = `http://127.0.0.1:${await freePort()}`

const site = cliSite({
  'inventory.yaml': twoHosts,
  'archive.tar': 'the old file\n',
  'server.xml': '<Server>\n  <Service>\n</Server>\n',
})
const file = (name: string) => join(site.path, name)
const mount = file('small')
let isMounted = false
test.after(() => {
  server.close()
  server.closeAllConnections()
  if (isMounted) execFileSync('umount', [mount])
  site.remove()
})

const play = (task: string) => `import { definePlay } from 'run-playbook'
import * as tasks from 'run-playbook/tasks'

export default definePlay({
  name: 'Harm',
  hosts: 'one',
  tasks: () => [
    ${task},
  ],
})
`

const download = (urls: string[], via: 'host' | 'controller') =>
  `tasks.download({ urls: ${JSON.stringify(urls)}, dest: '${file('archive.tar')}', checksum: 'sha256:${checksum}', via: '${via}' })`

type Case = readonly [title: string, task: string, target: string, says: readonly RegExp[]]

const cases: readonly Case[] = (['host', 'controller'] as const).flatMap((via): Case[] => [
  [
    `A checksum that does not match (fetched by the ${via})`,
    download([`${base}/other`], via),
    'archive.tar',
    [
      /E_DOWNLOAD$/m,
      /\/other {3}SHA-256 is \w{4}…\w{2}, expected \w{4}…\w{2}/,
      /checksum for a different version/,
    ],
  ],
  [
    `All mirrors down (fetched by the ${via})`,
    download([`${base}/nothing`, `${down}/right`], via),
    'archive.tar',
    [/E_DOWNLOAD$/m, /\/nothing {3}404 Not Found/, /\/right {3}/],
  ],
])

const others: readonly Case[] = [
  [
    'server.xml that is not well-formed: line and column',
    `tasks.editXml({ path: '${file('server.xml')}', edits: [{ set: '/Server', attributes: { port: '8005' } }] })`,
    'server.xml',
    [/E_XML$/m, /\b3\b/],
  ],
  [
    'A validation that fails',
    `tasks.copyFile({ dest: '${file('archive.tar')}', content: 'new', validate: 'false {}' })`,
    'archive.tar',
    [/E_WRITE$/m, /; it is unchanged/],
  ],
]

for (const [title, task, target, says] of [...cases, ...others]) {
  test(`${title}: the host failed, the file is as it was, exit code 2`, async () => {
    const before = readFileSync(file(target))
    const beside = readdirSync(site.path).sort()
    site.write({ 'play.ts': play(task) })
    const { code, stdout, stderr } = await site.run('play -i inventory.yaml')
    assert.is(code, 2, stdout + stderr)
    assert.is(stderr, '')
    for (const text of says) assert.match(stdout, text)
    assert.match(stdout, /^ +play\.ts:8$/m)
    assert.not.match(stdout, /^\s+at /m)
    assert.equal(readFileSync(file(target)), before)
    const left = readdirSync(site.path).filter((name) => !beside.includes(name))
    assert.equal(
      left.filter((name) => !['play.ts', '.run-playbook', '.cache'].includes(name)),
      [],
    )
  })
}

test('The second mirror helps', async () => {
  site.write({ 'play.ts': play(download([`${down}/right`, `${base}/other`, `${base}/right`], 'host')) })
  const { code, stdout } = await site.run('play -i inventory.yaml')
  assert.is(code, 0, stdout)
  assert.is(readFileSync(file('archive.tar'), 'utf8'), right)
})

const noMount = mountFault()
const onSmallDisk = noMount ? test.skip : test
onSmallDisk(
  `A full disk in the middle of a write${noMount ? ` (skipped: ${noMount})` : ''}: the old file stays whole`,
  async () => {
    writeFileSync(join(mount, 'config'), 'the old text\n')
    for (const [bytes, kind] of [
      [100_000, 'in the script'],
      [400_000, 'over a channel of its own'],
    ] as const) {
      site.write({
        'play.ts': play(
          `tasks.copyFile({ dest: '${join(mount, 'config')}', content: 'x'.repeat(${bytes}) })`,
        ),
      })
      const { code, stdout } = await site.run('play -i inventory.yaml')
      assert.is(code, 2, `${kind}: ${stdout}`)
      assert.match(stdout, /^one +FAILED/m)
      assert.match(stdout, kind === 'in the script' ? /has 0 kB left\./ : /No space left on device/)
      assert.is(readFileSync(join(mount, 'config'), 'utf8'), 'the old text\n')
      assert.equal(readdirSync(mount), ['config'], kind)
    }
  },
)

/** A file system of 64 kB; why not, where it cannot be. */
function mountFault(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root'
  mkdirSync(mount)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount], { stdio: 'pipe' })
    isMounted = true
    return undefined
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr).trim()
  }
}

test.run()
