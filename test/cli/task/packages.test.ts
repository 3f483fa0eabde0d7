// Tests that roles and tasks of packages are found, and paths of tsconfig.json.

import { chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../command.ts'

const task = (name: string) => `/**
 * Greets by ${name}.
 *
 * @example ${name}({ who: 'you' })
 */
export const ${name} = defineTask({
  name: '${name}',
  summary: 'Greets.',
  params: z.strictObject({ who: z.string() }),
  probe: () => ({}),
  plan: ({ who }) => [{ what: 'greeting', from: 'none', to: who, steps: [run(sh\`true\`)] }],
  verify: false,
})
`

const site = cliSite({
  'inventory.yaml': 'all:\n  hosts:\n    one: { ansible_connection: local }\n',
  'node_modules/my-package/package.json': JSON.stringify({
    name: 'my-package',
    type: 'module',
    exports: { '.': { import: './dist/index.js' }, './tasks': './dist/tasks.js' },
  }),
  'node_modules/my-package/dist/tasks.js': `import { defineTask, run, sh, z } from 'run-playbook'\n${task('greet')}${task('wave')}`,
  'node_modules/my-package/dist/index.js': `import { defineRole, flushHandlers, Secret, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'
export const hello = defineRole({
  name: 'hello',
  params: z.strictObject({ folder: z.string(), password: z.instanceof(Secret) }),
  tasks: ({ params: { folder, password } }) => [
    copyFile({ src: 'motd', dest: folder + '/motd' }),
    copyFile({ src: 'beside', dest: folder + '/beside' }),
    flushHandlers(),
    copyFile({ dest: folder + '/password', content: password }),
  ],
})
`,
  'node_modules/my-package/files/motd': 'of the package\n',
  'node_modules/my-package/dist/files/beside': 'beside the module\n',
  'node_modules/@scope/common/package.json': '{ "name": "@scope/common", "main": "one.cjs" }',
  'node_modules/@scope/common/one.cjs': `const { defineTask, run, sh, z } = require('run-playbook')\n${task('only').replace('export const only =', 'exports.only =')}`,
  'tsconfig.json': `{
  // As tsc reads it.
  "compilerOptions": { "paths": { "@lib/*": ["./lib/*"], "~greeting": ["./lib/greeting.ts"] } },
}`,
  'lib/who.ts': `export const who: string = 'somebody'\n`,
  'lib/greeting.ts': `export { who as greeting } from '@lib/who'\n`,
  'plays/play.ts': `import { definePlay, secret } from 'run-playbook'
import { hello } from 'my-package'
import { greet } from 'my-package/tasks'
import { greeting } from '~greeting'
export default definePlay({
  hosts: 'all',
  roles: [hello({ folder: __dirname, password: secret('sesame') })],
  tasks: () => [greet({ who: greeting })],
})
`,
})
test.after(() => site.remove())

test('a role of a package has its files beside it, and is made by the running copy; paths are followed', async () => {
  const { code, stdout, stderr } = await site.run('plays/play.ts -i inventory.yaml')
  assert.is(code, 0, stdout + stderr)
  assert.match(stdout, /hello : copyFile .*\/motd/)
  assert.match(stdout, /greeting {3}none → somebody/)
  assert.is(readFileSync(join(site.path, 'plays/motd'), 'utf8'), 'of the package\n')
  assert.is(readFileSync(join(site.path, 'plays/beside'), 'utf8'), 'beside the module\n')
  assert.not.match(stdout, /sesame/)
})

test('a task of a package runs ad hoc', async () => {
  for (const name of ['my-package/tasks#wave', '@scope/common', '@scope/common#only']) {
    const { code, stdout, stderr } = await site.run(`task ${name} --who me -i inventory.yaml`)
    assert.is(code, 0, stdout + stderr)
    assert.match(stdout, /greeting {3}none → me/)
  }
  const { stdout } = await site.run('docs my-package/tasks#wave')
  assert.match(stdout, /^wave\n\nGreets by wave\.\n\n {4}wave\(\{ who: 'you' \}\)/)
})

const faults: readonly [args: string, says: string][] = [
  [
    'my-package/tasks',
    'my-package/tasks exports several tasks: greet, wave.  E_NO_TASK\n    Choose one: my-package/tasks#greet\n',
  ],
  [
    'my-package/tasks#nod',
    'my-package/tasks exports no task nod, only greet, wave.  E_NO_TASK\n    Choose one: my-package/tasks#greet\n',
  ],
  ['my-package', 'No task "my-package".  E_UNKNOWN_TASK\n    List them: run-playbook docs\n'],
  [
    'my-package#hello',
    'my-package exports no task.  E_NO_TASK\n    Export one: export default defineTask({ … })\n',
  ],
  [
    '@scope/none/tasks#a',
    '@scope/none/tasks is neither a file nor in an installed package.  E_NO_FILE\n    Install the package here: npm install @scope/none\n',
  ],
  ['./none#a', 'File not found: none  E_NO_FILE\nrun-playbook explain E_NO_FILE   says what it means\n'],
]

for (const [name, says] of faults) {
  test(`task ${name}: what is wrong, and what to do`, async () => {
    const { code, stderr } = await site.run(`task ${name} --who me -i inventory.yaml`)
    assert.equal([code, stderr], [1, says])
  })
}

test('a tsconfig.json that extends what is not there is named', async () => {
  site.write({
    'broken/tsconfig.json': '{ "extends": "./none.json" }',
    'broken/play.ts': 'export default 1\n',
  })
  const { code, stderr } = await site.run('broken/play.ts -i inventory.yaml')
  assert.is(code, 1)
  assert.match(stderr, /^broken\/tsconfig\.json:1 {2}Cannot read its paths: .*none\.json.*E_TSCONFIG$/m)
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot(
  'a package of somebody else is not loaded, nor do the paths of their tsconfig.json count',
  async () => {
    site.write({
      'node_modules/theirs/package.json': '{ "name": "theirs", "main": "index.cjs" }',
      'node_modules/theirs/index.cjs': 'throw new Error("was run")',
      'foreign/tsconfig.json': '{ "compilerOptions": { "paths": { "~who": ["./evil.ts"] } } }',
      'foreign/evil.ts': 'throw new Error("was run")',
      'foreign/plays/play.ts': "import { who } from '~who'\nexport default who\n",
    })
    for (const path of ['node_modules/theirs', 'foreign/tsconfig.json', 'foreign/evil.ts'])
      chownSync(join(site.path, path), 12345, 12345)
    const named = await site.run('task theirs#x -i inventory.yaml')
    assert.equal(
      [named.code, named.stderr],
      [
        1,
        `The package of theirs is not loaded: ${site.path}/node_modules/theirs belongs to uid 12345.  E_NO_FILE\n    If you trust it, give its file: ${site.path}/node_modules/theirs/index.cjs\n`,
      ],
    )
    const { stderr } = await site.run('foreign/plays/play.ts -i inventory.yaml')
    assert.not.match(stderr, 'was run')
    assert.match(stderr, '~who')
  },
)

test.run()
