// Files and sources that others change between the look and the rename.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { defineTask, upload, z } from '../../../src/index.ts'
import { httpdConfiguration } from '../../../tasks/httpd/httpdConfiguration.ts'
import { copyFile, line } from '../../../tasks/index.ts'
import { fakeHttpd } from '../../tasks/httpd/fakeHttpd.ts'
import { errorCodes, inFolder, runTasks } from '../harness.ts'

/** A validation during which another program appends to the file, up to so many times. */
const appending = (path: (name: string) => string, times: number) => {
  writeFileSync(
    path('validate'),
    `[ "$(grep -c theirs '${path('conf')}')" -ge ${times} ] || echo theirs >>'${path('conf')}'\n`,
  )
  return `sh ${path('validate')} {}`
}

test('a line that a program appends during the validation is kept', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'old\n')
    const ran = await runTasks([
      line({ path: path('conf'), line: 'mine', validate: appending(path, 1) }, { title: 'line' }),
    ])
    assert.equal(ran.story, ['one: changed line'])
    assert.is(readFileSync(path('conf'), 'utf8'), 'old\ntheirs\nmine\n')
    assert.equal(readdirSync(path('.')).sort(), ['conf', 'validate'])
  }))

test('a file that never rests is left as it is, with an error', () =>
  inFolder(async (path) => {
    writeFileSync(path('conf'), 'old\n')
    const ran = await runTasks([line({ path: path('conf'), line: 'mine', validate: appending(path, 99) })])
    assert.equal(errorCodes(ran), ['E_CHANGED_MEANWHILE'])
    assert.match(readFileSync(path('conf'), 'utf8'), /^old\n(theirs\n)+$/)
  }))

test('a file that another program makes first is not overwritten', () =>
  inFolder(async (path) => {
    const validate = appending(path, 1)
    const ran = await runTasks([
      copyFile({ content: 'mine\n', dest: path('conf'), validate }, { title: 'copy' }),
    ])
    assert.equal(ran.story, ['one: changed copy'])
    const changes = ran.events.flatMap((event) => (event.kind === 'taskEnd' ? event.result.changes : []))
    assert.equal(
      changes.map(({ from, to }) => [from, to]),
      [['7 bytes', '5 bytes']],
    )
    assert.is(readFileSync(path('conf'), 'utf8'), 'mine\n')
  }))

/** An httpd with two files, whose check of the configuration appends to one, up to so many times. */
const httpdThatChanges = (path: (name: string) => string, times: number) => {
  const httpd = fakeHttpd(path('.'))
  writeFileSync(httpd.path('conf/first.conf'), '# first\n')
  writeFileSync(httpd.path('conf/second.conf'), '# second\n')
  const second = httpd.path('conf/second.conf')
  renameSync(httpd.path('bin/apachectl'), httpd.path('bin/real'))
  writeFileSync(
    httpd.path('bin/apachectl'),
    `#!/bin/sh\n[ "$(grep -c theirs '${second}')" -ge ${times} ] || echo '# theirs' >>'${second}'\nexec '${httpd.path('bin/real')}' "$@"\n`,
    { mode: 0o755 },
  )
  const edits = [{ set: 'Timeout', args: [60] }]
  const task = httpdConfiguration(
    {
      prefix: httpd.prefix,
      files: ['first', 'second'].map((name) => ({ path: `conf/${name}.conf`, edits })),
    },
    { title: 'configure' },
  )
  return { httpd, task }
}

test('what a program appends to one of the files of an httpd is kept', () =>
  inFolder(async (path) => {
    const { httpd, task } = httpdThatChanges(path, 1)
    const ran = await runTasks([task])
    assert.equal(errorCodes(ran), [])
    assert.equal(ran.story, ['one: changed configure'])
    assert.is(httpd.read('conf/first.conf'), '# first\nTimeout 60\n')
    assert.is(httpd.read('conf/second.conf'), '# second\n# theirs\nTimeout 60\n')
  }))

test('where one file of an httpd never rests, all are left as they are, with an error', () =>
  inFolder(async (path) => {
    const { httpd, task } = httpdThatChanges(path, 99)
    const ran = await runTasks([task])
    assert.equal(errorCodes(ran), ['E_CHANGED_MEANWHILE'])
    assert.is(httpd.read('conf/first.conf'), '# first\n')
    assert.match(httpd.read('conf/second.conf'), /^# second\n(# theirs\n)+$/)
    assert.equal(readdirSync(httpd.path('conf')).sort(), ['extra', 'first.conf', 'httpd.conf', 'second.conf'])
  }))

test('a large source of other content than when it was planned is not placed', () =>
  inFolder(async (path) => {
    writeFileSync(path('source'), Buffer.alloc(300_000, 'n'))
    writeFileSync(path('target'), 'old\n')
    const sha256 = createHash('sha256').update('what it was').digest('hex')
    const place = defineTask({
      name: 'place',
      summary: 'Places.',
      params: z.strictObject({}),
      probe: () => ({}),
      plan: () => [
        {
          what: 'target',
          from: 'old',
          to: 'new',
          steps: [upload({ source: { kind: 'local', path: path('source'), sha256 }, path: path('target') })],
        },
      ],
      verify: false,
    })
    const ran = await runTasks([place({})])
    assert.equal(errorCodes(ran), ['E_WRITE'])
    const details = ran.events.flatMap((event) =>
      event.kind === 'taskEnd' ? event.result.error!.details : [],
    )
    assert.equal(details, [`${path('source')} was changed on this machine while it was sent.`])
    assert.is(readFileSync(path('target'), 'utf8'), 'old\n')
    assert.equal(readdirSync(path('.')).sort(), ['source', 'target'])
  }))

test.run()
