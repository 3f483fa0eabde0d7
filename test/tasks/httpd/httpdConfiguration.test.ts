// Tests that files of a configuration change together or not at all, with located errors.

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { httpdConfiguration } from '../../../tasks/httpd/httpdConfiguration.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'
import { type FakeHttpd, fakeHttpd } from './fakeHttpd.ts'

const edit = (value: number) => ({
  path: 'conf/httpd.conf',
  keep: 'conf/httpd.conf_origin',
  edits: [{ set: 'Timeout', args: [value] }],
})
const vhosts = (content: string) => ({ path: 'conf/extra/vhosts.conf', content })
const stock = 'ServerRoot "x"\nTimeout 300\n'

const leftOvers = ({ path }: FakeHttpd) =>
  ['conf', 'conf/extra'].flatMap((each) => readdirSync(path(each)).filter((name) => name.startsWith('.')))

for (const shell of shells) {
  test(`all files are written, the original is kept, and it converges (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const httpd = fakeHttpd(folder)
      chmodSync(httpd.path('conf/httpd.conf'), 0o640)
      const files = [edit(60), vhosts('# one\n')]
      const { changes, again } = await applied(httpdConfiguration, { prefix: httpd.prefix, files }, { shell })
      assert.equal(
        changes.map(({ what, from, to }) => [what, from, to]),
        [
          ['Timeout', '300', '60'],
          [httpd.path('conf/extra/vhosts.conf'), 'absent', '6 bytes'],
        ],
      )
      assert.equal(again, [])
      assert.is(httpd.read('conf/httpd.conf'), stock.replace('300', '60'))
      assert.is(httpd.read('conf/httpd.conf_origin'), stock)
      assert.is(httpd.read('conf/extra/vhosts.conf'), '# one\n')
      assert.is(statSync(httpd.path('conf/httpd.conf')).mode & 0o777, 0o640)
      assert.is(statSync(httpd.path('conf/extra/vhosts.conf')).mode & 0o777, 0o644)
      assert.equal(leftOvers(httpd), [])
    }))

  test(`a configuration that is refused is taken back whole, and shown by file and line (${shell.join(' ')})`, () =>
    inFolder(async (folder) => {
      const httpd = fakeHttpd(folder)
      const files = [edit(60), vhosts('# one\n  BAD directive\n')]
      const error = await failure(() =>
        applied(httpdConfiguration, { prefix: httpd.prefix, files }, { shell }),
      )
      const path = httpd.path('conf/extra/vhosts.conf')
      assert.is(error.code, 'E_HTTPD_CONFIG')
      assert.match(error.message, 'was refused and reverted')
      assert.equal(error.details, [
        `AH00526: Syntax error on line 2 of ${path}:`,
        "Invalid command 'BAD', perhaps misspelled",
        `${path}:2: BAD directive`,
      ])
      assert.is(httpd.read('conf/httpd.conf'), stock)
      assert.not.ok(existsSync(path))
      assert.equal(leftOvers(httpd), [])
    }))
}

const logRows: readonly (readonly [title: string, line: string, missing: string])[] = [
  [
    'a piped log',
    'ErrorLog "|FOLDER/rotatelogs /nowhere/x-%Y%m%d 86400 540"',
    'the folder /nowhere for its log',
  ],
  [
    'a blank after the pipe',
    "CustomLog '| FOLDER/rotatelogs -l /nowhere/x 86400' common",
    'the folder /nowhere',
  ],
  ['a plain file', 'CustomLog /nowhere/access_log common', 'the folder /nowhere for its log does not exist'],
  ['a file below the prefix', 'JkLogFile nowhere/mod_jk.log', 'apache/nowhere for its log does not exist'],
  [
    'a program',
    'TransferLog "|/nowhere/rotatelogs /tmp/x 9"',
    'the program /nowhere/rotatelogs, which it pipes',
  ],
]
for (const [title, line, missing] of logRows) {
  test(`what apachectl -t does not find is found, and the line named: ${title}`, () =>
    inFolder(async (folder) => {
      const httpd = fakeHttpd(folder)
      writeFileSync(`${folder}/rotatelogs`, '')
      chmodSync(`${folder}/rotatelogs`, 0o755)
      const files = [edit(60), vhosts(`# one\n${line.replace('FOLDER', folder)}\n`)]
      const error = await failure(() => applied(httpdConfiguration, { prefix: httpd.prefix, files }))
      assert.is(error.code, 'E_HTTPD_CONFIG')
      assert.match(error.details.join('\n'), `${httpd.path('conf/extra/vhosts.conf')}:2: `)
      assert.match(error.details.join('\n'), missing)
      assert.is(httpd.read('conf/httpd.conf'), stock)
    }))
}

const fineLines = [
  'ErrorLog syslog:user',
  'ErrorLog logs/error_log',
  '# CustomLog /nowhere/access_log common',
  'CustomLog "|/bin/cat" common',
]
for (const line of fineLines) {
  test(`a log that needs no folder, or has one, is fine: ${line}`, () =>
    inFolder(async (folder) => {
      const httpd = fakeHttpd(folder)
      const files = [vhosts(`${line}\n`)]
      const { again } = await applied(httpdConfiguration, { prefix: httpd.prefix, files })
      assert.equal(again, [])
    }))
}

test('a configuration that is as it shall be, and refused all the same, is an error', () =>
  inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    writeFileSync(httpd.path('conf/extra/own.conf'), 'BAD\n')
    const files = [edit(300)]
    const error = await failure(() => looked(httpdConfiguration, { prefix: httpd.prefix, files }))
    assert.is(error.code, 'E_HTTPD_CONFIG')
    assert.match(error.details.join('\n'), 'own.conf')
  }))

test('a change that puts a refused configuration right is made', () =>
  inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    writeFileSync(httpd.path('conf/extra/vhosts.conf'), 'BAD\n')
    const { again } = await applied(httpdConfiguration, { prefix: httpd.prefix, files: [vhosts('# good\n')] })
    assert.equal(again, [])
  }))

test('where a file cannot be put in place, all are as they were', () =>
  inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    mkdirSync(httpd.path('conf/kept'))
    const files = [{ ...edit(60), keep: 'conf/missing/origin' }, vhosts('# one\n')]
    const error = await failure(() => applied(httpdConfiguration, { prefix: httpd.prefix, files }))
    assert.is(error.code, 'E_STEP')
    assert.is(httpd.read('conf/httpd.conf'), stock)
    assert.equal(leftOvers(httpd), [])
  }))

test('a symbolic link stays one, its target is written', () =>
  inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    writeFileSync(`${folder}/real.conf`, '# old\n')
    symlinkSync(`${folder}/real.conf`, httpd.path('conf/extra/vhosts.conf'))
    await applied(httpdConfiguration, { prefix: httpd.prefix, files: [vhosts('# new\n')] })
    assert.ok(lstatSync(httpd.path('conf/extra/vhosts.conf')).isSymbolicLink())
    assert.is(httpd.read('conf/extra/vhosts.conf'), '# new\n')
  }))

test('a secret content is written with its mode, and shown nowhere', () =>
  inFolder(async (folder) => {
    const httpd = fakeHttpd(folder)
    const content = secret('worker.list=a\nworker.a.type=ajp13\nworker.a.secret=hunter2\n')
    const files = [{ path: 'conf/workers.properties', content, mode: '0600' }]
    const changes = await looked(httpdConfiguration, { prefix: httpd.prefix, files })
    assert.is(changes[0]!.diff, undefined)
    await applied(httpdConfiguration, { prefix: httpd.prefix, files })
    assert.is(statSync(httpd.path('conf/workers.properties')).mode & 0o777, 0o600)
    assert.match(httpd.read('conf/workers.properties'), 'hunter2')
  }))

test('without an httpd there, or a file to edit, it says so', () =>
  inFolder(async (folder) => {
    const missing = await failure(() =>
      looked(httpdConfiguration, { prefix: `${folder}/no`, files: [vhosts('#\n')] }),
    )
    assert.is(missing.code, 'E_NO_HTTPD')
    const { prefix } = fakeHttpd(folder)
    const files = [{ path: 'conf/other.conf', edits: [{ set: 'Timeout', args: [1] }] }]
    assert.is((await failure(() => looked(httpdConfiguration, { prefix, files }))).code, 'E_NO_FILE')
  }))

test('a file needs either edits or a content', () => {
  assert.throws(() => httpdConfiguration({ prefix: '/x', files: [{ path: 'a' }] }), /either edits or content/)
})

test.run()
