// Tests renderTemplate: where files are found, what they see, and located errors.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type PlaybookError, renderTemplate, Secret, secret, type TemplateOptions } from '../../src/index.ts'

function inFolder(files: { readonly [path: string]: string }, body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-templates-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a template is found in templates, beside the file, and in templates of the role above', () =>
  inFolder(
    {
      'role/templates/a.j2': 'A',
      'role/tasks/templates/b.j2': 'B',
      'role/tasks/c.j2': 'C',
      'role/templates/c.j2': 'no',
    },
    (folder) => {
      const directory = join(folder, 'role/tasks')
      for (const name of ['a', 'b', 'c']) {
        assert.is(renderTemplate(`${name}.j2`, {}, { directory }), name.toUpperCase())
      }
      assert.is(renderTemplate(join(directory, 'c.j2')), 'C')
    },
  ))

test('values of TypeScript are those of Python', () =>
  inFolder(
    { 't.j2': '{{ a }} {{ b }} {{ c }} {{ d }} {{ e.f[1] }} {{ g is none }} {{ h }} {{ raw }}' },
    (directory) => {
      const vars = {
        a: 1,
        b: 1.5,
        c: true,
        d: ['x', 2],
        e: { f: [1, 2] },
        g: null,
        h: 10n ** 20n,
        raw: '{{ a }}',
      }
      assert.is(
        renderTemplate('t.j2', vars, { directory }),
        "1 1.5 True ['x', 2] 2 True 100000000000000000000 {{ a }}",
      )
    },
  ))

test('a secret that the template writes makes the result one', () =>
  inFolder({ 't.j2': 'a\n{{ pw | upper if shown }}\n' }, (directory) => {
    const vars = { pw: secret('hunter2') }
    assert.is(renderTemplate('t.j2', { ...vars, shown: false }, { directory }), 'a\n')
    const result = renderTemplate('t.j2', { ...vars, shown: true }, { directory })
    assert.instance(result, Secret)
    assert.is((result as Secret).reveal(), 'a\nHUNTER2\n')
    assert.not((result as Secret).all.some((each) => each.reveal().includes('\n')))
  }))

test('what is given is over the variables of the host, which are read when they are named', () =>
  inFolder({ 't.j2': '{{ a }} {{ b }} {{ deep.x }} {{ template_destpath }}' }, (directory) => {
    const read: string[] = []
    const all: Record<string, unknown> = {
      a: 1,
      b: 2,
      deep: {
        x: 3,
        get y() {
          throw new Error('not named')
        },
      },
      no: 4,
    }
    const host = {
      get: (name: string) => {
        read.push(name)
        return all[name]
      },
      names: () => Object.keys(all),
    }
    assert.is(renderTemplate('t.j2', { a: 'own' }, { directory, host, dest: '/etc/x' }), 'own 2 3 /etc/x')
    assert.equal(read, ['b', 'deep'])
  }))

const wrong: [
  title: string,
  file: string,
  text: string,
  options: TemplateOptions,
  code: string,
  place: string,
  hint: RegExp,
][] = [
  ['an undefined variable', 't.j2', 'a\n{{ hots }}', {}, 'E_UNDEFINED', 't.j2:2', /Did you mean host\?/],
  ['a mistake in the template', 't.j2', 'a\nb {% if %}', {}, 'E_TEMPLATE', 't.j2:2', /^/],
  ['an unknown filter', 't.j2', '\n\n{{ 1 | intt }}', {}, 'E_TEMPLATE', 't.j2:3', /Did you mean int\?/],
  ['a missing template', 'tt.j2', '', {}, 'E_NO_TEMPLATE', '', /Did you mean t\.j2\?/],
]

for (const [title, file, text, options, code, place, hint] of wrong) {
  test(`${title} is an error with its place`, () =>
    inFolder({ 'templates/t.j2': text }, (directory) => {
      assert.throws(
        () => renderTemplate(file, { host: 1 }, { ...options, directory }),
        (error: PlaybookError) => {
          assert.is(error.code, code)
          if (place !== '')
            assert.match(`${error.where?.file}:${error.where?.line}`, new RegExp(`templates/${place}$`))
          assert.match(error.hint ?? '', hint)
          return true
        },
      )
    }))
}

test.run()
