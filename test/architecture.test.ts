// Checks the structure: imports, circles, first lines, tests that run.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '#test'
import * as assert from 'uvu/assert'

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** The modules of tasks that authors import. */
const taskModules = ['tasks/index.ts', 'tasks/deprecated.ts', 'tasks/httpd/index.ts', 'tasks/tomcat/index.ts']

/** What the files of a folder may import, besides their own folder. */
const allowed: { readonly [folder: string]: readonly string[] } = {
  'src/model': [],
  'src/formats/shared': ['src/model'],
  'src/facts': ['src/model'],
  'src/files': [],
  'src/formats/xml/parsing': ['src/model'],
  'src/formats/xml/selecting': [
    'src/model',
    'src/formats/shared',
    'src/formats/xml/edit.ts',
    'src/formats/xml/parsing',
  ],
  'src/formats/xml/editing': [
    'src/model',
    'src/formats/shared',
    'src/formats/xml/edit.ts',
    'src/formats/xml/parsing',
    'src/formats/xml/selecting',
  ],
  'src/formats/httpd/parsing': ['src/model', 'src/formats/shared', 'src/formats/httpd/edit.ts'],
  'src/formats/httpd/editing': [
    'src/model',
    'src/formats/shared',
    'src/formats/httpd/edit.ts',
    'src/formats/httpd/parsing',
  ],
  'src/formats': ['src/model'],
  'src/jinja/values': ['src/model'],
  'src/jinja/python': ['src/model', 'src/jinja/values'],
  'src/jinja/filters': ['src/model', 'src/jinja/values', 'src/jinja/methods', 'src/jinja/python'],
  'src/jinja/tests': ['src/model', 'src/jinja/values', 'src/jinja/values/arguments.ts', 'src/jinja/python'],
  'src/jinja/methods': ['src/model', 'src/jinja/values'],
  'src/jinja/syntax': ['src/model', 'src/jinja/values'],
  'src/jinja/evaluation': ['src/model', 'src/jinja/methods', 'src/jinja/syntax', 'src/jinja/values'],
  'src/jinja/lookups': ['src/model', 'src/jinja/values'],
  'src/jinja': ['src/model'],
  'src/inventory/parsing': ['src/model', 'src/jinja/python/yamlScalar.ts', 'src/jinja/values/escapes.ts'],
  'src/inventory/vault': ['src/model'],
  'src/inventory/sources': ['src/model', 'src/files', 'src/inventory/parsing', 'src/inventory/vault'],
  'src/inventory/templates': ['src/model', 'src/jinja', 'src/inventory/parsing', 'src/inventory/vars'],
  'src/inventory/vars': ['src/model', 'src/inventory/parsing', 'src/inventory/sources'],
  'src/inventory/connection': ['src/model', 'src/files', 'src/inventory/parsing'],
  'src/inventory': ['src/model'],
  'src/wire': ['src/model'],
  'src/journal': ['src/model', 'src/files'],
  'src/report/output': ['src/model'],
  'src/report/text': ['src/model', 'src/report/output'],
  'src/report/table': ['src/model', 'src/report/output', 'src/report/text'],
  'src/report/page/shared': ['src/report/html/pageData.ts', 'src/report/text/duration.ts'],
  'src/report/page': ['src/report/html/pageData.ts', 'src/report/text/duration.ts'],
  'src/report/html': ['src/model', 'src/report/output', 'src/report/table', 'src/report/text'],
  'src/report/summary': ['src/model', 'src/report/output', 'src/report/text'],
  'src/report/lines': ['src/model', 'src/report/output', 'src/report/summary', 'src/report/text'],
  'src/report/board': ['src/model', 'src/report/lines', 'src/report/output', 'src/report/text'],
  'src/report/ci': ['src/model', 'src/report/output', 'src/report/summary', 'src/report/text'],
  'src/report': ['src/model'],
  'src/http': ['src/model', 'src/files'],
  'src/transport/become': ['src/model', 'src/transport/program/program.ts'],
  'src/transport/ssh/protocol': [],
  'src/transport/ssh/config': [
    'src/model',
    'src/files',
    'src/transport/program/localUser.ts',
    'src/transport/ssh/protocol',
  ],
  'src/transport/ssh/auth': ['src/model', 'src/transport/ssh/config', 'src/transport/ssh/protocol'],
  'src/transport/ssh/hostKey': [
    'src/model',
    'src/files',
    'src/transport/ssh/config',
    'src/transport/ssh/protocol',
  ],
  'src/transport/ssh': [
    'src/model',
    'src/transport/connection/connection.ts',
    'src/transport/program/program.ts',
    'src/transport/program/transport.ts',
  ],
  'src/transport': ['src/model'],
  'src/engine/facts': ['src/model', 'src/facts'],
  'src/engine/plan': ['src/model', 'src/facts', 'src/engine/facts'],
  'src/engine/session': ['src/model', 'src/wire', 'src/transport/program/transport.ts'],
  'src/engine/results': ['src/model', 'src/engine/plan'],
  'src/engine/handlers': ['src/model', 'src/engine/plan'],
  'src/engine/coordination': ['src/model', 'src/engine/plan', 'src/engine/results'],
  'src/engine/probing': [
    'src/model',
    'src/wire',
    'src/engine/plan',
    'src/engine/results',
    'src/engine/session',
  ],
  'src/engine/checkMode': ['src/model', 'src/wire', 'src/engine/plan', 'src/engine/probing'],
  'src/engine/apply': [
    'src/model',
    'src/files',
    'src/wire',
    'src/engine/plan',
    'src/engine/results',
    'src/engine/session',
  ],
  'src/engine': ['src/model', 'src/wire', 'src/transport/program/transport.ts'],
  'src/doctor/checks': ['src/model', 'src/facts'],
  'src/doctor': ['src/model', 'src/facts', 'src/engine', 'src/wire/script.ts'],
  'src/testing/tasks': ['src/model'],
  'src/testing/fake': ['src/model', 'src/report', 'src/run', 'src/transport'],
  'src/testing': [],
  'src/run': [
    'src/model',
    'src/engine',
    'src/http',
    'src/inventory',
    'src/journal',
    'src/report',
    'src/transport',
    'src/cache',
    'src/secrets',
    'src/userCode',
  ],
  'src/cache': ['src/files', 'src/model'],
  'src/userCode': [
    'src/model',
    'src/files',
    'src/index.ts',
    'src/formats/index.ts',
    'src/testing',
    'src/cache',
    ...taskModules,
  ],
  'src/secrets': ['src/model', 'src/files', 'src/inventory'],
  'src/cli/flags': ['src/model', 'src/files', 'src/inventory', 'src/userCode'],
  'src/cli/inventory': [
    'src/model',
    'src/inventory',
    'src/cache',
    'src/cli/flags',
    'src/secrets',
    'src/userCode',
  ],
  'src/cli/history': ['src/files', 'src/model', 'src/journal', 'src/report', 'src/cli/flags', 'src/userCode'],
  'src/cli/vault': ['src/model', 'src/files', 'src/inventory', 'src/cli/flags', 'src/secrets'],
  'src/cli/run': [
    'src/model',
    'src/run',
    'src/engine',
    'src/inventory',
    'src/journal',
    'src/report',
    'src/transport',
    'src/cache',
    'src/cli/flags',
    'src/cli/history',
    'src/cli/inventory',
    'src/secrets',
    'src/userCode',
  ],
  'src/cli/resume': [
    'src/model',
    'src/run',
    'src/journal',
    'src/cli/flags',
    'src/cli/history',
    'src/cli/run',
  ],
  'src/cli/task': [
    'src/model',
    'src/run',
    'src/cache',
    'src/cli/flags',
    'src/cli/inventory',
    'src/cli/run',
    'src/userCode',
  ],
  'src/cli/test': [
    'src/model',
    'src/report',
    'src/run',
    'src/cli/flags',
    'src/cli/inventory',
    'src/cli/run',
    'src/userCode',
  ],
  'src/cli/doctor': [
    'src/model',
    'src/doctor',
    'src/engine',
    'src/run',
    'src/report',
    'src/transport',
    'src/cli/flags',
    'src/cli/inventory',
    'src/cli/run',
  ],
  'src/cli/facts': [
    'src/model',
    'src/facts',
    'src/engine',
    'src/run',
    'src/report',
    'src/cli/flags',
    'src/cli/inventory',
    'src/cli/run',
  ],
  'src/cli/init': ['src/model', 'src/inventory', 'src/report', 'src/secrets', 'src/userCode'],
  'src/cli/docs': ['src/model', 'src/report/output', 'src/cli/task', 'src/userCode'],
  'src/cli/completion': [
    'src/files',
    'src/model',
    'src/run',
    'src/engine',
    'src/inventory',
    'src/journal',
    'src/cli/docs',
    'src/cli/facts',
    'src/cli/flags',
    'src/cli/inventory',
    'src/cli/run',
    'src/secrets',
    'src/cli/task',
    'src/userCode',
  ],
  'src/cli': ['src/cli', 'src/cache', 'src/secrets', 'src/userCode', 'src/model', 'src/report'],
  'src/templates': ['src/model', 'src/jinja/renderFile.ts'],
  'src/index.ts': ['src/model', 'src/formats/deprecated.ts', 'src/http/fetchText.ts', 'src/templates'],
  'tasks/params': ['src/index.ts'],
  'tasks/text': ['src/index.ts', 'src/formats/index.ts', 'tasks/params'],
  'tasks/files': ['src/index.ts', 'tasks/params'],
  'tasks/ansible': ['src/index.ts'],
  'tasks/ssh': ['src/index.ts', 'tasks/params'],
  'tasks/storage': ['src/index.ts', 'tasks/params'],
  'tasks/scheduling': ['src/index.ts', 'tasks/params'],
  'tasks/kernel': ['src/index.ts', 'src/formats/index.ts', 'tasks/params'],
  'tasks/packages': ['src/index.ts', 'tasks/params'],
  'tasks/network': ['src/index.ts', 'tasks/params', 'tasks/text'],
  'tasks/accounts': ['src/index.ts', 'tasks/params', 'tasks/text'],
  'tasks/system': ['src/index.ts', 'tasks/params'],
  'tasks/services': ['src/index.ts'],
  'tasks/selinux': ['src/index.ts', 'tasks/params'],
  'tasks/source': ['src/index.ts', 'tasks/params', 'tasks/files'],
  'tasks/httpd': ['src/index.ts', 'src/formats/index.ts', 'tasks/params', 'tasks/text', 'tasks/services'],
  'tasks/tomcat': ['src/index.ts', 'src/formats/index.ts', 'tasks/params', 'tasks/text', 'tasks/services'],
  tasks: ['src/index.ts'],
  playbooks: [],
  'lab/machine': ['src/model'],
  'lab/artifacts': ['src/model', 'lab/machine'],
  'lab/instance': ['src/model', 'lab/machine', 'lab/artifacts'],
  'lab/selinux': ['src/model', 'lab/machine', 'lab/artifacts', 'lab/instance'],
  lab: ['src/model', 'src/journal'],
  docs: ['src/cli/docs', 'src/model'],
}

/** What these files export, and those they pass on whole, is for others: for authors, and for the bundle. */
const entries = withPassedOn([
  'src/cli/program.ts',
  ...[...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/"types": "\.\/dist\/(.*)\.d\.ts"/g)].map(
    ([, path]) => `${path}.ts`,
  ),
])

const files = ['src', 'tasks', 'playbooks', 'lab', 'docs'].flatMap(sourceFiles)
const tests = sourceFiles('test').filter((file) => !file.startsWith('test/fixtures/'))
const imports = new Map(files.map((file) => [file, importsOf(file)]))

test('imports go one way', () => {
  const wrong = [...imports].flatMap(([file, targets]) => {
    const folder = Object.keys(allowed).find((each) => file === each || file.startsWith(`${each}/`))
    if (!folder) return [`${file} is in no known folder`]
    const mayImport = (target: string) =>
      target.startsWith(`${folder}/`) ||
      allowed[folder]!.some(
        (each) => target === each || target.startsWith(each.endsWith('/') ? each : `${each}/`),
      )
    return targets.filter((target) => !mayImport(target)).map((target) => `${file} imports ${target}`)
  })
  assert.equal(wrong, [])
})

test('nothing is imported in a circle', () => {
  assert.equal(circlesOf(imports), [])
})

/** One path for each circle that a search of the graph comes upon. */
function circlesOf(edges: ReadonlyMap<string, Iterable<string>>): string[] {
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [[...path.slice(path.indexOf(node)), node].join(' → ')]
    if (done.has(node)) return []
    const found = [...(edges.get(node) ?? [])].flatMap((target) => visit(target, [...path, node]))
    done.add(node)
    return found
  }
  return [...edges.keys()].flatMap((node) => visit(node, []))
}

test('nothing is exported that no other file imports', () => {
  const all = [...files, ...sourceFiles('test').filter((file) => !file.startsWith('test/fixtures/'))]
  const used = new Map(all.map((file) => [file, new Set<string>()]))
  for (const file of all)
    for (const [target, names] of namesImportedBy(file)) for (const name of names) used.get(target)?.add(name)
  const isEntry = (file: string) => entries.includes(file) || file.startsWith('playbooks/')
  const unused = files
    .filter((file) => !isEntry(file))
    .flatMap((file) =>
      exportsOf(file).flatMap((name) => (used.get(file)!.has(name) ? [] : `${file}: ${name}`)),
    )
  assert.equal(unused, [])
})

test('playbooks use the package by its name, as those of others do', () => {
  const wrong = files
    .filter((file) => file.startsWith('playbooks/'))
    .flatMap((file) =>
      packagesOf(file).filter((name) => !/^run-playbook(\/formats|\/tasks(\/httpd|\/tomcat)?)?$/.test(name)),
    )
  assert.equal(wrong, [])
})

test('only one file of the reports loads listr2, and no author loads ssh', () => {
  const users = files.filter((file) => packagesOf(file).includes('listr2'))
  assert.ok(
    users.every((file) => file.startsWith('src/report/board/')),
    users.join(', '),
  )
  const ssh = files.filter((file) => packagesOf(file).some((name) => /^(ssh2|node-ssh)$/.test(name)))
  assert.ok(
    ssh.every((file) => /^(src\/transport|lab)\//.test(file)),
    ssh.join(', '),
  )
})

test('every test file runs its tests', () => {
  const forgotten = tests
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => !/\b\w+\.run\(\)$/m.test(readFileSync(join(root, file), 'utf8')))
  assert.equal(forgotten, [])
})

test('every source file opens with one sentence of at most 90 characters', () => {
  const wrong = [...files, ...tests].filter((file) => {
    const lines = readFileSync(join(root, file), 'utf8')
      .replace(/^#!.*\n/, '')
      .split('\n')
    return !/^\/\/ \S.{0,87}\.$/.test(lines[0]!) || lines[1]!.startsWith('//')
  })
  assert.equal(wrong, [])
})

test('no folder holds more than 20 files, or imports another in a circle', () => {
  const folders = new Map<string, string[]>()
  for (const file of [...files, ...tests])
    folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file])
  assert.equal(
    [...folders].filter(([, inside]) => inside.length > 20).map(([folder]) => folder),
    [],
  )
  const edges = new Map(
    [...folders].map(([folder, inside]) => [
      folder,
      new Set(
        inside.flatMap((file) => (imports.get(file) ?? []).map(dirname)).filter((other) => other !== folder),
      ),
    ]),
  )
  assert.equal(circlesOf(edges), [])
})

test('ARCHITECTURE.md names every folder, in at most 120 lines', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  assert.ok(text.split('\n').length <= 121)
  const named = new Set([...text.matchAll(/`([\w/{},]+)`/g)].flatMap(([, path]) => expandBraces(path!)))
  const folders = new Set(files.filter((file) => !file.startsWith('docs/')).map((file) => dirname(file)))
  assert.equal(
    [...folders].filter((folder) => !named.has(folder)),
    [],
  )
  assert.equal(
    [...named].filter((path) => /^(?:src|tasks|lab|playbooks)\b/.test(path) && !folders.has(path)),
    [],
  )
})

function expandBraces(path: string): string[] {
  const [, before, inside, after] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? []
  return inside === undefined ? [path] : inside.split(',').map((part) => `${before}${part}${after}`)
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

function withPassedOn(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const passedOn = readFileSync(join(root, file), 'utf8').matchAll(/^export \* from '([^']+)'/gm)
    return [
      file,
      ...withPassedOn([...passedOn].map(([, path]) => relative(root, resolve(root, dirname(file), path!)))),
    ]
  })
}

function exportsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const kinds = 'function\\*?|const|let|class|type|interface|enum'
  return [...text.matchAll(new RegExp(`^export (?:async |abstract )?(?:${kinds}) (\\w+)`, 'gm'))].map(
    (match) => match[1]!,
  )
}

/** Of the project's own files; where a whole module is imported, every word of the importing file counts. */
function namesImportedBy(file: string): [target: string, names: Iterable<string>][] {
  const text = readFileSync(join(root, file), 'utf8')
  const targetOf = (specifier: string) =>
    specifier === '#test' ? 'test/test.ts' : relative(root, resolve(root, dirname(file), specifier))
  const named = text.matchAll(/^(?:import|export) (?:type )?\{([^}]*)\} from '([.#][^']+)'/gm)
  const whole = text.matchAll(/^import \* as \w+ from '(\.[^']+)'|import\(\s*'(\.[^']+)',?\s*\)/gm)
  return [
    ...[...named].map(([, names, specifier]): [string, string[]] => [
      targetOf(specifier!),
      names!.split(',').map(
        (name) =>
          name
            .trim()
            .replace(/^type /, '')
            .split(' ')[0]!,
      ),
    ]),
    ...[...whole].map(([, first, second]): [string, string[]] => [
      targetOf((first ?? second)!),
      text.match(/\w+/g) ?? [],
    ]),
  ]
}

function specifiersOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [
    ...text.matchAll(/^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!)
}

/** Static and dynamic imports of the project's own files; of types too, for a type is a dependence as well. */
function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(root, resolve(root, dirname(file), specifier)))
}

function packagesOf(file: string): string[] {
  return specifiersOf(file).filter(
    (specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'),
  )
}

test.run()
