// Runs the packed command in a temporary folder of the test.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const main = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url))
const compiledCode = fileURLToPath(new URL('../compiledCode', import.meta.url))

/** How the command ended. `code` is 128 + its number where a signal ended it. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

export type Started = {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** Resolves when the output so far matches. */
  readonly says: (text: RegExp) => Promise<void>
}

type RunOptions = {
  readonly env?: { readonly [name: string]: string | undefined }
  /** Folder below the site's, in which the command runs. */
  readonly folder?: string
}

/** A folder with files, in which the command is run. */
export type CliSite = {
  readonly path: string
  readonly write: (files: { readonly [path: string]: string }) => void
  readonly run: (args: string, options?: RunOptions) => Promise<Ended>
  readonly runWords: (words: readonly string[], options?: RunOptions) => Promise<Ended>
  readonly start: (words: readonly string[], options?: RunOptions) => Started
  readonly remove: () => void
}

/** The inventory of most tests: this machine, twice. */
export const twoHosts = `all:
  children:
    web:
      hosts:
        one: { ansible_connection: local }
        two: { ansible_connection: local }
`

export function cliSite(files: { readonly [path: string]: string }): CliSite {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'run-playbook-cli-')))
  const write: CliSite['write'] = (more) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(path, name)), { recursive: true })
      writeFileSync(join(path, name), text)
    }
  }
  const start: CliSite['start'] = (words, options = {}) =>
    started([main, ...words], join(path, options.folder ?? ''), {
      XDG_CACHE_HOME: join(path, '.cache'),
      // Other tests work on this machine at the same time.
      RUN_PLAYBOOK_LOCK: 'off',
      ...options.env,
    })
  write(files)
  shareCode(join(path, '.cache'))
  return {
    path,
    write,
    start,
    runWords: (words, options) => start(words, options).ended,
    run: (args, options) => start(args.split(/\s+/).filter(Boolean), options).ended,
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/**
 * Has all sites use what V8 has compiled of the command, as the runs of one user do: a process takes half as long. The
 * rest of their caches is their own.
 */
function shareCode(cacheHome: string): void {
  const cache = join(cacheHome, 'run-playbook')
  mkdirSync(compiledCode, { recursive: true, mode: 0o700 })
  mkdirSync(cache, { recursive: true, mode: 0o700 })
  symlinkSync(compiledCode, join(cache, 'code'))
}

function started(words: readonly string[], cwd: string, more: NodeJS.ProcessEnv): Started {
  const { CI, FORCE_COLOR, NO_COLOR, ...inherited } = process.env
  const child = spawn(process.execPath, words, { cwd, env: { ...inherited, ...more } })
  child.stdin.end()
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const reported = () => {
    for (const watcher of watchers) watcher()
  }
  child.stdout.on('data', (bytes) => {
    stdout += bytes
    reported()
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
    reported()
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) =>
      resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 128), stdout, stderr }),
    )
  })
  const says = (text: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watcher = () => {
        if (!text.test(stdout + stderr)) return
        watchers.delete(watcher)
        resolve()
      }
      watchers.add(watcher)
      watcher()
      ended.then(() => reject(new Error(`It ended without saying ${text}: ${stdout}${stderr}`)))
    })
  return { child, ended, says }
}
