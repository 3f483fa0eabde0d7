// Reads the state of many files with one stat, one read and one digest command.

import { quote } from '../model/command.ts'
import { PlaybookError } from '../model/errors/error.ts'
import type { DigestAlgorithm, FileRequest, FileState } from '../model/files/fileState.ts'
import { type Output, splitLines } from '../model/probe.ts'

/** A command that reads several files, and how to parse its output. */
export type FileBatch = {
  readonly script: string
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
}

const pathsPerCommand = 400

export function emptyFileResults(): FileResults {
  return { followed: new Map(), unfollowed: new Map(), contents: new Map(), digests: new Map(), problems: [] }
}

/** The commands for the given requests. stat comes first, because parsing contents needs their sizes. */
export function fileBatches(requests: readonly FileRequest[]): FileBatch[] {
  const pathsWhere = (matches: (request: FileRequest) => boolean) => [
    ...new Set(requests.filter(matches).map((request) => request.path)),
  ]
  const limits = [...new Set(requests.map((request) => request.contentLimit))].filter((limit) => limit > 0)
  return [
    ...chunks(pathsWhere((request) => request.follow)).map((paths) => statBatch(paths, true)),
    ...chunks(pathsWhere((request) => !request.follow)).map((paths) => statBatch(paths, false)),
    ...limits.flatMap((limit) =>
      chunks(pathsWhere((request) => request.contentLimit === limit)).map((paths) =>
        contentBatch(paths, limit),
      ),
    ),
    ...(['sha256', 'sha512'] as const).flatMap((algorithm) =>
      chunks(pathsWhere((request) => request.digest === algorithm)).map((paths) =>
        digestBatch(paths, algorithm),
      ),
    ),
  ]
}

/**
 * The state of a requested path.
 *
 * @throws PlaybookError E_STAT if the host could not read it (no permission, a loop of links)
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
  const isWhole = content !== undefined && content.length <= contentLimit
  return { ...state, ...(isWhole ? { content, size: content.length } : {}), ...(hex ? { digest: hex } : {}) }
}

function statBatch(paths: readonly string[], follow: boolean): FileBatch {
  const requested = new Set(paths)
  const link = follow
    ? ''
    : `; for f in ${words(paths)}; do [ -L "$f" ] && printf 'L|%s|%s\\n' "$(readlink -- "$f")" "$f"; done; :`
  return {
    covers: (request) => request.follow === follow && requested.has(request.path),
    script: `stat ${follow ? '-L ' : ''}-c '%f|%u|%g|%s|%h|%Y|%U|%G|%n' -- ${words(paths)}${link}`,
    read: (output, results) => {
      if (output.code > 125)
        throw new PlaybookError('E_STAT', `stat does not run on this host: ${output.stderr}`)
      const into = follow ? results.followed : results.unfollowed
      for (const line of splitLines(output.stdout.toString('utf8'))) readStatLine(line, into)
      for (const line of splitLines(output.stderr.toString('utf8'))) {
        if (line !== '' && !/No such file or directory|Not a directory/.test(line))
          results.problems.push(line)
      }
    },
  }
}

function readStatLine(line: string, into: Map<string, FileState>): void {
  const fields = line.split('|')
  if (fields[0] === 'L') {
    const path = fields.slice(2).join('|')
    const state = into.get(path)
    if (state?.type === 'link') into.set(path, { ...state, target: fields[1]! })
    return
  }
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
  into.set(fields.slice(8).join('|'), stateOfType(bits, attributes, Number(size), Number(links)))
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

/** `head -v` prints `==> PATH <==` before each content; where the content ends is known from the size that stat gave. */
function contentBatch(paths: readonly string[], limit: number): FileBatch {
  const requested = new Set(paths)
  return {
    covers: ({ path, contentLimit }) => contentLimit === limit && requested.has(path),
    printsContents: true,
    script: `${onlyReadable(paths)}; [ $# -eq 0 ] || head -v -c ${limit + 1} -- "$@"`,
    read: (output, results) => readContents(output.stdout, paths, limit, results),
  }
}

function readContents(bytes: Buffer, paths: readonly string[], limit: number, results: FileResults): void {
  let at = 0
  for (const [index, path] of paths.entries()) {
    const header = Buffer.from(`==> ${path} <==\n`)
    if (!bytes.subarray(at, at + header.length).equals(header)) continue
    const begin = at + header.length
    const end = contentEnd(bytes, begin, sizeOf(path, limit, results), paths.slice(index + 1, index + 50))
    results.contents.set(contentKey(path, limit), Buffer.from(bytes.subarray(begin, end)))
    at = end + 1
  }
}

function contentKey(path: string, limit: number): string {
  return `${limit}:${path}`
}

function contentEnd(bytes: Buffer, begin: number, size: number | undefined, next: readonly string[]): number {
  const isHeaderAt = (at: number) =>
    next.some((path) => bytes.subarray(at).indexOf(`\n==> ${path} <==\n`) === 0)
  if (size !== undefined) {
    const end = begin + size
    if (
      end === bytes.length ||
      (end < bytes.length && bytes.subarray(end, end + 5).equals(Buffer.from('\n==> ')))
    )
      return end
  }
  for (let at = bytes.indexOf('\n==> ', begin); at >= 0; at = bytes.indexOf('\n==> ', at + 1)) {
    if (isHeaderAt(at)) return at
  }
  return bytes.length
}

function sizeOf(path: string, limit: number, results: FileResults): number | undefined {
  const state = results.followed.get(path)
  return state?.type === 'file' ? Math.min(state.size, limit + 1) : undefined
}

function digestBatch(paths: readonly string[], algorithm: DigestAlgorithm): FileBatch {
  const requested = new Set(paths)
  return {
    covers: ({ path, digest }) => digest === algorithm && requested.has(path),
    script: `${onlyReadable(paths)}; [ $# -eq 0 ] || ${algorithm}sum -- "$@"`,
    read: (output, results) => {
      for (const line of splitLines(output.stdout.toString('utf8'))) {
        const match = /^\\?([0-9a-f]+) [ *](.*)$/.exec(line)
        if (match) results.digests.set(`${algorithm}:${match[2]}`, match[1]!)
      }
    },
  }
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
