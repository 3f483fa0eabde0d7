// Shell text that carries paths of the old tree into the new one, as hard links.

import { quote } from '../../src/index.ts'

/**
 * Brings the site's own paths, and what other builds have installed into the old tree, into the new one, as hard links:
 * a log that is open goes on, and the old tree stays whole. The old tree is open as descriptor 8.
 *
 * Who owns folders of the old tree may have put links there, and may swap names at any time, so they are entered one at a
 * time, and what they hold is linked by names in the current folder. Where nobody else can swap names, `cp` does it.
 */
export function carrying(keep: readonly string[]): string {
  return `carry() {
  [ -n "$old" ] || return 0
  ( rp_back 8
  rest=$1
  while [ "$rest" != "\${rest#*/}" ]; do
    [ -d "./\${rest%%/*}" ] || exit 0
    rp_into "\${rest%%/*}" "$target/$1"
    rest=\${rest#*/}
  done
  [ -e "./$rest" ] || [ -L "./$rest" ] || exit 0
  rm -rf -- "$tree/$1" && mkdir -p -- "$(dirname -- "$tree/$1")" || exit 1
  if others_in "./$rest"; then link_tree "$rest" "$tree/$1" "$target/$1"
  else cp -al -- "./$rest" "$tree/$1" 2>/dev/null || { rm -rf -- "$tree/$1" && cp -a -- "./$rest" "$tree/$1"; }; fi || exit ) || exit
}
${treeFunctions}
link_files=${quote(linkFiles)}
${keep.map((path) => `carry ${quote(path)}`).join('\n')}
for other in "$old"/.built-*; do
  other=\${other##*/}
  [ -n "$old" ] && [ -f "$old/$other" ] && [ ! -L "$old/$other" ] && [ "$other" != "$stamp" ] || continue
  carry "$other"
  sed -n 's/^installs //p' "$old/$other" >"$new/carried" || exit 1
  while IFS= read -r path; do
    case /$path/ in //* | */../*) continue ;; esac
    [ -e "$tree/$path" ] || carry "$path"
  done <"$new/carried"
done`
}

/**
 * `others_in FOLDER`: whether others may swap names there. `link_tree NAME NEW SHOWN` makes a copy of what the name in
 * the current folder holds, its files as `$link_files` does it; `link_here NEW SHOWN` of what the current folder holds.
 */
const treeFunctions = `others_in() {
  [ -n "$rp_owner$rp_open" ] || [ -n "$(find "$1" -type d \\( ! -user 0 ! -user "$rp_uid" -o -perm -020 -o -perm -002 \\) | head -n 1)" ]
}
link_tree() (
  if [ -L "./$1" ] || [ ! -d "./$1" ]; then
    sh -c "$link_files" "\${2%/*}/" "./$1"
    exit
  fi
  parent=$(stat -c %d:%i .)
  cd -P -- "./$1" && [ "$(stat -c %d:%i ..)" = "$parent" ] || rp_refuse "$3 was replaced by another user."
  rp_mounted "$3"
  link_here "$2" "$3"
)
link_here() {
  mkdir -m 700 -- "$1" && find . -maxdepth 1 ! -type d -exec sh -c "$link_files" "$1/" {} + || exit 1
  for each in ./* ./.[!.]* ./..?*; do
    [ -d "$each" ] && [ ! -L "$each" ] || continue
    link_tree "\${each#./}" "$1/\${each#./}" "$2/\${each#./}" || exit
  done
  attributes=$(getfacl -p . 2>/dev/null) && printf '%s\\n' "$attributes" | ( cd -P -- "$1" && setfacl --set-file=- . ) 2>/dev/null
  chown -- "$(stat -c %u:%g .)" "$1" && chmod -- "$(stat -c %a .)" "$1" && touch -r . -- "$1"
}`

/** Copies the folder `$target` to the new folder `to`, a shell word, as `cp -a` does, without following swapped names. */
export function copiedTree(to: string): string {
  return `${treeFunctions}
link_files=${quote(copyFiles)}
( rp_enter "$target"
if others_in .; then link_here ${to} "$target"; else mkdir -- ${to} && cp -a -- . ${to}; fi ) || exit 1`
}

/**
 * Into the folder `$0`, which nobody else may write. Names of the current folder lead nowhere else; what is gone meanwhile
 * is no error. A name that was swapped may come twice: what it was first, a link to a folder perhaps, is not followed.
 */
const placeFiles = (linkOne = '') => `for each do
  to=$0\${each##*/}
  [ ! -e "$to" ] && [ ! -L "$to" ] || continue
  ${linkOne}
  if [ -L "$each" ] || [ -f "$each" ]; then cp -Pp -- "$each" "$to" || exit; fi
done`

const copyFiles = placeFiles()

/** As hard links, where they can be made; all at once, as a rule. */
const linkFiles = `ln -- "$@" "$0" 2>/dev/null && exit
${placeFiles('ln -- "$each" "$0" 2>/dev/null && continue')}`
