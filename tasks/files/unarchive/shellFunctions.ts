// Shell functions that check an unpacked archive and merge it into the destination.

import { quote } from '../../../src/index.ts'

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
 * `tree` and `dest` as real paths, and what is done with them. The neighbour of a mount point lies on another file
 * system, from which moving is copying; so there the work is done inside.
 */
export const functions = `make_folder() { # and the missing ones above it, each of the owner of the folder it is in
  [ ! -d "$1" ] || return 0
  make_folder "$(dirname -- "$1")"
  mkdir -- "$1" || exit 1
  chown -- "$(stat -c %u:%g -- "$1/..")" "$1" 2>/dev/null || :
}
fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
if [ -L "$dest" ]; then dest=$(readlink -f -- "$dest") || exit 1; fi
near=$dest
if [ -d "$dest" ]; then
  [ "$(stat -c %d -- "$dest")" = "$(stat -c %d -- "$dest/..")" ] || near=$dest/
else make_folder "$(dirname -- "$dest")"; fi
work=$(mktemp -d "$near.unarchive-XXXXXXXX") || exit 1
trap 'rm -rf -- "$work"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -- "$work/tree" && tree=$(cd -- "$work/tree" && pwd -P) || exit 1

strip_folder() {
  mkdir -- "$work/next" || exit 1
  for top in "$tree"/* "$tree"/.[!.]* "$tree"/..?*; do
    if [ -d "$top" ] && [ ! -L "$top" ]; then refuse_conflicts "$top" "$work/next"; merge "$top" "$work/next"; fi
  done
  rm -rf -- "$tree" && mv -- "$work/next" "$tree" || exit 1
}

merge() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ] && [ -d "$to" ]; then merge "$from" "$to"
    else mv -f -- "$from" "$to" || exit 1; fi
  done
}

refuse_conflicts() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ]; then
      if [ -L "$to" ]; then fail "$conflict" "$to is a link, where the archive has a folder."; fi
      if [ -d "$to" ]; then refuse_conflicts "$from" "$to"
      elif [ -e "$to" ]; then fail "$conflict" "$to is a file, where the archive has a folder."; fi
    elif [ -d "$to" ]; then fail "$conflict" "$to is a folder, where the archive has a file or link."; fi
  done
}

refuse_links_out() {
  find . -type l >"$work/links"
  while IFS= read -r link; do
    target=$(readlink -- "$link") || fail "$unsafe" "a link with a line end in its name"
    real=$(readlink -f -- "$link")
    case $target in /*) fail "$unsafe" "\${link#./} -> $target" ;; esac
    case $real in '' | "$tree" | "$tree"/*) ;; *) fail "$unsafe" "\${link#./} -> $target" ;; esac
    leads_out "\${link%/*}/$target" && fail "$unsafe" "\${link#./} -> $target"
  done <"$work/links"
}

leads_out() (
  set -f; IFS=/; depth=0
  for part in $1; do
    case $part in '' | .) ;; ..) depth=$((depth - 1)) ;; *) depth=$((depth + 1)) ;; esac
    [ "$depth" -ge 0 ] || exit 0
  done
  exit 1
)

say_room() { df -Pk -- "$work" | awk 'NR == 2 { print "Its file system has " $4 " kB left." }'; }

refuse_names() {
  refused=$(awk ${quote(namesProgram)} "$work/list" "$work/names") || exit 1
  [ -z "$refused" ] || fail "$unsafe" "$refused"
}
`
