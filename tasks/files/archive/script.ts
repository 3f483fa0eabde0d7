// The shell scripts that compare an archive with what it is made of, and make it.

import {
  type Command,
  type FileState,
  formatMode,
  lastLines,
  modeFor,
  type Output,
  ownerSpec,
  PlaybookError,
  sh,
  shellText,
} from '../../../src/index.ts'
import { globWord } from '../../params/globWord.ts'
import { keyedLines } from '../../params/keyedLines.ts'
import { type ArchiveParams, archiveFormat, archiveMember, mayBeSingle, rootOf } from './params.ts'

const packing = { gz: 'gzip -n', bz2: 'bzip2', xz: 'xz', tar: 'cat', zip: 'cat' } as const
const unpacking = { gz: 'gzip -dc', bz2: 'bzip2 -dc', xz: 'xz -dc', tar: 'cat', zip: 'cat' } as const

const failedCode = 72
const toolCode = 75

export function archiveTools(params: ArchiveParams): string[] {
  const format = archiveFormat(params)
  return format === 'zip'
    ? ['zip']
    : [...(mayBeSingle(params) ? [] : ['tar']), ...(format === 'tar' ? [] : [packing[format].split(' ')[0]!])]
}

/** What the probe says: the members that are there and missing, and the digests of both contents. */
type ArchiveLook = {
  readonly members: number
  readonly missing: readonly string[]
  readonly source: string | undefined
  readonly content: string | undefined
}

/**
 * The contents are compared without the compression, whose bytes depend on the program's version. A zip is made for the
 * comparison, in a folder of its own.
 */
export function compareCommand(params: ArchiveParams): Command {
  const { dest } = params
  const unpack = unpacking[archiveFormat(params)]
  return sh`${preparation(params)}
cd -P -- ${rootOf(params)} 2>/dev/null || { echo 'members 0'; exit 0; }
${collecting(params)}
printf 'members %s\n' "$#"
[ $# -gt 0 ] || exit 0
ready "$@"
[ -f ${dest} ] || exit 0
printf 'content %s\n' "$(${shellText(unpack)} <${dest} 2>/dev/null | sha256sum | cut -c 1-64)"
printf 'source %s\n' "$(stream "$@" | sha256sum | cut -c 1-64)"
exit 0`
}

export function parseComparison(result: Output): ArchiveLook {
  const all = keyedLines(result)
  const error = explainArchive(result)
  if (error) throw error
  return {
    members: Number(all('members')[0] ?? 0),
    missing: all('missing'),
    source: all('source')[0],
    content: all('content')[0],
  }
}

/** Makes the archive in a stage beside `dest`, reads it again, and puts it into place. */
export function makeCommand(params: ArchiveParams, current: FileState): Command {
  const { dest, owner, group, mode } = params
  const format = archiveFormat(params)
  const account = ownerSpec({ owner, group })
  return sh`rp_target ${dest} follow
rp_stage
rp_like 600
exec 8>"./$rp_base" 9<.
${preparation(params)}
( rp_enter ${rootOf(params)}
${collecting(params)}
[ $# -gt 0 ] || { echo 'There is nothing to archive any more.' >&2; exit ${failedCode}; }
{ stream "$@" || : >/proc/self/fd/9/failed; } 2>/proc/self/fd/9/messages | ${shellText(packing[format])} >&8 ) || exit
exec 8>&-
if [ -e ./failed ]; then tail -n 5 ./messages >&2; exit ${failedCode}; fi
[ -s "./$rp_base" ] || { df -Pk . | awk 'NR == 2 { print "Its file system has " $4 " kB left." }' >&2; exit ${failedCode}; }
[ -z ${account} ] || chown -- ${account} "./$rp_base" || exit 1
chmod -- ${formatMode(modeFor(current, mode) ?? (current.type === 'file' ? current.mode : 0o600))} "./$rp_base" || exit 1
[ -z "$rp_new" ] || rp_label ${dest} "./$rp_base"
rp_place || exit 1`
}

/** Removes what is in the archive, if it is still the same. */
export function removeCommand(params: ArchiveParams): Command {
  const { dest } = params
  return sh`${preparation(params)}
rp_enter ${rootOf(params)}
${collecting(params)}
[ "$(${shellText(unpacking[archiveFormat(params)])} <${dest} | sha256sum)" = "$(stream "$@" | sha256sum)" ] || { echo 'It has changed since it was archived; nothing was removed.' >&2; exit ${failedCode}; }
exec 8<.
for each do ( rp_back 8; rp_remove "$(pwd -P)/\${each#./}" ) || exit; done`
}

/** Sets the arguments to the members that are there. */
function collecting(params: ArchiveParams): Command {
  const root = rootOf(params)
  const words = params.path.map((each) => globWord(archiveMember(root, each))).join(' ')
  return sh`set --
for each in ${shellText(words)}; do
  if [ ! -e "$each" ] && [ ! -L "$each" ]; then
    case $each in *[*?]*) ;; *) printf 'missing %s\n' "\${each#./}" ;; esac
  elif [ "$each" != ${archiveMember(root, params.dest)} ]; then set -- "$@" "$each"; fi
done`
}

/** Defines `ready`, which fails where a tool is missing, and `stream`: it prints the content of the archive of its arguments. */
function preparation(params: ArchiveParams): Command {
  const { excludePath, exclusionPatterns } = params
  const excluded = excludePath.map((each) => archiveMember(rootOf(params), each))
  const isZip = archiveFormat(params) === 'zip'
  return sh`export TZ=UTC
for tool in ${archiveTools(params)}; do
  command -v "$tool" >/dev/null || { echo "tool $tool" >&2; exit ${toolCode}; }
done
${isZip ? zipStream(excluded, exclusionPatterns) : tarStream(excluded, exclusionPatterns, mayBeSingle(params))}`
}

/** tar itself walks the tree: it follows no link that somebody puts there meanwhile. 1: a file grew while it was read. */
function tarStream(excluded: readonly string[], patterns: readonly string[], isSingle: boolean): Command {
  const words = [
    ...(excluded.length > 0 ? ['--anchored', ...excluded.map((each) => `--exclude=${each}`)] : []),
    ...(patterns.length > 0 ? ['--no-anchored', ...patterns.map((each) => `--exclude=${each}`)] : []),
  ]
  return sh`alone() { [ -n ${isSingle ? '1' : ''} ] && [ $# = 1 ] && [ -f "$1" ] && [ ! -L "$1" ]; }
ready() {
  alone "$@" || tar --version 2>/dev/null | grep -q 'GNU tar' || { echo 'tool GNU tar' >&2; exit ${toolCode}; }
}
stream() {
  if alone "$@"; then cat -- "$1"
  else tar --format=gnu --sort=name ${words} -cf - -- "$@" || [ $? = 1 ]; fi
}`
}

/** zip opens files by their names, so it is used only where nobody else can swap them. */
function zipStream(excluded: readonly string[], patterns: readonly string[]): Command {
  const tests = [
    ...excluded.flatMap((each) => ['-path', each, '-o']),
    ...patterns.flatMap((each) => ['-name', each, '-o']),
  ].slice(0, -1)
  const pruning = tests.length === 0 ? sh`` : sh`\( ${tests} \) -prune -o`
  return sh`ready() { :; }
stream() {
  [ -z "$(find "$@" -name '*
*' | head -c 1)" ] || { echo 'A name has a line end, which zip cannot take: use another format.' >&2; return 1; }
  [ "$(id -u)" != 0 ] || [ -z "$(find "$@" -type d ! -user 0 | head -c 1)" ] || { echo 'A folder belongs to another user, who could lead zip elsewhere: use another format, or run the task as that user.' >&2; return 1; }
  zipped=$(mktemp -d) || return 1
  find "$@" ${pruning} -print | LC_ALL=C sort | zip -X -q -y -@ "$zipped/new.zip" >&2 && cat "$zipped/new.zip"
  code=$?
  rm -rf -- "$zipped"
  return "$code"
}`
}

/** What the scripts say where they fail; undefined: a failure of another kind. */
export function explainArchive(output: Output): PlaybookError | undefined {
  const lines = lastLines(output)
  if (output.code === toolCode) {
    const tool = lines.find((line) => line.startsWith('tool '))?.slice(5)
    return new PlaybookError('E_TOOL', `The host has no ${tool}.`, { hint: 'Install it before this task.' })
  }
  if (output.code !== failedCode) return undefined
  return new PlaybookError('E_ARCHIVE', lines[0] ?? 'The archive could not be made.', { details: lines })
}
