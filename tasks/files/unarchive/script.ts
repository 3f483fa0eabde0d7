// The shell script that unpacks an archive beside its destination and moves it in.

import { type Checksum, type Command, ownerSpec, type Rehearsal, sh, shellText } from '../../../src/index.ts'
import { modeTests } from '../ownership/modes.ts'
import { formatOf, type UnarchiveParams } from './params.ts'
import { functions } from './shellFunctions.ts'

export const damagedCode = 72
export const unsafeCode = 73
export const conflictCode = 74
export const toolCode = 75
export const layoutCode = 76

/**
 * The archive is read several times. Where others may write it or its folder, that is done from a copy in the stage, which
 * has to be what was planned.
 */
function securing(digest: Checksum | undefined): string {
  const check = digest
    ? sh`case $(${`${digest.algorithm}sum`} <"./from/\${src##*/}") in ${digest.hex}\ *) ;; *) rp_refuse "$src was replaced by another user." ;; esac
`.script
    : ''
  return `rp_owned() (
  rp_unsafe=
  rp_target "$src" follow
  [ -z "$rp_untrusted" ] || exit
  case $(stat -c '%u %a' -- "./$rp_base") in *[2367] | *[2367]?) exit 1 ;; 0\\ * | "$rp_uid "*) ;; *) exit 1 ;; esac
)
if ! rp_owned 2>/dev/null; then
  [ -f "$src" ] && mkdir ./from && cat -- "$src" >"./from/\${src##*/}" || damaged
  ${check}src=./from/\${src##*/}
fi`
}

/** The file in the tree that tells that the archive was unpacked, and what root keeps of it elsewhere. */
export type Stamp = { readonly name: string; readonly text: string; readonly record: string }

/**
 * Unpacks into `./tree`, in a stage beside `$dest` or in it, gives it the requested owner and modes, and moves it there.
 * `from`: the digest of the archive on the host, or a command that brings it into the stage and sets `src`.
 */
export function unpackCommand(params: UnarchiveParams, stamp?: Stamp, from?: Checksum | Command): Command {
  const { src, dest, stripComponents, include = [], exclude, preserve, creates, owner, group } = params
  const account = ownerSpec({ owner, group })
  return sh`src=${src} dest=${dest} account=${account} creates=${creates ?? '.'} strip=${stripComponents} unsafe=${unsafeCode} conflict=${conflictCode}
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }
${toolCheck(params).command}
${shellText(functions)}
damaged() { if [ -s ./output ]; then tail -n 5 ./output; else say_room; fi >&2; exit ${damagedCode}; }
${from && 'script' in from ? from : shellText(securing(from))}
${shellText(isZip(params) ? zipUnpacking : tarUnpacking(src))}
while [ "$strip" -gt 0 ]; do strip_folder; strip=$((strip - 1)); done
[ -n "$(ls -A ./tree)" ] || fail ${layoutCode} ${'Nothing is left of it by stripComponents.'}
( cd ./tree || exit
refuse_links_out
${including(include)}
${shellText(exclude.map(excluding).join('\n'))}
${shellText(preserve.map(preserving).join('\n'))}
[ -e "$creates" ] || [ -L "$creates" ] || { [ -n "$there" ] && [ -e "/proc/self/fd/8/$creates" ]; } || fail ${layoutCode} "It does not bring $creates."
${shellText(modeTests(params).map(setting).join('\n'))}
${shellText(stamp ? stamping(stamp) : '')}
[ -z "$account" ] || chown -hR -- "$account" . || exit 1 ) || exit
if [ -n "$there" ]; then
  ( rp_back 8; refuse_conflicts /proc/self/fd/9/tree . "$dest" && merge tree "$dest" || exit ) || exit
elif [ -d "../$rp_base" ]; then fail "$conflict" "$dest has been made by somebody else meanwhile."
else mv -fT -- ./tree "../$rp_base" || exit 1; fi
${shellText(stamp ? recording(stamp) : '')}`
}

function isZip({ src, format = formatOf(src) }: Pick<UnarchiveParams, 'src' | 'format'>): boolean {
  return format === 'zip'
}

/** The programs that unpack it. */
export function unpackTools(params: Pick<UnarchiveParams, 'src' | 'format'>): string[] {
  return isZip(params) ? ['unzip'] : ['tar', decompressor(params.src) ?? []].flat()
}

function stamping({ name, text }: Stamp): string {
  return sh`rm -rf -- ./${name} && printf %s ${text} >./${name} || exit 1`.script
}

/** Only root's own word counts for root: who owns the tree may write there whatever he likes. */
function recording({ record, text }: Stamp): string {
  return sh`if [ -O / ]; then
  ( rp_make=1
  rp_target ${record}
  rp_make=
  rp_stage
  printf %s ${text} >"./$rp_base" && mv -fT -- "./$rp_base" "../$rp_base" ) || exit
fi`.script
}

/** Records for root what an earlier version unpacked. */
export function recordCommand(stamp: Stamp): Command {
  return shellText(recording(stamp))
}

/** Removes all else, but leaves the folders that lead to it. */
function including(paths: readonly string[]): Command {
  if (paths.length === 0) return sh`:`
  const others = paths.flatMap((path) => ['!', '-path', `./${path}`, '!', '-path', `./${path}/*`])
  const checks = paths.map(
    (path) =>
      sh`[ -n "$(find . -path ${`./${path}`} | head -n 1)" ] || fail ${layoutCode} ${`It does not have ${path}.`}`
        .script,
  )
  return sh`${shellText(checks.join('\n'))}
find . ! -type d ${others} -exec rm -f -- {} + || exit 1
find . -depth -mindepth 1 -type d ${others} -exec rmdir -- {} + 2>/dev/null || :`
}

function setting({ test, spec }: ReturnType<typeof modeTests>[number]): string {
  return sh`find . \( ${shellText(test)} \) -exec chmod ${spec} -- {} + || exit 1`.script
}

function excluding(path: string): string {
  return sh`find . -path ${`./${path}`} -prune -exec rm -rf -- {} + || exit 1`.script
}

/** Names may hold line ends, so they stay arguments. */
function preserving(path: string): string {
  return sh`if [ -n "$there" ]; then
  ( rp_back 8; find . -path ${`./${path}`} -prune -exec sh -c 'for kept do rm -rf -- "/proc/self/fd/9/tree/$kept"; done' sh {} + ) || exit 1
fi`.script
}

/** tar of its own would leave out busybox, which unpacks what it is given but does not call all decompressors. */
function tarUnpacking(src: string): string {
  const tool = decompressor(src)
  const from = tool ? 'unpacked | tar -f -' : 'tar -f "$src"'
  return `unpacked() { ${tool} -dc -- "$src" 2>./unpacked; r=$?; [ $r -eq 0 ] || [ $r -eq 141 ] || : >./broken; }
tried() { [ "$1" -eq 0 ] && [ ! -e ./broken ] || { cat ./unpacked >>./output; damaged; }; }
: >./unpacked
${from} -t >./names 2>./output; tried $?
${from} -tv >./list 2>./output; tried $?
refuse_names
${from} -xpo -C ./tree 2>./output; tried $?`
}

/** Info-ZIP re-encodes names that are not ASCII in the C locale, and ends with 1 where it merely warns. */
const zipUnpacking = `export LC_ALL=C.UTF-8
unzip -Z1 "$src" >./names 2>./output </dev/null ||
  unzip -l "$src" 2>./output </dev/null >./table || damaged
[ -s ./names ] || awk '/^-/ { inside = !inside; next } inside { sub(/^ *[0-9]+ +[^ ]+ +[^ ]+ +/, ""); print }' ./table >./names
: >./list
refuse_names
unzip -q -o "$src" -d ./tree >./output 2>&1 </dev/null || [ $? -eq 1 ] || damaged
export LC_ALL=C`

/** The program that tar calls to read the archive. */
function decompressor(src: string): string | undefined {
  const [, ending = ''] = /\.(?:tar\.|t)?(gz|bz2?|xz|zst)$/i.exec(src) ?? []
  return { gz: 'gzip', bz: 'bzip2', bz2: 'bzip2', xz: 'xz', zst: 'zstd' }[ending.toLowerCase()]
}

/** For the dry run: fails as `unpackCommand` does where a tool is missing. */
export function toolCheck(params: UnarchiveParams): Rehearsal {
  return {
    command: sh`for tool in ${unpackTools(params)}; do
  command -v "$tool" >/dev/null || { echo "$tool" >&2; exit ${toolCode}; }
done`,
    reads: ['packages', '/usr', '/bin'],
  }
}
