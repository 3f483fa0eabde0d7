// Counts the tests of each file, and reports them.

import type { FileRun } from './pool.ts'
import { sourceOf } from './testFiles.ts'

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }
export type FileResult = Counts & Omit<FileRun, 'exitCode'>

/** A file that ran no test, ended early or ended badly has failed, whatever it counted. */
export function resultOf({ exitCode, ...run }: FileRun, isNarrowed: boolean): FileResult {
  const count = (name: string) => {
    const matches = run.output.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)`, 'gm'))
    return [...matches].reduce((sum, match) => sum + Number(match[1]), 0)
  }
  const [total, passed, skipped] = [count('Total'), count('Passed'), count('Skipped')]
  const failed = total - passed
  const isEmpty = total + skipped === 0 && !isNarrowed
  const error =
    run.error ??
    (isEmpty ? 'ran no test' : exitCode !== 0 && failed === 0 ? `exit code ${exitCode}` : undefined)
  return { ...run, passed, skipped, failed: error ? Math.max(1, failed) : failed, error }
}

export function resultText({ file, passed, failed, skipped, output, error, seconds }: FileResult): string {
  if (passed + failed + skipped === 0) return ''
  const counts = `${passed} passed${failed ? `, ${failed} FAILED` : ''}${skipped ? `, ${skipped} skipped` : ''}`
  const line = `${failed ? 'FAIL' : 'ok  '}  ${sourceOf(file)}  ${counts}  ${seconds.toFixed(1)} s${error ? `  (${error})` : ''}\n`
  return failed ? `${line}${output}\n` : line
}

/** Prints the slowest files, those that failed, and last `N passed, N failed`; gives the exit code. */
export function report(results: readonly FileResult[]): number {
  if (results.length > 10) process.stdout.write(slowestText(results))
  const sum = (key: keyof Counts) => results.reduce((total, result) => total + result[key], 0)
  const failedFiles = results.filter(({ failed }) => failed > 0).map(({ file }) => sourceOf(file))
  if (failedFiles.length > 0) process.stdout.write(`\nfailed: ${failedFiles.join(', ')}\n`)
  const isEmpty = sum('passed') + sum('failed') + sum('skipped') === 0
  if (isEmpty) process.stdout.write('No test has such a name.\n')
  const [passed, failed, skipped] = [sum('passed'), sum('failed') + (isEmpty ? 1 : 0), sum('skipped')]
  process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
  return failed > 0 ? 1 : 0
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
