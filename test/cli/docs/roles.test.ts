// Tests that the example of docs/roles.md runs as the page shows.

import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const page = readFileSync(fileURLToPath(new URL('../../../../docs/roles.md', import.meta.url)), 'utf8')
const blocks = [...page.matchAll(/```\w+\n(?:\/\/|#) (\S+\.\w+)\n([\s\S]*?)```/g)]
const shown = /\$ run-playbook site\.ts -i inventory\.yaml\n((?: {4}.*\n)+)/
  .exec(page)![1]!
  .replaceAll(/^ {4}/gm, '')

const site = cliSite({})
test.after(() => site.remove())

test('the example has all its files, and makes what the page shows; again nothing changes', async () => {
  assert.equal(
    blocks.map(([, path]) => path),
    [
      'roles/backup/backup.ts',
      'roles/backup/cronLine.ts',
      'roles/backup/files/backup.sh',
      'site.ts',
      'inventory.yaml',
      'motd.ts',
    ],
  )
  // The folders of the page are the system's.
  const here = (text: string) =>
    text.replaceAll('/srv/backup', join(site.path, 'srv')).replaceAll('/etc/cron.d', join(site.path, 'cron'))
  site.write(Object.fromEntries(blocks.map(([, path, text]) => [path!, here(text!)])))
  mkdirSync(join(site.path, 'cron'))
  const { code, stdout, stderr } = await site.run('site.ts -i inventory.yaml')
  assert.is(code, 0, stdout + stderr)
  const withoutSizes = (text: string) => text.replaceAll(/\d+ bytes/g, 'N bytes')
  assert.is(
    withoutSizes(stdout).slice(0, withoutSizes(here(shown)).length),
    withoutSizes(here(shown)),
    stdout,
  )
  const again = await site.run('site.ts -i inventory.yaml')
  assert.match(again.stdout, /0 changed · 0 failed/)
  assert.match(
    readFileSync(join(site.path, 'cron/backup-data'), 'utf8'),
    /^0 4 \* \* \* {2}root {2}TAR=\S+\/tar \S+\/srv\/backup\.sh data \/srv\/data\n$/,
  )
})

test('the task of the page sets its file once, and documents its parameters', async () => {
  const run = () => site.run(`task ./motd.ts text=hi path=${site.path}/motd -i localhost, -c local`)
  assert.match((await run()).stdout, /absent → hi\n[\s\S]*1 changed/)
  assert.match((await run()).stdout, /0 changed · 0 failed/)
  assert.match(
    (await site.run('docs ./motd.ts')).stdout,
    /--text <string> {2}The message of the day\. Required\./,
  )
})

test('the lists, and the tags', async () => {
  const { stdout } = await site.run('site.ts -i inventory.yaml --list-tags')
  assert.match(stdout, /^ {2}backup, data$/m)
})

test.run()
