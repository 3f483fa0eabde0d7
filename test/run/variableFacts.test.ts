// Tests plays whose inventory variables use facts of hosts, or files of a role.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { definePlay, defineRole, type Play, z } from '../../src/index.ts'
import { isFactName } from '../../src/inventory/templates/variableUse.ts'
import {
  type AggregatePlaybookError,
  loadInventory,
  type RunPlaybookOptions,
  runPlaybook,
} from '../../src/run/index.ts'
import { copyFile, template } from '../../tasks/index.ts'
import { runHere } from '../cli/inProcess.ts'
import { testFolder } from '../testFolder.ts'

const folder = testFolder('facts')

writeFileSync(
  join(folder, 'hosts.yaml'),
  `web:
  hosts: { one: , two: { workers: 7 } }
  vars:
    ansible_connection: local
    workers: "{{ ansible_processor_vcpus }}"
    name: "{{ ansible_facts['hostname'] }}"
    both: { name: "{{ name }}/{{ workers }}", fixed: 1.0 }
    peer: "{{ hostvars['two'].ansible_hostname }} {{ hostvars['one'].workers }}"
    count: "{{ groups.web | length }}"
    pool: "{{ ansible_processor_vcpus | default(0) * 2 }}"
    wrong: "{{ ansible_hostname }}"
    lost: "{{ ansible_no_such_fact }}"
`,
)
const inventory = join(folder, 'hosts.yaml')
const options = { inventory, lock: 'off', limit: 'one' } as const satisfies RunPlaybookOptions
const host = hostname().split('.')[0]!
const workers = cpus().length

async function written(play: Play, name = 'out', more: Partial<RunPlaybookOptions> = {}): Promise<string> {
  rmSync(join(folder, name), { force: true })
  const { exitCode, hosts } = await runPlaybook(play, { ...options, ...more })
  const failed = hosts.one!.tasks.find(({ status }) => status === 'failed')
  assert.is(exitCode, 0, failed?.error?.message)
  return readFileSync(join(folder, name), 'utf8')
}

const dest = join(folder, 'out')
const both = z.object({ name: z.string(), fixed: z.number() })

const plays: [title: string, play: Play, expected: string][] = [
  [
    'a play without a schema',
    definePlay({
      hosts: 'web',
      tasks: ({ vars }) => [copyFile({ dest, content: JSON.stringify(vars.both) })],
    }),
    `{"name":"${host}/${workers}","fixed":1}`,
  ],
  [
    'a play with a schema, in the types of the results',
    definePlay({
      hosts: 'web',
      vars: z.object({ workers: z.int(), both, count: z.int(), pool: z.int() }),
      tasks: ({ vars }) => [
        copyFile({ dest, content: `${vars.workers + 1} ${vars.both.name} ${vars.count} ${vars.pool}` }),
      ],
    }),
    `${workers + 1} ${host}/${workers} 2 ${workers * 2}`,
  ],
  [
    'a template of a task',
    definePlay({ hosts: 'web', tasks: () => [template({ src: join(folder, 't.j2'), dest })] }),
    `${host}/${workers} 1.0 ${host} ${workers} ${host} ${workers} 7`,
  ],
  [
    'a template of a task of a play with a schema',
    definePlay({
      hosts: 'web',
      vars: z.object({ name: z.string() }),
      tasks: () => [template({ src: join(folder, 't.j2'), dest })],
    }),
    `${host}/${workers} 1.0 ${host} ${workers} ${host} ${workers} 7`,
  ],
  [
    'a role',
    definePlay({
      hosts: 'web',
      roles: [
        defineRole({
          name: 'nginx',
          vars: z.object({ workers: z.int() }),
          tasks: ({ vars }) => [copyFile({ dest, content: `worker_processes ${vars.workers};` })],
        }),
      ],
    }),
    `worker_processes ${workers};`,
  ],
  [
    'variables of another host',
    definePlay({
      hosts: 'web',
      tasks: ({ hosts }) => {
        const [{ vars }] = hosts('two', z.object({ peer: z.string(), workers: z.int() })) as never as [
          { vars: { peer: string } },
        ]
        return [copyFile({ dest, content: `${vars.peer} ${hosts('two')[0]!.vars.name}` })]
      },
    }),
    `${host} ${workers} ${host}`,
  ],
]
writeFileSync(
  join(folder, 't.j2'),
  '{{ both.name }} {{ hostvars.two.both.fixed }} {{ peer }} {{ name }} {{ hostvars.one.workers }} {{ hostvars.two.workers }}',
)

for (const [title, play, expected] of plays) {
  test(`Variables that use facts are seen by ${title}`, async () => {
    assert.is(await written(play), expected)
  })
}

test('The facts of variables are read in the first trip', async () => {
  const play = definePlay({
    hosts: 'web',
    vars: z.object({ workers: z.int(), both }),
    tasks: ({ vars }) => [copyFile({ dest, content: `${vars.both.name}` })],
  })
  await written(play)
  const { hosts } = await runPlaybook(play, options)
  assert.equal([hosts.one!.status, hosts.one!.trips], ['ok', 1])
})

test('A value that is not as the schema wants it fails its host, with its place, before a task runs', async () => {
  const play = definePlay({
    name: 'Typed',
    hosts: 'web',
    vars: z.object({ wrong: z.int(), workers: z.int() }),
    tasks: ({ vars }) => [copyFile({ dest: join(folder, 'never'), content: `${vars.wrong}` })],
  })
  const run = runPlaybook(play, options)
  const errors: unknown[] = []
  for await (const event of run) if (event.event === 'taskEnd' && event.error) errors.push(event.error)
  assert.is((await run).exitCode, 2)
  assert.match(JSON.stringify(errors), /wrong +expected (?:int|number), got/)
  assert.match(JSON.stringify(errors), /"E_VARS"/)
  assert.match(JSON.stringify(errors), /hosts\.yaml/)
})

test('Names of facts are told from those of connections and of runs', () => {
  const facts = [
    'local',
    'facts',
    'env',
    'eth0',
    'os_family',
    'lsb',
    'dns',
    'system',
    'hostname',
    'user_id',
    'sdk',
  ]
  const others = [
    'host',
    'port',
    'user',
    'ssh_common_args',
    'become',
    'become_password',
    'su_exe',
    'run_tags',
  ]
  const more = ['python_interpreter', 'docker_extra_args', 'play_hosts', 'version', 'check_mode', 'managed']
  assert.equal(
    facts.filter((name) => !isFactName(`ansible_${name}`)),
    [],
  )
  assert.equal(
    [...others, ...more].filter((name) => isFactName(`ansible_${name}`)),
    [],
  )
})

test('What uses no facts is checked before any host is contacted', async () => {
  const play = definePlay({
    name: 'Checked',
    hosts: 'web',
    vars: z
      .object({ workers: z.int(), count: z.string(), missing: z.string() })
      .refine(() => false, 'refined'),
    tasks: () => [],
  })
  const thrown = (await runPlaybook(play, options).catch((error) => error)) as AggregatePlaybookError
  assert.equal(
    thrown.errors.map(({ code }) => code),
    ['E_VARS', 'E_MISSING_VAR'],
  )
})

test('A name that is no fact is undefined, with its place', async () => {
  const play = definePlay({
    hosts: 'web',
    tasks: ({ vars }) => [copyFile({ dest, content: String(vars.lost) })],
  })
  const { hosts, exitCode } = await runPlaybook(play, options)
  assert.is(exitCode, 2)
  const error = hosts.one!.tasks.find((task) => task.error)?.error
  assert.match(JSON.stringify(error), /ansible_no_such_fact/)
})

test('What is needed to reach a host cannot use facts, and says so', async () => {
  const path = join(folder, 'reach.yaml')
  writeFileSync(
    path,
    'web:\n  hosts: { one: }\n  vars:\n    ansible_host: "{{ ansible_default_ipv4.address }}"\n',
  )
  const play = definePlay({ hosts: 'web', tasks: () => [] })
  const thrown = (await runPlaybook(play, { ...options, inventory: path }).catch(
    (error) => error,
  )) as AggregatePlaybookError
  const [error] = thrown.errors
  assert.equal([error!.code, error!.where?.line], ['E_UNDEFINED', 4])
  assert.match(error!.hint!, /connection variables may not/)
})

test('The command inventory shows them raw, and resolved an error in their place', async () => {
  const raw = await runHere(folder, ['inventory', '-i', 'hosts.yaml', '--host', 'one'])
  assert.match(raw.stdout, /\{\{ ansible_processor_vcpus \}\}/)
  const resolved = await runHere(folder, ['inventory', '-i', 'hosts.yaml', '--host', 'one', '--resolved'])
  assert.is(resolved.code, 1)
  assert.match(resolved.stdout + resolved.stderr, /Facts are read after connecting to the host/)
})

test('An inventory that is loaded from code refuses them too', async () => {
  const { vars } = (await loadInventory(inventory)).host('one')!
  assert.is(vars.count, 2)
  assert.throws(() => vars.workers, /ansible_processor_vcpus/)
})

test('The lookup file of a variable searches the role that reads it, then beside the playbook', async () => {
  const files: { readonly [path: string]: string } = {
    'inv.yaml': `web: { hosts: { one: }, vars: { ansible_connection: local, key: "{{ lookup('file', 'key') }}", both: "{{ key }}+{{ lookup('file', 'beside') }}" } }`,
    'files/key': 'of the playbook',
    'files/beside': 'beside',
    'roles/app/files/key': 'of the role',
    'roles/app/templates/t.j2': '{{ both }} {{ hostvars.one.key }}',
    'roles/app/role.ts': `import { defineRole, z } from 'run-playbook'
import { copyFile, template } from 'run-playbook/tasks'
export const app = defineRole({
  name: 'app',
  vars: z.object({ key: z.string() }),
  tasks: ({ vars }) => [
    copyFile({ dest: '${folder}/role', content: vars.key }),
    template({ src: 't.j2', dest: '${folder}/rendered' }),
  ],
})`,
    'play.ts': `import { definePlay } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'
import { app } from './roles/app/role.ts'
export default definePlay({ hosts: 'web', roles: [app], tasks: ({ vars }) => [copyFile({ dest: '${folder}/play', content: vars.both as string })] })`,
  }
  const site = join(folder, 'site')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(site, path)), { recursive: true })
    writeFileSync(join(site, path), text)
  }
  const { exitCode } = await runPlaybook(join(site, 'play.ts'), {
    ...options,
    inventory: join(site, 'inv.yaml'),
  })
  assert.is(exitCode, 0)
  assert.equal(
    ['role', 'rendered', 'play'].map((name) => readFileSync(join(folder, name), 'utf8')),
    ['of the role', 'of the role+beside of the playbook', 'of the playbook+beside'],
  )
})

test('In a dry run they are there, too', async () => {
  const play = definePlay({
    hosts: 'web',
    tasks: ({ vars }) => [copyFile({ dest: join(folder, 'dry'), content: String(vars.name) })],
  })
  const { hosts } = await runPlaybook(play, { ...options, check: true, diff: true })
  assert.is(hosts.one!.tasks[0]!.changes[0]!.diff!.after, host)
})

test.run()
