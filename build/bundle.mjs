// Bundles the built command into dist/bundle/cli, with the licences of what it contains.
//
// A few files need not be found and read one by one, as hundreds would, and what V8 compiles of them can be kept
// (src/cache/compileCache.ts). Paths inside are as deep as in dist/src/cli, so that files beside the code are found from both.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { build, transform } from 'esbuild'
import { lightModules } from './lightModules.mjs'
import { buildReportPage } from './reportPage.mjs'

const outdir = 'dist/bundle/cli'
rmSync('dist/bundle', { recursive: true, force: true })
mkdirSync(outdir, { recursive: true })
mkdirSync('dist/bundle/run')

const common = {
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  write: false,
}
const minified = { minifyWhitespace: true, minifySyntax: true, lineLimit: 200 }
const small = { format: 'cjs', ...minified, metafile: true }

// Packages that few runs need: in a file of their own each, which is read when one of them is loaded.
const late = await Promise.all(
  ['listr2', 'undici'].map((name) =>
    bundle({ ...small, entryPoints: [name], entryNames: '[name]-[hash]', outExtension: { '.js': '.cjs' } }),
  ),
)

const program = await bundle({
  format: 'cjs',
  metafile: true,
  edit: async (text) => {
    const { code } = await transform(lightModules(text), { ...minified, target: common.target })
    return `(function (exports, require, module, __filename, __dirname) { const moduleUrl = require('node:url').pathToFileURL(__filename).href;\n${code}})\n`
  },
  entryPoints: ['dist/src/cli/program.js'],
  entryNames: '[name]-[hash]',
  external: ['bcryptjs', 'ip-address'], // few templates need them
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' }, // requires its own files in a way that cannot be bundled
  plugins: [
    lateRequires(),
    lateExports(),
    latePackages(),
    withoutCompiler(),
    withoutNativeCode(),
    withoutHttpAgents(),
  ],
  define: { 'import.meta.url': 'moduleUrl' },
})

await bundle({
  entryPoints: ['dist/src/cli/main.js'],
  format: 'esm',
  splitting: true,
  external: ['./program.js'],
  define: { BUNDLED_PROGRAM: JSON.stringify(`./${program.name}`) },
})

// What authors import by name (dist/src/model and others) stays theirs: plays made by their run-playbook are ours.
const library = await bundle({
  outdir: 'dist/bundle/run',
  entryPoints: { index: 'dist/src/run/index.js', testing: 'dist/src/testing/index.js' },
  format: 'esm',
  splitting: true,
  ...minified,
  metafile: true,
  external: ['jiti', 'zod', 'tar-stream', 'fast-xml-parser', 'bcryptjs', 'ip-address'],
  plugins: [lateRequires(), sharedModules(), undiciOfCommand(), withoutNativeCode(), withoutHttpAgents()],
  // What CommonJS packages expect to have.
  banner: {
    js: `import { createRequire as __requireOf } from 'node:module'; import { dirname as __folderOf } from 'node:path'; import { fileURLToPath as __pathOf } from 'node:url';
const require = __requireOf(import.meta.url), __filename = __pathOf(import.meta.url), __dirname = __folderOf(__filename);`,
  },
})

// For modules that the package has beside its bundle.
const undici = late.find(({ name }) => name.startsWith('undici-')).name
writeFileSync('dist/bundle/undici.cjs', `module.exports = require('./cli/${undici}')\n`)

writeFileSync(
  'dist/bundle/LICENSES.txt',
  licenses([...[program, library, ...late].flatMap(({ inputs }) => inputs), ...(await buildReportPage())]),
)

async function bundle({ edit = (text) => text, ...options }) {
  const { outputFiles, metafile } = await build({ ...common, ...options })
  for (const { path, text } of outputFiles) writeFileSync(path, ascii(await edit(text)))
  return { name: basename(outputFiles[0].path), inputs: Object.keys(metafile?.inputs ?? {}) }
}

/** V8 holds ASCII in half the memory, and Node.js reads it fastest; esbuild leaves other characters in templates and patterns. */
function ascii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Bundles what our modules load by `createRequire`, too: it still runs only then. */
function lateRequires() {
  return {
    name: 'late requires',
    setup: ({ onLoad }) =>
      onLoad({ filter: /dist\/src\/.*\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll('createRequire(import.meta.url)(', 'require('),
      })),
  }
}

/** A task's modules run when a playbook names the task, and zod's translations of errors when they are asked for. */
function lateExports() {
  const indexes = /\/(?:tasks\/(?:\w+\/)?|zod\/v4\/locales\/)index\.js$/
  const exporting = /^export (?:\*|\{([^}]*)\}) from ['"](.*)['"]/gm
  return {
    name: 'late exports',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: indexes }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path),
        namespace: 'late exports',
      }))
      onLoad({ filter: indexes, namespace: 'late exports' }, async ({ path }) => {
        const resolveDir = dirname(path)
        const exported = [...readFileSync(path, 'utf8').matchAll(exporting)]
        const getters = exported.map(async ([, list, module]) =>
          (list?.split(',') ?? Object.keys(await import(join(resolveDir, module)))).map((each) => {
            const [name, as = name] = each.trim().split(' as ')
            return `get ${as}() { return require('${module}').${name} }`
          }),
        )
        return {
          resolveDir,
          contents: `module.exports = { ${(await Promise.all(getters)).flat().sort().join(',\n')} }`,
        }
      })
    },
  }
}

/** The library takes undici from the file that the command has. */
function undiciOfCommand() {
  const file = `../cli/${late.find(({ name }) => name.startsWith('undici-')).name}`
  const names = ['EnvHttpProxyAgent', 'fetch']
  return {
    name: 'undici of the command',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'command' }))
      onResolve({ filter: /^\.\.\/cli\/undici-/ }, ({ path }) => ({ path, external: true }))
      onLoad({ filter: /.*/, namespace: 'command' }, () => ({
        contents: `const undici = require('${file}')\n${names.map((name) => `export const ${name} = undici.${name}\n`).join('')}`,
      }))
    },
  }
}

/** Modules that the package has beside its bundle are not bundled, so that there is one copy of their classes. */
function sharedModules() {
  const shared = /\/dist\/(?:src\/(?:model|formats)\/.*|src\/index|tasks\/.*)\.js$/
  return {
    name: 'shared modules',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path)
        return shared.test(file)
          ? { path: relative(resolve('dist/bundle/run'), file), external: true }
          : undefined
      }),
  }
}

function latePackages() {
  return {
    name: 'late packages',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^(?:listr2|undici)$/ }, ({ path }) => ({
        path: `./${late.find(({ name }) => name.startsWith(`${path}-`)).name}`,
        external: true,
      })),
  }
}

/**
 * jiti's compiler stays in its own package, from which src/userCode/compiler.ts takes it. An `import()` in a script that
 * runs with cached code would print a warning: ES modules are imported by a file of its own.
 */
function withoutCompiler() {
  writeFileSync(join(outdir, 'import.cjs'), 'module.exports = (id) => import(id)\n')
  return {
    name: 'without compiler',
    setup: ({ onLoad }) =>
      onLoad({ filter: /jiti\/lib\/jiti\.cjs$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8')
          .replace('require("../dist/babel.cjs")', 'undefined')
          .replace('import(id)', `createRequire(__filename)('./import.cjs')(id)`),
      })),
  }
}

/** ssh2 does without its native addons, as it does where they could not be built: Node.js's own ciphers serve. */
function withoutNativeCode() {
  return {
    name: 'without native code',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /sshcrypto\.node$|^cpu-features$/ }, ({ path }) => ({ path, namespace: 'missing' }))
      onLoad({ filter: /.*/, namespace: 'missing' }, () => ({ contents: "throw new Error('not bundled')" }))
    },
  }
}

/** ssh2's agents that make HTTP requests through SSH would load http and tls at each start, and are not used. */
function withoutHttpAgents() {
  return {
    name: 'without HTTP agents',
    setup: ({ onLoad }) => onLoad({ filter: /ssh2\/lib\/http-agents\.js$/ }, () => ({ contents: '' })),
  }
}

/** The packages in the bundle, each with its licence. */
function licenses(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)]
    .sort((a, b) => basename(a).localeCompare(basename(b)))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const license = manifest.license ?? manifest.licenses[0].type
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
      const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `License: ${license}`
      return `${manifest.name} ${manifest.version} (${license})\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
