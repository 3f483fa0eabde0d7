// Tests that the documentation's code compiles in projects made by tsc --init.

import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { testFolder } from '../testFolder.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = testFolder('init')

const pages = ['README.md', 'docs/roles.md', 'docs/cookbook.md', 'docs/formats.md']
/** These use what is in @types/node, which a project need not have. */
const withNode = ['secret.ts', 'formats.ts']

/** The code blocks of a page that begin with the name of a file. */
function filesIn(page: string): [path: string, text: string][] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, path, code]) => [path!, code!])
}

/** The examples of docs/tasks.md as one module. What they take from the playbook around them has the type any. */
function taskExamples(): string {
  const text = readFileSync(join(root, 'docs/tasks.md'), 'utf8')
  const names = [...text.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)
  const examples = [...text.matchAll(/^```ts\n([\s\S]*?)\n```/gm)].map(
    ([, code]) => `void [${code!.replace(/^notify: |, …|,$/g, '')}]\n`,
  )
  assert.ok(examples.length > names.length)
  return `import { look, secret, sh, stdout } from 'run-playbook'
import * as httpdTasks from 'run-playbook/tasks/httpd'
import * as generalTasks from 'run-playbook/tasks'
import * as tomcatTasks from 'run-playbook/tasks/tomcat'
const { ${names.join(', ')} } = { ...generalTasks, ...httpdTasks, ...tomcatTasks }
declare const host: any, vars: any, instances: any[], ed25519: string
${examples.join('')}`
}

function tsc(cwd: string, ...words: string[]): Promise<string> {
  const program = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { cwd, encoding: 'utf8' }, (_, stdout) => resolve(stdout))
  })
}

const projects = [
  ['type module', { type: 'module' }],
  ['CommonJS', {}],
] as const

for (const [title, settings] of projects) {
  test(`tsc --init, the playbooks of the pages and the examples of tasks compile in a project of ${title}`, async () => {
    const path = join(folder, title)
    const files = pages.flatMap(filesIn).filter(([file]) => !withNode.includes(file))
    for (const needed of ['hello.ts', 'site.ts', 'roles/backup/backup.ts', 'rolling.ts', 'logLevel.ts'])
      assert.ok(
        files.some(([file]) => file === needed),
        needed,
      )
    for (const [file, text] of files) {
      mkdirSync(dirname(join(path, file)), { recursive: true })
      writeFileSync(join(path, file), text)
    }
    writeFileSync(join(path, 'taskExamples.ts'), taskExamples())
    writeFileSync(join(path, 'package.json'), JSON.stringify(settings))
    mkdirSync(join(path, 'node_modules'))
    symlinkSync(root, join(path, 'node_modules/run-playbook'))
    await tsc(path, '--init')
    const config = readFileSync(join(path, 'tsconfig.json'), 'utf8')
    const compile = (text: string) => {
      writeFileSync(join(path, 'tsconfig.json'), text)
      return tsc(path, '--outDir', 'compiled')
    }
    const verbatim = config.replace(
      '"strict": true,',
      '"strict": true, "rewriteRelativeImportExtensions": true,',
    )
    const loose = verbatim.replace('"verbatimModuleSyntax": true', '"verbatimModuleSyntax": false')
    assert.is.not(loose, verbatim)
    assert.is(await compile(loose), '')
    const output = await compile(verbatim)
    if (settings === projects[0][1]) assert.is(output, '')
    else assert.match(output, /TS1295/, 'as the README says')
  })
}

test.run()
