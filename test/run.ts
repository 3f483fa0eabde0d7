// Runs test files, each in a process of its own, and ends with `N passed, N failed`.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { down, isSupported } from '../lab/lab.ts'
import { siteLab } from './endToEnd/site.ts'

const usage = `Usage: node dist/test/run.js [unit | lab | all] [-t part-of-test-name] [part-of-file-name...]
`

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }
type FileResult = Counts & {
  readonly file: string
  readonly seconds: number
  readonly output: string
  readonly error?: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const timesFile = join(here, 'times.json')
const unitLimitSeconds = 120
const labLimitSeconds = 1200
/** Most unit tests wait for processes now and then, and those of the lab for hosts to boot. */
const unitJobs = availableParallelism() + 1
/** Hosts wait for one another more than they compute. */
const labJobs = 2
/** Files that use one lab, the second what the first has deployed there. */
const siteFiles = ['endToEnd/web.test.js', 'endToEnd/failover.test.js']

const { values, positionals } = parseArgs({
  options: { 'test-name': { type: 'string', short: 't' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
const [mode = 'all', ...nameParts] = positionals
const testName = values['test-name']

if (values.help || !['unit', 'lab', 'all'].includes(mode)) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 1
} else await main()

async function main(): Promise<void> {
  bundleIfStale()
  const files = longestFirst(testFiles().filter(isChosen))
  const units = mode === 'lab' ? [] : files.filter((file) => !isLab(file))
  const labs = mode === 'unit' ? [] : files.filter(isLab)
  const results = [...(await runAll(eachAlone(units), unitJobs, unitLimitSeconds)), ...(await runLabs(labs))]
  if (testName === undefined) keepTimes(results)
  report(results)
}

/** The tests run the packed command: one that is older than what it is made of would prove nothing. */
function bundleIfStale(): void {
  const newest = (folder: string) =>
    Math.max(
      ...readdirSync(join(root, 'dist', folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => statSync(join(root, 'dist', folder, file)).mtimeMs),
    )
  const main = join(root, 'dist/bundle/cli/main.js')
  if (existsSync(main) && statSync(main).mtimeMs > Math.max(newest('src'), newest('tasks'))) return
  const { status } = spawnSync('npm', ['run', '--silent', 'bundle'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

/** The built test files whose source is still there: an earlier build may have left others. */
function testFiles(): string[] {
  return readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => existsSync(join(root, 'test', file.replace(/\.js$/, '.ts'))))
    .sort()
}

function isChosen(file: string): boolean {
  return nameParts.length === 0 || nameParts.some((part) => file.includes(part))
}

function isLab(file: string): boolean {
  return file.startsWith('endToEnd/')
}

/** So that no long file is left over for the end: by the times of the last run, or else by size. */
function longestFirst(files: readonly string[]): string[] {
  const times = keptTimes()
  const weight = (file: string) => times[file] ?? statSync(join(here, file)).size / 10_000
  return [...files].sort((a, b) => weight(b) - weight(a))
}

function keptTimes(): { readonly [file: string]: number } {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8'))
  } catch {
    return {}
  }
}

function keepTimes(results: readonly FileResult[]): void {
  const times = Object.fromEntries(results.map(({ file, seconds }) => [file, seconds]))
  writeFileSync(timesFile, JSON.stringify({ ...keptTimes(), ...times }))
}

/** Where there can be no lab, its tests are skipped by name, but not in CI. */
async function runLabs(files: readonly string[]): Promise<FileResult[]> {
  if (files.length === 0) return []
  const support = await isSupported()
  if (support.ok) {
    const site = siteFiles.filter((file) => files.includes(file))
    const others = eachAlone(files.filter((file) => !site.includes(file)))
    const results = await runAll([site, ...others], labJobs, labLimitSeconds)
    if (site.length > 0) await down(siteLab, { isPurge: true })
    return results
  }
  const error = `no lab on this machine: ${support.reason}`
  return files.map((file) => {
    process.stdout.write(`skipped  ${file}  ${error}\n`)
    const nothing = { file, seconds: 0, output: '', passed: 0, failed: 0, skipped: 0 }
    return process.env.CI ? { ...nothing, failed: 1, error } : { ...nothing, skipped: 1 }
  })
}

function eachAlone(files: readonly string[]): string[][] {
  return files.map((file) => [file])
}

/** Runs groups of files beside one another, those of a group in order. */
async function runAll(
  groups: readonly (readonly string[])[],
  jobs: number,
  limitSeconds: number,
): Promise<FileResult[]> {
  const queue = [...groups]
  const results: FileResult[] = []
  const work = async () => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) {
      for (const file of group) {
        const result = await runFile(file, limitSeconds)
        results.push(result)
        process.stdout.write(resultText(result))
      }
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return results
}

function runFile(file: string, limitSeconds: number): Promise<FileResult> {
  const startedMs = performance.now()
  const narrowed = testName === undefined ? [] : ['-t', testName]
  const child = spawn(process.execPath, [join(here, file), ...narrowed], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    // Hints name the command as it was typed: not by npm, which runs the tests.
    env: { ...process.env, npm_command: undefined, npm_lifecycle_event: undefined, FORCE_COLOR: '0' },
  })
  let output = ''
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    process.kill(-child.pid!, 'SIGKILL')
  }, limitSeconds * 1000)
  child.stdout.on('data', (bytes: Buffer) => (output += bytes))
  child.stderr.on('data', (bytes: Buffer) => (output += bytes))
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      const killed = isLate ? `killed after ${limitSeconds} s` : (signal ?? undefined)
      const seconds = (performance.now() - startedMs) / 1000
      // What a test left running may hold the pipes open: nobody waits for their end.
      setTimeout(() => resolve({ file, seconds, output, ...countsOf(output, code, killed) }), 50)
    })
  })
}

/** A file that ran no test, ended early or ended badly has failed, whatever it counted. */
function countsOf(
  output: string,
  code: number | null,
  killed: string | undefined,
): Counts & Pick<FileResult, 'error'> {
  const count = (name: string) => {
    const matches = output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)`, 'gm'))
    return [...matches].reduce((sum, match) => sum + Number(match[1]), 0)
  }
  const [total, passed, skipped] = [count('Total'), count('Passed'), count('Skipped')]
  const failed = total - passed
  const isEmpty = total + skipped === 0 && testName === undefined
  const error =
    killed ?? (isEmpty ? 'ran no test' : code !== 0 && failed === 0 ? `exit code ${code}` : undefined)
  return { passed, skipped, failed: error ? Math.max(1, failed) : failed, error }
}

function resultText({ file, passed, failed, skipped, output, error, seconds }: FileResult): string {
  if (passed + failed + skipped === 0) return ''
  const counts = `${passed} passed${failed ? `, ${failed} FAILED` : ''}${skipped ? `, ${skipped} skipped` : ''}`
  const line = `${failed ? 'FAIL' : 'ok  '}  ${sourceOf(file)}  ${counts}  ${seconds.toFixed(1)} s${error ? `  (${error})` : ''}\n`
  return failed ? `${line}${output}\n` : line
}

function sourceOf(file: string): string {
  return file.replace(/\.js$/, '.ts')
}

function report(results: readonly FileResult[]): void {
  if (results.length > 10) process.stdout.write(slowestText(results))
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0)
  const failedFiles = results.filter(({ failed }) => failed > 0).map(({ file }) => sourceOf(file))
  if (failedFiles.length > 0) process.stdout.write(`\nfailed: ${failedFiles.join(', ')}\n`)
  const isEmpty = sum('passed') + sum('failed') + sum('skipped') === 0
  if (isEmpty) process.stdout.write('No test has such a name.\n')
  const [passed, failed, skipped] = [sum('passed'), sum('failed') + (isEmpty ? 1 : 0), sum('skipped')]
  process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** The files that took longest, with their tests that took some seconds. */
function slowestText(results: readonly FileResult[]): string {
  const slowest = [...results].sort((a, b) => b.seconds - a.seconds).slice(0, 10)
  const rows = slowest.flatMap(({ file, seconds, output }) => [
    `${seconds.toFixed(1).padStart(7)} s  ${sourceOf(file)}`,
    ...[...output.matchAll(/^slow {2}(.*) s {2}(.*)$/gm)].map(
      ([, time, name]) => `${time!.padStart(18)} s  ${name}`,
    ),
  ])
  return `\nslowest files, and their tests of more than 3 s:\n${rows.join('\n')}\n\n`
}
