// The bundled command gives the same output as the unbundled modules.

import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { main as bundled, cliSite } from '../cli/command.ts'
import { onTerminal } from '../cli/onTerminal.ts'

const modules = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url))
const library = new URL('../../bundle/run/index.js', import.meta.url).href
const journal = '.run-playbook'

const site = cliSite({
  'inventory.yaml': 'all: { hosts: { 웹-01: { ansible_connection: local } } }\n',
  'play.ts': `import { definePlay } from 'run-playbook'
import { copyFile, editXml } from 'run-playbook/tasks'
export default definePlay({
  name: '배포 → 한글',
  hosts: 'all',
  tasks: () => [
    copyFile({ dest: process.cwd() + '/쪽지', content: '안녕\\r\\n\\t· → ␍ 🙂\\n' }, { title: '쪽지를 쓴다' }),
    editXml({ path: process.cwd() + '/server.xml', edits: [{ set: '/Server', attributes: { port: 8006 } }] }),
  ],
})
`,
  'server.xml': '<Server port="8005">\r\n\t<Service name="가"/> \r\n</Server>\r\n',
  쪽지: '안녕\r\n',
})
test.after(() => site.remove())

function run(main: string, args: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, XDG_CACHE_HOME: join(site.path, '.cache'), COLUMNS: '100', FORCE_COLOR: '0' }
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [main, ...args.split(' ')],
      { cwd: site.path, env },
      (error, stdout, stderr) => {
        const [out, err] = [stdout, stderr].map((text) =>
          text.replaceAll(/\d+(?:\.\d+)? m?s\b/g, '0 s').replaceAll(/\d{8}T\d{6}\.\d{3}Z-\d+/g, 'ID'),
        )
        resolve({ code: error ? Number(error.code) : 0, stdout: out!, stderr: err! })
      },
    ),
  )
}

async function requireSame(args: string): Promise<string> {
  const [own, expected] = await Promise.all([run(bundled, args), run(modules, args)])
  assert.equal(own, expected)
  return own.stdout
}

for (const args of [
  '--help',
  'docs',
  'docs copyFile',
  'docs keywords',
  'inventory -i inventory.yaml --list',
  'play.ts -i inventory.yaml --list-tasks',
  'play.ts -i nowhere.yaml',
  'play.ts -i inventory.yaml --check --diff -v',
])
  test(`the same answer: ${args}`, async () => {
    assert.is.not(await requireSame(args), undefined)
  })

test('the bundled library reaches hosts over ssh, and reports those that it does not reach', async () => {
  const script = `import { runPlaybook } from ${JSON.stringify(library)}
const web = { hosts: { far: { ansible_host: '127.0.0.1', ansible_port: 1, ansible_ssh_common_args: '-F none' } } }
const { exitCode, hosts } = await runPlaybook('play.ts', { inventory: { web }, timeout: 2, lock: 'off' })
console.log(exitCode, hosts.far.status, hosts.far.tasks[0].error.code)`
  const answer = await new Promise((resolve) =>
    execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { cwd: site.path },
      (_, stdout, stderr) => resolve(stdout + stderr),
    ),
  )
  assert.is(answer, '4 unreachable E_CONNECT_REFUSED\n')
})

test('the same report of a run: lines, HTML, JUnit and JSON', async () => {
  rmSync(join(site.path, journal), { recursive: true, force: true })
  await run(modules, 'play.ts -i inventory.yaml --check --diff')
  assert.ok(readdirSync(join(site.path, journal)).length > 0)
  for (const format of ['lines', 'html', 'junit', 'jsonl']) {
    const text = await requireSame(`report --diff --output ${format}`)
    assert.match(text, /쪽지를 쓴다/)
  }
  assert.match(await requireSame('report --diff --output html'), /␍/)
})

test('the same end on a terminal', async () => {
  const ends = await Promise.all(
    [bundled, modules].map((main) =>
      onTerminal(site, 'play.ts -i inventory.yaml --check', [], { command: main }),
    ),
  )
  const [own, expected] = ends.map(({ code, stdout }) => [code, stdout.trim().split('\n').at(-1)])
  assert.equal(own, expected)
  assert.match(String(own![1]), /would change/)
})

test.run()
