// Tests the doctor command on hosts of this machine, unreachable ones included.

import { createServer } from 'node:net'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'
import { runHere } from '../inProcess.ts'

const needing = `import { defineTask, z } from 'run-playbook'
export const needing = defineTask({
  name: 'needing',
  summary: 'Needs what it is given.',
  params: z.strictObject({ needs: z.any(), brings: z.any().optional() }),
  needs: ({ needs }) => needs,
  provides: ({ brings }) => brings ?? {},
  probe: () => ({}),
  plan: () => [],
})
`
const site = cliSite({
  'inventory.yaml': `all:
  hosts:
    one: { ansible_connection: local }
    two: { ansible_connection: local }
    gone: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: nobody }
`,
  'needing.ts': needing,
})
test.after(() => site.remove())

let count = 0

/** Examines one or more hosts with tasks of this text, `needs` being that of the play. */
async function doctor(tasks: string, { needs = '{}', args = '', limit = 'one' } = {}) {
  count += 1
  const name = `play-${count}.ts`
  site.write({
    [name]: `import { block, definePlay, look, sh, secret, succeeds } from 'run-playbook'
import { dnf, command } from 'run-playbook/tasks'
import { needing } from './needing.ts'
export default definePlay({
  name: 'Test', hosts: 'all', needs: ${needs},
  tasks: () => [${tasks}],
})
`,
  })
  return runHere(site.path, [
    'doctor',
    name,
    '-i',
    'inventory.yaml',
    '-l',
    limit,
    ...args.split(' ').filter(Boolean),
  ])
}

type Checked = {
  check: string
  level: string
  text: string
  cure: string | null
  neededBy: { task: string; where: string }[]
}

/** The findings of a host, by the name of the check. */
async function findings(...args: Parameters<typeof doctor>) {
  const [tasks, options = {}] = args
  const ended = await doctor(tasks, { ...options, args: `${options.args ?? ''} --output json` })
  assert.is(ended.stderr, '')
  const { hosts } = JSON.parse(ended.stdout)
  const all: Checked[] = hosts.one.checks
  return {
    code: ended.code,
    looks: hosts.one.looks,
    of: (name: string) => all.find(({ check }) => check === name),
  }
}

const rows: [title: string, needs: string, check: string, level: string, text: RegExp][] = [
  ['a program that is there', "{ tools: ['tar'] }", 'tool tar', 'ok', /tar$/],
  ['one that is not', "{ tools: ['no-tool'] }", 'tool no-tool', 'problem', /^not installed$/],
  ['one of two', "{ tools: [['no-tool', 'tar']] }", 'tool no-tool or tar', 'ok', /tar$/],
  [
    'a version that is late enough',
    "{ tools: [{ tool: 'sh', version: '1.8', versionCommand: sh`echo tool 1.10.2` }] }",
    ...(['tool sh 1.8', 'ok', /^1\.10\.2$/] as const),
  ],
  [
    'an old version',
    "{ tools: [{ tool: 'sh', version: '1.10', versionCommand: sh`echo tool 1.9` }] }",
    ...(['tool sh 1.10', 'problem', /^1\.9 is too old: 1\.10 or later is needed$/] as const),
  ],
  [
    'no room',
    "{ disk: { '/no/such/folder': 1e18 } }",
    'disk /no/such/folder',
    'problem',
    /free, .* GiB needed/,
  ],
  ['room', "{ disk: { '/tmp/a/b': 1 } }", 'disk /tmp/a/b', 'ok', /free$/],
  ['memory', '{ memory: 2 ** 20 }', 'memory 1 MiB', 'ok', /available$/],
  ['too little memory', '{ memory: 2 ** 50 }', 'memory 1048576.0 GiB', 'problem', /available, .* needed$/],
  ['a name', "{ names: ['localhost'] }", 'name localhost', 'ok', /^[\d.:]+$/],
  [
    'a name that is not there',
    "{ names: ['no-such.invalid'] }",
    'name no-such.invalid',
    'problem',
    /not resolve/,
  ],
  ['a refused connection', "{ reach: ['127.0.0.1:1'] }", 'reach 127.0.0.1:1', 'ok', /no firewall/],
  [
    'no URL',
    "{ urls: ['http://127.0.0.1:1/x'] }",
    'URL http://127.0.0.1:1/x',
    'problem',
    /onnect|refused|no answer/,
  ],
  ['a check', "{ checks: [{ what: 'it is so', command: sh`true`, cure: 'x' }] }", 'it is so', 'ok', /^yes$/],
  [
    'a failing check',
    "{ checks: [{ what: 'it is not so', command: sh`false`, cure: 'x' }] }",
    'it is not so',
    'problem',
    /^no$/,
  ],
  [
    'a condition that does not hold',
    "{ where: sh`false`, tools: ['no-tool-2'] }",
    'tool no-tool-2',
    'ok',
    /not needed/,
  ],
  [
    'a condition that holds',
    "[{ where: sh`true`, tools: ['no-tool-3'] }]",
    'tool no-tool-3',
    'problem',
    /not installed/,
  ],
]

test('what tasks need, kind by kind, in one run', async () => {
  const { of } = await findings(rows.map(([, needs]) => `needing({ needs: ${needs} })`).join(', '))
  for (const [title, , check, level, text] of rows) {
    assert.is(of(check)?.level, level, `${title}: ${JSON.stringify(of(check))}`)
    assert.match(of(check)!.text, text, title)
    assert.match(of(check)!.neededBy[0]!.where, /^play-\d+\.ts:6$/, title)
  }
})

test('a port that another program has is a problem, and one of the program itself is none', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  try {
    const free = await findings('needing({ needs: { ports: { 1: "java" } } })')
    assert.equal([free.of('port 1')!.level, free.of('port 1')!.text], ['ok', 'free'])
    const taken = await findings(`needing({ needs: { ports: { ${port}: 'java' } } })`)
    assert.ok(
      ['problem', 'warning'].includes(taken.of(`port ${port}`)!.level),
      JSON.stringify(taken.of(`port ${port}`)),
    )
  } finally {
    server.close()
  }
})

test('what an earlier task brings is no problem; what a later one brings is', async () => {
  const bring = "needing({ needs: {}, brings: { packages: ['no-tool'] } })"
  const need = "needing({ needs: { tools: ['no-tool'] } })"
  const before = await findings(`${bring}, ${need}`)
  assert.equal([before.code, before.of('tool no-tool')!.level], [0, 'later'])
  assert.match(before.of('tool no-tool')!.text, 'provided earlier by needing')
  const after = await findings(`${need}, ${bring}`)
  assert.equal([after.code, after.of('tool no-tool')!.level], [2, 'problem'])
})

test('a task that may be skipped, or may fail, gives a warning', async () => {
  for (const options of ['when: succeeds(sh`false`)', 'ignoreErrors: true']) {
    const found = await findings(`needing({ needs: { tools: ['no-tool'] } }, { ${options} })`)
    assert.equal([found.code, found.of('tool no-tool')!.level], [0, 'warning'], options)
  }
  const both = await findings(`needing({ needs: { tools: ['no-tool'] } }, { ignoreErrors: true }),
    needing({ needs: { tools: ['no-tool'] } })`)
  assert.equal([both.code, both.of('tool no-tool')!.level], [2, 'problem'])
})

test('a handler needs something, a play does, and looks are counted', async () => {
  const found = await findings(
    `needing({ needs: {} }, { notify: needing({ needs: { tools: ['no-tool'] } }) }), look('os', () => [])`,
    { needs: "(host) => ({ tools: [host.name === 'one' ? 'no-other' : 'tar'] })" },
  )
  assert.is(found.of('tool no-tool')!.level, 'problem')
  assert.equal(found.of('tool no-other')!.neededBy, [{ task: 'play Test', where: `play-${count}.ts:4` }])
  assert.is(found.looks, 1)
})

test('tags leave out what is not selected', async () => {
  const tasks = `needing({ needs: { tools: ['no-tool'] } }, { tags: ['a'] }), needing({ needs: {} }, { tags: ['b'] })`
  const found = await findings(tasks, { args: '-t b' })
  assert.equal([found.code, found.of('tool no-tool')], [0, undefined])
})

test('the program of a command is needed, unless it is a path', async () => {
  const found = await findings(`command({ argv: ['no-tool', 'x'] }), command({ argv: ['/opt/no-tool'] })`)
  assert.is(found.of('tool no-tool')!.level, 'problem')
  assert.is(found.of('tool /opt/no-tool'), undefined)
})

test('the table folds equal hosts, and names task, line and cure', async () => {
  const { code, stdout } = await doctor("needing({ needs: { tools: ['unzip-no'] } })", { limit: 'one,two' })
  assert.is(code, 2)
  assert.match(stdout, /^one two {2}\S+ .*\n/)
  assert.match(stdout, /✗ tool unzip-no +not installed\n +→ .*unzip-no\n +play-\d+\.ts:6 {2}needing\n/)
  assert.match(stdout, /2 hosts: 0 ready · 2 with problems · nothing was changed\n$/)
  assert.not.match(stdout, '✓')
})

test('-v lists what is well, and without playbooks hosts alone are checked', async () => {
  const { code, stdout } = await runHere(site.path, ['doctor', '-i', 'inventory.yaml', '-l', 'one', '-v'])
  assert.is(code, 0, stdout)
  for (const name of ['clock', 'shell', 'temporary folders', 'disk space', 'packages', 'SELinux'])
    assert.match(stdout, new RegExp(`[✓!] ${name} `))
})

test('other hosts are known by names that resolve', async () => {
  site.write({
    'named.yaml': `all:
  hosts:
    one: { ansible_connection: local, ansible_host: no-such.invalid }
    two: { ansible_connection: local, ansible_host: localhost.localdomain }
`,
  })
  const { code, stdout } = await runHere(site.path, ['doctor', '-i', 'named.yaml'])
  assert.is(code, 0)
  assert.match(stdout, /! names of hosts +not resolved: no-such\.invalid/)
})

test('a host that cannot be reached does not keep the others from being examined', async () => {
  const { code, stdout } = await doctor("needing({ needs: { tools: ['tar'] } })", { limit: 'one,gone' })
  assert.is(code, 4)
  assert.match(stdout, /^gone\n {2}✗ .+ {2}E_\w+$/m)
  assert.match(stdout, '2 hosts: 1 ready · 0 with problems · 1 unreachable')
})

test('where nobody can become the user, that is the problem, and the rest is checked as the login user', async () => {
  const found = await findings(
    "needing({ needs: { tools: ['tar'] } }, { become: 'no-such-user', becomeMethod: 'su' })",
  )
  assert.is(found.code, 2)
  const refused = found.of('become su:no-such-user')
  assert.is(refused?.level, 'problem')
  assert.match(refused!.text, /E_BECOME_\w+$/)
  assert.is(refused!.neededBy[0]!.task, 'needing')
  assert.is(found.of('shell')!.level, 'ok')
})

for (const [title, needs, message] of [
  ['a misspelt member', "{ tool: ['tar'] }", 'Unrecognized key: "tool"'],
  ['a wrong value', '{ disk: { data: 1 } }', 'expected an absolute path'],
  ['no list', "{ tools: 'tar' }", 'needs.tools'],
] as const)
  test(`needs are refused before a host is contacted: ${title}`, async () => {
    const { code, stderr } = await doctor(`needing({ needs: ${needs} })`)
    assert.is(code, 1)
    assert.match(stderr, message)
    assert.match(stderr, /play-\d+\.ts:6 .*E_NEEDS/)
  })

test('a secret in a check of a task is masked', async () => {
  const { stdout } = await doctor(
    `needing({ needs: { checks: [{ what: 'hunter2hunter2', command: sh\`false\`, cure: 'x' }] } }, { environment: { P: secret('hunter2hunter2') } })`,
  )
  assert.not.match(stdout, 'hunter2hunter2')
})

test.run()
