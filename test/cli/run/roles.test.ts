// Tests roles in plays: what belongs to them, where they run, early errors.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const inventory = `web:
  hosts:
    one: { ansible_connection: local, port: 8080 }
    two: { ansible_connection: local, port: 8081, extra: { a: 1 } }
`

const imports = `import { block, definePlay, defineRole, sh, stdout, succeeds, z } from 'run-playbook'
import { command, copyFile } from 'run-playbook/tasks'
const note = (text: string, options = {}) =>
  command({ argv: ['true', text] }, { title: text, ...options })
`

const site = cliSite({ 'inventory.yaml': inventory })
test.after(() => site.remove())

let files = 0
/** Runs the text of a playbook, and returns the lines of both outputs. */
async function ran(text: string, flags = '') {
  files += 1
  const file = `play${files}.ts`
  site.write({ [file]: imports + text })
  const { code, stdout, stderr } = await site.run(`${file} -i inventory.yaml ${flags}`)
  const clean = (stdout + stderr).replaceAll(file, 'play.ts')
  return {
    code,
    text: clean,
    titles: [...clean.matchAll(/^one +(?:changed|handler|ok) +(.+?)(?: {2}.*)?$/gm)].map(
      ([, title]) => title,
    ),
  }
}

/** The line of the playbook with the text. */
const lineOf = (text: string, part: string) =>
  (imports + text).split('\n').findIndex((line) => line.includes(part)) + 1

test('preTasks, roles and tasks in order; titles, handlers and tags of roles; handlers notified from outside', async () => {
  const play = `
const inner = defineRole({ name: 'inner', tasks: () => [note('in')] })
const outer = defineRole({
  name: 'outer',
  params: z.strictObject({ n: z.int() }),
  handlers: ({ params }) => ({ reload: note('reload', { title: undefined }), other: note('o' + params.n) }),
  tags: ['more'],
  tasks: ({ params, handlers }) => [note('a' + params.n, { notify: [handlers.reload, handlers.other] }), inner],
})
const bare = defineRole({ name: 'bare', handlers: { restart: command({ argv: ['true'] }) }, tasks: () => [note('b')] })
export default definePlay({
  hosts: 'web',
  preTasks: () => [note('before')],
  roles: [outer({ n: 1 }), outer({ n: 2 }, { tags: ['second'] }), () => [note('plain')], false],
  tasks: () => ['', 0, note('own', { notify: [bare.handler('restart'), outer.handler('reload')] }), block([bare])],
  postTasks: () => [note('after')],
})`
  const all = await ran(play, '-l one')
  assert.is(all.code, 0, all.text)
  assert.equal(all.titles.slice(0, -1), [
    'before',
    'outer : a1',
    'inner : in',
    'outer : a2',
    'inner : in',
    'plain',
    'own',
    'bare : b',
    'outer : reload',
    'outer : o1',
    'outer : o2',
    'bare : restart',
    'after',
  ])
  const tagged = async (tag: string) =>
    (await ran(play, `-l one -t ${tag} --list-tasks`)).text
      .replaceAll(/ +flushHandlers\n/g, '')
      .replaceAll(/ +flushHandlers\n/g, '')
  assert.match(
    await tagged('second'),
    /one\n {4}outer : a2 {2}\[outer, more, second\]\n {4}inner : in {2}\[outer, more, second, inner\]\n/,
  )
  assert.match(await tagged('bare'), /one\n {4}bare : b {2}\[bare\]\n/)
  assert.match(await tagged('inner'), /one\n(?: {4}inner : in .*\n){2}$/)
  const begun = await ran(play, '-l one --start-at-task b --check')
  assert.match(begun.text, /bare : b/)
  assert.not.match(begun.text, /own/)
})

test('variables and facts of roles do not collide, refine is kept, and facts of all are read in one trip', async () => {
  const play = `
const role = (name: string, type: z.ZodType, arch: string) => defineRole({
  name,
  vars: z.object({ port: type }).refine((vars) => vars.port !== 8081 || name !== 'b', { error: 'is taken' }),
  facts: { arch: stdout(sh\`echo \${arch}\`) },
  tasks: ({ vars, facts }) => [note(\`\${typeof vars.port} \${facts.arch}\`)],
})
export default definePlay({
  hosts: 'web',
  vars: z.object({ port: z.int() }),
  facts: { arch: stdout(sh\`echo play\`) },
  roles: [role('a', z.coerce.string(), 'of-a'), role('b', z.int(), 'of-b')],
  tasks: ({ vars, facts }) => [note(\`\${typeof vars.port} \${facts.arch}\`)],
})`
  const one = await ran(play, '-l one --list-tasks')
  assert.match(
    one.text,
    /one {2}\(its tasks depend on facts, read from the host now\)\n {4}a : string of-a {2}\[a\]\n {4}b : number of-b {2}\[b\]\n {4}number play\n/,
  )
  const run = await ran(play, '-l one')
  assert.match(run.text, /· 5 trips/, 'one for facts, one for probes, three for changes')
  const refused = await ran(play)
  assert.is(refused.code, 1)
  assert.match(
    refused.text,
    /inventory\.yaml:4:5 {2}two: the variables of b {2}is taken {2}E_VARS\nrun-playbook explain E_VARS {3}says what it means\n1 error\. No host was contacted\.\n/,
  )
})

test('options of a use apply to tasks, handlers and facts; a condition to tasks', async () => {
  const play = `
const role = defineRole({
  name: 'r',
  facts: { home: stdout(sh\`echo $HOME\`) },
  handlers: { show: command({ argv: ['sh', '-c', 'echo "$WHO" > ${site.path}/who'] }) },
  tasks: ({ facts, handlers }) => [note('x', { notify: handlers.show })],
})
export default definePlay({
  hosts: 'web',
  roles: [role({}, { environment: { WHO: 'me' } }), role({}, { when: succeeds(sh\`false\`), tags: ['no'] })],
})`
  const run = await ran(play, '-l one')
  assert.is(run.code, 0, run.text)
  assert.match(run.text, /1 skipped/)
  assert.is(readFileSync(join(site.path, 'who'), 'utf8'), 'me\n')
})

test('files of a role are found beside it, then beside the playbook', async () => {
  site.write({
    'roles/r/role.ts': `import { defineRole } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'
import { more } from './tasks/more.ts'
export const r = defineRole({
  name: 'r',
  tasks: () => [...['a', 'b', 'c'].map((src) => copyFile({ src, dest: '${site.path}/to-' + src })), more()],
})
`,
    'roles/r/tasks/more.ts': `import { copyFile } from 'run-playbook/tasks'
export const more = () => copyFile({ src: 'd', dest: '${site.path}/to-d' })
`,
    'roles/r/files/a': 'role',
    'roles/r/a': 'no',
    'roles/r/b': 'role itself',
    'roles/r/tasks/d': 'tasks',
    'files/a': 'no',
    'files/c': 'playbook',
    'files/d': 'no',
  })
  const play = `import { r } from './roles/r/role.ts'
export default definePlay({ hosts: 'web', roles: [r] })`
  const { code, text } = await ran(play, '-l one')
  assert.is(code, 0, text)
  const copied = ['a', 'b', 'c', 'd'].map((name) => readFileSync(join(site.path, `to-${name}`), 'utf8'))
  assert.equal(copied, ['role', 'role itself', 'playbook', 'tasks'])
  const missing = await ran(`export default definePlay({
  hosts: 'web',
  tasks: () => [copyFile({ src: 'nowhere', dest: '/x' })],
})`)
  assert.match(
    missing.text,
    /play\.ts:7 {2}copyFile \/x: No file nowhere on the controller\. {2}E_NO_SOURCE\n +Looked for:\n +\S+\/nowhere\n +\S+\/files\/nowhere\n/,
  )
})

const role = (members: string) => `const r = defineRole({ name: 'r', ${members} })\n`
const play = (members: string) => `export default definePlay({ hosts: 'web', ${members} })\n`

const faults: readonly [title: string, text: string, part: string, says: string][] = [
  [
    'a variable that no host has: the role and its line',
    `${role('vars: z.object({ size: z.int() }), tasks: () => []')}${play('roles: [r]')}`,
    'size',
    'inventory.yaml:1:1  web: size is missing; r (play.ts:LINE) needs it  E_MISSING_VAR',
  ],
  [
    'a wrong parameter: the line of the call',
    `${role('params: z.strictObject({ n: z.int() }), tasks: () => []')}${play("roles: [r({ n: 'x' })]")}`,
    'roles: [r',
    'play.ts:LINE  r: n: expected number, got "x"  E_PARAMS',
  ],
  [
    'a handler of a role that the play does not use',
    `${role("handlers: { a: note('a') }, tasks: () => []")}${play("tasks: () => [copyFile({ dest: '/x', content: '' }, { notify: r.handler('a') })]")}`,
    'tasks: () => [copy',
    'play.ts:LINE  copyFile /x: notify: the play does not use the role r, whose handler is a.  E_HANDLER\n    Use it in roles, or in a list of tasks of the play.',
  ],
  [
    'a handler that the role does not have',
    `${role("handlers: { reload: note('a') }, tasks: () => []")}${play("roles: [r], tasks: () => [copyFile({ dest: '/x', content: '' }, { notify: r.handler('relaod') })]")}`,
    'roles: [r]',
    'play.ts:LINE  copyFile /x: notify: the role r has no handler relaod.  E_HANDLER\n    Did you mean reload?',
  ],
  [
    'a role that uses itself',
    `${role('tasks: () => [s]')}const s = defineRole({ name: 's', tasks: () => [r()] })\n${play('roles: [r]')}`,
    "name: 's'",
    'play.ts:LINE  The role r uses itself: r → s → r.  E_ROLE',
  ],
  [
    'an unknown member',
    `${role('defaults: {}, tasks: () => []')}${play('roles: [r]')}`,
    'defaults',
    'play.ts:LINE  r: a role has no defaults.  E_ROLE\n    Give the variable a default in the schema: vars: z.object({ port: z.int().default(80) }).',
  ],
  [
    'what is no role',
    play("roles: ['nginx']"),
    'nginx',
    'play.ts:LINE  web: roles.0: expected a role: what defineRole returns, or a function of the host, got "nginx"  E_KEYWORD',
  ],
  [
    'an unknown option of a use',
    `${role('tasks: () => []')}${play('roles: [r({}, { tag: [] })]')}`,
    'roles: [r',
    'play.ts:LINE  r: a role has no keyword tag.  E_KEYWORD\n    Did you mean tags?',
  ],
  [
    'a handler that is no task',
    `${role('handlers: { a: copyFile }, tasks: () => []')}${play('roles: [r]')}`,
    'handlers',
    'play.ts:LINE  r: the handler a is not a task.  E_ROLE',
  ],
  [
    'tasks of a role that are no list',
    `${role('tasks: async () => []')}${play('roles: [r]')}`,
    'async',
    'play.ts:LINE  r: tasks(host) returned a promise, not a list of tasks.  E_PLAY',
  ],
  [
    'variables of other hosts by a schema: host, variable and line',
    play(
      "tasks: ({ hosts }) => [note(String(hosts('two', z.object({ extra: z.object({ a: z.string() }) }))[0].vars.extra.a))]",
    ),
    'tasks',
    'inventory.yaml:4:63  two: extra.a  expected string, got 1  E_VARS',
  ],
  [
    'a task whose result is dropped',
    play("tasks: () => {\n  note('a')\n  copyFile({ dest: '/x', content: '' })\n  return []\n}"),
    '  copyFile({ d',
    'play.ts:LINE  copyFile is called here, but its result is in no list.  E_DROPPED_TASK',
  ],
  [
    'a function of tasks whose result is dropped',
    play("tasks: () => {\n  note('a')\n  return []\n}"),
    "  note('a')",
    'play.ts:LINE  note, which makes tasks, is called here, but its result is in no list.  E_DROPPED_TASK',
  ],
  [
    'a task outside of any play',
    `copyFile({ dest: '/x', content: '' })\n${play('tasks: () => []')}`,
    'copyFile({ d',
    'play.ts:LINE  copyFile is called here, but its result is in no list.  E_DROPPED_TASK',
  ],
  [
    'a role whose result is dropped',
    `${role('params: z.strictObject({ a: z.int() }), tasks: () => []')}${play('tasks: () => {\n  r({ a: 1 })\n  return []\n}')}`,
    '  r({ a',
    'play.ts:LINE  The role r is called here, but its result is in no list.  E_DROPPED_TASK',
  ],
]

for (const [title, text, part, says] of faults) {
  test(`Before any contact: ${title}`, async () => {
    const { code, text: output } = await ran(text)
    assert.is(code, 1)
    assert.ok(output.includes(says.replace('LINE', String(lineOf(text, part)))), output)
    assert.match(output, /No host was contacted\./)
  })
}

test('a handler that is only notified sometimes is no error', async () => {
  const { code, text } = await ran(
    play(`tasks: ({ name, vars }) => {
  const reload = note('reload')
  const extras = [
    note('extra'),
  ]
  return [note('a', { notify: name === 'none' ? reload : [] }), vars.none && extras]
}`),
    '--check',
  )
  assert.is(code, 0, text)
})

test('a host whose facts cannot be read is reported in the lists, with the exit code of a run', async () => {
  site.write({ 'away.yaml': 'web:\n  hosts:\n    away: { ansible_host: 127.0.0.1, ansible_port: 1 }\n' })
  site.write({
    'facts.ts': `${imports}export default definePlay({
  hosts: 'web', facts: { a: stdout(sh\`echo a\`) }, tasks: ({ facts }) => [note(facts.a, { tags: ['t'] })],
})`,
  })
  const away = await site.run('facts.ts -i away.yaml --list-tasks')
  assert.is(away.code, 4)
  assert.match(away.stdout, /away {2}\(its tasks depend on facts, which could not be read: /)
  const tags = await site.run('facts.ts -i inventory.yaml --list-tags')
  assert.equal(
    [tags.code, tags.stdout],
    [
      0,
      `web  (web)\n  t\n${['one', 'two'].map((name) => `  ${name}: its tasks depend on facts, read from the host now\n`).join('')}`,
    ],
  )
})

test.run()
