// Builds the shell text that kills a shell with all that it is running.

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
sleep 1
kill -KILL $rp_found 2>/dev/null
exit 0
`
}
