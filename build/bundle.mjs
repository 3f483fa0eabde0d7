// Bundles the built command into dist/bundle/cli: two files need not be found and read one by one, as hundreds would,
// and what V8 compiles of them can be kept (src/cli/cache/compileCache.ts). Paths inside are as deep as in dist/src/cli, so that
// what is looked for beside the code is found from both.

import { readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

const outdir = 'dist/bundle/cli'
rmSync(outdir, { recursive: true, force: true })

const common = { outdir, bundle: true, platform: 'node', target: 'node20.19', logLevel: 'warning' }

const program = await build({
  ...common,
  entryPoints: ['dist/src/cli/program.js'],
  entryNames: '[name]-[hash]',
  format: 'cjs',
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  metafile: true,
  // What has files of its own to find, or is not needed by most runs.
  external: ['jiti', 'listr2', 'string-width', 'undici', 'zx', 'cpu-features'],
  plugins: [lateModules(), nativeCrypto(), withoutHttpAgents()],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: {
    js: "(function (exports, require, module, __filename, __dirname) { const moduleUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
})

await build({
  ...common,
  entryPoints: ['dist/src/cli/main.js'],
  format: 'esm',
  splitting: true,
  external: ['./program.js'],
  define: { BUNDLED_PROGRAM: JSON.stringify(`./${basename(Object.keys(program.metafile.outputs)[0])}`) },
})

/** What our modules load when it is first needed is bundled too, and still runs only then. */
function lateModules() {
  return {
    name: 'late modules',
    setup: ({ onLoad }) =>
      onLoad({ filter: /dist\/src\/.*\.js$/ }, ({ path }) => ({
        contents: readFileSync(path, 'utf8').replaceAll('createRequire(import.meta.url)(', 'require('),
      })),
  }
}

/** ssh2 looks for its own binary beside itself, where it was built, and does without where it was not. */
function nativeCrypto() {
  return {
    name: 'native crypto',
    setup: ({ onResolve }) =>
      onResolve({ filter: /sshcrypto\.node$/ }, () => ({
        path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
        external: true,
      })),
  }
}

/** ssh2's agents that make HTTP requests through SSH would load http and tls at each start, and are not used. */
function withoutHttpAgents() {
  return {
    name: 'without HTTP agents',
    setup: ({ onLoad }) => onLoad({ filter: /ssh2\/lib\/http-agents\.js$/ }, () => ({ contents: '' })),
  }
}
