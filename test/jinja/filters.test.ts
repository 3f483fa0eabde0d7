// Tests filters and tests: secrets stay secret, and errors say what to do.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { library } from '../../src/jinja/library.ts'
import { templateText } from '../../src/jinja/render.ts'
import { defaultSettings } from '../../src/jinja/syntax/settings.ts'
import { parseTemplateFile } from '../../src/jinja/templateFiles.ts'
import { fromJs } from '../../src/jinja/values/convert.ts'
import type { PlaybookError } from '../../src/model/errors/error.ts'
import { Secret, secret } from '../../src/model/secrets/secret.ts'

const vars: Readonly<Record<string, unknown>> = {
  pw: secret('hunter2'),
  port: secret('8080'),
  flag: secret('yes'),
  no: secret('no'),
  list: ['open', secret('s3cret')],
  text: 'hello',
  slow: 'a'.repeat(40),
}

function rendered(expression: string): string | Secret {
  return templateText(parseTemplateFile('t.j2', `{{ ${expression} }}`, defaultSettings), {
    library,
    variable: (name) => (name in vars ? fromJs(vars[name]) : undefined),
    variableNames: () => Object.keys(vars),
    load: () => undefined,
    searchPath: [],
  })
}

const secrets: [expression: string, expected: string][] = [
  ['pw | upper', 'HUNTER2'],
  ["list | join(',')", 'open,s3cret'],
  ['list | to_json', '["open", "s3cret"]'],
  ["{'a': pw} | to_nice_yaml", 'a: hunter2\n'],
  ['pw | b64encode', 'aHVudGVyMg=='],
  ["pw | regex_replace('h', 'H')", 'Hunter2'],
  // A search of the same pattern leaves nothing behind.
  ["(pw | regex_search('hun')) ~ (pw | regex_replace('hun', 'H'))", 'hunHter2'],
  ["list | map('upper') | last", 'S3CRET'],
  ["list | sort | first | default('x') ~ pw", 'openhunter2'],
  ["'%s!' | format(pw)", 'hunter2!'],
  [
    "{'k': {'v': pw}} | combine({'k': {'w': 1}}, recursive=true) | to_json",
    '{"k": {"v": "hunter2", "w": 1}}',
  ],
]

for (const [expression, expected] of secrets) {
  test(`the result is secret: ${expression}`, () => {
    const result = rendered(expression)
    assert.instance(result, Secret)
    assert.is((result as Secret).reveal(), expected)
  })
}

const scalars: [expression: string, expected: string][] = [
  ['port | int', 'secret 8080'],
  ['(port | int) + 1', 'secret 8081'],
  ['-(port | int)', 'secret -8080'],
  ['(port | float) / 2', 'secret 4040.0'],
  ['"yes" | bool', 'True'],
  ['flag | bool', 'secret True'],
  ['port | length', 'secret 4'],
  ['[port | int] | to_json', 'secret [8080]'],
  ['{"port": port | int} | to_nice_yaml', 'secret port: 8080\n'],
  ['[port | int]', 'secret [8080]'],
  ['"%05d" % (port | int)', 'secret 08080'],
  ['[port | int, 1] | sum', 'secret 8081'],
  ['range(port | int, 8082) | list', '[8080, 8081]'],
  ['"abcde"[port | length]', 'e'],
  ['"abcde"[:port | length]', 'abcd'],
  ['(port | int) > 8000', 'True'],
  ['port is match("80")', 'True'],
  ['(port | int) is odd', 'False'],
  ['"a" if port | int else "b"', 'a'],
  ['"a" if no | bool else "b"', 'b'],
]
for (const [expression, expected] of scalars) {
  test(`numbers and booleans of secrets: ${expression}`, () => {
    const result = rendered(expression)
    assert.is(result instanceof Secret ? `secret ${result.reveal()}` : result, expected)
  })
}

test('of a list with a secret in it, what is not secret stays plain', () => {
  assert.is(rendered('list | first | upper'), 'OPEN')
})

test('a password without a salt has another hash each time', () => {
  const hash = () => (rendered("pw | password_hash('sha256', rounds=1000)") as Secret).reveal()
  assert.match(hash(), /^\$5\$rounds=1000\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{43}$/)
  assert.is.not(hash(), hash())
})

const wrong: [expression: string, code: string, message: RegExp, hint?: RegExp][] = [
  ['text | uper', 'E_TEMPLATE', /uper/, /Did you mean upper\?/],
  ['text is strng', 'E_TEMPLATE', /strng/, /Did you mean string\?/],
  ['text | indent(2, blanc=true)', 'E_TEMPLATE', /no argument "blanc"/, /Did you mean blank\?/],
  ['5 | join', 'E_TEMPLATE', /int is not a list/],
  ["slow | regex_search('^(a+)+$b')", 'E_SLOW_PATTERN', /took more than 3 s/],
  ["text | regex_replace('(?>a)', '')", 'E_TEMPLATE', /\(\?>/],
  ["text | regex_replace('(h', '')", 'E_TEMPLATE', /not a regular expression/],
  ["text | hash('sha265')", 'E_TEMPLATE', /sha265/, /Did you mean sha256\?/],
  ["text | password_hash('md5')", 'E_TEMPLATE', /md5/, /sha512/],
  ["text | password_hash('bcrypt', 'short')", 'E_TEMPLATE', /22 characters/, undefined],
  [
    "(slow ~ slow) | password_hash('bcrypt', 'abcdefghijklmnopqrstuu', rounds=4)",
    'E_TEMPLATE',
    /72 bytes/,
    /sha512/,
  ],
  ["text | password_hash('bcrypt', rounds=40)", 'E_TEMPLATE', /4 to 31 rounds/, /12/],
  [
    "'10.0.0.1' | ipaddr('nope')",
    'E_TEMPLATE',
    /filter ipaddr: unknown query 'nope'/,
    /Queries: 6to4, address/,
  ],
  ["'10.0.0.1' | ipaddr('first_usable')", 'E_TEMPLATE', /Not a network address/, /prefix/],
  ['text | ansible.utils.ipmath(1)', 'E_TEMPLATE', /'hello' is not an IP address/, undefined],
  ['text | ansible.utils.macaddr', 'E_TEMPLATE', /macaddr of ansible.utils is not built in/, /TypeScript/],
  ["'1.x' is version('1.2', '<')", 'E_TEMPLATE', /cannot be compared/, /semver/],
  ["'1.2' is version('1.2', '=>')", 'E_TEMPLATE', /"=>"/, />=/],
  ["'a: [' | from_yaml", 'E_TEMPLATE', /not YAML.*line 1/],
  ['\'{"a": }\' | from_json', 'E_TEMPLATE', /not JSON.*line 1, column 7/],
  ["'2024-13-01' | to_datetime('%Y-%m-%d')", 'E_TEMPLATE', /does not have the format/],
  ["text | comment('lisp')", 'E_TEMPLATE', /lisp/, /plain, erlang/],
  ["{} | combine({}, list_merge='both')", 'E_TEMPLATE', /both/, /append_rp/],
]

for (const [expression, code, message, hint] of wrong) {
  test(`an error says what to do: ${expression}`, () => {
    assert.throws(
      () => rendered(expression),
      (error: PlaybookError) => {
        assert.is(error.code, code)
        assert.match(error.message, message)
        if (hint) assert.match(error.hint ?? '', hint)
        if (code === 'E_TEMPLATE')
          assert.equal({ file: error.where?.file, line: error.where?.line }, { file: 't.j2', line: 1 })
        return true
      },
    )
  })
}

for (const expression of ['pw | from_json', 'pw | to_datetime', 'pw | hash(pw)', "'x' | strftime(pw)"]) {
  test(`an error shows no secret: ${expression}`, () => {
    assert.throws(
      () => rendered(expression),
      ({ message, hint }: PlaybookError) => {
        assert.not.match(`${message}${hint}`, 'hunter2')
        return true
      },
    )
  })
}

test.run()
