// Shell functions and error parsing that the scripts for Tomcat and httpd share.

import { type Command, type Output, PlaybookError, run, type Step, splitLines } from '../../src/index.ts'

/**
 * `now` prints hundredths of seconds; `listener PORT` the process that listens there, `?` if that cannot be seen, and
 * fails if none does; `words PID` the command line of a process.
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

/** A step whose command reports failures as `scriptError` reads them. */
export function serverStep(command: Command): Step {
  return run(command, { explain: scriptError })
}

/** The error that a script printed on standard error: `= CODE message`, details, `= hint …`. */
export function scriptError(result: Output): PlaybookError | undefined {
  const lines = splitLines(result.stderr.toString('utf8'))
  const index = lines.findIndex((line) => /^= E_[A-Z_]+ /.test(line))
  if (index < 0) return undefined
  const [, code, message] = /^= (E_[A-Z_]+) (.*)$/.exec(lines[index]!)!
  const rest = lines.slice(index + 1)
  const hint = rest.find((line) => line.startsWith('= hint '))?.slice(7)
  const details = rest.filter((line) => !line.startsWith('= hint ') && line !== '')
  return new PlaybookError(code!, message!, { details, hint })
}
