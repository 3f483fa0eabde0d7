// The shell script that unpacks an archive beside its destination and moves it in.

import { type Command, ownerSpec, type Rehearsal, sh, shellText } from '../../../src/index.ts'
import { formatOf, type UnarchiveParams } from './params.ts'
import { functions } from './shellFunctions.ts'

export const damagedCode = 72
export const unsafeCode = 73
export const conflictCode = 74
export const toolCode = 75
export const layoutCode = 76

/** Unpacks into `$tree`, a new folder beside `$dest`, makes of it what is wanted, and moves it there. */
export function unpackCommand(params: UnarchiveParams): Command {
  const { src, dest, stripComponents, exclude, preserve, creates, owner, group } = params
  const account = ownerSpec({ owner, group })
  return sh`src=${src} dest=${dest} account=${account} creates=${creates ?? '.'} strip=${stripComponents} unsafe=${unsafeCode} conflict=${conflictCode}
${shellText(functions)}
need() { command -v "$1" >/dev/null || fail ${toolCode} "$1"; }
damaged() { if [ -s "$work/output" ]; then tail -n 5 -- "$work/output"; else say_room; fi >&2; exit ${damagedCode}; }
${shellText((params.format ?? formatOf(src)) === 'zip' ? zipUnpacking : tarUnpacking(src))}
while [ "$strip" -gt 0 ]; do strip_folder; strip=$((strip - 1)); done
[ -n "$(ls -A -- "$tree")" ] || fail ${layoutCode} ${'Nothing is left of it by stripComponents.'}
cd -- "$tree" || exit 1
refuse_links_out
${shellText(exclude.map(excluding).join('\n'))}
${shellText(preserve.map(preserving).join('\n'))}
[ -e "$creates" ] || [ -L "$creates" ] || [ -e "$dest/$creates" ] || fail ${layoutCode} "It does not bring $creates."
[ -z "$account" ] || chown -hR -- "$account" . || exit 1
cd / || exit 1
if [ -d "$dest" ]; then refuse_conflicts "$tree" "$dest"; merge "$tree" "$dest"; else mv -- "$tree" "$dest"; fi`
}

function excluding(path: string): string {
  return sh`find . -path ${`./${path}`} -prune -exec rm -rf -- {} +`.script
}

function preserving(path: string): string {
  return sh`if [ -d "$dest" ]; then ( cd -- "$dest" && find . -path ${`./${path}`} -prune -print ) |
while IFS= read -r kept; do rm -rf -- "$kept"; done; fi`.script
}

/** tar of its own would leave out busybox, which unpacks what it is given but does not call all decompressors. */
function tarUnpacking(src: string): string {
  const tool = decompressor(src)
  const from = tool ? 'unpacked | tar -f -' : 'tar -f "$src"'
  return `need tar${tool ? `; need ${tool}` : ''}
unpacked() { ${tool} -dc -- "$src" 2>"$work/unpacked"; r=$?; [ $r -eq 0 ] || [ $r -eq 141 ] || : >"$work/broken"; }
tried() { [ "$1" -eq 0 ] && [ ! -e "$work/broken" ] || { cat -- "$work/unpacked" >>"$work/output"; damaged; }; }
: >"$work/unpacked"
${from} -t >"$work/names" 2>"$work/output"; tried $?
${from} -tv >"$work/list" 2>"$work/output"; tried $?
refuse_names
${from} -xpo -C "$tree" 2>"$work/output"; tried $?`
}

/** Info-ZIP spells names that are not ASCII anew in the C locale, and ends with 1 where it merely warns. */
const zipUnpacking = `need unzip
export LC_ALL=C.UTF-8
unzip -Z1 "$src" >"$work/names" 2>"$work/output" </dev/null ||
  unzip -l "$src" 2>"$work/output" </dev/null >"$work/table" || damaged
[ -s "$work/names" ] || awk '/^-/ { inside = !inside; next } inside { sub(/^ *[0-9]+ +[^ ]+ +[^ ]+ +/, ""); print }' "$work/table" >"$work/names"
: >"$work/list"
refuse_names
unzip -q -o "$src" -d "$tree" >"$work/output" 2>&1 </dev/null || [ $? -eq 1 ] || damaged
export LC_ALL=C`

/** The program that tar calls to read the archive. */
function decompressor(src: string): string | undefined {
  const [, ending = ''] = /\.(?:tar\.|t)?(gz|bz2?|xz|zst)$/i.exec(src) ?? []
  return { gz: 'gzip', bz: 'bzip2', bz2: 'bzip2', xz: 'xz', zst: 'zstd' }[ending.toLowerCase()]
}

/** For the dry run: fails as `unpackCommand` does where a tool is missing. */
export function toolCheck({ src, format }: UnarchiveParams): Rehearsal {
  const tool = (format ?? formatOf(src)) === 'zip' ? 'unzip' : 'tar'
  const tools = tool === 'tar' ? [tool, decompressor(src) ?? []].flat() : [tool]
  return {
    command: sh`for tool in ${tools}; do
  command -v "$tool" >/dev/null || { echo "$tool" >&2; exit ${toolCode}; }
done`,
    reads: ['packages', '/usr', '/bin'],
  }
}
