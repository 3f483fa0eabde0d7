// Builds the shell text that finds which of several paths hang, as on a dead NFS mount.

import { quote } from '../model/shell/command.ts'

/** Prints the index of each path of which stat does not end within a second, and kills these stats. */
export function hangingPathsScript(paths: readonly string[]): string {
  return `set -- ${paths.map(quote).join(' ')}
rp_pids=
for rp_path do
  stat -L -- "$rp_path" >/dev/null 2>&1 </dev/null &
  rp_pids="$rp_pids $!"
done
sleep 1
rp_index=0
for rp_pid in $rp_pids; do
  if { read -r _ _ rp_state _ </proc/$rp_pid/stat; } 2>/dev/null && [ "$rp_state" != Z ]; then
    kill -KILL $rp_pid 2>/dev/null
    echo $rp_index
  fi
  rp_index=$((rp_index + 1))
done
exit 0
`
}

/** The paths that hang, of what the script printed. */
export function hangingPaths(paths: readonly string[], printed: string): string[] {
  return printed.split('\n').flatMap((line) => (/^\d+$/.test(line) ? (paths[Number(line)] ?? []) : []))
}
