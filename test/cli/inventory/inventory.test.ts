// Tests the inventory command.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const cases = fileURLToPath(new URL('../../../../test/fixtures/inventory/cases', import.meta.url))
const golden = (name: string) => JSON.parse(readFileSync(join(cases, name, 'golden.json'), 'utf8'))

const site = cliSite({
  'lab.yaml': `all:
  vars: { version: 9.0.100, tier: lab }
  children:
    was:
      vars: { version: 9.0.105, instances: [{ name: ecs, http: 8080 }] }
      hosts:
        was-01: { version: 9.0.109 }
        was-02:
    web:
      hosts: { web-01: , web-02: }
`,
  'more.ini': '[db]\ndb-01 port=5432\n',
  'group_vars/was.yaml': 'version: 9.0.107\ntwice: 1\ntwice: 2\n',
  'play/host_vars/was-02.yaml': 'version: 9.0.111\n',
  'templates.yaml': `all:
  vars: { port: "{{ base + 1 }}", base: 8000, url: "http://{{ inventory_hostname }}:{{ port }}" }
  hosts: { a: , b: { base: 9000, far: "{{ hostvars['a'].port }}" }, c: { broken: "{{ prot }}" } }
`,
  'bad.yaml': 'all:\n  hosts:\n    - one\n',
  'was.ts': `import { definePlay, z } from 'run-playbook'
export default definePlay({
  name: 'WAS',
  hosts: 'was',
  vars: z.object({ version: z.string().describe('Of Tomcat.'), instances: z.array(z.object({ name: z.string(), http: z.int() })) }),
  tasks: () => [],
})
`,
  'vault.password': 'correct horse\n',
})
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(/\s+/).filter(Boolean))

const shown: readonly [title: string, args: string, stdout: string | RegExp][] = [
  [
    '--list-hosts names one host a line',
    'inventory -i lab.yaml --list-hosts all',
    'was-01\nwas-02\nweb-01\nweb-02\n',
  ],
  ['several -i', 'inventory -i lab.yaml -i more.ini --list-hosts all:!was', 'web-01\nweb-02\ndb-01\n'],
  ['--limit', 'inventory -i lab.yaml --list-hosts all --limit web[1]:was-01', 'was-01\nweb-02\n'],
  ['a list of hosts', 'inventory -i b,a, --list-hosts all', 'b\na\n'],
  ['a pattern that matches nothing', 'inventory -i lab.yaml --list-hosts all:!all', ''],
  [
    '--graph',
    'inventory -i lab.yaml --graph',
    '@all:\n  |--@ungrouped:\n  |--@was:\n  |  |--was-01\n  |  |--was-02\n  |--@web:\n  |  |--web-01\n  |  |--web-02\n',
  ],
  [
    '--graph GROUP --vars',
    'inventory -i lab.yaml --graph web --vars',
    '@web:\n  |--web-01\n  |  |--{tier = lab}\n  |  |--{version = 9.0.100}\n  |--web-02\n  |  |--{tier = lab}\n  |  |--{version = 9.0.100}\n',
  ],
  [
    '--host, with -e above all',
    'inventory -i lab.yaml --host web-01 -e version=1',
    '{\n    "tier": "lab",\n    "version": "1"\n}\n',
  ],
  [
    '--host of this machine',
    'inventory -i more.ini --host localhost',
    '{\n    "ansible_connection": "local"\n}\n',
  ],
  [
    '--list --limit',
    'inventory -i lab.yaml --list --limit web-02',
    '{\n    "_meta": {\n        "hostvars": {\n            "web-02": {\n                "tier": "lab",\n                "version": "9.0.100"\n            }\n        }\n    },\n    "all": {\n        "children": [\n            "ungrouped",\n            "was",\n            "web"\n        ]\n    },\n    "web": {\n        "hosts": [\n            "web-02"\n        ]\n    }\n}\n',
  ],
  [
    '--where of a host: all that sets it, and what wins',
    'inventory -i lab.yaml --where was-01.version',
    'lab.yaml:2:20           group all    "9.0.100"  overridden\nlab.yaml:5:24           group was    "9.0.105"  overridden\ngroup_vars/was.yaml:1:10  group was    "9.0.107"  overridden\nlab.yaml:7:28           host was-01  "9.0.109"  overrides the above\n',
  ],
  [
    '--where of a part of it',
    'inventory -i lab.yaml --where was-02.instances[0].http',
    /^lab\.yaml:5:\d+ {2}group was {2}8080 {2}wins\n$/,
  ],
  [
    '--where of a group: who gets another value',
    'inventory -i lab.yaml --where was.version --playbook-dir play',
    /^lab\.yaml[\s\S]*was\.yaml:1:10 +group was +"9\.0\.107" +overrides the above\nlab\.yaml:7:28 +host was-01 +"9\.0\.109" +wins for was-01\nplay\/host_vars\/was-02\.yaml:1:10 +host was-02 +"9\.0\.111" +wins for was-02\n$/,
  ],
  [
    '--where of templates: their result, and what it is made of',
    'inventory -i templates.yaml --where b.url',
    'templates.yaml:2:52  group all  "http://{{ inventory_hostname }}:{{ port }}"  wins\n→ "http://b:9001"\n    inventory_hostname  magic variable\n    port                templates.yaml:2:17  "{{ base + 1 }}"  → 9001\n    base                templates.yaml:3:28  9000\n',
  ],
  [
    '--where of another host',
    'inventory -i templates.yaml --where b.far',
    /^→ 8001\n {4}hostvars +magic variable\n {4}a\.port +templates\.yaml:2:17 .* → 8001\n {4}a\.base +templates\.yaml:2:\d+ +8000\n$/m,
  ],
  [
    '--where of what cannot be evaluated',
    'inventory -i templates.yaml --where c.broken',
    /wins\n→ ERROR templates\.yaml:3:\d+ broken: "prot" is undefined {2}Did you mean port\?\n$/,
  ],
  [
    '--host shows templates as they are written',
    'inventory -i templates.yaml --host a',
    '{\n    "base": 8000,\n    "port": "{{ base + 1 }}",\n    "url": "http://{{ inventory_hostname }}:{{ port }}"\n}\n',
  ],
  [
    '--resolved shows their results',
    'inventory -i templates.yaml --host a --resolved',
    '{\n    "base": 8000,\n    "port": 8001,\n    "url": "http://a:8001"\n}\n',
  ],
  [
    '--where of what -e says',
    'inventory -i lab.yaml --where web-01.version -e version=1',
    /^lab\.yaml:2:20 +group all +"9\.0\.100" +overridden\n-e +command line +"1" +overrides the above\n$/,
  ],
]

for (const [title, args, stdout] of shown) {
  test(title, async () => {
    const ended = await here(args)
    const warning = /lab\.yaml/.test(args)
      ? 'warning  group_vars/was.yaml:3:1  duplicate key "twice" (first on line 2); the last value is used\n'
      : ''
    assert.equal([ended.code, ended.stderr], [0, warning], ended.stdout)
    if (typeof stdout === 'string')
      assert.is(ended.stdout.replace(/ +(?=group|host)/g, ' '), stdout.replace(/ +(?=group|host)/g, ' '))
    else assert.match(ended.stdout, stdout)
  })
}

test('--resolved puts an error in the place of its value, and ends with 1', async () => {
  const ended = await here('inventory -i templates.yaml --host c --resolved')
  assert.is(ended.code, 1)
  const vars = JSON.parse(ended.stdout) as { [name: string]: unknown }
  assert.is(vars.url, 'http://c:8001')
  assert.match(
    String(vars.broken),
    /^ERROR templates\.yaml:3:\d+ broken: "prot" is undefined {2}Did you mean port\?$/,
  )
})

const refused: readonly [args: string, stderr: string | RegExp][] = [
  ['--list-hosts wsa', 'No host or group "wsa".  E_UNKNOWN_GROUP\n    Did you mean was?\n'],
  ['--list-hosts was-1', 'No host or group "was-1".  E_UNKNOWN_HOST\n    Did you mean was-01?\n'],
  [
    '--list-hosts was --limit web',
    /^--limit web matches no host\. {2}E_LIMIT_EMPTY\n {4}Possible hosts: was-01, was-02\n$/,
  ],
  ['--host was-1', 'No host "was-1".  E_UNKNOWN_HOST\n    Did you mean was-01?\n'],
  ['--graph weg', 'No group "weg".  E_UNKNOWN_GROUP\n    Did you mean web?\n'],
  ['--where was-01.vresion', 'was-01 has no variable "vresion".  E_UNKNOWN_VAR\n    Did you mean version?\n'],
  [
    '--where was.instances[0].htp',
    /^lab\.yaml:5:\d+ {2}was: instances\[0\] has no "htp"\. {2}E_UNKNOWN_VAR\n {4}Did you mean http\?\n$/,
  ],
  [
    '--where was.instances[1]',
    /was: instances has no "1"\. {2}E_UNKNOWN_VAR\n {4}It has 1 item, counted from 0\.\n$/,
  ],
  ['--where was-01', /^"was-01" does not name a variable\. {2}E_WHERE\n/],
  ['--where wsa.version', 'No host or group "wsa".  E_UNKNOWN_HOST\n    Did you mean was?\n'],
  [
    '--graph --resolved',
    '--graph and --resolved cannot be combined.  E_USAGE\n    Give --resolved with --host or --list.\n',
  ],
  ['--list --graph', '--list and --graph cannot be combined.  E_USAGE\n    Give only one of them.\n'],
  [
    '',
    /^Nothing to show\. {2}E_USAGE\n {4}Give one of --list, --host, --graph, --list-hosts, --where, --schema\.\n$/,
  ],
  ['--lits', "unknown option '--lits'  E_USAGE\n    Did you mean --list?\n"],
  ['--list -i bad.yaml', /^bad\.yaml:3:5 [\s\S]*1 error\. No host was contacted\.\n$/],
]

for (const [args, stderr] of refused) {
  test(`inventory ${args} is refused`, async () => {
    const ended = await here(`inventory -i lab.yaml ${args}`)
    const printed = ended.stderr.replace(/^warning {2}.*\n/, '')
    assert.equal([ended.code, ended.stdout], [1, ''])
    if (typeof stderr === 'string') assert.is(printed, stderr)
    else assert.match(printed, stderr)
  })
}

test('without -i the inventories there are are named', async () => {
  const { code, stderr } = await here('inventory --list')
  assert.equal(
    [code, stderr],
    [
      1,
      'No inventory given.  E_NO_INVENTORY\n    Give one: -i inventory.yaml, or hosts with a trailing comma: -i web-01,web-02,\n',
    ],
  )
})

const listed: readonly [name: string, args: string][] = [
  ['vault', `-i ${cases}/vault/hosts.yml --vault-password-file vault.password`],
  ['vault', `-i ${cases}/vault/hosts.yml --vault-id prod@vault.password`],
  [
    'group-vars-precedence',
    `-i ${cases}/group-vars-precedence/inv/hosts.yml --playbook-dir ${cases}/group-vars-precedence/play`,
  ],
  ['ini-ranges', `-i ${cases}/ini-ranges/hosts.ini`],
]

for (const [name, args] of listed) {
  test(`--list says what Ansible says: ${name}`, async () => {
    const { code, stdout } = await here(`inventory --list ${args}`)
    assert.is(code, 0)
    assert.equal(JSON.parse(stdout), golden(name).list)
  })
}

test('a vault is masked wherever Ansible does not list it', async () => {
  for (const args of [
    '--graph --vars',
    '--where h.db_password',
    '--where all.inline_secret',
    '--where h.nested.token',
  ]) {
    const { code, stdout, stderr } = await here(
      `inventory -i ${cases}/vault/hosts.yml --vault-password-file vault.password ${args}`,
    )
    assert.equal([code, stderr], [0, ''])
    assert.match(stdout, '••••••••')
    assert.not.match(stdout, /hunter2|one two|5432|abc/)
  }
})

test('--schema is a JSON Schema of the inventory, --schema --vars of a file of variables', async () => {
  const whole = await here('inventory --schema was.ts')
  assert.equal([whole.code, whole.stderr], [0, ''])
  const schema = JSON.parse(whole.stdout)
  assert.equal(schema.definitions.vars.properties.version, { $ref: '#/definitions/var_version' })
  assert.equal(schema.definitions.var_version, {
    description: 'Of Tomcat.',
    type: 'string',
    title: 'version (WAS)',
  })
  const vars = JSON.parse((await here('inventory --schema was --vars')).stdout)
  assert.ok(vars.properties.ansible_host.description)
  assert.equal(vars.definitions.var_instances.items.required, ['name', 'http'])
})

test('the command itself lists as much', async () => {
  const { code, stdout, stderr } = await site.run('inventory -i more.ini --list-hosts all')
  assert.equal([code, stdout, stderr], [0, 'db-01\n', ''])
})

test('inventory --help shows its flags and examples', async () => {
  const { code, stdout, stderr } = await here('inventory --help')
  assert.equal([code, stderr], [0, ''])
  for (const flag of [
    '--list',
    '--host',
    '--graph',
    '--vars',
    '--list-hosts',
    '--where',
    '--schema',
    '--limit',
    '--playbook-dir',
    '--vault-id',
  ])
    assert.ok(stdout.includes(flag), flag)
  assert.match(stdout, /\$schema=schema\.json/)
})

test.run()
