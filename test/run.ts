// Runs the built test files, each in a process of its own with a time limit, and ends with `N passed, N failed`.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isSupported } from '../lab/lab.ts'

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }
type FileResult = Counts & {
  readonly file: string
  readonly seconds: number
  readonly output: string
  readonly fault?: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const setup = new URL('./uvuDetails.js', import.meta.url).href
const unitLimitSeconds = 120
const labLimitSeconds = 900

/** `unit`, `lab` or `all`, then parts of file names to choose by. */
const [mode = 'all', ...names] = process.argv.slice(2)

const files = testFiles(here).filter(
  (file) => names.length === 0 || names.some((name) => file.includes(name)),
)
const isLab = (file: string) => file.startsWith('endToEnd/')
const units = mode === 'lab' ? [] : files.filter((file) => !isLab(file))
const labs = mode === 'unit' ? [] : files.filter(isLab)

const results = [
  ...(await runAll(units, Math.max(2, availableParallelism()), unitLimitSeconds)),
  ...(await runLabs(labs)),
]
report(results)

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.js'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(isOfSource)
    .sort()
}

/** What an earlier build left of a test that is gone, or has another name now, is no test. */
function isOfSource(file: string): boolean {
  return existsSync(join(here, '../../test', file.replace(/\.js$/, '.ts')))
}

/** The lab's tests share the machine with nothing else. Where it cannot be, they are skipped by name, but not in CI. */
async function runLabs(files: readonly string[]): Promise<FileResult[]> {
  if (files.length === 0) return []
  const support = await isSupported()
  if (support.ok) return runAll(files, 1, labLimitSeconds)
  return files.map((file) => {
    const nothing = { file, seconds: 0, output: '', passed: 0, failed: 0, skipped: 0 }
    const why = `no lab on this machine: ${support.reason}`
    process.stdout.write(`skipped  ${file}  ${why}\n`)
    return process.env.CI ? { ...nothing, failed: 1, fault: why } : { ...nothing, skipped: 1 }
  })
}

async function runAll(files: readonly string[], jobs: number, limitSeconds: number): Promise<FileResult[]> {
  const queue = [...files]
  const done: FileResult[] = []
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift())
      done.push(await runFile(file, limitSeconds))
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return done
}

function runFile(file: string, limitSeconds: number): Promise<FileResult> {
  const startedAt = performance.now()
  const env = { ...process.env, FORCE_COLOR: '0' }
  const child = spawn(process.execPath, ['--import', setup, join(here, file)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env,
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
      setTimeout(() => {
        const seconds = (performance.now() - startedAt) / 1000
        const result = judge(
          file,
          output,
          code,
          isLate ? `killed after ${limitSeconds} s` : (signal ?? undefined),
        )
        process.stdout.write(line(result, seconds))
        resolve({ ...result, seconds })
      }, 50)
    })
  })
}

/** A file that ran no test, ended early or ended badly has failed, whatever it counted. */
function judge(
  file: string,
  output: string,
  code: number | null,
  killed: string | undefined,
): Omit<FileResult, 'seconds'> {
  const count = (name: string) =>
    [...output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)`, 'gm'))].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    )
  const [total, passed, skipped] = [count('Total'), count('Passed'), count('Skipped')]
  const failed = total - passed
  const fault =
    killed ??
    (total + skipped === 0 ? 'ran no test' : code !== 0 && failed === 0 ? `exit code ${code}` : undefined)
  return {
    file,
    output,
    passed,
    skipped,
    failed: fault ? Math.max(1, failed) : failed,
    ...(fault ? { fault } : {}),
  }
}

function line(
  { file, passed, failed, skipped, output, fault }: Omit<FileResult, 'seconds'>,
  seconds: number,
): string {
  const counts = `${passed} passed${failed ? `, ${failed} FAILED` : ''}${skipped ? `, ${skipped} skipped` : ''}`
  const first = `${failed ? 'FAIL' : 'ok  '}  ${file.replace(/\.js$/, '.ts')}  ${counts}  ${seconds.toFixed(1)} s${fault ? `  (${fault})` : ''}\n`
  return failed ? `${first}${output}\n` : first
}

function report(results: readonly FileResult[]): void {
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0)
  const failedFiles = results.filter(({ failed }) => failed > 0).map(({ file }) => file)
  if (failedFiles.length > 0) process.stdout.write(`\nfailed: ${failedFiles.join(', ')}\n`)
  const skipped = sum('skipped')
  const isEmpty = results.length === 0
  process.stdout.write(
    `${sum('passed')} passed, ${sum('failed') + (isEmpty ? 1 : 0)} failed${skipped ? `, ${skipped} skipped` : ''}\n`,
  )
  process.exitCode = failedFiles.length > 0 || isEmpty ? 1 : 0
}
