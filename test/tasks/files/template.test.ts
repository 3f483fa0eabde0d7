// The task template: what it plans, and what it writes.

import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { secret } from '../../../src/index.ts'
import { template } from '../../../tasks/files/template.ts'
import { applied, failure, inFolder, looked, shells } from '../apply.ts'

for (const shell of shells) {
  const name = shell.join(' ')

  test(`template: writes what Ansible would, then needs nothing (${name})`, () =>
    inFolder(async (base) => {
      mkdirSync(`${base}/templates`)
      writeFileSync(
        `${base}/templates/app.j2`,
        "port={{ port }}\n{% for h in hosts %}\n- {{ h }}\n{% endfor %}\nit's $HOME `x` ü\n",
        {
          mode: 0o750,
        },
      )
      const params = {
        src: 'templates/app.j2',
        dest: `${base}/app.conf`,
        vars: { port: 80, hosts: ['a', 'b'] },
        mode: 'preserve' as const,
      }
      const { changes, again } = await applied(template, params, { shell, directory: base })
      assert.equal(
        changes.map(({ what, from }) => `${what}: ${from}`),
        [`${base}/app.conf: absent`],
      )
      assert.equal(again, [])
      assert.is(readFileSync(params.dest, 'utf8'), "port=80\n- a\n- b\nit's $HOME `x` ü\n")
      assert.is(statSync(params.dest).mode & 0o7777, 0o750)
      const other = await applied(
        template,
        { ...params, vars: { port: 81, hosts: [] } },
        { shell, directory: base },
      )
      assert.match(other.changes[0]!.diff!.after, 'port=81')
      assert.equal(other.again, [])
    }))

  test(`template: a file that its check refuses stays as it was (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/t.j2`, '{{ word }}\n')
      writeFileSync(`${base}/f`, 'good\n')
      const params = { src: 't.j2', dest: `${base}/f`, validate: 'grep -q good {}' }
      const options = { shell, directory: base }
      await failure(() => applied(template, { ...params, vars: { word: 'bad' } }, options))
      assert.is(readFileSync(`${base}/f`, 'utf8'), 'good\n')
      assert.equal((await applied(template, { ...params, vars: { word: 'good!' } }, options)).again, [])
    }))

  test(`template: a link is replaced, or its target written (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/t.j2`, 'new\n')
      writeFileSync(`${base}/real`, 'old\n')
      symlinkSync('real', `${base}/link`)
      const through = { src: 't.j2', dest: `${base}/link`, follow: true }
      assert.equal((await applied(template, through, { shell, directory: base })).again, [])
      assert.is(readFileSync(`${base}/real`, 'utf8'), 'new\n')
      const own = { src: 't.j2', dest: `${base}/link` }
      assert.equal((await applied(template, own, { shell, directory: base })).again, [])
      assert.ok(lstatSync(`${base}/link`).isFile())
    }))

  test(`template: force: false writes only what is missing (${name})`, () =>
    inFolder(async (base) => {
      writeFileSync(`${base}/t.j2`, 'new\n')
      writeFileSync(`${base}/f`, 'old\n', { mode: 0o644 })
      const params = { src: 't.j2', dest: `${base}/f`, force: false, mode: '0600' }
      const { changes, again } = await applied(template, params, { shell, directory: base })
      assert.equal(
        changes.map(({ what }) => what),
        [`${base}/f mode`],
      )
      assert.equal(again, [])
      assert.is(readFileSync(`${base}/f`, 'utf8'), 'old\n')
      const missing = { ...params, dest: `${base}/g` }
      assert.equal((await applied(template, missing, { shell, directory: base })).again, [])
      assert.is(readFileSync(`${base}/g`, 'utf8'), 'new\n')
    }))
}

test('template: delimiters and whitespace are set as in Ansible', () =>
  inFolder(async (base) => {
    writeFileSync(`${base}/t.j2`, 'a\n  <% if x %>\n[[ x ]] {{ x }}\n  <% endif %>\n')
    const params = {
      ...{
        src: 't.j2',
        dest: `${base}/f`,
        vars: { x: 1 },
        lstripBlocks: true,
        newlineSequence: '\r\n' as const,
      },
      ...{ variableStartString: '[[', variableEndString: ']]', blockStartString: '<%', blockEndString: '%>' },
    }
    await applied(template, params, { directory: base })
    assert.is(readFileSync(`${base}/f`, 'utf8'), 'a\r\n1 {{ x }}\r\n')
  }))

test('template: a secret too short to be masked leaves no diff', () =>
  inFolder(async (base) => {
    writeFileSync(`${base}/t.j2`, 'pw={{ pw }}\n')
    const look = (pw: string) =>
      looked(template, { src: 't.j2', dest: `${base}/f`, vars: { pw: secret(pw) } }, { directory: base })
    assert.is((await look('ab'))[0]!.diff, undefined)
    assert.ok((await look('long enough'))[0]!.diff)
  }))

test('template: an error names the template and its line', () =>
  inFolder(async (base) => {
    writeFileSync(`${base}/t.j2`, 'a\n{{ nope }}\n')
    const error = await failure(() =>
      looked(template, { src: 't.j2', dest: `${base}/f` }, { directory: base }),
    )
    assert.is(error.code, 'E_UNDEFINED')
    assert.match(`${error.where?.file}:${error.where?.line}`, /t\.j2:2$/)
  }))

test('template: a missing folder on the host is an error', () =>
  inFolder(async (base) => {
    writeFileSync(`${base}/t.j2`, '')
    const error = await failure(() =>
      looked(template, { src: 't.j2', dest: `${base}/no/f` }, { directory: base }),
    )
    assert.is(error.code, 'E_NO_FOLDER')
  }))

test.run()
