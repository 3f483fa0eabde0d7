// Shell functions that tell whether another user decides what git would run in a folder.

/**
 * git runs programs that the configuration and hooks of a repository name. So it must be the task's user alone who can
 * write them, and swap the folders that lead there. All functions print a reason, or nothing.
 *
 * - `others_lead [own]`: who else could swap the current folder; with `own`, it has to be the task user's.
 * - `others_write PATH`: what of a repository's folder somebody else owns or may write to. Objects, refs and logs are
 *   data.
 * - `others_below PATH`: a folder in a work tree that somebody else owns or may write to.
 * - `others_in_tree COMMIT...`: a folder of these commits in the work tree that somebody else owns or may write to: git
 *   would follow what is put there.
 *
 * For root a group that may write counts as somebody else; others share folders with their group on purpose.
 */
export const trustFunctions = `me=$(id -u) shared=
[ "$me" != 0 ] || shared='-o ( -perm -0020 ! -group 0 )'
others_lead() {
  here=$(pwd -P) own=$1
  at=$here
  set --
  while [ -n "$at" ]; do set -- "$at" "$@"; at=\${at%/*}; done
  stat -c '%u %g %a %U %n' -- / "$@" | while read -r uid gid mode name path; do
    case $own:$path in own:"$here") allowed=$me; mode=0$mode ;; *) allowed="0 $me" ;; esac
    case " $allowed " in *" $uid "*) ;; *) echo "$path belongs to $name"; break ;; esac
    case $mode in
      [1357]???) ;;
      *[2367]) echo "everybody may write to $path"; break ;;
      *[2367]?) [ "$me" != 0 ] || [ "$gid" = 0 ] || { echo "a group may write to $path"; break; } ;;
    esac
  done
}
others_write() {
  find "$1" -type d \\( -name objects -o -name refs -o -name logs \\) -prune -o ! -type l \\( ! -user "$me" -o -perm -0002 $shared \\) -print 2>/dev/null |
    sed -n '1s/.*/& belongs to another user, or others may write to it/p'
}
others_below() {
  find "$1" -name .git -prune -o -type d \\( ! -user "$me" -o -perm -0002 $shared \\) -print 2>/dev/null |
    sed -n '1s/.*/& belongs to another user, or others may write to it/p'
}
others_in_tree() {
  for commit do ! git rev-parse -q --verify "$commit" >/dev/null || git ls-tree -rdz --name-only "$commit"; done |
    xargs -0 -r stat -c '%u %g %a %n' -- 2>/dev/null | while read -r uid gid mode name; do
      case $uid:$mode in
        "$me":*[2367]) ;;
        "$me":*[2367]?) [ "$me" = 0 ] && [ "$gid" != 0 ] || continue ;;
        "$me":*) continue ;;
      esac
      echo "$here/$name belongs to another user, or others may write to it"
      break
    done
}
`
