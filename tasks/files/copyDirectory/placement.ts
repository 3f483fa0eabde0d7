// The shell script that unpacks a tar file beside a tree and moves its entries in.

import {
  lastLines,
  missingTool,
  type Output,
  ownerSpec,
  PlaybookError,
  run,
  type Step,
  sh,
  shellText,
} from '../../../src/index.ts'
import { mergeFunction } from '../../params/mergeTree.ts'

type Placement = {
  /** The tree's root, which exists. */
  readonly dest: string
  /** The name of the tar file in `dest`, which is removed in any case, and its digest. */
  readonly archive: string
  readonly sha256: string
  readonly owner?: string
  readonly group?: string
  /** Whether files that are replaced get the archive's permission bits too, not only new ones. */
  readonly setsModes: boolean
}

/**
 * Unpacks in a stage in `dest` that only this user can enter, and moves the entries from there. A file that is replaced
 * keeps its owner, mode, SELinux context and ACL; each takes its place by a rename. Folders that are new are moved whole.
 */
export function placementStep({ dest, archive, sha256, owner, group, setsModes }: Placement): Step {
  const spec = ownerSpec({ owner, group })
  const command = sh`dest=${dest} archive=${archive} sha256=${sha256} spec=${spec} modes=${setsModes ? '1' : ''}
${shellText(script)}`
  return run(command, {
    explain: (result: Output) =>
      new PlaybookError('E_COPY', `${dest} could not be made like its source.`, {
        details: lastLines(result),
      }),
  })
}

/** Before anything is brought to the host: whether it can unpack it. */
export function requireTar(): Step {
  return run(sh`command -v tar`, {
    rehearse: { command: sh`command -v tar`, reads: ['packages', '/usr', '/bin'] },
    explain: () => missingTool('tar', 'which copyDirectory needs'),
  })
}

/** The archive may have been swapped since it was brought: it counts once it is in the stage, ours alone, and as it was. */
const script = `rp_enter "$dest"
trap 'rm -f -- "./$archive"' EXIT
exec 8<.
rp_stage
exec 9<.
fail() { printf '%s\\n' "$*" >&2; df -Pk . | awk 'NR == 2 { print "Its file system has " $4 " kB left." }' >&2; exit 1; }
mv -fT -- "../$archive" ./archive || exit 1
[ -f ./archive ] && [ ! -L ./archive ] && [ "$(stat -c '%u %h' ./archive)" = "$rp_uid 1" ] || rp_refuse "$dest/$archive was replaced by another user."
case $(sha256sum <./archive) in "$sha256 "*) ;; *) fail "The archive of the files arrived damaged; $dest is as it was." ;; esac
mkdir ./tree && tar -xpo -f ./archive -C ./tree || fail "The files could not be unpacked; $dest is as it was."
[ -z "$spec" ] || ( cd ./tree && find . ! -name . -exec chown -h -- "$spec" {} + ) || exit 1
relabel() { if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null; then restorecon -R -- "$1"; fi; }
put() {
  if [ -f "$1" ] && [ ! -L "$1" ] && [ -f "./$2" ] && [ ! -L "./$2" ]; then overwrite "$@"; return; fi
  if [ -L "./$2" ]; then rm -f -- "./$2"; fi
  mv -fT -- "$1" "./$2" && relabel "./$2" || fail "$3 could not be put into place."
}
new=/proc/self/fd/9/new
overwrite() {
  rp_copy "./$2" "$new" || fail "$3 could not be written; it is as it was."
  [ -f "$new" ] && [ ! -L "$new" ] || rp_refuse "$3 was replaced by another user."
  cat -- "$1" >"$new" || fail "$3 could not be written; it is as it was."
  [ -z "$spec" ] || chown -- "$spec" "$new" || exit 1
  [ -z "$modes" ] || chmod "$(stat -c %a -- "$1")" "$new" || exit 1
  mv -fT -- "$new" "./$2" || exit 1
}
${mergeFunction}
( rp_back 8; merge tree "$dest" || exit ) || exit`
