// Makes the files of a new project from the answers given.

import type { ProjectAnswers } from './askAnswers.ts'

export const schemaFile = 'inventory.schema.json'

export function extensionOf({ language }: ProjectAnswers): 'ts' | 'js' {
  return language === 'typescript' ? 'ts' : 'js'
}

export function playbookOf(answers: ProjectAnswers): string {
  return `site.${extensionOf(answers)}`
}

/** By path, package.json and the schema of the inventory aside. */
export function projectFiles(answers: ProjectAnswers): { readonly [path: string]: string } {
  const extension = extensionOf(answers)
  const hasRole = answers.role === 'sample'
  return {
    [extension === 'ts' ? 'tsconfig.json' : 'jsconfig.json']: compilerOptions(extension),
    [`run-playbook.config.${extension}`]: settings,
    'inventory.yaml': answers.on === 'machine' ? thisMachine : overSsh,
    [playbookOf(answers)]: hasRole ? playbookWithRole(answers) : playbookAlone(answers),
    ...(hasRole && {
      [`roles/motd/motd.${extension}`]: role,
      'roles/motd/templates/motd.j2': template,
      [`roles/motd/motd.test.${extension}`]: roleTest(extension),
    }),
    '.gitignore': 'node_modules/\n.run-playbook/\nmotd.txt\n',
    '.github/workflows/test.yml': workflow,
  }
}

function compilerOptions(extension: 'ts' | 'js'): string {
  const options = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    ...(extension === 'ts'
      ? { verbatimModuleSyntax: true, allowImportingTsExtensions: true }
      : { checkJs: true }),
  }
  return `${JSON.stringify({ compilerOptions: options }, undefined, 2)}\n`
}

const settings = `import { defineConfig } from 'run-playbook'

// Any flag of a run can have a value here: npx run-playbook config lists them.
export default defineConfig({ inventory: 'inventory.yaml' })
`

const thisMachine = `# yaml-language-server: $schema=${schemaFile}
servers:
  hosts:
    here:
      ansible_connection: local # this machine, as the user who runs
  vars:
    greeting: Hello
    motd_path: '{{ playbook_dir }}/motd.txt'
`

const overSsh = `# yaml-language-server: $schema=${schemaFile}
servers:
  hosts:
    server-[01:02].example.com: # your hosts
  vars:
    ansible_user: admin # who logs in; ~/.ssh/config counts too
    greeting: Hello
    motd_path: /etc/motd
`

const become = ({ on }: ProjectAnswers) => (on === 'hosts' ? '  become: true,\n' : '')

const playbookWithRole = (answers: ProjectAnswers) => `// The site: which hosts get what.

import { definePlay } from 'run-playbook'
import { motd } from './roles/motd/motd.${extensionOf(answers)}'

export default definePlay({
  name: 'Site',
  hosts: 'servers',
${become(answers)}  roles: [motd],
})
`

const playbookAlone = (answers: ProjectAnswers) => `// The site: which hosts get what.

import { definePlay, z } from 'run-playbook'
import { copyFile } from 'run-playbook/tasks'

export default definePlay({
  name: 'Site',
  hosts: 'servers',
${become(answers)}  vars: z.object({ greeting: z.string(), motd_path: z.string() }),
  tasks: ({ name, vars }) => [
    copyFile({ dest: vars.motd_path, content: \`\${vars.greeting} from \${name}\\n\`, mode: '0644' }),
  ],
})
`

// As lines: test/architecture.test.ts takes a line that begins with export for an export of this file.
const role = [
  '// The role motd: greets who logs in.',
  '',
  "import { defineRole, z } from 'run-playbook'",
  "import { template } from 'run-playbook/tasks'",
  '',
  'export const motd = defineRole({',
  "  name: 'motd',",
  '  vars: z.object({ greeting: z.string(), motd_path: z.string() }), // checked in the inventory before any host is contacted',
  "  tasks: ({ vars }) => [template({ src: 'motd.j2', dest: vars.motd_path, mode: '0644' })],",
  '})',
  '',
].join('\n')

const template = '{{ greeting }} from {{ inventory_hostname }}\n'

const roleTest = (
  extension: string,
) => `// Runs the role twice on a described host: see docs/testing.md of run-playbook.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeHost, testPlay } from 'run-playbook/testing'
import { motd } from './motd.${extension}'

const skip = process.platform === 'linux' ? false : 'testPlay needs Linux'

test('greets, and a second run changes nothing', { skip }, async () => {
  const host = fakeHost({ vars: { greeting: 'Hello', motd_path: '/etc/motd' } })
  const { changes, secondRun } = await testPlay(motd, host)
  assert.deepEqual(changes.map(({ what }) => what), ['/etc/motd'])
  assert.match(host.file('/etc/motd') ?? '', /^Hello from /)
  assert.deepEqual(secondRun.changes, [])
})
`

const workflow = `name: test
on: [push, pull_request]
permissions: { contents: read }
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22, cache: npm }
      - run: npm ci
      # Tests of roles run in a namespace of their own.
      - run: sudo sysctl -e -w kernel.apparmor_restrict_unprivileged_userns=0
      - run: npm test
`
