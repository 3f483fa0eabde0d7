// Tests how init asks, what it refuses, and that it keeps what is there.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'
import { onTerminal } from '../onTerminal.ts'

const site = cliSite({
  'full/notes.txt': 'mine\n',
  'repository/.git/HEAD': 'ref: refs/heads/main\n',
  'mine/package.json': '{ "name": "mine", "scripts": { "test": "true" }, "license": "MIT" }\n',
  'mine/site.ts': "import { definePlay } from 'run-playbook'\nexport default definePlay({ hosts: 'all' })\n",
  file: '',
})
test.after(() => site.remove())

const init = (...words: string[]) => runHere(site.path, ['init', ...words])
const read = (path: string) => readFileSync(join(site.path, path), 'utf8')

test('on a terminal it asks three things, again where the answer is none of the choices', async () => {
  const { code, stdout } = await onTerminal(site, 'init asked', [
    [/Where does .*\[machine\] /, 'h\r'],
    [/Which language.*\[typescript\] /, 'perl\r'],
    [/Type typescript or javascript\.\s+.*\[typescript\] /, 'JavaScript\r'],
    [/role.*\[sample\] /, '\r'],
  ])
  assert.is(code, 0, stdout)
  assert.match(
    stdout,
    /Next:\n {2}cd asked\n {2}npm install\n {2}\$EDITOR inventory\.yaml .*\n.*site\.js --check --diff/,
  )
  assert.match(read('asked/inventory.yaml'), /server-\[01:02\]\.example\.com/)
  assert.match(read('asked/site.js'), /become: true/)
  assert.ok(existsSync(join(site.path, 'asked/roles/motd/motd.test.js')))
  assert.equal(
    readdirSync(join(site.path, 'asked')).filter((name) => name.endsWith('.ts')),
    [],
  )
})

test('flags answer in advance, and Ctrl-C ends without a file', async () => {
  const asked = await onTerminal(site, 'init stopped --on hosts --role none', [[/language.*\] /, '\x03']])
  assert.is(asked.code, 130, asked.stdout)
  assert.not.match(asked.stdout, /Where|role/)
  assert.not.ok(existsSync(join(site.path, 'stopped')))
})

for (const language of ['typescript', 'javascript'])
  for (const on of ['machine', 'hosts'])
    test(`without a role: ${language}, on ${on}`, async () => {
      const folder = `alone-${language}-${on}`
      assert.is((await init(folder, '--language', language, '--on', on, '--role', 'none')).code, 0)
      assert.not.ok(existsSync(join(site.path, folder, 'roles')))
      const playbook = language === 'javascript' ? 'site.js' : 'site.ts'
      const { code, stderr } = await runHere(join(site.path, folder), [playbook, '--syntax-check'])
      assert.equal([code, stderr], [0, ''])
      const schema = await runHere(join(site.path, folder), ['inventory', '--schema', playbook])
      assert.is(schema.stdout, read(`${folder}/inventory.schema.json`))
      assert.ok(schema.stdout.includes('"motd_path"'))
    })

test('a folder that is not empty is refused; one with .git alone is not', async () => {
  const refused = await init('full')
  assert.is(refused.code, 1)
  assert.match(refused.stderr, /^full is not empty: notes\.txt\. {2}E_NOT_EMPTY\n.*--force/)
  assert.equal(readdirSync(join(site.path, 'full')), ['notes.txt'])
  assert.is((await init('repository', '--yes')).code, 0)
  assert.match(
    read('repository/package.json'),
    /"name": "repository",\n {2}"private": true,\n {2}"type": "module"/,
  )
})

test('--force keeps files, and adds to package.json what it lacks; again nothing is left to add', async () => {
  const before = read('mine/site.ts')
  const first = await init('mine', '--force')
  assert.match(
    first.stdout,
    /Added what was missing in mine:\n {2}package\.json\n\nLeft as they were in mine:\n {2}site\.ts\n/,
  )
  assert.is(read('mine/site.ts'), before)
  const { name, license, type, scripts } = JSON.parse(read('mine/package.json'))
  assert.equal([name, license, type, scripts.test], ['mine', 'MIT', 'module', 'true'])
  assert.match(scripts.schema, /inventory --schema site\.ts/)
  assert.match((await init('mine', '--force')).stdout, /^Left as they were in mine:\n {2}package\.json\n/)
})

test('what cannot be written is an error with its path', async () => {
  const { code, stderr } = await init('file/site')
  assert.is(code, 1)
  assert.match(stderr, /^file\/site\S* cannot be written: .* {2}E_INIT$/m)
})

test.run()
