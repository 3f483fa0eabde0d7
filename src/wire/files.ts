// Reads the state of many files with one stat, one read and one digest command.

import { PlaybookError } from '../model/errors/error.ts'
import type { DigestAlgorithm, FileRequest, FileState } from '../model/fileState.ts'
import { type Output, splitLines } from '../model/probe.ts'
import { quote } from '../model/shell/command.ts'
import { type PathRefusals, pathCheckBatch } from './pathRefusals.ts'

/** A command that reads several files, and how to parse its output. */
export type FileBatch = {
  readonly script: string
  readonly paths: readonly string[]
  /** true: its output is the content of files. */
  readonly printsContents?: boolean
  /** Whether its output is part of the result of a request. */
  readonly covers: (request: FileRequest) => boolean
  readonly read: (output: Output, results: FileResults) => void
}

/** The results collected so far; `fileState` looks them up. */
export type FileResults = {
  readonly followed: Map<string, FileState>
  readonly unfollowed: Map<string, FileState>
  /** By path and content limit. */
  readonly contents: Map<string, Buffer>
  readonly digests: Map<string, string>
  readonly problems: string[]
  pathRefusals: PathRefusals
}

const pathsPerCommand = 400

export function emptyFileResults(): FileResults {
  return {
    followed: new Map(),
    unfollowed: new Map(),
    contents: new Map(),
    digests: new Map(),
    problems: [],
    pathRefusals: { refusals: new Map() },
  }
}

/** The commands for the given requests. stat comes first, because parsing contents needs their sizes. */
export function fileBatches(requests: readonly FileRequest[]): FileBatch[] {
  const pathsWhere = (matches: (request: FileRequest) => boolean) => [
    ...new Set(requests.filter(matches).map((request) => request.path)),
  ]
  const limits = [...new Set(requests.map((request) => request.contentLimit))].filter((limit) => limit > 0)
  return [
    ...chunks(pathsWhere(({ follow, contentLimit }) => follow || contentLimit > 0)).map((paths) =>
      statBatch(paths, true),
    ),
    ...chunks(pathsWhere((request) => !request.follow)).map((paths) => statBatch(paths, false)),
    ...limits.flatMap((limit) =>
      chunks(pathsWhere((request) => request.contentLimit === limit)).map((paths) =>
        contentBatch(paths, limit),
      ),
    ),
    ...(['sha224', 'sha256', 'sha384', 'sha512'] as const).flatMap((algorithm) =>
      chunks(pathsWhere((request) => request.digest === algorithm)).map((paths) =>
        digestBatch(paths, algorithm),
      ),
    ),
    ...chunks(pathsWhere(({ checksPath }) => checksPath === true)).map(pathCheckBatch),
  ]
}

/**
 * The state of a requested path.
 *
 * @throws PlaybookError E_STAT if the host could not read it (no permission, a loop of links), or fapolicyd did not let it
 */
export function fileState(request: FileRequest, results: FileResults): FileState {
  const { path, follow, contentLimit, digest } = request
  const state = (follow ? results.followed : results.unfollowed).get(path)
  if (!state) {
    const problem = results.problems.find((line) => line.includes(`'${path}'`))
    if (problem) throw new PlaybookError('E_STAT', `Cannot stat ${path}: ${problem.replace(/^stat: /, '')}`)
    return { type: 'absent' }
  }
  if (state.type !== 'file') return state
  const content = contentLimit > 0 ? results.contents.get(contentKey(path, contentLimit)) : undefined
  const hex = digest ? results.digests.get(`${digest}:${path}`) : undefined
  if ((contentLimit > 0 && content === undefined) || (digest && hex === undefined))
    throwIfRefused(path, results)
  const isWhole = content !== undefined && content.length <= contentLimit
  return { ...state, ...(isWhole ? { content, size: content.length } : {}), ...(hex ? { digest: hex } : {}) }
}

const refused = ': Operation not permitted'

/** A file without read permission is one without content here; what another program keeps from us is an error. */
function throwIfRefused(path: string, { problems }: FileResults): void {
  if (
    problems.some(
      (line) => line.endsWith(refused) && (line.includes(`'${path}'`) || line.includes(` ${path}:`)),
    )
  )
    throw new PlaybookError('E_STAT', `Cannot read ${path}${refused}`)
}

function noteRefusals(output: Output, { problems }: FileResults): void {
  problems.push(...splitLines(output.stderr.toString('utf8')).filter((line) => line.endsWith(refused)))
}

function statBatch(paths: readonly string[], follow: boolean): FileBatch {
  const requested = new Set(paths)
  const link = follow
    ? ''
    : `; for f in ${words(paths)}; do [ -L "$f" ] && { printf '\\0%s\\0' "$f"; readlink -n -- "$f"; }; done; :`
  return {
    paths,
    covers: (request) => request.follow === follow && requested.has(request.path),
    script: `stat ${follow ? '-L ' : ''}-c '%f:%u:%g:%s:%h:%Y:%U:%G:%n' -- ${words(paths)}${link}`,
    read: (output, results) => {
      if (output.code > 125)
        throw new PlaybookError('E_STAT', `stat does not run on this host: ${output.stderr}`)
      const into = follow ? results.followed : results.unfollowed
      const [lines = '', ...links] = output.stdout.toString('utf8').split('\0')
      for (const line of splitLines(lines)) readStatLine(line, into)
      for (let index = 0; index < links.length; index += 2) readLink(links[index]!, links[index + 1]!, into)
      for (const line of splitLines(output.stderr.toString('utf8'))) {
        if (line !== '' && !/No such file or directory|Not a directory/.test(line))
          results.problems.push(line)
      }
    },
  }
}

/** Paths and targets stand between NUL bytes, which neither can contain: a target's name cannot forge another line. */
function readLink(path: string, target: string, into: Map<string, FileState>): void {
  const state = into.get(path)
  if (state?.type === 'link') into.set(path, { ...state, target })
}

/** No name of a user or group contains a colon, and the path comes last. */
function readStatLine(line: string, into: Map<string, FileState>): void {
  const fields = line.split(':')
  const [rawMode = '', uid = '', gid = '', size = '', links = '', mtime = '', owner = '', group = ''] = fields
  const bits = Number.parseInt(rawMode, 16)
  const attributes = {
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === 'UNKNOWN' ? uid : owner,
    group: group === 'UNKNOWN' ? gid : group,
    mtimeMs: Number(mtime) * 1000,
  }
  into.set(fields.slice(8).join(':'), stateOfType(bits, attributes, Number(size), Number(links)))
}

function stateOfType(
  bits: number,
  attributes: { mode: number; uid: number; gid: number; owner: string; group: string; mtimeMs: number },
  size: number,
  links: number,
): FileState {
  const type = bits & 0o170000
  if (type === 0o100000) return { type: 'file', ...attributes, size, links }
  if (type === 0o040000) return { type: 'directory', ...attributes }
  if (type === 0o120000) return { type: 'link', ...attributes, target: '' }
  return { type: 'other', ...attributes }
}

/**
 * `head -v` prints `==> PATH <==` before each content; where the content ends is known from the size that stat gave. A
 * file may contain such a line too, so no line is believed that is not at the place that the sizes give it.
 */
function contentBatch(paths: readonly string[], limit: number): FileBatch {
  const requested = new Set(paths)
  return {
    paths,
    covers: ({ path, contentLimit }) => contentLimit === limit && requested.has(path),
    printsContents: true,
    script: `${onlyReadable(paths)}; [ $# -eq 0 ] || head -v -c ${limit + 1} -- "$@"`,
    read: (output, results) => {
      for (const [path, content] of contentsIn(output.stdout, paths, (path) => sizeOf(path, limit, results)))
        results.contents.set(contentKey(path, limit), Buffer.from(content))
      noteRefusals(output, results)
    },
  }
}

type Section = { readonly path: string; readonly header: Buffer; readonly size: number }

/**
 * The contents by path. If a file changed after stat, sections are found from the end up to that file, whose content is
 * what remains. If several changed, their contents are left out.
 */
function contentsIn(
  bytes: Buffer,
  paths: readonly string[],
  sizeOf: (path: string) => number | undefined,
): Map<string, Buffer> {
  const contents = new Map<string, Buffer>()
  const sections = paths.flatMap((path): Section[] => {
    const size = sizeOf(path)
    return size === undefined ? [] : [{ path, header: headerOf(path), size }]
  })
  let from = 0
  let first = 0
  for (; first < sections.length; first++) {
    const { path, header, size } = withoutBreak(sections[first]!, from)
    if (!startsWith(bytes, header, from)) continue
    const end = from + header.length + size
    const isLast = end === bytes.length
    if (!isLast && !startsWith(bytes, sectionBreak, end)) break
    contents.set(path, bytes.subarray(from + header.length, end))
    from = end
  }
  let to = bytes.length
  const unread: Section[] = []
  for (let index = sections.length - 1; index > first; index--) {
    const section = sections[index]!
    const start = to - section.size - section.header.length
    if (start >= from && startsWith(bytes, section.header, start)) {
      contents.set(section.path, bytes.subarray(start + section.header.length, to))
      to = start
    } else unread.push(section)
  }
  const changed = sections[first]
  if (!changed || unread.length > 0) return contents
  const { path, header } = withoutBreak(changed, from)
  return startsWith(bytes, header, from)
    ? contents.set(path, bytes.subarray(from + header.length, to))
    : contents
}

const sectionBreak = Buffer.from('\n==> ')

function headerOf(path: string): Buffer {
  return Buffer.from(`\n==> ${path} <==\n`)
}

/** There is no line end before the first section. */
function withoutBreak(section: Section, from: number): Section {
  return from === 0 ? { ...section, header: section.header.subarray(1) } : section
}

function startsWith(bytes: Buffer, start: Buffer, at: number): boolean {
  return bytes.subarray(at, at + start.length).equals(start)
}

function contentKey(path: string, limit: number): string {
  return `${limit}:${path}`
}

function sizeOf(path: string, limit: number, results: FileResults): number | undefined {
  const state = results.followed.get(path)
  return state?.type === 'file' ? Math.min(state.size, limit + 1) : undefined
}

function digestBatch(paths: readonly string[], algorithm: DigestAlgorithm): FileBatch {
  const requested = new Set(paths)
  return {
    paths,
    covers: ({ path, digest }) => digest === algorithm && requested.has(path),
    script: `${onlyReadable(paths)}; [ $# -eq 0 ] || ${algorithm}sum -- "$@"`,
    read: (output, results) => {
      for (const line of splitLines(output.stdout.toString('utf8'))) {
        const match = /^(\\?)([0-9a-f]+) [ *](.*)$/.exec(line)
        if (match)
          results.digests.set(`${algorithm}:${match[1] ? unescaped(match[3]!) : match[3]}`, match[2]!)
      }
      noteRefusals(output, results)
    },
  }
}

/** The tools of coreutils put a backslash before a line whose file name has escapes. */
function unescaped(name: string): string {
  return name.replace(/\\([\\nr])/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter)
}

/** Sets "$@" to the readable regular files, so that no fifo or device is opened. */
function onlyReadable(paths: readonly string[]): string {
  return `set --; for f in ${words(paths)}; do [ -f "$f" ] && [ -r "$f" ] && set -- "$@" "$f"; done`
}

function words(paths: readonly string[]): string {
  return paths.map(quote).join(' ')
}

function chunks(paths: readonly string[]): string[][] {
  const count = Math.ceil(paths.length / pathsPerCommand)
  return Array.from({ length: count }, (_, index) =>
    paths.slice(index * pathsPerCommand, (index + 1) * pathsPerCommand),
  )
}
