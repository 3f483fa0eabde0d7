// Bundles the built command into dist/bundle/cli: it starts in about two thirds of the time, for hundreds of small
// files have not to be found and read one by one. Paths inside it are as deep as in dist/src/cli, so that what is
// looked for beside the code is found from both.

import { rmSync } from 'node:fs'
import { build } from 'esbuild'

const outdir = 'dist/bundle/cli'
rmSync(outdir, { recursive: true, force: true })

await build({
  entryPoints: ['dist/src/cli/main.js'],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: '[name]-[hash]',
  logLevel: 'warning',
  // What has files of its own to find, or is loaded late by its name.
  external: [
    'ssh2',
    'node-ssh',
    'ssh-config',
    'jiti',
    'listr2',
    'string-width',
    'fast-xml-parser',
    'undici',
    'zx',
  ],
  // For the CommonJS among what is bundled.
  banner: {
    js: "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);",
  },
})
