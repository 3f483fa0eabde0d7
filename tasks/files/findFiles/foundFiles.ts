// Lists files of a host by find and stat, and drops those that do not match.

import { posix } from 'node:path'
import {
  type Command,
  lastLines,
  type Output,
  output,
  PlaybookError,
  type Probe,
  sh,
  withTimeLimit,
} from '../../../src/index.ts'

export type FoundFile = {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'other'
  /** Permission bits (0o7777). */
  readonly mode: number
  readonly owner: string
  readonly group: string
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtimeMs: number
}

type Conditions = {
  readonly paths: readonly string[]
  readonly patterns?: readonly string[]
  readonly excludes?: readonly string[]
  readonly regex?: RegExp
  readonly contains?: string
  readonly fileType: 'file' | 'directory' | 'link' | 'any'
  readonly age?: number
  readonly ageStamp: 'mtime' | 'atime' | 'ctime'
  readonly size?: number
  readonly recurse: boolean
  readonly depth?: number
  readonly hidden: boolean
  readonly follow: boolean
}

export function foundFiles(conditions: Conditions): Probe<readonly FoundFile[]> {
  return output(listing(conditions), (result) => parse(result, conditions), { reads: conditions.paths })
}

/**
 * The time, and a record for each file. A record begins with two slashes, which no path of find has: neither a name nor
 * its line ends can forge one.
 */
function listing(conditions: Conditions): Command {
  const { paths, contains, follow, recurse, depth } = conditions
  const levels = recurse ? depth : 1
  const words = [...(levels === undefined ? [] : ['-maxdepth', levels]), ...tests(conditions)]
  const stamp = { mtime: '%Y', atime: '%X', ctime: '%Z' }[conditions.ageStamp]
  const stat = sh`stat ${follow ? ['-L'] : []} -c ${`//%f:%u:%g:%s:%Y:${stamp}:%U:%G:%n`} --`
  const each = contains === undefined ? sh`${stat} {} +` : sh`sh -c ${containing(stat)} ${contains} {} +`
  return sh`date +%s
for folder in ${paths.map((path) => posix.normalize(path))}; do
  [ -d "$folder" ] || continue
  find ${follow ? ['-L'] : []} "$folder" -mindepth 1 ${words} -exec ${each}
done
:`
}

/** A shell that shows those of its arguments that contain its name. */
function containing(stat: Command): string {
  return `for file do
  if [ -f "$file" ] && grep -qF -e "$0" -- "$file"; then ${stat.script} "$file"; fi
done`
}

/** Conditions that the find of busybox knows too; the others are checked here. */
function tests({ patterns, excludes, hidden, fileType }: Conditions): (string | number)[] {
  const names = (patterns ?? []).flatMap((pattern, index) => [...(index > 0 ? ['-o'] : []), '-name', pattern])
  const kind = { file: 'f', directory: 'd', link: 'l', any: '' }[fileType]
  return [
    ...(names.length > 0 ? ['(', ...names, ')'] : []),
    ...(excludes ?? []).flatMap((pattern) => ['!', '-name', pattern]),
    ...(hidden ? [] : ['!', '-name', '.*']),
    ...(kind === '' ? [] : ['-type', kind]),
  ]
}

/** @throws PlaybookError E_FIND, E_SLOW_PATTERN */
function parse(result: Output, { regex, age, size }: Conditions): FoundFile[] {
  const problems = lastLines({ ...result, stdout: Buffer.alloc(0) }).filter(
    (line) => !/No such file or directory/.test(line),
  )
  if (problems.length > 0)
    throw new PlaybookError('E_FIND', 'The files cannot be listed completely.', { details: problems })
  const [time = '', ...records] = result.stdout.toString('utf8').split(/^\/\//m)
  const found = records.map((record) => parseRecord(record.replace(/\n$/, ''), Number(time)))
  const isRightSize = (file: FoundFile) => file.type === 'file' && isAtLeast(file.size, size!)
  const isRightName = ({ path }: FoundFile) => regex!.test(posix.basename(path))
  const chosen = found
    .filter((each) => age === undefined || isAtLeast(each.age, age))
    .map(({ file }) => file)
    .filter((file) => size === undefined || isRightSize(file))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
  return regex ? withTimeLimit([regex], () => chosen.filter(isRightName)) : chosen
}

/** A negative limit is the most that there may be. */
function isAtLeast(value: number, limit: number): boolean {
  return limit < 0 || Object.is(limit, -0) ? value <= -limit : value >= limit
}

function parseRecord(record: string, time: number): { readonly file: FoundFile; readonly age: number } {
  const [rawMode = '', uid, gid, size, mtime, stamp, owner = '', group = '', ...path] = record.split(':')
  const bits = Number.parseInt(rawMode, 16)
  const file: FoundFile = {
    path: path.join(':'),
    type: typeOf(bits & 0o170000),
    mode: bits & 0o7777,
    owner: owner === 'UNKNOWN' ? uid! : owner,
    group: group === 'UNKNOWN' ? gid! : group,
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    mtimeMs: Number(mtime) * 1000,
  }
  return { file, age: time - Number(stamp) }
}

function typeOf(format: number): FoundFile['type'] {
  if (format === 0o100000) return 'file'
  if (format === 0o040000) return 'directory'
  return format === 0o120000 ? 'link' : 'other'
}
