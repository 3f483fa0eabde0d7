// Shell functions that check an unpacked archive and merge it into the destination.

import { quote } from '../../../src/index.ts'
import { mergeFunction } from '../../params/mergeTree.ts'

/** Of the long listing and the names of an archive: the first member that must not be unpacked, if there is one. */
const namesProgram = String.raw`
FILENAME == ARGV[1] { type[FNR] = substr($0, 1, 1); long[FNR] = $0; next }
{
  name = $0; gsub(/(^|\/)(\.\/)+/, "/", name); gsub(/^\/|\/+$/, "", name)
  if ($0 ~ /^\// || $0 ~ /(^|\/)\.\.(\/|$)/) refuse($0)
  if (type[FNR] ~ /[bc]/) refuse($0 " (a device)")
  if (type[FNR] == "h" && long[FNR] ~ / link to (\/|(.*\/)?\.\.(\/|$))/) refuse($0 " (a link to outside)")
  if (type[FNR] == "l") { links[name] = 1; hasLinks = 1 }
  names[FNR] = name
}
END { if (hasLinks && !hasRefused) for (i in names) refuse_through_link(names[i]) }
function refuse_through_link(name, count, parts, path, i) {
  count = split(name, parts, "/")
  for (i = 1; i < count; i++) {
    path = path (i > 1 ? "/" : "") parts[i]
    if (path in links) refuse(name " (through a link)")
  }
}
function refuse(what) { if (!hasRefused) print what; hasRefused = 1; exit }
`

/**
 * `work` is the current folder, a stage that only this user can enter: on the file system of `dest`, so that moving is
 * renaming. The folder that takes what is unpacked is open as descriptor 8: `dest` if it is there (then `there` is
 * set), or the one above it.
 */
export const functions = `rp_make=1
rp_target "$dest" follow
rp_make= there=
if [ -d "./$rp_base" ]; then rp_into "$rp_base" "$dest"; there=1; fi
into=$rp_inode
exec 8<.
rp_stage
exec 9<.
mkdir ./tree || exit 1

put() { mv -fT -- "$1" "./$2" || fail 1 "$3 could not be put into place."; }
${mergeFunction}

strip_folder() {
  mkdir ./next || exit 1
  ( cd ./next && rp_stat
    for top in ../tree/* ../tree/.[!.]* ../tree/..?*; do
      if [ -d "$top" ] && [ ! -L "$top" ]; then refuse_conflicts "$top" . "" && merge "tree/\${top##*/}" "" || exit; fi
    done ) || exit
  rm -rf ./tree && mv -T ./next ./tree || exit 1
}

refuse_conflicts() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/\${from##*/} shown=$3/\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ]; then
      if [ -L "$to" ]; then fail "$conflict" "$shown is a link, where the archive has a folder."; fi
      if [ -d "$to" ]; then refuse_conflicts "$from" "$to" "$shown"
      elif [ -e "$to" ]; then fail "$conflict" "$shown is a file, where the archive has a folder."; fi
    elif [ -d "$to" ]; then fail "$conflict" "$shown is a folder, where the archive has a file or link."; fi
  done
}

refuse_links_out() {
  tree=$(pwd -P)
  find . -type l >../links
  while IFS= read -r link; do
    target=$(readlink -- "$link") || fail "$unsafe" "a link with a line end in its name"
    real=$(readlink -f -- "$link")
    case $target in /*) fail "$unsafe" "\${link#./} -> $target" ;; esac
    case $real in '' | "$tree" | "$tree"/*) ;; *) fail "$unsafe" "\${link#./} -> $target" ;; esac
    leads_out "\${link%/*}/$target" && fail "$unsafe" "\${link#./} -> $target"
  done <../links
}

leads_out() (
  set -f; IFS=/; depth=0
  for part in $1; do
    case $part in '' | .) ;; ..) depth=$((depth - 1)) ;; *) depth=$((depth + 1)) ;; esac
    [ "$depth" -ge 0 ] || exit 0
  done
  exit 1
)

say_room() { df -Pk . | awk 'NR == 2 { print "Its file system has " $4 " kB left." }'; }

refuse_names() {
  refused=$(awk ${quote(namesProgram)} ./list ./names) || exit 1
  [ -z "$refused" ] || fail "$unsafe" "$refused"
}
`
