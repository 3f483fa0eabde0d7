// Finds the test files, and orders them by how long they take.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Kind = 'unit' | 'integration' | 'browser' | 'lab' | 'selinux'

const built = fileURLToPath(new URL('..', import.meta.url))
const sources = join(built, '../../test')
const timesFile = join(built, 'times.json')

/** Helpers that run the packed command, sshd, or programs of other accounts, or build software. */
const integration = [
  'cli/command.js',
  'tasks/source/buildSite.js',
  'transport/sshd.js',
  'transport/testUser.js',
  'wire/attacker.js',
]

export function kindOf(file: string): Kind {
  if (file.startsWith('endToEnd/')) return 'lab'
  if (file.startsWith('selinux/')) return 'selinux'
  const helpers = importsOf(file)
  if (helpers.includes('browser/browser.js')) return 'browser'
  const isIntegration = file.startsWith('pack/') || helpers.some((each) => integration.includes(each))
  return isIntegration ? 'integration' : 'unit'
}

/** What a test file imports of the tests' folder, and these in turn. */
function importsOf(file: string, found: string[] = []): string[] {
  const text = readFileSync(join(built, file), 'utf8')
  for (const [, path] of text.matchAll(/^import .* from '(\.[^']*)'/gm)) {
    const imported = join(dirname(file), path!)
    // Playbooks in the texts of tests import other files.
    if (imported.startsWith('..') || found.includes(imported) || !existsSync(join(built, imported))) continue
    found.push(imported)
    importsOf(imported, found)
  }
  return found
}

/** The built test files whose source is still there: an earlier build may have left others. */
export function testFiles(): string[] {
  return readdirSync(built, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => existsSync(join(sources, sourceOf(file))))
    .sort()
}

export function sourceOf(file: string): string {
  return file.replace(/\.js$/, '.ts')
}

/** So that no long file is left over for the end: by the times of the last run, or else by size. */
export function longestFirst(files: readonly string[]): string[] {
  const times = keptTimes()
  const weight = (file: string) => times[file] ?? statSync(join(built, file)).size / 10_000
  return [...files].sort((a, b) => weight(b) - weight(a))
}

/** What was left out took no time, and keeps the time of its last run. */
export function keepTimes(runs: readonly { readonly file: string; readonly seconds: number }[]): void {
  const times = runs.filter(({ seconds }) => seconds > 0).map(({ file, seconds }) => [file, seconds])
  writeFileSync(timesFile, JSON.stringify({ ...keptTimes(), ...Object.fromEntries(times) }))
}

function keptTimes(): { readonly [file: string]: number } {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8'))
  } catch {
    return {}
  }
}
