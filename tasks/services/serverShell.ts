// What the scripts for Tomcat and httpd share, no task: the clock, who has a port, and how a failure is told.

import { type Output, PlaybookError, splitLines } from '../../src/index.ts'

/**
 * `now` prints hundredths of seconds; `listener PORT` the process that listens there, `?` where that cannot be seen, and
 * fails where nobody does; `words PID` how a process was called.
 */
export const serverShell = `now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
listener() { # prints the process that listens on a port
  hex=$(printf %04X "$1")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }')
  [ -n "$inode" ] || return 1
  taker=$(ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v socket="socket:[$inode]" '/^\\/proc\\// { split($0, part, "/") } index($0, socket) { print part[3]; exit }')
  echo "\${taker:-?}"
}
words() { tr '\\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | cut -c1-150 | sed 's/ *$//'; }`

/** What a script says of a failure, as an error: `= CODE message`, details, `= hint …`. */
export function explainFault(result: Output): PlaybookError | undefined {
  const said = splitLines(result.stderr.toString('utf8'))
  const at = said.findIndex((line) => /^= E_[A-Z_]+ /.test(line))
  if (at < 0) return undefined
  const [, code, message] = /^= (E_[A-Z_]+) (.*)$/.exec(said[at]!)!
  const rest = said.slice(at + 1)
  const hint = rest.find((line) => line.startsWith('= hint '))?.slice(7)
  const details = rest.filter((line) => !line.startsWith('= hint ') && line !== '')
  return new PlaybookError(code!, message!, { details, ...(hint ? { hint } : {}) })
}
