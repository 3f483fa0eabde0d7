// Tests that all errors of inventories are reported at once, with their lines.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, twoHosts } from '../command.ts'
import { runHere } from '../inProcess.ts'

const site = cliSite({
  'inventory.yaml': twoHosts,
  'inventory/lab.yaml': twoHosts,
  'play.ts': `import { definePlay, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

const port = z.int('expected a port').min(1).max(65535)
export default [
  definePlay({
    name: 'WAS',
    hosts: 'web',
    vars: z.object({
      version: z.string(),
      instances: z.array(z.object({ name: z.string(), http: port })),
    }),
    tasks: (host) => host.vars.instances.map(({ name }) => copyFile({ dest: \`/tmp/never-\${name}\`, content: 'x' })),
  }),
  definePlay({
    name: 'Motd',
    hosts: 'web',
    tasks: () => [copyFile({ dest: 'etc/motd', content: 'x' })],
  }),
]
`,
  'any.ts': `import { definePlay } from 'run-playbook'\nexport default definePlay({ name: 'Any', hosts: 'web', tasks: () => [] })\n`,
  'wrong.yaml': `web:
  hosts:
    one:
      ansible_connection: local
      instances:
        - { name: ecs, http: 8080 }
        - { name: ifs, http: "8o81" }
    two:
      ansible_connection: locl
      instances: []
`,
  'tab.yaml': 'web:\n  hosts:\n\tone:\n',
  'broken.yaml': 'web:\n  hosts: [one, two\n',
  'odd.yaml': 'web:\n  host:\n    one:\n',
  'cycle.yaml': 'web:\n  children:\n    db:\n      children:\n        web:\n',
  'undefined.ini': 'one\n[web:children]\ndb\n',
  'range.yaml': 'web:\n  hosts:\n    w[05:1]:\n',
  'vaulted.yaml': '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
  'folder/1.yaml': twoHosts,
  'folder/2.ini': '[web\none\n',
  'folder/group_vars/web.yaml': 'a: [1\n',
  'none.txt': '\n',
  'limit.txt': 'one\n\n!onne\n',
  'unknown.ts': `import { definePlay } from 'run-playbook'\nexport default definePlay({ name: 'Unknown', hosts: 'web:dbs', tasks: () => [] })\n`,
})
test.after(() => site.remove())

const here = (args: string) => runHere(site.path, args.split(' '))

test('Variables, connections and tasks that are wrong are reported together', async () => {
  const { code, stdout, stderr } = await here('play -i wrong.yaml')
  assert.equal([code, stdout], [1, ''])
  const lines = stderr.split('\n').filter((line) => !line.startsWith('    '))
  assert.equal(lines, [
    'wrong.yaml:7:30  one: instances[1].http  expected a port, got "8o81"  E_VARS',
    'wrong.yaml:1:1  web: version is missing; WAS (play.ts:6) needs it  E_MISSING_VAR',
    'play.ts:18  copyFile: dest: expected an absolute path, got "etc/motd"  E_PARAMS',
    'wrong.yaml:9:27  two: ansible_connection: unknown connection "locl"  E_CONNECTION_KIND',
    'run-playbook explain E_VARS   says what it means; also E_MISSING_VAR',
    '4 errors. No host was contacted.',
    '',
  ])
  assert.not.ok(existsSync(join(site.path, '.run-playbook')))
})

const cases: readonly [title: string, args: string, says: RegExp][] = [
  ['YAML with a tab', 'any -i tab.yaml', /^tab\.yaml:3:1 .*tab/i],
  ['YAML that does not parse', 'any -i broken.yaml', /^broken\.yaml:\d+:\d+ /],
  ['A key that a group does not have', 'any -i odd.yaml', /^odd\.yaml:2:3 .*host/],
  [
    'A cycle of groups',
    'any -i cycle.yaml',
    /^cycle\.yaml:3:5 {2}group db is a child of web, which is itself inside db {2}E_INVENTORY_CYCLE\n/,
  ],
  [
    'A group that nothing declares',
    'any -i undefined.ini',
    /^undefined\.ini:3:1 .*names the group db, which no section declares/,
  ],
  ['A bad range', 'any -i range.yaml', /^range\.yaml:3:5 .*E_HOST_RANGE\n/],
  [
    'A folder in which two files are wrong and one is good',
    'any -i folder',
    /^folder\/2\.ini:1:1 .*\n(?: {4}.*\n)*folder\/group_vars\/web\.yaml:2:1 .*\n(?: {4}.*\n)*2 errors\./,
  ],
  ['A wrong inventory beside a good one', 'any -i inventory.yaml -i odd.yaml', /^odd\.yaml:2:3 /],
  ['A damaged vault', 'any -i vaulted.yaml', /^vaulted\.yaml:1 .*not a complete vault text.*E_VAULT\n/],
  [
    'A play of a group that is not there',
    'unknown -i inventory.yaml',
    /^unknown\.ts:2 {2}No host or group "dbs"\. {2}E_UNKNOWN_GROUP\n/,
  ],
  [
    'A limit file without a host',
    'any -i inventory.yaml -l @none.txt',
    /^--limit @none\.txt matches no host\. {2}E_LIMIT_EMPTY\n/,
  ],
  [
    'A limit file with a name that nothing has',
    'any -i inventory.yaml -l @limit.txt',
    /^limit\.txt:3 {2}No host or group "onne"\. {2}E_UNKNOWN_HOST\n {4}Did you mean one\?\n/,
  ],
  [
    'A limit file that is not there',
    'any -i inventory.yaml -l @nothing.txt',
    /^No file nothing\.txt for --limit\. {2}E_LIMIT_FILE\n/,
  ],
  [
    'An inventory that is not there: the nearest',
    'any -i inventry.yaml',
    /^No inventory "inventry\.yaml"\. {2}E_NO_INVENTORY\n[\s\S]*Did you mean inventory\.yaml\?/,
  ],
  [
    'No inventory: those there are',
    'any',
    /^No inventory given\. {2}E_NO_INVENTORY\n {4}Give one: -i inventory\.yaml or -i lab\.yaml\n1 error\. No host was contacted\.\n$/,
  ],
  [
    'A limit that nothing is called',
    'any -i inventory.yaml -l onn',
    /^No host or group "onn"\. {2}E_UNKNOWN_HOST\n {4}Did you mean one\?\n1 error/,
  ],
  [
    'A limit that leaves no host',
    'any -i inventory.yaml -l one:!web',
    /^--limit one:!web matches no host\. {2}E_LIMIT_EMPTY\n/,
  ],
  [
    'A limit that leaves no host of the plays',
    'any -i inventory.yaml -i other, -l other',
    /^--limit other matches no host\. {2}E_LIMIT_EMPTY\n {4}Possible hosts: one, two/,
  ],
  [
    'Extra variables that are none',
    'any -i inventory.yaml -e version',
    /^-e version: "version" is not key=value/,
  ],
  [
    'A file of extra variables that is not there',
    'any -i inventory.yaml -e @nothing.yaml',
    /^nothing\.yaml:1 .*no such file/,
  ],
  [
    'A file with the vault password that is not there',
    'any -i inventory.yaml --vault-password-file nothing',
    /^Cannot read the password file nothing: no such file\. {2}E_PASSWORD_FILE\n/,
  ],
  [
    'Playbook and inventory wrong: both are reported',
    'nothing.ts -i tab.yaml',
    /^No playbook "nothing\.ts"[\s\S]*\ntab\.yaml:3:1 [\s\S]*\n2 errors\. No host was contacted\.\n$/,
  ],
]

test('Plays of localhost alone need no inventory', async () => {
  const play = (hosts: string) =>
    `definePlay({ name: '${hosts}', hosts: '${hosts}', tasks: () => [command({ argv: ['true'] })] })`
  const heading = "import { definePlay } from 'run-playbook'\nimport { command } from 'run-playbook/tasks'\n"
  site.write({
    'local.ts': `${heading}export default ${play('localhost')}\n`,
    'mixed.ts': `${heading}export default [${play('localhost')}, ${play('web')}]\n`,
  })
  const local = await here('local')
  assert.is(local.code, 0, local.stderr)
  assert.match(local.stdout, /localhost {2}changed/)
  const mixed = await here('mixed')
  assert.is(mixed.code, 1)
  assert.match(mixed.stderr, /E_NO_INVENTORY/)
})

for (const [title, args, says] of cases) {
  test(title, async () => {
    const { code, stdout, stderr } = await here(args)
    assert.equal([code, stdout], [1, ''])
    assert.match(stderr, says)
    assert.not.match(stderr, /^\s+at /m)
  })
}

test.run()
