// Checks paths that have links in them, by the shell functions that steps use.

import type { FileRequest } from '../model/fileState.ts'
import { type Output, splitLines } from '../model/probe.ts'
import { quote } from '../model/shell/command.ts'
import { safePaths } from '../model/shell/safePaths.ts'
import type { PathUse } from '../model/step.ts'

/** The user of the shell, and what is refused by path. */
export type PathRefusals = {
  readonly user?: { readonly uid: number; readonly name: string }
  readonly refusals: ReadonlyMap<string, PathRefusal>
}

/** What is refused, for this use of the path and those after it. `at`: the folder on the host where it is. */
export type PathRefusal = { readonly as: PathUse; readonly message: string; readonly at?: string }

/** A path without links is checked by the states of its folders, so only the others cost commands on the host. */
export function pathCheckBatch(paths: readonly string[]) {
  const requested = new Set(paths)
  return {
    paths,
    covers: (request: FileRequest) => request.checksPath === true && requested.has(request.path),
    script: `${checking}
rp_folder= rp_linked=
for rp_each in ${paths.map(quote).join(' ')}; do
  rp_up=\${rp_each%/*}
  if [ "$rp_up" != "$rp_folder" ]; then
    rp_folder=$rp_up rp_linked=
    while [ -n "$rp_up" ] && [ -z "$rp_linked" ]; do
      [ ! -L "$rp_up" ] || rp_linked=1
      rp_up=\${rp_up%/*}
    done
  fi
  [ -z "$rp_linked" ] && [ ! -L "$rp_each" ] || rp_check "$rp_each"
done 2>/dev/null; :`,
    read: readRefusals,
  }
}

/** In the order of `pathUses`: the first refusal ends it. */
const checking = `${safePaths}printf '%s\\0%s\\0' "$rp_uid" "$(id -un)"
rp_refuse() { printf '%s\\0%s\\0%s\\0%s\\0' "$rp_checked" "$rp_as" "$(pwd -P)" "$1"; exit 77; }
rp_check() (
  rp_checked=$1 rp_as=entry
  rp_target "$1"
  [ -e "./$rp_base" ] || [ -L "./$rp_base" ] || exit 0
  rp_as=target
  [ ! -L "./$rp_base" ] || rp_target "$1" follow
  if [ -d "./$rp_base" ] && [ ! -L "./$rp_base" ]; then rp_as=folder; rp_into "$rp_base" "$1"; exit; fi
  [ -n "$rp_untrusted" ] && [ -e "./$rp_base" ] || exit 0
  rp_as=attributes rp_sticky=$rp_mode
  rp_theirs "$1" "$(stat -c '%u %h' -- "./$rp_base")" 1
  rp_as=program
  rp_program "$1"
)`

function readRefusals({ stdout }: Output, results: { pathRefusals: PathRefusals }): void {
  const [uid, name, ...fields] = stdout.toString('utf8').split('\0')
  if (!uid || name === undefined) return
  const refusals = new Map(results.pathRefusals.refusals)
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [path, as, at, message] = fields.slice(index, index + 4)
    refusals.set(path!, { as: as as PathUse, at, message: splitLines(message!).join(' ') })
  }
  results.pathRefusals = { user: { uid: Number(uid), name }, refusals }
}
