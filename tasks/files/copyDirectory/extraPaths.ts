// Finds paths on the host that the source does not have, for purging.

import { posix } from 'node:path'
import { type Output, output, PlaybookError, type Probe, sh } from '../../../src/index.ts'
import { excluder, type SourceEntry } from './sourceTree.ts'

/**
 * The uppermost paths below `dest`, relative to it and by their bytes (each character stands for one), that are neither in `entries` nor excluded, nor hold what is
 * excluded. None where there is no such folder.
 *
 * @throws PlaybookError (when parsed) E_MOUNT where a file system is mounted at or below one; E_FIND
 */
export function extraPaths(
  dest: string,
  exclude: readonly string[],
  entries: readonly SourceEntry[],
): Probe<string[]> {
  const known = new Set(entries.map(({ path }) => bytesOf(path)))
  const matches = excluder(exclude)
  const isExcluded = (path: string) => matches(decodedPath(path))
  return output(
    sh`[ ! -d ${dest} ] || { cd -- ${dest} && find . -xdev ! -name . -print0 && printf '\0%s\n' "$(pwd -P)" && cat /proc/mounts; }`,
    (result) => {
      const { paths, mounts } = listing(dest, result)
      const excluded = paths.filter(isExcluded)
      const isOther = (path: string) => !known.has(path) && !isExcluded(path) && !holds(path, excluded)
      const all = new Set(paths.filter(isOther))
      const uppermost = [...all].filter((path) => !all.has(posix.dirname(path))).sort()
      const mounted = uppermost.find((path) => mounts.includes(path) || holds(path, mounts))
      if (mounted !== undefined) throw mountedBelow(posix.join(dest, decodedPath(mounted)))
      return uppermost
    },
    { reads: [dest] },
  )
}

/** Names end with NUL, for they may hold line ends; behind an empty one stand the real path and the mounts. */
function listing(dest: string, result: Output): { paths: string[]; mounts: string[] } {
  if (result.code !== 0) {
    const details = result.stderr.toString('utf8').trim().split('\n').slice(0, 5)
    throw new PlaybookError('E_FIND', `${dest} cannot be read completely.`, { details })
  }
  const printed = result.stdout.toString('latin1')
  const end = printed.startsWith('\0') ? 0 : printed.indexOf('\0\0') + 1
  const paths = printed.slice(0, end).split('\0').filter(Boolean)
  const [root = '', ...table] = printed.slice(end + 1).split('\n')
  const mounts = table
    .map((line) => (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => byte(octal)))
    .filter((path) => path.startsWith(`${root}/`))
  return {
    paths: paths.map((path) => path.slice(2)),
    mounts: mounts.map((path) => path.slice(root.length + 1)),
  }
}

/** The text of a path that is given by its bytes; what is not UTF-8 is shown as U+FFFD. */
export function decodedPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}

function bytesOf(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1')
}

function byte(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8))
}

function holds(path: string, others: readonly string[]): boolean {
  return others.some((other) => other.startsWith(`${path}/`))
}

function mountedBelow(path: string): PlaybookError {
  return new PlaybookError('E_MOUNT', `${path} would be purged, but a file system is mounted there.`, {
    hint: 'Nothing was copied or removed. exclude leaves it alone.',
  })
}
