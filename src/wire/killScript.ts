// Builds the shell text that kills a step, or a shell with all that it is running.

import { quote } from '../model/shell/command.ts'

/** Ends a process group: TERM at once, KILL after two seconds. */
export function killGroup(pid: number): string {
  const isGone = `kill -0 -${pid} 2>/dev/null || exit 0`
  return `kill -TERM -${pid}
${detached(`for i in 1 2 3 4 5 6 7 8 9 10; do ${isGone}; sleep 0.2; done; kill -KILL -${pid}`)}
exit 0
`
}

/**
 * Kills the process and its descendants, whatever their process groups are: TERM, and KILL to those that are there a
 * second later. Reads /proc, because not every `ps` knows parents.
 */
export function killTree(pid: number): string {
  return `rp_found=" ${pid} "
rp_before=
while [ "$rp_found" != "$rp_before" ]; do
  rp_before=$rp_found
  for rp_file in /proc/[0-9]*/stat; do
    { read -r rp_line <"$rp_file"; } 2>/dev/null || continue
    rp_pid=\${rp_line%% *}
    rp_rest=\${rp_line##*) }
    rp_rest=\${rp_rest#* }
    case $rp_found in
      *" $rp_pid "*) ;;
      *" \${rp_rest%% *} "*) rp_found="$rp_found$rp_pid " ;;
    esac
  done
done
kill -TERM $rp_found 2>/dev/null
${detached('sleep 1; kill -KILL "$@"', '$rp_found')}
exit 0
`
}

/** Runs a script in a session of its own, which goes on when this shell and the connection are gone. */
function detached(script: string, args = ''): string {
  return `$(command -v setsid) sh -c ${quote(script)} sh ${args} </dev/null >/dev/null 2>&1 &`
}
