// Tests that errors in playbooks are reported with their lines, before any contact.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite, type Ended, twoHosts } from '../command.ts'

const play = (tasks: string, more = '') => `import { definePlay } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'
${more}
export default definePlay({
  name: 'Files',
  hosts: 'web',
  tasks: (host) => ${tasks},
})
`

type Case = readonly [title: string, file: string, text: string, says: string]

const loading: readonly Case[] = [
  [
    'A playbook that does not parse: line and column',
    'syntax.ts',
    `export default {\n  name: 'x' hosts\n}\n`,
    `syntax.ts:2:13  Unexpected token, expected ",".  E_SYNTAX`,
  ],
  [
    'A file that is not there is imported: the line of the import, and the nearest',
    'noFile.ts',
    `import { definePlay } from 'run-playbook'\nimport { role } from './rolle.ts'\nexport default role\n`,
    `noFile.ts:2:22  Cannot find ./rolle.ts, which is imported here.  E_LOAD\n    Did you mean role.ts?`,
  ],
  [
    'A file that is not there is imported further below',
    'below.ts',
    `import './role.ts'\nexport { default } from './roles/tomcat.ts'\n`,
    `roles/tomcat.ts:3:8  Cannot find ./nothing.ts, which is imported here.  E_LOAD\n    File not found: roles/nothing.ts`,
  ],
  [
    'A package that is not installed',
    'noPackage.ts',
    `import left from "left-of-all"\nexport default left\n`,
    `noPackage.ts:1:18  Cannot find left-of-all, which is imported here.  E_LOAD\n    Is it installed? npm install left-of-all`,
  ],
  [
    'A part of run-playbook that does not exist',
    'noPart.ts',
    `import { copyFile } from 'run-playbook/task'\nexport default copyFile\n`,
    `noPart.ts:1:26  Cannot find run-playbook/task, which is imported here.  E_LOAD\n    Available: run-playbook, run-playbook/formats, run-playbook/tasks, run-playbook/tasks/httpd, run-playbook/tasks/tomcat, run-playbook/testing`,
  ],
  [
    'A name that run-playbook does not export',
    'noExport.ts',
    `import { definPlay } from 'run-playbook'\n\nexport default definPlay({ name: 'x', hosts: 'all', tasks: () => [] })\n`,
    `noExport.ts:3  Cannot load this file: definPlay is not a function  E_LOAD\n    run-playbook does not export definPlay. Did you mean definePlay?`,
  ],
  [
    'A playbook that throws while it is loaded',
    'throws.ts',
    `const port: number = 5\n\nif (port === 5) throw new Error('Not on a Monday.')\n`,
    `throws.ts:3  Cannot load this file: Not on a Monday.  E_LOAD`,
  ],
  [
    'A task with wrong parameters outside of any play',
    'early.ts',
    `import { copyFile } from 'run-playbook/tasks'\n\nexport const motd = copyFile({ dest: 'etc/motd', content: 'x' })\n`,
    `early.ts:3  copyFile: dest: expected an absolute path, got "etc/motd"  E_PARAMS\n    Its parameters: run-playbook docs copyFile`,
  ],
  [
    'A playbook that exports nothing',
    'nothing.ts',
    `const a = 1\n`,
    'nothing.ts:1  Expected a play as default export, found no export.  E_NO_PLAY',
  ],
  [
    'A playbook without a default export',
    'named.ts',
    `export const site = 1\n`,
    'named.ts:1  Expected a play as default export, found only the named export site.  E_NO_PLAY',
  ],
  [
    'A playbook that exports an object',
    'object.ts',
    `export default { hosts: 'all' }\n`,
    'object.ts:1  Expected a play as default export, found an object.  E_NO_PLAY',
  ],
  [
    'A playbook that exports an empty array',
    'empty.ts',
    `export default []\n`,
    'empty.ts:1  Expected a play as default export, found an empty array.  E_NO_PLAY',
  ],
  [
    'A playbook that exports a task',
    'task.ts',
    `import { copyFile } from 'run-playbook/tasks'\nexport default [copyFile({ dest: '/tmp/x', content: 'x' })]\n`,
    'task.ts:1  Expected a play as default export, found an array that contains a task (copyFile /tmp/x).  E_NO_PLAY\n    Export one: export default definePlay({ name, hosts, tasks }), or an array of plays.',
  ],
]

const planning: readonly Case[] = [
  [
    'A parameter of the wrong type: the line of the call',
    'params.ts',
    play(`[
    copyFile({ dest: '/tmp/x', content: 'x' }),
    copyFile({
      dest: '/tmp/x',
      content: 'x',
      mode: 644,
    }),
  ]`),
    `params.ts:9  copyFile: mode: expected an octal mode such as '0644' or 0o644, a symbolic one such as 'u+rwX,go-w', or 'preserve', got 644  E_PARAMS`,
  ],
  [
    'Several wrong parameters of one task',
    'several.ts',
    play(`[copyFile({ dest: 5, contents: 'x' } as any)]`),
    `several.ts:7  copyFile: 2 wrong parameters  E_PARAMS\n    dest: expected string, got 5\n    copyFile: Unrecognized key: "contents". Did you mean content?`,
  ],
  [
    'A value that is none of the types it may be',
    'union.ts',
    play(`[copyFile({ dest: '/tmp/x', content: 5 as any })]`),
    `union.ts:7  copyFile: content: expected string or Buffer or Secret, got a number  E_PARAMS`,
  ],
  [
    'tasks() that throws: the line that threw, in whichever file',
    'role.play.ts',
    play(`role(undefined as any)`, `import { role } from './role.ts'`),
    `role.ts:2  Files: its tasks could not be created: Cannot read properties of undefined (reading 'list')  E_PLAY`,
  ],
  [
    'tasks() that fails inside of Node: the line that called it',
    'readFile.ts',
    play(
      `[copyFile({ dest: '/tmp/x', content: readFileSync('/nothing/there') })]`,
      `import { readFileSync } from 'node:fs'`,
    ),
    `readFile.ts:7  Files: its tasks could not be created: ENOENT: no such file or directory, open '/nothing/there'  E_PLAY`,
  ],
  [
    'A task that does not exist',
    'noTask.ts',
    `import { definePlay } from 'run-playbook'
import { copyFil } from 'run-playbook/tasks'
export default definePlay({ name: 'x', hosts: 'web', tasks: () => [
  copyFil({ dest: '/tmp/x', content: 'x' }),
] })
`,
    `noTask.ts:4  x: its tasks could not be created: copyFil is not a function  E_PLAY\n    run-playbook/tasks does not export copyFil. Did you mean copyFile?`,
  ],
  [
    'A task that was not called',
    'notCalled.ts',
    play(`[copyFile]`),
    `notCalled.ts:4  Files: tasks(host) returned a list with the function copyFile, which is not a task.  E_PLAY\n    Call each task with its parameters: copyFile({ … }). tasks must not be async.`,
  ],
  [
    'tasks() that is async',
    'async.ts',
    play(`Promise.resolve([])`),
    `async.ts:4  Files: tasks(host) returned a promise, not a list of tasks.  E_PLAY`,
  ],
  [
    'A source that is not there on this machine',
    'noSource.ts',
    play(`[copyFile({ src: 'files/motd', dest: '/tmp/x' })]`),
    `noSource.ts:7  copyFile /tmp/x: `,
  ],
  [
    'A group that the inventory does not have',
    'noGroup.ts',
    `import { definePlay } from 'run-playbook'\nexport default definePlay({ name: 'x', hosts: 'wbe', tasks: () => [] })\n`,
    `noGroup.ts:2  No host or group "wbe".  E_UNKNOWN_GROUP\n    Did you mean web?`,
  ],
  [
    'A variable that the inventory lacks: who needs it, and where',
    'noVar.ts',
    `import { definePlay, z } from 'run-playbook'
export default definePlay({
  name: 'Ports',
  hosts: 'web',
  vars: z.object({ port: z.int() }),
  tasks: () => [],
})
`,
    `inventory.yaml:3:5  web: port is missing; Ports (noVar.ts:2) needs it  E_MISSING_VAR`,
  ],
]

const site = cliSite({
  'inventory.yaml': twoHosts,
  'role.ts': `export function role(options: { list: [] }) {\n  return options.list\n}\n`,
  'roles/tomcat.ts': `export const a = 1\n\nimport './nothing.ts'\n`,
  'good.ts': play(`[copyFile({ dest: \`${join('/tmp', 'never')}\`, content: 'x' })]`),
  ...Object.fromEntries([...loading, ...planning].map(([, file, text]) => [file, text])),
})
test.after(() => site.remove())

/** All of a kind at once: that they are all shown is a part of what is tested. */
const runs = new Map<readonly Case[], Promise<Ended>>(
  [loading, planning].map((cases) => [
    cases,
    site.run(`good ${cases.map(([, file]) => file).join(' ')} -i inventory.yaml`),
  ]),
)

for (const cases of [loading, planning]) {
  for (const [title, , , says] of cases) {
    test(title, async () => {
      const { stderr } = await runs.get(cases)!
      assert.ok(stderr.includes(`\n${says}`) || stderr.startsWith(says), stderr)
    })
  }

  test('all errors at once, counted, on stderr, without a stack; exit code 1; no host was touched', async () => {
    const { code, stdout, stderr } = await runs.get(cases)!
    assert.is(code, 1)
    assert.is(stdout, '')
    assert.match(stderr, new RegExp(`\\n${cases.length} errors\\. No host was contacted\\.\\n$`))
    assert.not.match(stderr, /^\s+at /m)
    assert.not.match(stderr, /\x1b/)
    assert.not.ok(existsSync(join(site.path, '.run-playbook')))
  })
}

const names: readonly [title: string, args: string, says: string][] = [
  [
    'A playbook that is not there: the nearest in playbooks/',
    'wsa -i inventory.yaml',
    'No playbook "wsa".  E_NO_PLAYBOOK\n    Looked for wsa and playbooks/wsa.\n    Did you mean playbooks/was.ts?\n1 error. No host was contacted.\n',
  ],
  [
    'A playbook that is like none: those there are',
    'database.ts -i inventory.yaml',
    'No playbook "database.ts".  E_NO_PLAYBOOK\n    Looked for database.ts and playbooks/database.ts.\n    Available in playbooks/: was.ts\n1 error. No host was contacted.\n',
  ],
  [
    'No playbook at all',
    '-i inventory.yaml',
    'No playbook given.  E_USAGE\n    run-playbook PLAYBOOK.ts -i INVENTORY, or run-playbook task NAME …; run-playbook --help\n',
  ],
]

for (const [title, args, says] of names) {
  test(title, async () => {
    site.write({ 'playbooks/was.ts': play('[]') })
    assert.equal(await site.run(args), { code: 1, stdout: '', stderr: says })
  })
}

test('A playbook is found by its name, with and without .ts, in playbooks/', async () => {
  site.write({ 'playbooks/was.ts': play('[]') })
  for (const name of ['was', 'was.ts', 'playbooks/was.ts', join(site.path, 'playbooks/was')]) {
    const { code, stderr } = await site.run(`${name} -i inventory.yaml --syntax-check`)
    assert.equal([code, stderr], [0, ''])
  }
})

test('tasks() that throws once the facts are there fails its host, at its line', async () => {
  site.write({
    'facts.ts': `import { definePlay, sh, stdout } from 'run-playbook'
export default definePlay({
  name: 'Facts',
  hosts: 'one',
  facts: { kernel: stdout(sh\`uname -s\`) },
  tasks: (host) => {
    if (host.facts.kernel !== 'Minix') throw new Error(\`Not on \${host.facts.kernel}.\`)
    return []
  },
})
`,
  })
  const { code, stdout, stderr } = await site.run('facts.ts -i inventory.yaml')
  assert.is(code, 2)
  assert.is(stderr, '')
  assert.match(stdout, /facts\.ts:7 .*Not on Linux\./)
})

test.run()
