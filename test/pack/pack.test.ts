// The package as users get it: packed, installed, type-checked, run.

import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { testFolder } from '../testFolder.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const folder = testFolder('pack')
const tarball = join(folder, `run-playbook-${version}.tgz`)
const projects = ['esm', 'cjs'] as const

/** The environment of a person's shell: without what `npm test` adds, which would lead npm to this repository. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(?:npm_(?:lifecycle|package|command|execpath|node|config_local)|INIT_CWD|CI$|NODE_PATH)/.test(
          name,
        ),
    ),
  ),
  XDG_CACHE_HOME: join(folder, 'cache'),
  NO_COLOR: '1',
}

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

function ran(cwd: string, program: string, ...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, words, { cwd, env, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    )
  })
}

/** A program of the project, as npx finds it, without the time that npx takes. */
const inProject = (project: string, program: string, ...words: string[]) =>
  ran(join(folder, project), join(folder, project, 'node_modules/.bin', program), ...words)

const playbook = (project: string, ...words: string[]) => inProject(project, 'run-playbook', ...words)

/** npm itself may have something to warn of on stderr. */
const onStdout = ({ code, stdout }: Ended) => [code, stdout]

test.before(async () => {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: root,
    env,
  })
  for (const project of projects) {
    const path = join(folder, project)
    cpSync(join(root, 'test/fixtures/pack/site'), path, { recursive: true })
    const inventory = readFileSync(join(path, 'inventory.yaml'), 'utf8')
    writeFileSync(join(path, 'inventory.yaml'), inventory.replace('FOLDER', join(path, 'greetings')))
    const type = project === 'esm' ? { type: 'module' } : {}
    writeFileSync(
      join(path, 'package.json'),
      JSON.stringify({ name: `${project}-site`, private: true, ...type }),
    )
  }
  const install = [
    'install',
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--silent',
    tarball,
  ]
  const installed = await ran(join(folder, 'esm'), 'npm', ...install)
  assert.is(installed.code, 0, installed.stderr)
  const modules = join(folder, 'esm/node_modules')
  mkdirSync(join(modules, '@types'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@types/node'), join(modules, '@types/node'))
  symlinkSync(join(root, 'node_modules/typescript'), join(modules, 'typescript'))
  symlinkSync('../typescript/bin/tsc', join(modules, '.bin/tsc'))
  symlinkSync(modules, join(folder, 'cjs/node_modules'))
})

test('The tarball holds what is needed, and no tests, lab or sources', () => {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const strange = files.filter(
    (file) =>
      !/^package\/(?:package\.json|events\.schema\.json|README\.md|LICENSE|(?:ARCHITECTURE|CHANGELOG|CONTRIBUTING|SECURITY)\.md|docs\/[\w.-]+\.md|docs\/images\/\w+\.(?:svg|webp)|dist\/(?:src\/(?:\w+(?=\.)|formats\/|http\/|jinja\/|model\/|templates\/|testing\/)|tasks\/).*\.(?:js|d\.ts)|dist\/src\/run\/(?:\w+\/)?\w+\.d\.ts|dist\/bundle\/(?:LICENSES\.txt|reportPage\.html|undici\.cjs)|dist\/bundle\/(?:cli|run)\/[\w.-]+\.c?js)$/.test(
        file,
      ),
  )
  assert.equal(strange, [])
  for (const file of [
    'README.md',
    'LICENSE',
    'docs/tasks.md',
    'docs/events.md',
    'events.schema.json',
    'dist/bundle/LICENSES.txt',
    'dist/src/index.d.ts',
    'dist/src/formats/index.d.ts',
    'dist/tasks/index.d.ts',
    'dist/tasks/httpd/index.d.ts',
    'dist/tasks/tomcat/index.d.ts',
    'dist/src/testing/index.d.ts',
    'dist/src/run/index.d.ts',
    'dist/bundle/run/index.js',
    'dist/bundle/run/testing.js',
  ])
    assert.ok(files.includes(`package/${file}`), `no ${file}`)
  const links = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)]
  assert.equal(
    links.map(([, path]) => path).filter((path) => !files.some((file) => file.startsWith(`package/${path}`))),
    [],
    'links and pictures of README.md',
  )
  assert.ok(statSync(tarball).size < 2_800_000, `${statSync(tarball).size} bytes`)
})

test('npx run-playbook --version', async () => {
  for (const project of projects)
    assert.equal(
      onStdout(await ran(join(folder, project), 'npx', '--no-install', 'run-playbook', '--version')),
      [0, `${version}\n`],
    )
})

const configs = [
  ['esm', 'tsconfig.json', 'an ESM project, module nodenext'],
  ['esm', 'tsconfig.bundler.json', 'an ESM project, moduleResolution bundler'],
  ['cjs', 'tsconfig.json', 'a CommonJS project, module nodenext'],
] as const

for (const [project, config, title] of configs) {
  test(`Types in ${title}: right uses compile, wrong ones do not, our declarations are whole`, async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await ran(join(folder, project), process.execPath, tsc, '-p', config)
    assert.is(stdout, '')
  })
}

test('A playbook, a role and a task of their own run, and a second run changes nothing', async () => {
  for (const project of projects) {
    const first = await playbook(project, 'play.ts', '-i', 'inventory.yaml')
    assert.is(first.code, 0, first.stdout + first.stderr)
    assert.match(first.stdout, /^here +changed +greet world\n +\S+greetings\/world +absent → 14 bytes$/m)
    assert.match(first.stdout, /^here +handler +greet all/m)
    assert.is(readFileSync(join(folder, project, 'greetings/moon'), 'utf8'), 'Hello, moon!\n')
    const second = await playbook(project, 'play.ts', '-i', 'inventory.yaml')
    assert.match(second.stdout, /1 host: 1 ok · 0 changed/)
    const page = await playbook(project, 'report', '--output', 'html')
    assert.match(page.stdout, /^<!doctype html>[\s\S]*"title":"greet world"/)
  }
})

test('Their task runs ad hoc, and has a page of its own', async () => {
  for (const project of projects) {
    const run = await playbook(
      project,
      'task',
      './tasks/greet.ts',
      '--path',
      join(folder, 'adhoc'),
      'name=you',
      '--tone',
      'cool',
      '-i',
      'inventory.yaml',
    )
    assert.is(run.code, 0, run.stdout + run.stderr)
    assert.is(readFileSync(join(folder, 'adhoc'), 'utf8'), 'you.\n')
    rmSync(join(folder, 'adhoc'))
    const docs = await playbook(project, 'docs', './tasks/greet.ts')
    assert.match(docs.stdout, /greet\(\{ path: '\/tmp\/hello', name: 'world' \}\)[\s\S]*--tone <warm\|cool>/)
  }
})

test('Their unit test of their task passes', async () => {
  for (const project of projects) {
    const { code, stdout, stderr } = await inProject(project, 'jiti', 'greet.test.ts')
    assert.is(code, 0, stdout + stderr)
    assert.match(stdout, /pass 1/)
  }
})

test('Node itself finds all entries, by import and by require', async () => {
  for (const project of projects) {
    for (const file of ['native.mjs', 'native.cjs']) {
      const { code, stdout, stderr } = await ran(join(folder, project), process.execPath, file)
      assert.equal([code, stdout], [0, 'function write /tmp/x\nvalue value\n'], stderr)
    }
  }
})

test('A task of the package fetches texts through a proxy, without packages of its own for that', async () => {
  const project = join(folder, 'esm')
  const code = `import { createServer } from 'node:http'
import { fetchText } from 'run-playbook'
const server = createServer(({ url }, response) => response.end(url)).listen(0, async () => {
  process.env.http_proxy = 'http://127.0.0.1:' + server.address().port
  console.log(await fetchText('http://keys.invalid/mine'))
  server.close()
})
`
  writeFileSync(join(project, 'proxy.mjs'), code)
  assert.equal(onStdout(await ran(project, process.execPath, 'proxy.mjs')), [0, 'http://keys.invalid/mine\n'])
})

test('Runs from code share the classes of run-playbook, and run files as well as plays', async () => {
  for (const project of projects) {
    const { code, stdout, stderr } = await ran(join(folder, project), process.execPath, 'fromCode.mjs')
    assert.equal([code, stderr], [0, ''], stdout)
    assert.match(stdout, /^true true E_\w+\n0 start runEnd changed failed\w*\n0 0\n$/)
    assert.is(readFileSync(join(folder, project, 'from-code'), 'utf8'), 'x\n')
  }
})

test('A playbook in a folder without package.json or node_modules runs', async () => {
  const bare = join(folder, 'bare')
  mkdirSync(bare)
  cpSync(join(folder, 'esm/play.ts'), join(bare, 'play.ts'))
  cpSync(join(folder, 'esm/inventory.yaml'), join(bare, 'inventory.yaml'))
  for (const part of ['roles', 'tasks'])
    cpSync(join(folder, 'esm', part), join(bare, part), { recursive: true })
  const bin = join(folder, 'esm/node_modules/.bin/run-playbook')
  const { code, stdout, stderr } = await ran(bare, bin, 'play.ts', '-i', 'inventory.yaml')
  assert.equal([code, stderr], [0, ''], stdout)
  assert.match(stdout, /1 host: 1 ok/)
})

test('A project that init has written: its playbook runs, its npm test passes', async () => {
  const path = join(folder, 'started')
  const command = join(folder, 'esm/node_modules/.bin/run-playbook')
  const init = await ran(folder, command, 'init', 'started')
  assert.equal([init.code, init.stderr], [0, ''], init.stdout)
  symlinkSync(join(folder, 'esm/node_modules'), join(path, 'node_modules'))
  for (const printed of [/^here +changed .*motd\.txt/m, /1 host: 1 ok · 0 changed/]) {
    const run = await playbook('started', 'site.ts')
    assert.match(run.stdout, printed, run.stderr)
  }
  const tested = await ran(path, 'npm', 'test')
  assert.is(tested.code, 0, tested.stdout + tested.stderr)
  assert.match(tested.stdout, /^(?:#|ℹ) pass 1$/m)
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  for (const range of Object.values({ ...dependencies, ...devDependencies }))
    assert.match(String(range), /^\^\d+\.\d+\.\d+$/)
})

test('In this repository npx run-playbook is what was built', async () => {
  const { code, stdout, stderr } = await ran(root, 'npx', '--no-install', 'run-playbook', '--version')
  assert.equal([code, stdout], [0, `${version}\n`], `${stderr}\nnpm run build makes it executable`)
})

test.run()
