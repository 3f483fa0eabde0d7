// Tests the task editHttpdConf through a shell: what it writes, keeps and checks; errors.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { HttpdEdit } from '../../../src/formats/index.ts'
import { editHttpdConf } from '../../../tasks/text/editHttpdConf.ts'
import { applied, failure, inFolder, shells } from '../apply.ts'

const edits: HttpdEdit[] = [
  { set: 'Timeout', args: [60], place: { after: 'ServerRoot' } },
  { uncomment: 'LoadModule', args: ['ssl_module'] },
]
const before = Buffer.from(
  '# caf\xe9\r\nServerRoot "/x"\r\n#LoadModule ssl_module modules/mod_ssl.so\r\n',
  'latin1',
)
const after = Buffer.from(
  '# caf\xe9\r\nServerRoot "/x"\r\nTimeout 60\r\nLoadModule ssl_module modules/mod_ssl.so\r\n',
  'latin1',
)

for (const shell of shells) {
  const name = shell.join(' ')

  test(`editHttpdConf: writes what the edits say, keeps the original and the mode, and is done (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/it's httpd.conf`
      const keep = `${path}_origin`
      writeFileSync(path, before, { mode: 0o640 })
      const { changes, again } = await applied(editHttpdConf, { path, edits, keep }, { shell })
      assert.equal(
        changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`),
        ['Timeout: absent → 60', 'LoadModule ssl_module: commented out → live'],
      )
      assert.equal(again, [])
      assert.equal(readFileSync(path), after)
      assert.equal(readFileSync(keep), before)
      assert.is(statSync(path).mode & 0o777, 0o640)
      await applied(editHttpdConf, { path, edits: [{ set: 'Timeout', args: [5] }], keep }, { shell })
      assert.equal(readFileSync(keep), before)
    }))

  test(`editHttpdConf: what the check refuses does not take the file's place (${name})`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/httpd.conf`
      writeFileSync(path, before)
      const refusing = { path, edits, validate: 'echo "Syntax error on line 2" >&2; ! grep Timeout {}' }
      const error = await failure(() => applied(editHttpdConf, refusing, { shell }))
      assert.match(`${error.message}\n${error.details.join('\n')}`, /Syntax error on line 2/)
      assert.equal(readFileSync(path), before)
      const accepting = { path, edits, validate: 'grep -q Timeout {}' }
      assert.equal((await applied(editHttpdConf, accepting, { shell })).again, [])
      assert.equal(readFileSync(path), after)
    }))
}

const faults: [title: string, content: string | undefined, edit: HttpdEdit, code: string, says: RegExp][] = [
  ['a missing file', undefined, { set: 'A' }, 'E_NO_FILE', /There is no file .*httpd\.conf/],
  [
    'a file that httpd would not read',
    'A\n<Directory />\n',
    { set: 'A' },
    'E_HTTPD',
    /\/httpd\.conf: Line 2: <Directory \/> is not closed/,
  ],
  [
    'what is not there',
    'A\n',
    { uncomment: 'B' },
    'E_HTTPD_NO_MATCH',
    /\/httpd\.conf: There is no B at the top level/,
  ],
]

for (const [title, content, edit, code, says] of faults) {
  test(`editHttpdConf: ${title} is an error that names the file`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/httpd.conf`
      if (content !== undefined) writeFileSync(path, content)
      const error = await failure(() => applied(editHttpdConf, { path, edits: [edit] }))
      assert.is(error.code, code)
      assert.match(error.message, says)
      assert.is(existsSync(path), content !== undefined)
      if (content !== undefined) assert.is(readFileSync(path, 'utf8'), content)
    }))
}

const wrong: [title: string, edits: unknown, expected: RegExp][] = [
  ['no edits', [], /at least one edit/],
  ['an edit of no kind', [{ sett: 'A' }], /expected an edit/],
  ['an edit of two kinds', [{ set: 'A', remove: 'B' }], /unknown key "remove"/],
  ['an edit without a name', [{ set: 5 }], /edits\[0\]\.set: expected string, got 5/],
]

for (const [title, value, expected] of wrong) {
  test(`editHttpdConf: ${title} is refused at once`, () => {
    assert.throws(() => editHttpdConf({ path: '/f', edits: value as HttpdEdit[] }), expected)
  })
}

test.run()
