// Shell functions that move a tree from a stage into a folder whose owner may swap names.

/**
 * `merge FOLDER SHOWN` moves what is in a folder of the stage, which is open as descriptor 9, into the current folder,
 * which `rp_enter` has entered. Folders that are on both sides are merged: each is entered by `rp_into`, so that a link
 * that somebody puts there is refused. For all else it calls `put ENTRY NAME SHOWN`, which the caller defines. Its body
 * is a subshell: a failure has to be passed on, by `|| exit`.
 */
export const mergeFunction = `merge() (
  for from in "/proc/self/fd/9/$1"/* "/proc/self/fd/9/$1"/.[!.]* "/proc/self/fd/9/$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    name=\${from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ] && [ -d "./$name" ] && [ ! -L "./$name" ]; then
      ( rp_into "$name" "$2"; merge "$1/$name" "$2/$name" || exit ) || exit
    else put "$from" "$name" "$2/$name" || exit; fi
  done
)`
