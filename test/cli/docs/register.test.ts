// Tests that the examples of docs/register.md compile, and do on hosts what the page says.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/register.md'), 'utf8')
const blocks = [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name, text]) => ({
  name: name!,
  text: text!,
}))

const site = cliSite({
  'package.json': '{ "type": "module" }',
  'app/legacy': '',
  'app/sites/a': '',
  'app/sites/b c': '',
})
test.after(() => site.remove())
const app = join(site.path, 'app')

/** The program of the page, which notes what it is asked for. */
site.write({
  'app/bin/app': `#!/bin/sh
case $1 in
  --mode) echo fast ;;
  --version) echo 1.10 ;;
  --token) echo t0ken-of-manager ;;
  --status) echo '{"workers":[{"name":"w1","isIdle":true},{"name":"w2","isIdle":false}]}' ;;
  --health) test -e ${app}/started ;;
  --register) echo 17 > ${app}/id ;;
  --upgrade) exit 3 ;;
  --start) test -e ${app}/tried && touch ${app}/started; touch ${app}/tried; echo "$@" >> ${app}/log ;;
  *) echo "$@" >> ${app}/log ;;
esac
`,
  'inventory.yaml': `app:
  hosts: { one: }
manager:
  hosts: { boss: }
all:
  vars: { ansible_connection: local }
`,
  ...Object.fromEntries(blocks.map(({ name, text }) => [name, text.replaceAll('/srv/app', app)])),
})
chmodSync(join(app, 'bin/app'), 0o755)

/** Runs an example, and gives the lines that the app has noted since. */
async function ran(name: string, flags = ''): Promise<{ text: string; log: string[] }> {
  const before = log().length
  const { code, stdout, stderr } = await site.run(`${name} -i inventory.yaml ${flags}`)
  assert.is(code, 0, stdout + stderr)
  return { text: stdout, log: log().slice(before) }
}

function log(): string[] {
  const path = join(app, 'log')
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
}

const content = (name: string) => readFileSync(join(app, name), 'utf8')

test('there are ten uses, each with its line in the table, and the examples compile, as does that of docs/facts.md', () => {
  assert.is(blocks.length, 11)
  assert.is([...page.matchAll(/^\| \[.*\]\(#\d+-/gm)].length, 10)
  symlinkSync(join(root, 'node_modules'), join(site.path, 'node_modules'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const paths = {
    'run-playbook': [join(root, 'dist/src/index.d.ts')],
    'run-playbook/tasks': [join(root, 'dist/tasks/index.d.ts')],
  }
  const options = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    paths,
  }
  const [, facts] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/facts.md'), 'utf8'))!
  site.write({
    'facts.ts': facts!,
    'tsconfig.json': JSON.stringify({
      compilerOptions: options,
      files: ['facts.ts', ...blocks.map(({ name }) => name)],
    }),
  })
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], {
    cwd: site.path,
    encoding: 'utf8',
  })
  assert.is(status, 0, stdout)
})

test('1. the output of a command', async () => {
  await ran('output.ts')
  assert.is(content('mode.conf'), 'mode=fast\n')
  assert.match((await ran('output.ts')).text, /0 changed/)
})

test('1. the output of a command that only an earlier task makes possible', async () => {
  await ran('look.ts')
  assert.is(content('id.conf'), 'id=17\n')
  assert.match((await ran('look.ts')).text, /0 changed/)
})

test('2. whether a file exists', async () => {
  assert.equal((await ran('exists.ts')).log, ['--migrate'])
})

test('3. act on a change', async () => {
  assert.equal((await ran('changed.ts')).log, ['--reload'])
  assert.equal((await ran('changed.ts')).log, [])
})

test('4. act on a failure', async () => {
  assert.equal((await ran('failed.ts')).log, ['--rollback', '--start'])
})

test('5. a loop over what a host has', async () => {
  await ran('loop.ts')
  assert.ok(existsSync(join(app, 'logs/a')) && existsSync(join(app, 'logs/b c')))
})

test('6. JSON from a command', async () => {
  assert.equal((await ran('json.ts')).log, ['--drop w1'])
})

test('7. wait until something holds', async () => {
  await ran('until.ts')
  assert.ok(existsSync(join(app, 'started')))
})

test('8. a token of one host for others, which nothing shows', async () => {
  const { text } = await ran('token.ts', '--diff -vvv')
  assert.is(content('token').trim(), 't0ken-of-manager')
  assert.is(statSync(join(app, 'token')).mode & 0o777, 0o600)
  assert.not.match(text, 't0ken')
  assert.not.match((await ran('token.ts', '--diff')).text, 't0ken')
})

test('9. a version that decides', async () => {
  assert.match((await ran('version.ts')).log.join(), /^--migrate \w+/)
})

test('10. where a download is', async () => {
  mkdirSync(join(app, 'cache'))
  mkdirSync(join(app, 'new'))
  site.write({ 'app/new/file': 'new\n' })
  spawnSync('tar', ['-czf', 'app.tar.gz', '-C', 'app/new', 'file'], { cwd: site.path })
  const archive = readFileSync(join(site.path, 'app.tar.gz'))
  const server = createServer((_, response) => response.end(archive)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app.tar.gz`
  const sha256 = createHash('sha256').update(archive).digest('hex')
  try {
    await ran('download.ts', `-e app_url=${url} -e app_sha256=${sha256}`)
  } finally {
    server.close()
  }
  assert.is(content('current/file'), 'new\n')
})

test.run()
