// Runs the tests, and ends with `N passed, N failed`.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { down, isSupported } from '../lab/lab.ts'
import { whyNoBrowser } from '../lab/machine/browser.ts'
import { logToStderr } from '../lab/machine/log.ts'
import { siteLab } from './endToEnd/site.ts'
import { runOnGuests } from './runner/guests.ts'
import { type PoolOptions, runFiles } from './runner/pool.ts'
import { type FileResult, report, resultOf, resultText } from './runner/results.ts'
import { type Kind, keepTimes, kindOf, longestFirst, sourceOf, testFiles } from './runner/testFiles.ts'

const usage = `Usage: node dist/test/run.js [unit | integration | browser | lab | selinux | all] [-t part-of-test-name] [part-of-file-name...]

  --if-cached   of SELinux: only if the image has been made already, and no file after ten minutes
`

const root = fileURLToPath(new URL('../..', import.meta.url))
const limitSeconds = 300
const labLimitSeconds = 1200
/** Of a file that takes five minutes at most on an idle machine. */
const selinuxLimitSeconds = 1800
const labJobs = 2
/** Files that use one lab, the second what the first has deployed there. */
const siteFiles = ['endToEnd/web.test.js', 'endToEnd/failover.test.js']

const { values, positionals } = parseArgs({
  options: {
    'test-name': { type: 'string', short: 't' },
    'if-cached': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
})
const [mode = 'all', ...nameParts] = positionals
const testName = values['test-name']
/** Most tests wait for processes now and then; those of units come to no harm by a busy machine. */
const jobs = availableParallelism() + (mode === 'unit' ? 2 : 1)
const results: FileResult[] = []
/** Files that are named run without a lab, whichever of the three they are. */
const quick: Kind[] = nameParts.length > 0 ? ['unit', 'integration', 'browser'] : ['unit']
const kindsOf: { readonly [mode: string]: readonly Kind[] } = {
  unit: quick,
  integration: ['integration'],
  browser: ['browser'],
  lab: ['lab'],
  selinux: ['selinux'],
  all: ['unit', 'integration', 'browser', 'lab'],
}
const kinds = kindsOf[mode] ?? []

if (values.help || kinds.length === 0) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 1
} else await main()

async function main(): Promise<void> {
  bundleIfStale()
  const files = longestFirst(testFiles().filter(isChosen))
  const chosen = (kind: Kind) => (kinds.includes(kind) ? files.filter((file) => kindOf(file) === kind) : [])
  const quickFiles = [...chosen('integration'), ...chosen('unit')]
  // One after the other, in one browser.
  const browserFiles = await withBrowser(chosen('browser'))
  // Hosts of the lab wait for one another more than they compute: the other tests run meanwhile.
  await Promise.all([
    runLabs(chosen('lab')),
    runFiles([...browserFiles, ...eachAlone(quickFiles)], options(mode === 'all' ? 2 : jobs, limitSeconds)),
  ])
  if (mode === 'all') await runAgain(quickFiles, (again) => runFiles([again], options(1, limitSeconds)))
  await runSelinux(chosen('selinux'))
  await runAgain(chosen('selinux'), runSelinux)
  if (testName === undefined) keepTimes(results)
  process.exitCode = report(results)
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

function isChosen(file: string): boolean {
  return nameParts.length === 0 || nameParts.some((part) => file.includes(part))
}

/** One group; none where there is no browser, and none can be installed. */
async function withBrowser(files: readonly string[]): Promise<string[][]> {
  if (files.length === 0) return []
  const why = await whyNoBrowser(logToStderr())
  if (why) leaveOut(files, `no browser: ${why}`, false)
  return why ? [] : [[...files]]
}

/** Where there can be no lab, its tests are skipped by name, but not in CI. */
async function runLabs(files: readonly string[]): Promise<void> {
  if (files.length === 0) return
  const support = await isSupported()
  if (support.ok) {
    const site = siteFiles.filter((file) => files.includes(file))
    const others = eachAlone(files.filter((file) => !site.includes(file)))
    await runFiles([site, ...others], options(labJobs, labLimitSeconds))
    if (site.length > 0) await down(siteLab, { isPurge: true })
    return
  }
  leaveOut(files, `no lab on this machine: ${support.reason}`, process.env.CI !== undefined)
}

function runSelinux(files: readonly string[]): Promise<void> {
  return runOnGuests(files, {
    isOnlyIfCached: values['if-cached'] ?? false,
    run: (file, env) => runFiles([[file]], { ...options(1, selinuxLimitSeconds), env }),
    leaveOut,
  })
}

/** Some files that failed beside others run again, and are reported by name: only what fails again is wrong. */
async function runAgain(
  files: readonly string[],
  run: (files: readonly string[]) => Promise<void>,
): Promise<void> {
  const failed = results.filter(({ file, failed }) => failed > 0 && files.includes(file))
  if (failed.length > 5) return
  for (const result of failed) results.splice(results.indexOf(result), 1)
  await run(failed.map(({ file }) => file))
  const passed = failed.filter(({ file }) => results.some((each) => each.file === file && each.failed === 0))
  if (passed.length > 0)
    process.stdout.write(
      `\nunstable, passed when run again: ${passed.map(({ file }) => sourceOf(file)).join(', ')}\n`,
    )
}

function leaveOut(files: readonly string[], error: string, isFailure: boolean): void {
  for (const file of files) {
    process.stdout.write(`skipped  ${file}  ${error}\n`)
    const nothing = { file, seconds: 0, output: '', passed: 0, failed: 0, skipped: 0 }
    results.push(isFailure ? { ...nothing, failed: 1, error } : { ...nothing, skipped: 1 })
  }
}

function eachAlone(files: readonly string[]): string[][] {
  return files.map((file) => [file])
}

function options(count: number, seconds: number): PoolOptions {
  return {
    jobs: count,
    limitSeconds: seconds,
    args: testName === undefined ? [] : ['-t', testName],
    onEnd: (run) => {
      const result = resultOf(run, testName !== undefined)
      results.push(result)
      process.stdout.write(resultText(result))
    },
  }
}
