// The shell script that unpacks a tar file beside a tree and moves its entries in.

import {
  lastLines,
  type Output,
  ownerSpec,
  PlaybookError,
  run,
  type Step,
  sh,
  shellText,
} from '../../../src/index.ts'

type Placement = {
  /** The tree's root, which is there. */
  readonly dest: string
  /** The tar file, on the host: it is removed in any case. */
  readonly archive: string
  /** A path below `dest` at which nothing stands: on the same file system, so that moving is renaming. */
  readonly stage: string
  readonly owner?: string
  readonly group?: string
  /** Whether files that are replaced get the archive's permission bits too, not only new ones. */
  readonly setsModes: boolean
}

/**
 * A file that is replaced keeps its owner, mode, SELinux context and ACL; each takes its place by a rename. Folders
 * that are new are moved whole.
 */
export function placementStep({ dest, archive, stage, owner, group, setsModes }: Placement): Step {
  const spec = ownerSpec({ owner, group })
  const command = sh`dest=${dest} archive=${archive} stage=${stage} spec=${spec} modes=${setsModes ? '1' : ''}
${shellText(script)}`
  return run(command, {
    explain: (result: Output) =>
      new PlaybookError('E_COPY', `${dest} could not be made as its source is.`, {
        details: lastLines(result),
      }),
  })
}

/** Before anything is brought to the host: whether it can unpack it. */
export function requireTar(): Step {
  return run(sh`command -v tar`, {
    explain: () =>
      new PlaybookError('E_TOOL', 'The host has no tar, which copyDirectory needs.', {
        hint: "Install it before this task: dnf({ name: 'tar' }).",
      }),
  })
}

const script = String.raw`trap 'rm -rf -- "$stage" "$archive"' EXIT
trap 'exit 143' HUP INT TERM
fail() { printf '%s\n' "$*" >&2; df -Pk -- "$dest" | awk 'NR == 2 { print "Its file system has " $4 " kB left." }' >&2; exit 1; }
( umask 077; mkdir -p -- "$stage/tree" ) && tar -xpo -f "$archive" -C "$stage/tree" || fail "The files could not be unpacked; $dest is as it was."
cd -- "$stage/tree" || exit 1
[ -z "$spec" ] || find . ! -name . -exec chown -h -- "$spec" {} + || exit 1
relabel() { if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null; then restorecon -R -- "$1"; fi; }
place() {
  for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$from" ] || [ -L "$from" ] || continue
    to=$2/${'$'}{from##*/}
    if [ -d "$from" ] && [ ! -L "$from" ] && [ -d "$to" ] && [ ! -L "$to" ]; then place "$from" "$to"
    elif [ -f "$from" ] && [ ! -L "$from" ] && [ -f "$to" ] && [ ! -L "$to" ]; then overwrite
    else
      if [ -L "$to" ]; then rm -f -- "$to"; fi
      mv -f -- "$from" "$to" && relabel "$to" || fail "$to could not be put into place."
    fi
  done
}
overwrite() {
  new=$stage/new
  cp -a -- "$to" "$new" && cat -- "$from" >"$new" || fail "$to could not be written; it is as it was."
  [ -z "$spec" ] || chown -- "$spec" "$new" || exit 1
  [ -z "$modes" ] || chmod "$(stat -c %a -- "$from")" "$new" || exit 1
  mv -f -- "$new" "$to" || exit 1
}
place . "$dest"`
