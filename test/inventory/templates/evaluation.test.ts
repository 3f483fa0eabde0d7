// Tests variables with templates: evaluated when read, errors located, secrets kept.

import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { connectionSettings } from '../../../src/inventory/connection/connectionSettings.ts'
import { loadInventory } from '../../../src/inventory/inventory.ts'
import { encryptVault } from '../../../src/inventory/vault/encrypt.ts'
import { PlaybookError } from '../../../src/model/errors/error.ts'
import { formatLocation } from '../../../src/model/errors/location.ts'
import { createMasker } from '../../../src/model/secrets/masker.ts'
import { Secret, secretsIn } from '../../../src/model/secrets/secret.ts'
import { testFolder } from '../../testFolder.ts'

const folder = testFolder('inventory-templates')

function write(files: { readonly [name: string]: string }): string {
  const cwd = mkdtempSync(join(folder, 'case-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return cwd
}

async function host(vars: string, files: { readonly [name: string]: string } = {}) {
  const lines = vars.trimEnd().split('\n')
  const cwd = write({
    ...files,
    'hosts.yml': `web:\n  hosts:\n    web-01:\n  vars:\n${lines.map((line) => `    ${line}\n`).join('')}`,
  })
  const inventory = await loadInventory(['hosts.yml'], {
    cwd,
    playbookDir: '.',
    vaultPasswords: [{ id: 'default', password: 'pw' }],
  })
  return { host: inventory.host('web-01')!, cwd }
}

function failure(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
    return `${error.where ? formatLocation(error.where) : ''} ${error.message} ${error.code} | ${error.hint}`
  }
  throw new Error('no error')
}

test('an inventory without braces does not evaluate anything', async () => {
  const { host: web } = await host('a: 1\nb: x')
  assert.is(web.templated.size, 0)
  assert.is(web.vars, web.rawVars)
})

test('a variable is evaluated when it is read, and a broken one harms no other', async () => {
  const { host: web } = await host('good: "{{ base }}/x"\nbase: /srv\nbroken: "{{ nope }}"')
  assert.equal({ ...web.rawVars }, { good: '{{ base }}/x', base: '/srv', broken: '{{ nope }}' })
  assert.is(web.vars.good, '/srv/x')
  assert.is(web.vars.inventory_hostname, 'web-01')
  assert.equal(Object.keys(web.vars).sort(), ['base', 'broken', 'good'])
})

const broken: [title: string, vars: string, expected: string][] = [
  [
    'undefined',
    'url: "http://{{ prot }}"\nport: 80',
    'hosts.yml:5:10 url: "prot" is undefined E_UNDEFINED | Did you mean port?',
  ],
  [
    'undefined further on',
    'url: "{{ address }}"\naddress: "{{ ip }}:80"',
    'hosts.yml:6:14 url: "ip" is undefined E_UNDEFINED | Set it, or give it a default: ip | default(\'…\')',
  ],
  [
    'in a part',
    'url:\n  - { a: "{{ ip }}" }',
    'hosts.yml:6:14 url[0].a: "ip" is undefined E_UNDEFINED | Set it, or give it a default: ip | default(\'…\')',
  ],
  [
    'a circle',
    'url: "{{ b }}"\nb: "{{ c }}"\nc: "{{ url }}"',
    'hosts.yml:5:10 url: the variable refers to itself: url → b → c → url E_TEMPLATE | One of them has to be set without the others.',
  ],
  [
    'syntax',
    'url: "{{ b"',
    'hosts.yml:5:10 url: the expression is not closed E_TEMPLATE | Close it with }}.',
  ],
  [
    'an unknown filter',
    'url: "{{ 1 | defualt }}"',
    'hosts.yml:5:10 url: no filter "defualt" E_TEMPLATE | Did you mean default?',
  ],
  [
    'what is no value',
    'url: "{{ namespace(a=1) }}"',
    'hosts.yml:5:10 url: a object is not a value: <namespace> E_TEMPLATE | undefined',
  ],
  [
    'a fact',
    'url: "{{ ansible_default_ipv4.address }}"',
    'hosts.yml:5:10 url: "ansible_default_ipv4" is a fact, which is not known here E_UNDEFINED | Facts are read after connecting to the host: variables of plays, roles and templates may use them, connection variables may not.',
  ],
  [
    'an unknown lookup',
    "url: \"{{ lookup('fiel', 'x') }}\"",
    'hosts.yml:5:10 url: no lookup "fiel" E_TEMPLATE | Did you mean file?',
  ],
]
for (const [title, vars, expected] of broken)
  test(`${title}: the error names the place`, async () => {
    const { host: web } = await host(vars)
    assert.is(
      failure(() => web.vars.url),
      expected,
    )
  })

test('a list that a template changes is its own', async () => {
  const { host: web } = await host(
    'list: ["{{ 1 }}", 2]\nplain: [1]\nmore: "{% do plain.append(3) %}{{ plain }}"\nsame: "{{ plain }}"',
  )
  assert.equal(web.vars.more, [1, 3])
  assert.equal(web.vars.same, [1])
  assert.equal(web.vars.list, [1, 2])
})

test('connection variables are evaluated, and what cannot be is refused with its place', async () => {
  const { host: web } = await host(
    'ansible_host: "10.0.0.{{ 2 + 3 }}"\nansible_port: "{{ 2000 + 22 }}"\nansible_user: "{{ login }}"\nlogin: deploy\nansible_password: "{{ pw }}"\npw: secret1',
  )
  const settings = connectionSettings(web, {})
  assert.is(settings.host, '10.0.0.5')
  assert.is(settings.port, 2022)
  assert.is(settings.user, 'deploy')
  assert.is(settings.password?.reveal(), 'secret1')
  const { host: wrong } = await host('ansible_host: "{{ ip }}"\nansible_port: "{{ prt }}"')
  const errors = failures(() => connectionSettings(wrong, {}))
  assert.equal(errors, [
    'hosts.yml:5:19 web-01: ansible_host: "ip" is undefined',
    'hosts.yml:6:19 web-01: ansible_port: "prt" is undefined',
  ])
})

function failures(work: () => unknown): string[] {
  try {
    work()
  } catch (error) {
    const { errors } = error as { readonly errors: readonly PlaybookError[] }
    return errors.map(({ where, message }) => `${formatLocation(where!)} ${message}`)
  }
  return []
}

test('what is made of an encrypted text is secret, and only that', async () => {
  const vault = encryptVault(
    'db_password: hunter2\nurl: "postgres://{{ user }}:{{ db_password }}@db"\n',
    'pw',
  )
  const { host: web } = await host('user: app\ndsn: "{{ url }}?x"\nplain: "{{ user }}"', {
    'group_vars/web/vault.yml': vault,
  })
  const dsn = web.vars.dsn
  assert.ok(dsn instanceof Secret)
  assert.is(dsn.reveal(), 'postgres://app:hunter2@db?x')
  assert.is(web.vars.plain, 'app')
  assert.ok([...secretsIn(dsn)].some((secret) => secret.reveal() === 'hunter2'))
  assert.ok(secretsIn(web.vars).size > 0)
})

test('a number or boolean made of a secret is one, and cannot be made a text', async () => {
  const { host: web } = await host(
    'next: "{{ port | int + 1 }}"\nopen: "{{ flag | bool }}"\nlist: ["{{ port | int }}", 1]\nis: "{{ port == \'8080\' }}"',
    {
      'group_vars/web/vault.yml': encryptVault(
        "port: '8080'\nflag: 'yes'\ntwice: '{{ port | int * 2 }}'\n",
        'pw',
      ),
    },
  )
  const { next, open, list, twice, is } = web.vars as Record<string, Secret> & { list: Secret[] }
  assert.equal(
    [next, open, twice, list[0]].map((each) => each!.reveal()),
    ['8081', 'True', '16160', '8080'],
  )
  assert.equal([list[1], is], [1, true])
  assert.is(JSON.stringify({ next, open }), '{"next":"••••••••","open":"••••••••"}')
  assert.throws(() => String(next), /A secret cannot be part of a plain text/)
  assert.throws(() => `${open}`, /A secret cannot be part of a plain text/)
  const masked = createMasker([...secretsIn([next, open])])
  assert.is(masked('8081 8080 True'), '•••••••• •••••••• True')
})

test('braces in a single !vault value are not evaluated, as in ansible-core 2.19', async () => {
  const lines = encryptVault('user-{{ inventory_hostname }}', 'pw').trim().split('\n')
  const vault = `one: !vault |\n${lines.map((line) => `  ${line}\n`).join('')}uses: "x {{ one }}"`
  const { host: web } = await host(vault)
  assert.is((web.vars.one as Secret).reveal(), 'user-{{ inventory_hostname }}')
  assert.is((web.vars.uses as Secret).reveal(), 'x user-{{ inventory_hostname }}')
})

test('the lookups env, file and password', async () => {
  process.env.RUN_PLAYBOOK_LOOKUP = 'from env'
  const { host: web, cwd } = await host(
    [
      "e: \"{{ lookup('env', 'RUN_PLAYBOOK_LOOKUP') }}\"",
      "unset: \"{{ lookup('env', 'RUN_PLAYBOOK_NONE', default='d') }}\"",
      "f: \"{{ lookup('file', 'motd') }}\"",
      "both: \"{{ query('file', 'motd', 'hosts.yml') | default }}\"",
      "p: \"{{ lookup('password', 'secrets/db length=12 chars=digits') }}\"",
      "again: \"{{ lookup('ansible.builtin.password', 'secrets/db length=12 chars=digits') }}\"",
      "none: \"{{ lookup('file', 'nothing.txt') }}\"",
      "ignored: \"{{ lookup('file', 'nothing.txt', errors='ignore') is none }}\"",
    ].join('\n'),
    { 'files/motd': 'welcome\n\n' },
  )
  assert.is(web.vars.e, 'from env')
  assert.is(web.vars.unset, 'd')
  assert.is(web.vars.f, 'welcome')
  assert.is((web.vars.both as string[]).length, 2)
  const password = web.vars.p
  assert.ok(password instanceof Secret)
  assert.match(password.reveal(), /^\d{12}$/)
  assert.is((web.vars.again as Secret).reveal(), password.reveal())
  assert.is(readFileSync(join(cwd, 'secrets/db'), 'utf8'), `${password.reveal()}\n`)
  assert.is(statSync(join(cwd, 'secrets/db')).mode & 0o777, 0o600)
  assert.match(
    failure(() => web.vars.none),
    /^hosts\.yml:11:11 none: lookup file: there is no file nothing\.txt/,
  )
  assert.is(web.vars.ignored, true)
})

test('variables of -e, of modules and of scripts are evaluated too', async () => {
  const cwd = write({ 'hosts.yml': 'all: { hosts: { h: { b: 2 } } }\n' })
  const inventory = await loadInventory(['hosts.yml'], {
    cwd,
    extraVars: ['a={{ b + 1 }}', { c: ['{{ a }}'] }],
  })
  assert.is(inventory.host('h')!.vars.a, 3)
  assert.equal(inventory.host('h')!.vars.c, [3])
})

test.run()
