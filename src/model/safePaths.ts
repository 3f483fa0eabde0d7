// Shell functions that reach files in folders of other users without being tricked.

/**
 * POSIX sh functions for work as root (or another user) in folders whose owners may swap names at any time. The
 * current folder of a shell is an open directory that nobody can swap, so each function works from there:
 *
 * - `rp_enter FOLDER` walks there one component at a time. Below a folder of another user, every further folder has to
 *   belong to the same user, because that user could have put it, or a link, there: systemd-tmpfiles calls such a step
 *   an unsafe path transition. In a folder that others may write to, links are not followed.
 * - `rp_target FILE [follow]` enters the folder of a file and sets `rp_base` to its name there. With `follow`, a link at
 *   the end is resolved by the same rules.
 * - `rp_stage` makes a folder there that only this user can enter, and enters it; the file is then `../$rp_base`. The
 *   folder is removed when the shell exits. `rp_restage NAME` enters one that an earlier shell made.
 *
 * A refusal ends the shell with exit code 77 and one line on standard error that begins with `unsafe path: `. The variable
 * `rp_unsafe` turns the refusals off. Works in dash, bash and busybox, with the tools of coreutils or busybox.
 */
export const safePaths = `rp_uid=$(id -u)
rp_refuse() { echo "unsafe path: $1" >&2; exit 77; }
rp_stat() {
  set -- $(stat -c '%u %a %d:%i %U' .)
  [ $# = 4 ] || exit 1
  rp_user=$1 rp_mode=$2 rp_inode=$3 rp_name=$4
  case $rp_mode in *[2367]?|*[2367]) rp_open=1 ;; *) rp_open= ;; esac
}
rp_root() { cd / || exit 1; rp_owner=; rp_stat; }
rp_enter() {
  rp_rest=$1 rp_links=0
  rp_root
  while [ -n "$rp_rest" ]; do
    rp_part=\${rp_rest%%/*}
    case $rp_rest in */*) rp_rest=\${rp_rest#*/} ;; *) rp_rest= ;; esac
    case $rp_part in ''|.) continue ;; esac
    if [ -z "$rp_owner$rp_open" ] && [ -L "./$rp_part" ]; then
      rp_links=$((rp_links + 1))
      [ "$rp_links" -le 40 ] || { echo "Too many links in $1." >&2; exit 1; }
      rp_link=$(readlink -- "./$rp_part") || exit 1
      case $rp_link in /*) rp_root ;; esac
      rp_rest=$rp_link/$rp_rest
      continue
    fi
    [ -d "./$rp_part" ] || { echo "The folder $1 does not exist." >&2; exit 1; }
    rp_into "$rp_part" "$1"
  done
}
rp_into() {
  rp_from=$rp_inode rp_shared=$rp_open rp_giver=$rp_name
  cd -P -- "./$1" 2>/dev/null || { echo "Cannot enter $1 in $2: Permission denied." >&2; exit 1; }
  rp_stat
  if [ -z "$rp_unsafe" ]; then
    [ -z "$rp_shared" ] || [ "$(stat -c %d:%i ..)" = "$rp_from" ] || rp_refuse "$1 in $2 is a link in a folder that others may write to."
    [ -z "$rp_owner" ] || [ "$rp_user" = "$rp_owner" ] || rp_refuse "$1 in $2 belongs to $rp_name, in a folder of $rp_giver, who could have put it there."
  fi
  case $rp_user in 0|"$rp_uid") ;; *) rp_owner=$rp_user ;; esac
}
rp_target() {
  rp_enter "\${1%/*}"
  rp_base=\${1##*/} rp_hops=0
  while [ "$2" = follow ] && [ -L "./$rp_base" ]; do
    rp_hops=$((rp_hops + 1))
    [ "$rp_hops" -le 40 ] || { echo "Too many links at $1." >&2; exit 1; }
    rp_linker=$rp_owner$rp_open
    if [ -z "$rp_linker" ]; then
      rp_end=$(readlink -- "./$rp_base") || exit 1
      case $rp_end in /*) ;; *) rp_end=$(pwd -P)/$rp_end ;; esac
    else
      rp_linker=\${rp_owner:-nobody}
      rp_end=$(readlink -f -- "./$rp_base") || exit 1
    fi
    rp_enter "\${rp_end%/*}"
    rp_base=\${rp_end##*/}
    [ -n "$rp_unsafe" ] || [ -z "$rp_linker" ] || [ "$rp_owner" = "$rp_linker" ] ||
      rp_refuse "$1 is a link to $rp_end, made by another user, who does not own that folder."
  done
  case $rp_base in ''|.|..) echo "$1 is not the path of a file." >&2; exit 1 ;; esac
}
rp_stage() {
  rp_parent=$rp_inode rp_inside=
  rp_work=$(mktemp -d ./.run-playbook-XXXXXXXX) || exit 1
  rp_restage "$rp_work"
}
rp_restage() {
  rp_parent=$rp_inode rp_inside= rp_work=$1
  trap rp_leave EXIT
  trap 'exit 143' HUP INT TERM
  cd -P -- "./$1" || exit 1
  rp_stat
  case $rp_mode in 700|2700) ;; *) rp_user= ;; esac
  [ "$rp_user" = "$rp_uid" ] && [ "$(stat -c %d:%i ..)" = "$rp_parent" ] || rp_refuse "the work folder $1 was replaced by another user."
  rp_inside=1
}
rp_leave() { [ -z "$rp_inside" ] || { cd .. && rm -rf -- "$rp_work"; }; }
`
