// Runs tests with other versions of Node.js: `npm run test:node [-- part-of-file-name…]`.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Besides the version that runs `npm test`. */
const versions = [20, 22, 24]
/** Without other arguments: what depends on Node.js most, the packed command included. */
const usualParts = ['pack', 'cli/', 'engine/', 'tasks/system']

const root = fileURLToPath(new URL('..', import.meta.url))
const current = Number(process.versions.node.split('.')[0])
const parts = process.argv.length > 2 ? process.argv.slice(2) : usualParts

for (const version of versions.filter((each) => each !== current)) {
  const node = programOf(version)
  if (node === undefined) {
    console.log(
      `Node.js ${version}: skipped, because it could not be installed (NODE_${version} can name it)`,
    )
    continue
  }
  console.log(`Node.js ${run(node, ['--version'], 'pipe').stdout.toString().trim()}: ${parts.join(' ')}`)
  const { status } = run(node, ['dist/test/run.js', 'unit', ...parts], 'inherit')
  if (status !== 0) process.exitCode = 1
}

/** Commands that start `node` by its name find this version too. */
function run(node, words, stdio) {
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`
  return spawnSync(node, words, { cwd: root, stdio, env: { ...process.env, PATH } })
}

/** A program that is named by NODE_22, or that of the npm package with this version for this machine. */
function programOf(version) {
  const named = process.env[`NODE_${version}`]
  if (named) return named
  const name = `node-${process.platform}-${process.arch}`
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'run-playbook', 'node', String(version))
  const program = join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const words = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`]
    spawnSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return existsSync(program) ? program : undefined
}
