// Templates compute as Python does in Ansible, name the places of errors, and keep secrets.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { library } from '../../src/jinja/library.ts'
import { templateText, templateValue } from '../../src/jinja/render.ts'
import { defaultSettings, type TemplateSettings } from '../../src/jinja/syntax/settings.ts'
import { parseTemplateFile, templateLoader } from '../../src/jinja/templateFiles.ts'
import { fromJs } from '../../src/jinja/values/convert.ts'
import { LazyDict, lazyList } from '../../src/jinja/values/lazy.ts'
import { Float, Undefined, type Value } from '../../src/jinja/values/value.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { Secret } from '../../src/model/secrets/secret.ts'

type Options = {
  readonly settings?: Partial<TemplateSettings>
  readonly folder?: string
}

function parsed(text: string, { settings }: Options = {}) {
  return parseTemplateFile('t.j2', text, { ...defaultSettings, ...settings })
}

function environment(vars: { readonly [name: string]: unknown }, { folder, settings }: Options = {}) {
  const folders = folder === undefined ? [] : [folder]
  return {
    library,
    variable: (name: string) => (name in vars ? fromJs(vars[name]) : undefined),
    variableNames: () => Object.keys(vars),
    load: templateLoader(folders, { ...defaultSettings, ...settings }, folder),
    searchPath: folders,
  }
}

function render(
  text: string,
  vars: { readonly [name: string]: unknown } = {},
  options: Options = {},
): string {
  const result = templateText(parsed(text, options), environment(vars, options))
  return result instanceof Secret ? `secret ${result.reveal()}` : result
}

function evaluated(text: string, vars: { readonly [name: string]: unknown } = {}): Value {
  return templateValue(parsed(text), environment(vars))
}

type Cases = {
  readonly vars: { readonly [name: string]: unknown }
  readonly templates: readonly { readonly name: string; readonly template: string }[]
  readonly expressions: readonly string[]
}

const folder = new URL('../../../test/jinja/cases/', import.meta.url)
const cases = parse(readFileSync(new URL('python.yaml', folder), 'utf8')) as Cases
const answers = JSON.parse(readFileSync(new URL('python.answers.json', folder), 'utf8')) as {
  [name: string]: string
}
const caseVars = { ...cases.vars, float: new Float(2.5) }
for (const { name, template } of [
  ...cases.templates,
  ...cases.expressions.map((each) => ({ name: each, template: `{{ ${each} }}|` })),
])
  test(`${name} gives what Ansible gives`, () => assert.is(render(template, caseVars), answers[name]))

test('one expression alone keeps its type, and one with other text is text', () => {
  assert.equal(evaluated('{{ [1, 2] }}'), [1, 2])
  assert.is(evaluated('{{ 5 }}'), 5)
  assert.is(evaluated('{{ 5 }} '), '5 ')
  assert.is(evaluated('{{ none }}'), null)
  assert.is(evaluated('{% if true %}{{ 5 }}{% endif %}'), 5)
  assert.ok(evaluated('{{ nope }}') instanceof Undefined)
})

const faults: [template: string, code: string, place: string, message: RegExp, hint: RegExp][] = [
  ['a\n{{ hots }}', 'E_UNDEFINED', '2:4', /"hots" is undefined/, /Did you mean host\?/],
  ['{{ map.aa }}', 'E_UNDEFINED', '1:7', /a dict has no attribute "aa"/, /Did you mean a\?/],
  ['{{ map["xyz"] }}', 'E_UNDEFINED', '1:7', /a dict has no key "xyz"/, /Keys: a/],
  ['{% for x in nope %}{% endfor %}', 'E_UNDEFINED', '1:13', /"nope"/, /default/],
  ['x\n\n{{ "a" + 1 }}', 'E_TEMPLATE', '3:8', /\+ does not work between str and int/, /~/],
  ['{{ 1 / 0 }}', 'E_TEMPLATE', '1:6', /division by zero/, /./],
  ['{{ "a".split(1) }}', 'E_TEMPLATE', '1:13', /split: its argument "sep" has to be a text, not int/, /./],
  ['{{ "a".lower(1) }}', 'E_TEMPLATE', '1:13', /lower: takes no arguments, got 1/, /./],
  ['{{ "a" | defualt }}', 'E_TEMPLATE', '1:8', /no filter "defualt"/, /Did you mean default\?/],
  ['{{ "a" is definde }}', 'E_TEMPLATE', '1:8', /no test "definde"/, /Did you mean defined\?/],
  ['{{ host() }}', 'E_TEMPLATE', '1:8', /a str cannot be called/, /./],
  ['{% if x %}', 'E_TEMPLATE', '1:1', /\{% if %\} is not closed/, /endif/],
  ['{% if x %}\n{% endfor %}', 'E_TEMPLATE', '2:1', /\{% endfor %\} inside \{% if %\}/, /endif/],
  ['{% fro x in y %}', 'E_TEMPLATE', '1:1', /unknown statement fro/, /Did you mean for\?/],
  ['a {{ (1, 2 }}', 'E_TEMPLATE', '1:12', /unexpected|expected \)/, /./],
  ['a {{ x', 'E_TEMPLATE', '1:5', /the expression is not closed/, /\}\}/],
  ['{{ "a }}', 'E_TEMPLATE', '1:4', /a text in " is not closed/, /./],
  ['{{ 1 2 }}', 'E_TEMPLATE', '1:6', /expected the end of the expression, got 2/, /./],
  ['{# x', 'E_TEMPLATE', '1:1', /the comment is not closed/, /#\}/],
  ['{% raw %}x', 'E_TEMPLATE', '1:1', /raw/, /endraw/],
  ['#jinja2: trim_blokcs: False\nx', 'E_TEMPLATE', '1:1', /no setting/, /Did you mean trim_blocks\?/],
  ['#jinja2: trim_blocks: 0\nx', 'E_TEMPLATE', '1:1', /expected True or False, got 0/, /./],
  ['{% include "no.j2" %}', 'E_TEMPLATE', '1:1', /there is no template no.j2/, /./],
  ['{% include "../x" %}', 'E_TEMPLATE', '1:1', /leaves the folders/, /./],
  ['{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}', 'E_TEMPLATE', '1:35', /at most 1 arguments, got 2/, /./],
  ['{% macro m(a) %}{% endmacro %}{{ m(b=2) }}', 'E_TEMPLATE', '1:35', /no parameter "b"/, /./],
  ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'E_TEMPLATE', '', /calls itself without end/, /./],
  ['{% set ns.x = 1 %}', 'E_TEMPLATE', '1:1', /ns is undefined, not a namespace/, /namespace\(\)/],
  ['{% set a, b = [1] %}', 'E_TEMPLATE', '1:1', /cannot assign 1 values to 2 names/, /./],
  ['{% break %}', 'E_TEMPLATE', '1:1', /outside of a loop/, /./],
  ['{{ range(10 ** 9) }}', 'E_TEMPLATE', '1:9', /too many/, /./],
  ['{{ "x" * 10 ** 9 }}', 'E_TEMPLATE', '1:8', /too much/, /./],
  ['{{ 9 ** (9 ** 9) }}', 'E_TEMPLATE', '', /too large/, /./],
]
for (const [template, code, place, message, hint] of faults)
  test(`${JSON.stringify(template)} is an error with its place`, () => {
    const error = caught(() => render(template, { host: 'h', map: { a: 1 } }))
    assert.is(error.code, code, error.message)
    assert.match(error.message, message)
    if (place) assert.is(`${error.where?.line}:${error.where?.column}`, place, error.message)
    if (hint.source !== '.') assert.match(error.hint ?? '', hint)
  })

function caught(work: () => unknown): PlaybookError {
  try {
    work()
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
  throw new Error('no error')
}

test('an error in an included file names that file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'))
  writeFileSync(join(folder, 'part.j2'), 'one\ntwo {{ nope }}\n')
  const error = caught(() => render('{% include "part.j2" %}', {}, { folder }))
  assert.equal(error.where, { file: 'part.j2', line: 2, column: 8 })
})

test('a template that does not end is ended', () => {
  const loop = '{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}'
  const error = caught(() =>
    templateText(parsed(`{% set r = range(5000) %}${loop}`), { ...environment({}), timeLimit: 0.05 }),
  )
  assert.is(error.code, 'E_SLOW_TEMPLATE')
  assert.ok(error.where?.line === 1)
})

test('what a secret is part of is secret', () => {
  const vars = { password: new Secret('hunter2'), users: [{ name: 'root', password: new Secret('x1') }] }
  assert.is(render('a {{ 1 }}', vars), 'a 1')
  assert.is(render('pw={{ password }}\n', vars), 'secret pw=hunter2\n')
  assert.is(render('{{ password.upper() }}', vars), 'secret HUNTER2')
  assert.is(render('{{ "%s!" % password }}{{ password[0] }}{{ password[1:3] }}', vars), 'secret hunter2!hun')
  assert.is(render('{{ "a" + password }} {{ "x" ~ password }}', vars), 'secret ahunter2 xhunter2')
  assert.is(render('{{ users }}', vars), "secret [{'name': 'root', 'password': 'x1'}]")
  assert.is(render('{{ users[0].name }}', vars), 'root')
  assert.is(render('{% set x %}{{ password }}{% endset %}{{ x }}', vars), 'secret hunter2')
  assert.is(render('{% if password == "hunter2" %}yes{% endif %}', vars), 'yes')
  assert.is(render('{% macro m(p) %}<{{ p }}>{% endmacro %}{{ m(password) }}', vars), 'secret <hunter2>')
})

test('members that are not read are not computed', () => {
  const fails = () => {
    throw new Error('computed')
  }
  const lazy = LazyDict.of([
    ['bad', fails],
    ['list', () => lazyList([fails, () => 'two', 'three'])],
    ['one', () => 1],
  ])
  assert.is(render('{{ d.one }} {{ d.list[1] }} {{ d.list is defined }}', { d: lazy }), '1 two True')
})

test('delimiters and line statements are as the settings have them', () => {
  const settings = { lineStatementPrefix: '%%', lineCommentPrefix: '##' }
  const text = '%% for x in [1, 2]\n{{ x }} ## note\n%% endfor\nend\n'
  assert.is(render(text, {}, { settings }), '1\n2\nend\n')
  const brackets = { variableStartString: '[[', variableEndString: ']]', keepTrailingNewline: true }
  assert.is(render('[[ [1, [2]] ]] {{ x }}\n', {}, { settings: brackets }), '[1, [2]] {{ x }}\n')
})

test.run()
