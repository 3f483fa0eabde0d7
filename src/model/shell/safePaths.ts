// Shell functions that change files in folders of other users without being tricked.

/**
 * POSIX sh functions for work as root (or another user) in folders whose owners may swap names at any time. The
 * current folder of a shell is an open directory that nobody can swap, so each function works from there:
 *
 * - `rp_enter FOLDER` walks there one component at a time. Below a folder of another user, every further folder has to
 *   belong to the same user, because that user could have put it, or a link, there: systemd-tmpfiles calls such a step
 *   an unsafe path transition. In a folder that others may write to, links are not followed.
 * - `rp_back N` enters the folder that descriptor N holds.
 * - `rp_target FILE [follow]` enters the folder of a file and sets `rp_base` to its name there. With `follow`, a link at
 *   the end is resolved by the same rules.
 * - `rp_stage` makes a folder there that only this user can enter, and enters it; the file is then `../$rp_base`. The
 *   folder is removed when the shell exits, or by `rp_leave`. `rp_restage NAME` enters one that an earlier shell made:
 *   it has a mark, so that no folder of this user's that somebody gives such a name is emptied. `rp_newstage NAME` enters
 *   a folder that was just made.
 *   What a run that was killed left there two days ago is removed.
 * - `rp_like [MODE]`, in the stage, makes `./$rp_base` with all attributes of `../$rp_base`, or as a new file: then
 *   `rp_new` is set. With a mode it is 0600 until that is set. `rp_keep PATH` copies the original to another path.
 * - `rp_place`, in the stage, puts `./$rp_base` into place. fapolicyd remembers under which path it first saw a file, and knows it
 *   by inode, size and time: with a new time it looks up the path at which it is trusted.
 * - `rp_source FILE` opens a file for reading as descriptor 8, and follows no link that somebody else could have made.
 * - `rp_copy OLD NEW` makes a file with all attributes of another, its ACL included, and with any content.
 * - `rp_unchanged SHA256` tells, in the stage, whether `../$rp_base` has this content; `absent`: whether it is not there.
 * - `rp_attributes PATH OWNER MODE [link]` sets owner (`user`, `:group`, `user:group` or empty) and mode (octal digits or
 *   empty) of what is there. With `link`, a link is changed itself.
 * - `rp_mkdir PATH MODE OWNER [parents]` makes a folder, with `parents` those above it too; below a folder of another
 *   user they belong to that user. `rp_link PATH TARGET` makes a link or replaces one.
 * - `rp_remove PATH` removes a file, a link or a tree; `rp_drop NAME` does so in the folder that was entered.
 *
 * A refusal ends the shell with exit code 77 and one line on standard error that begins with `unsafe path: `. The variable
 * `rp_unsafe` turns the refusals off. Works in dash, bash and busybox, with the tools of coreutils or busybox.
 */
export const safePaths = `rp_rest=$PATH: PATH=
while [ -n "$rp_rest" ]; do
  case $rp_rest in /*) PATH=$PATH:\${rp_rest%%:*} ;; esac
  rp_rest=\${rp_rest#*:}
done
PATH=\${PATH#:}
rp_uid=$(id -u) rp_make= rp_mark=./.run-playbook-stage
rp_refuse() { echo "unsafe path: $1" >&2; exit 77; }
rp_stat() {
  set -- $(stat -c '%u %a %d:%i %U' .)
  [ $# -ge 4 ] || exit 1
  rp_user=$1 rp_mode=$2 rp_inode=$3 rp_name=$4
  [ "$rp_name" != UNKNOWN ] || rp_name=$1
  case $rp_mode in *[2367]?|*[2367]) rp_open=1 ;; *) rp_open= ;; esac
}
rp_mounted() {
  [ -z "$rp_unsafe" ] || return 0
  exec 6<. || exit 1
  rp_mount=
  while read -r rp_key rp_value; do [ "$rp_key" != mnt_id: ] || rp_mount=$rp_value; done </proc/self/fdinfo/6
  exec 6<&-
  [ -n "$rp_mount" ] && grep -q "^$rp_mount " /proc/self/mountinfo || rp_refuse "$1 leads to a mount that only another user sees."
}
rp_back() { cd -P "/proc/self/fd/$1" && rp_stat || exit 1; }
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
    [ -d "./$rp_part" ] || [ -z "$rp_make" ] || [ -L "./$rp_part" ] || rp_newdir "$rp_part" 755 "$rp_owner"
    [ -d "./$rp_part" ] || { echo "The folder $1 does not exist." >&2; exit 1; }
    rp_into "$rp_part" "$1"
  done
}
rp_into() {
  rp_from=$rp_inode rp_shared=$rp_open rp_giver=$rp_name
  cd -P -- "./$1" 2>/dev/null || { echo "Cannot enter $1 in $2: Permission denied." >&2; exit 1; }
  rp_stat
  if [ -z "$rp_unsafe" ]; then
    [ -z "$rp_owner$rp_shared" ] || rp_mounted "$1 in $2"
    [ -z "$rp_shared" ] || { [ "$(stat -c %d:%i ..)" = "$rp_from" ] && [ "$(stat -c %d:%i -- "../$1")" = "$rp_inode" ]; } || rp_refuse "$1 in $2 is a link in a folder that others may write to."
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
      [ -n "$rp_unsafe" ] || [ -z "$rp_open" ] || rp_refuse "$1 is a link in a folder that others may write to."
      rp_end=$(readlink -f -- "./$rp_base") || exit 1
    fi
    rp_enter "\${rp_end%/*}"
    rp_base=\${rp_end##*/}
    [ -n "$rp_unsafe" ] || [ -z "$rp_linker" ] || [ "$rp_owner" = "$rp_linker" ] ||
      rp_refuse "$1 is a link to $rp_end, made by another user, who does not own that folder."
  done
  case $rp_base in ''|.|..) echo "$1 is not the path of a file." >&2; exit 1 ;; esac
  rp_untrusted=
  [ -n "$rp_unsafe" ] || rp_untrusted=$rp_owner$rp_open
}
rp_stage() {
  for rp_leftover in ./.run-playbook-*; do
    [ -e "$rp_leftover" ] && [ ! -L "$rp_leftover" ] && [ -n "$(find "$rp_leftover" -prune -user "$rp_uid" -mtime +1 2>/dev/null)" ] || continue
    if [ -d "$rp_leftover" ]; then ( rp_restage "$rp_leftover" ) 2>/dev/null || :; else rm -f -- "$rp_leftover"; fi
  done
  rp_parent=$rp_inode rp_inside=
  rp_work=$(mktemp -d ./.run-playbook-XXXXXXXX) || exit 1
  rp_newstage "$rp_work"
}
rp_newstage() {
  rp_mark=
  rp_restage "$1"
  [ -z "$rp_untrusted" ] || [ -z "$(ls -A .)" ] || { rp_inside=; rp_refuse "the work folder $1 was replaced by another user."; }
  rp_mark=./.run-playbook-stage
  : >"$rp_mark" || exit 1
}
rp_restage() {
  rp_parent=$rp_inode rp_inside= rp_work=$1
  trap rp_leave EXIT
  trap 'exit 143' HUP INT TERM
  cd -P -- "./$1" || exit 1
  rp_stat
  case $rp_mode in 700|2700) ;; *) rp_user= ;; esac
  [ "$rp_user" = "$rp_uid" ] && [ "$(stat -c %d:%i ..)" = "$rp_parent" ] || rp_refuse "the work folder $1 was replaced by another user."
  [ -z "$rp_mark" ] || [ -f "$rp_mark" ] || rp_refuse "the work folder $1 was replaced by another user."
  rp_mounted "the work folder $1"
  exec 7<.
  rp_inside=1 rp_staged=$rp_inode
}
rp_leave() {
  [ -n "$rp_inside" ] || return 0
  rp_inside=
  [ "$(stat -c %d:%i .)" = "$rp_staged" ] || cd -P /proc/self/fd/7 || return 0
  rm -rf -- ./* ./.[!.]* ./..?*
  exec 7<&-
  cd -P .. && { rmdir -- "$rp_work" 2>/dev/null; rp_stat; }
}
rp_original() {
  rp_old=../$rp_base
  [ -f "$rp_old" ] && [ ! -L "$rp_old" ] || return 0
  [ -n "$rp_untrusted" ] || return 0
  rp_old=./$rp_base~
  rm -f -- "$rp_old"
  ln -- "../$rp_base" "$rp_old" || { echo "$rp_base cannot be read safely: hard links to it are not possible." >&2; exit 1; }
  [ -f "$rp_old" ] && [ ! -L "$rp_old" ] || rp_refuse "$rp_base was replaced by another user."
}
rp_copy() {
  cp -a --attributes-only -- "$1" "$2" 2>/dev/null && return
  rm -f -- "$2"
  cp -a -- "$1" "$2" || return
  if command -v setfacl >/dev/null && command -v getfacl >/dev/null; then
    rp_acl=$(getfacl -p -- "$1") && printf '%s\\n' "$rp_acl" | setfacl --set-file=- -- "$2"
    return
  fi
  rm -f -- "\${2%/*}/.acl"
  ( umask 777; : >"\${2%/*}/.acl" )
  rp_acl=$(stat -c %a -- "\${2%/*}/.acl")
  [ "$rp_acl" = 0 ] || { echo "\${1##*/} is in a folder with a default ACL, which would add to its own: install the programs getfacl and setfacl." >&2; return 1; }
}
rp_like() {
  rp_new=1
  rp_original
  if [ -f "$rp_old" ] && [ ! -L "$rp_old" ]; then
    rp_new=
    rp_copy "$rp_old" "./$rp_base" || exit 1
    [ -f "./$rp_base" ] && [ ! -L "./$rp_base" ] || rp_refuse "$rp_base was replaced by another user."
  elif [ -e "$rp_old" ] && [ ! -L "$rp_old" ]; then echo "$rp_base is not a regular file." >&2; exit 1
  fi
  if [ -n "$1" ]; then : >>"./$rp_base" && chmod 600 -- "./$rp_base" || exit 1
  elif [ -n "$rp_new" ]; then : >"./$rp_base" && chmod 644 -- "./$rp_base" || exit 1; fi
}
rp_place() {
  [ ! -d /run/fapolicyd ] || touch -cm -d now -- "./$rp_base" 2>/dev/null || :
  mv -fT -- "./$rp_base" "../$rp_base"
}
rp_keep() {
  [ -z "$rp_new" ] || return 0
  exec 9<.
  ( rp_kept=$rp_base~
    [ "$rp_old" = "./$rp_kept" ] || cp -a -- "$rp_old" "./$rp_kept" || exit 1
    rp_target "$1"
    [ ! -e "./$rp_base" ] && [ ! -L "./$rp_base" ] || exit 0
    rp_stage
    cp -a -- "/proc/self/fd/9/$rp_kept" "./$rp_base" && mv -nT -- "./$rp_base" "../$rp_base" ) || exit $?
  exec 9<&-
}
rp_source() {
  rp_target "$1" follow
  [ -f "./$rp_base" ] || { echo "$1 is not a regular file, or does not exist." >&2; exit 1; }
  exec 8<"./$rp_base" || exit 1
  [ -n "$rp_untrusted" ] || return 0
  rp_link=$(stat -L -c '%d:%i %u' /proc/self/fd/8)
  [ ! -L "./$rp_base" ] && [ "$(stat -c '%d:%i %u' -- "./$rp_base")" = "$rp_link" ] || rp_refuse "$1 was replaced by another user."
  [ -z "$rp_owner" ] || [ "\${rp_link#* }" = "$rp_owner" ] || rp_refuse "$1 belongs to another user than its folder, whose owner could have put it there."
}
rp_unchanged() {
  if [ "$1" = absent ]; then [ ! -e "../$rp_base" ] && [ ! -L "../$rp_base" ]
  else [ -f "../$rp_base" ] && [ ! -L "../$rp_base" ] && [ "$(sha256sum <"../$rp_base" | cut -c 1-64)" = "$1" ]; fi
}
rp_label() {
  [ -e /sys/fs/selinux/enforce ] && command -v matchpathcon >/dev/null || return 0
  rp_context=$(matchpathcon -n -- "$1")
  case $rp_context in ''|'<<none>>') ;; *) chcon -h -- "$rp_context" "$2" || : ;; esac
}
rp_attributes() {
  rp_target "$1" "\${4:-follow}"
  if [ -d "./$rp_base" ] && [ ! -L "./$rp_base" ]; then
    rp_into "$rp_base" "$1"
    [ -z "$2" ] || chown -- "$2" . || exit 1
    [ -z "$3" ] || chmod -- "0$3" . || exit 1
    cd /
    return
  fi
  [ -e "./$rp_base" ] || [ -L "./$rp_base" ] || { echo "$1 does not exist." >&2; exit 1; }
  if [ -n "$rp_untrusted" ]; then
    rp_sticky=$rp_mode
    rp_stage
    ln -- "../$rp_base" "./$rp_base" || { echo "$1 cannot be changed safely: hard links to it are not possible." >&2; exit 1; }
    [ -L "./$rp_base" ] || rp_theirs "$1" "$(stat -c '%u %h' -- "./$rp_base")"
    case $3 in [2-7]???) [ -z "$2" ] || rp_program "$1" ;; esac
  fi
  [ -z "$2" ] || chown -h -- "$2" "./$rp_base" || exit 1
  [ -z "$3" ] || [ -L "./$rp_base" ] || chmod -- "0$3" "./$rp_base" || exit 1
  rp_leave
  cd /
}
rp_theirs() {
  if [ -n "$rp_owner" ]; then
    [ "\${2% *}" = "$rp_owner" ] || rp_refuse "$1 belongs to another user than its folder, whose owner could have put it there."
    return
  fi
  case $rp_sticky in [1357]???) ;; *) rp_refuse "$1 is in a folder that others may write to." ;; esac
  case "\${2% *}" in 0|"$rp_uid") [ "\${2#* }" = "\${3:-2}" ] || rp_refuse "$1 has other hard links, and is in a folder that others may write to." ;; esac
}
rp_program() { rp_refuse "$1 is in a folder of another user, who could have put any program there: no new owner with a setuid or setgid bit."; }
rp_newdir() {
  rp_stage
  mkdir -m 700 -- "./$1" && { [ -z "$3" ] || chown -- "$3" "./$1"; } && chmod -- "0$2" "./$1" || exit 1
  rp_label "$(cd -P .. && pwd -P)/$1" "./$1"
  mv -nT -- "./$1" "../$1" || [ -e "../$1" ] || exit 1
  [ ! -d "./$1" ] || { echo "$1 has been made by somebody else meanwhile." >&2; exit 1; }
  rp_leave
}
rp_mkdir() {
  rp_make=$4
  rp_target "$1"
  rp_make=
  rp_newdir "$rp_base" "$2" "$3"
  cd /
}
rp_link() {
  rp_target "$1"
  rp_stage
  ln -s -- "$2" "./$rp_base" || exit 1
  [ -L "../$rp_base" ] || [ ! -d "../$rp_base" ] || rmdir -- "../$rp_base" || exit 1
  rp_label "$1" "./$rp_base"
  mv -fT -- "./$rp_base" "../$rp_base" || exit 1
  rp_leave
  cd /
}
rp_remove() { rp_target "$1"; rp_drop "$rp_base" || exit 1; cd /; }
rp_drop() {
  if [ -L "./$1" ] || [ ! -d "./$1" ]; then rm -f -- "./$1"; return; fi
  rmdir -- "./$1" 2>/dev/null && return
  [ -n "$rp_owner$rp_open" ] && [ -z "$rp_unsafe" ] || { rm -rf -- "./$1"; return; }
  rm --version 2>/dev/null | grep -q coreutils || rp_refuse "$1 is in a folder that another user may write to, and only the rm of coreutils can remove a tree there safely."
  rm -rf --one-file-system -- "./$1"
}
`
