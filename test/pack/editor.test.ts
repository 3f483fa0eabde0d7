// Tests by the real language server that editors document keywords, options, parameters.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import type { AnyTaskFunction } from '../../src/model/task.ts'
import * as httpdTasks from '../../tasks/httpd/index.ts'
import * as generalTasks from '../../tasks/index.ts'
import * as tomcatTasks from '../../tasks/tomcat/index.ts'
import { LanguageServer } from './languageServer.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-editor-')))
const server = new LanguageServer(tsc, folder)
test.after(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The modules of tasks, without the names that are deprecated. */
const modules = {
  httpd: { ...httpdTasks },
  tomcat: { ...tomcatTasks },
  tasks: Object.fromEntries(
    Object.entries(generalTasks).filter(([name]) => !(name in httpdTasks) && !(name in tomcatTasks)),
  ),
}

const calls = Object.entries(modules).flatMap(([module, tasks]) =>
  Object.entries(tasks)
    .filter(([, task]) => typeof (task as Partial<AnyTaskFunction>).spec?.plan === 'function')
    .filter(([name]) => name !== 'ansibleModule') // called with the module's name and arguments first
    .map(([name]) => [`${module}.${name}`, `${module}.${name}({ ‸ })`] as const),
)

/** A task of a user, whose parameters have a type of their own. */
const ownTask = `type MotdParams = {
  /** The message. */
  readonly text: string
  /** Where it is shown. */
  readonly path?: string | undefined
}
const motdParams = z.strictObject({ text: z.string().describe('The message.'), path: z.string().default('/etc/motd') })
const motd = defineTask({
  name: 'motd',
  summary: 'Sets the message of the day.',
  params: motdParams as z.ZodType<z.output<typeof motdParams>, MotdParams>,
  title: ({ path }) => path.toUpperCase(),
  probe: () => ({}),
  plan: () => [],
})`

const places: readonly (readonly [what: string, code: string])[] = [
  ['a play', 'definePlay({ ‸ })'],
  ['a role', 'defineRole({ ‸ })'],
  ['a block', 'block([], { ‸ })'],
  ['a task', "tasks.copyFile({ dest: '/a', content: '' }, { ‸ })"],
  ['retry', "tasks.copyFile({ dest: '/a', content: '' }, { retry: { ‸ } })"],
  ['a task of a user', 'motd({ ‸ })'],
  ['the use of a role', 'role({ n: 1 }, { ‸ })'],
  ['an object in a list', "httpd.httpdConfiguration({ prefix: '/a', files: [{ ‸ }] })"],
  ['an object in a list', 'tasks.firewallRichRule({ ‸ })'],
  ['the options of a module of Ansible', "tasks.ansibleModule('ping', {}, { ‸ })"],
  ...calls,
]

const text = `import { block, definePlay, defineRole, defineTask, z } from 'run-playbook'
import * as tasks from 'run-playbook/tasks'
import * as httpd from 'run-playbook/tasks/httpd'
import * as tomcat from 'run-playbook/tasks/tomcat'
const role = defineRole({ name: 'role', params: z.strictObject({ n: z.int() }), tasks: () => [] })
${ownTask}
${places.map(([, code]) => code).join('\n')}
`

test.before(async () => {
  execFileSync(process.execPath, ['build/documentParams.mjs'], { cwd: root })
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  symlinkSync(root, join(folder, 'node_modules/run-playbook'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = { module: 'nodenext', strict: true, noEmit: true, types: ['node'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  writeFileSync(join(folder, 'site.ts'), text.replaceAll('‸', ''))
  await server.open('site.ts', text.replaceAll('‸', ''))
})

for (const [index, [what, code]] of places.entries()) {
  test(`${what}: ${code}`, async () => {
    const marks = [...text.matchAll(/‸/g)]
    const own = await server.completions('site.ts', text.replaceAll('‸', ''), marks[index]!.index - index)
    const task = Object.values(modules)
      .flatMap((tasks) => Object.entries(tasks))
      .find(([name]) => code.endsWith(`.${name}({ ‸ })`))?.[1] as AnyTaskFunction | undefined
    if (task) assert.equal(own.map(({ name }) => name).sort(), paramsOf(task))
    else assert.ok(own.length > 0)
    assert.equal(
      own.filter(({ documentation }) => documentation.trim() === '').map(({ name }) => name),
      [],
    )
  })
}

function paramsOf({ spec: { params } }: AnyTaskFunction): string[] {
  const object = params.def.type === 'pipe' ? params.def.in : params
  return Object.keys(object.def.shape).sort()
}

test('the documented types are those of the schemas, and comments are written once', () => {
  const checks = calls.map(
    ([name], index) => `type Params${index} = Parameters<typeof ${name}>[0]
type Schema${index} = z.input<typeof ${name}.spec.params>
export const params${index} = (a: Params${index}, b: Schema${index}): [Schema${index}, Params${index}] => [a, b]
`,
  )
  writeFileSync(join(folder, 'site.ts'), text.split('const role')[0]! + checks.join(''))
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  assert.is(stdout, '')
  const file = join(root, 'dist/tasks/files/copyFile.d.ts')
  const once = readFileSync(file, 'utf8')
  execFileSync(process.execPath, ['build/documentParams.mjs'], { cwd: root })
  assert.is(readFileSync(file, 'utf8'), once)
})

test.run()
