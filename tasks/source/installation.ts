// Shell scripts that pack a staged build and install it.

import { type Command, quote, sh, shellText } from '../../src/index.ts'
import type { Build } from './buildParams.ts'
import { carrying } from './carrying.ts'
import { prelude, workspaceOf } from './workspace.ts'

/** Ends placing a shared build whose programs lack libraries on this host; they are printed, a line each. */
export const foreignCode = 85

/** Where a packed build lies on a host. */
export function artifactPath(build: Build): string {
  return `${workspaceOf(build).folder}/artifact.tar.gz`
}

/** Packs what was staged: the whole tree, or the files it installs. */
export function packCommand(build: Build): Command {
  const names = build.installs ?? ['.']
  return sh`${prelude(build)}
umask 077
tar -C "$stage$prefix" -czf ${artifactPath(build)} -- ${names}`
}

/**
 * Installs what was staged here, or what another host packed. Everything is got ready beside its place first; then the
 * whole tree takes its place by a rename, and the old one goes to `PREFIX.previous`; or, of what installs into a tree of
 * something else, each file does.
 */
export function installCommand(build: Build, stamp: string, from: 'stage' | 'artifact'): Command {
  const obtaining = from === 'stage' ? staged(build) : unpacked(build)
  return sh`${prelude(build)}
${shellText(build.installs ? 'rp_enter "$target"' : besideTarget)}
rp_stage
exec 9<.
new=/proc/$$/fd/9
tree=$new/tree
${shellText(obtaining)}
[ -z "$account" ] || chown -hR -- "$account" "$tree" || exit 1
${shellText(build.installs ? '' : carrying(build.keep))}
printf %s ${stamp} >"$new/stamp" && chmod 644 -- "$new/stamp" || exit 1
${shellText(build.installs ? replacing(build.installs) : swapping)}
rm -rf -- "$source" "$stage" "$archive" "$work/artifact.tar.gz" "$work/phases" "$work/recipe"
[ -s "$log" ] || rm -f -- "$log"
rmdir -- "$work" 2>/dev/null; :`
}

/** Enters the folder of the tree; what the old tree holds is reached by a descriptor, which nobody can swap. */
const besideTarget = `rp_target "$target"
old=
if [ -d "./$rp_base" ]; then
  exec 5<.
  rp_into "$rp_base" "$target"
  exec 8<.
  old=/proc/$$/fd/8
  rp_back 5
  exec 5<&-
fi`

/** On one file system moving the tree is a rename, and else a copy. */
function staged({ installs }: Build): string {
  if (!installs) return 'mv -- "$stage$prefix" "$tree" || exit 1'
  return sh`for file in ${installs}; do
  mkdir -p -- "$(dirname -- "$tree/$file")" && cp -pP -- "$stage$prefix/$file" "$tree/$file" || exit 1
done`.script
}

/** Checks with the dynamic linker that all libraries are there, before anything is installed. */
function unpacked(build: Build): string {
  return sh`mkdir -- "$tree" && tar -C "$tree" -xzpof ${artifactPath(build)} || exit 1
if command -v ldd >/dev/null; then
  lost=$(export LD_LIBRARY_PATH="$tree/lib:$tree/lib64:$target/lib:$target/lib64"
    find "$tree" -type f \( -perm -100 -o -name '*.so*' \) -exec ldd {} + 2>/dev/null | sed -n 's/^[[:space:]]*\(.*\) => not found.*/\1/p' | sort -u)
  [ -z "$lost" ] || { printf '%s\n' "$lost" >&2; exit ${foreignCode}; }
fi`.script
}

const labelling = `label() {
  if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null; then restorecon -RF -- "$@"; fi; :
}`

/** A crash between the two renames leaves the mark, and the next run repairs it. */
const swapping = `${labelling}
mv -- ./stamp "./tree/$stamp" || exit 1
trap '' HUP INT TERM
: >"$work/swapping" || exit 1
if [ -e "../$rp_base" ]; then
  ( cd -P .. && rp_drop "$rp_base.previous" ) && mv -T -- "../$rp_base" "../$rp_base.previous" || exit 1
  mv -T -- ./tree "../$rp_base" || { mv -T -- "../$rp_base.previous" "../$rp_base"; exit 1; }
else mv -T -- ./tree "../$rp_base" || exit 1; fi
rm -f -- "$work/swapping"
label "$target"`

function replacing(installs: readonly string[]): string {
  const files = installs.map(quote).join(' ')
  return `${labelling}
place() ( rp_make=1; rp_target "$target/$1"; [ ! -d "./$rp_base" ] || { echo "$target/$1 is a directory." >&2; exit 1; }; [ -n "$2" ] || mv -fT -- "$tree/$1" "./$rp_base" )
for file in ${files}; do place "$file" check || exit; done
trap '' HUP INT TERM
for file in ${files}; do place "$file" || exit; label "$target/$file"; done
mv -fT -- ./stamp "../$stamp"`
}
