// What the httpd tasks share, itself no task: finding the server of a prefix, checking, starting and reloading it, as sh text.

import {
  absolutePath,
  type Command,
  type Output,
  output,
  PlaybookError,
  type Probe,
  quote,
  shellText,
  splitLines,
  text,
  z,
} from '../src/index.ts'

/** The parameters by which an httpd is known. */
export const httpdParams = {
  prefix: absolutePath.describe('Its folder, the one with bin/apachectl and conf.'),
  pidFile: absolutePath
    .optional()
    .describe('Where it keeps its process id; PREFIX/logs/httpd.pid if not given.'),
  within: z
    .number()
    .positive()
    .default(30)
    .describe('Seconds within which it must be up; of a restart, also those that running requests may take.'),
}

export type HttpdParams = { readonly prefix: string; readonly pidFile?: string; readonly within: number }

/** A server as it runs; `undefined` where none does. Times in milliseconds since 1970. */
export type HttpdState = {
  readonly pid: number
  /** When it last read its configuration: httpd writes its pid file at each start and reload. */
  readonly loadedMs: number
  /** The newest file below conf, and when it was written. */
  readonly configuration: { readonly path: string; readonly writtenMs: number } | undefined
  /** true: its program or one of its modules has been replaced since it was started. */
  readonly isReplaced: boolean
}

/** How the server of a prefix runs. Sources: proc(5); mod_mpm_common, PidFile of httpd 2.4. */
export function httpdState(
  params: HttpdParams,
  reads: readonly string[] = [],
): Probe<HttpdState | undefined> {
  const script = `${preamble(params)}
p=$(parent) || exit 0
echo "$p $(stat -c %.9Y "$pidfile")"
find "$prefix/conf" -type f ! -name '.run-playbook-*' -exec stat -c '%.9Y %n' {} + 2>/dev/null | sort -n | tail -n 1
awk -v prefix="$prefix/" '$6 ~ /\\/(bin\\/httpd|modules\\/[^\\/]*\\.so)$/ && (index($6, prefix) != 1 || $7 == "(deleted)") { print "replaced"; exit }' "/proc/$p/maps" 2>/dev/null
exit 0`
  return output(shellText(script), parseState, { reads })
}

/** Whether the configuration as it lies there would do: empty text if so, else what is wrong. */
export function configurationFaults(params: HttpdParams, reads: readonly string[]): Probe<string> {
  const script = `${preamble(params)}
[ -x "$prefix/bin/apachectl" ] || { echo "= E_NO_HTTPD There is no $prefix/bin/apachectl." >&2; exit 1; }
check 2>&1 || exit 0`
  return output(
    shellText(script),
    (result) => {
      const fault = explainHttpd(result)
      if (fault) throw fault
      return text(result).trim()
    },
    { reads },
  )
}

/** Starts a server that does not run; if it runs, nothing happens. */
export function startHttpd(params: HttpdParams): Command {
  return shellText(`${preamble(params)}
if p=$(parent); then echo "pid $p"; exit 0; fi
${requireGood('httpd was not started')}
start_it`)
}

/** Has the server read its configuration again, without an end to any request; starts it if it does not run. */
export function reloadHttpd(params: HttpdParams): Command {
  return shellText(`${preamble(params)}
${requireGood('the running server keeps the old one')}
p=$(parent) || { start_it; exit 0; }
before=$(stat -c %.9Y "$pidfile"); mark
said=$(ctl -k graceful 2>&1) || fault E_HTTPD_RELOAD "httpd could not be reloaded: $(echo "$said" | tail -n 1)"
limit=$(($(now) + within))
until [ "$(stat -c %.9Y "$pidfile" 2>/dev/null)" != "$before" ] && parent >/dev/null; do
  [ -d "/proc/$p" ] || { fault_of E_HTTPD_DIED "httpd (pid $p) ended when it read its new configuration."; }
  [ "$(now)" -lt "$limit" ] || fault_of E_TIMEOUT "httpd (pid $p) has not taken its new configuration within ${params.within} s."
  sleep 0.05
done
echo "pid $p"`)
}

/** Ends the server, after its requests have ended, and starts it: for a new program or module. */
export function restartHttpd(params: HttpdParams): Command {
  return shellText(`${preamble(params)}
${requireGood('the old server goes on')}
if p=$(parent); then
  kill -WINCH "$p"
  limit=$(($(now) + within))
  while [ -d "/proc/$p" ] && [ "$(now)" -lt "$limit" ]; do sleep 0.05; done
  [ -d "/proc/$p" ] && kill -TERM "$p"
  limit=$(($(now) + 1000))
  while [ -d "/proc/$p" ]; do
    [ "$(now)" -lt "$limit" ] || fault E_HTTPD_STOP "httpd (pid $p) does not end."
    sleep 0.05
  done
fi
start_it`)
}

/** What the scripts above say of a failure, as an error: `= CODE message`, details, `= hint …`. */
export function explainHttpd(result: Output): PlaybookError | undefined {
  const said = splitLines(result.stderr.toString('utf8'))
  const at = said.findIndex((line) => /^= E_[A-Z_]+ /.test(line))
  if (at < 0) return undefined
  const [, code, message] = /^= (E_[A-Z_]+) (.*)$/.exec(said[at]!)!
  const rest = said.slice(at + 1)
  const hint = rest.find((line) => line.startsWith('= hint '))?.slice(7)
  const details = rest.filter((line) => !line.startsWith('= hint ') && line !== '')
  return new PlaybookError(code!, message!, { details, ...(hint ? { hint } : {}) })
}

/**
 * `check` runs apachectl -t and looks for what it does not find: log folders and log programs that are not there, with
 * which httpd starts, serves, and writes no line. It prints what is wrong, and is silent where nothing is.
 */
export function preamble(params: HttpdParams): string {
  const { prefix, pidFile = `${prefix}/logs/httpd.pid` } = params
  return `prefix=${quote(prefix)}
pidfile=${quote(pidFile)}
within=${limit(params)}
${functions}`
}

const functions = `ctl() { "$prefix/bin/apachectl" "$@"; }
now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
parent() {
  p=$(cat "$pidfile" 2>/dev/null) && [ -n "$p" ] || return 1
  [ "$(tr '\\0' '\\n' <"/proc/$p/cmdline" 2>/dev/null | head -n 1)" = "$prefix/bin/httpd" ] && echo "$p"
}
fault() { echo "= $1 $2" >&2; exit 1; }
log=$prefix/logs/error_log
mark() { size=$(wc -c <"$log" 2>/dev/null) || size=0; }
fault_of() { # with the end of its log
  echo "= $1 $2" >&2
  tail -c +$((size + 1)) "$log" 2>/dev/null | tail -n 10 >&2
  exit 1
}
check() {
  said=$(ctl -t 2>&1) || { printf '%s\\n' "$said" | grep -vx 'Syntax OK'; show "$said"; return 1; }
  missing=$(ctl -t -D DUMP_INCLUDES 2>/dev/null | sed -n 's/^ *([0-9*]*) //p' | while read -r file; do logs_of "$file"; done)
  [ -z "$missing" ] || { printf '%s\\n' "$missing"; return 1; }
}
show() { # the line that httpd speaks of
  at=$(printf '%s\\n' "$1" | sed -n 's/.*on line \\([0-9]*\\) of \\(.*\\):$/\\1 \\2/p' | head -n 1)
  [ -z "$at" ] || echo "\${at#* }:\${at%% *}: $(sed -n "\${at%% *}p" "\${at#* }" | sed 's/^[[:space:]]*//')"
}
logs_of() { # FILE:LINE and what is missing
  awk -v prefix="$prefix" '
    tolower($1) ~ /^(errorlog|customlog|transferlog|globallog|forensiclog|scriptlog|jklogfile)$/ {
      rest = $0; sub(/^[ \\t]*[^ \\t]+[ \\t]+/, "", rest)
      quoted = substr(rest, 1, 1)
      if (quoted == "\\"" || quoted == "\\047") { rest = substr(rest, 2); rest = substr(rest, 1, index(rest quoted, quoted) - 1) }
      else if (substr(rest, 1, 1) != "|") sub(/[ \\t].*/, "", rest)
      program = ""
      if (sub(/^\\|[|$]?[ \\t]*/, "", rest)) {
        n = split(rest, word, /[ \\t]+/); program = word[1]; rest = ""
        for (i = 2; i <= n; i++) if (substr(word[i], 1, 1) == "/") { rest = word[i]; break }
        if (program !~ /^\\//) program = ""
        if (program !~ /rotatelogs$/) rest = ""
      } else if (rest ~ /^syslog/ || rest ~ /:/) rest = ""
      else if (substr(rest, 1, 1) != "/") rest = prefix "/" rest
      sub(/\\/[^\\/]*$/, "", rest)
      print FNR " " (program == "" ? "-" : program) " " rest
    }' "$1" 2>/dev/null | while read -r line program folder; do
    [ "$program" = - ] || [ -x "$program" ] || echo "$1:$line: the program $program, to which it pipes its log, is not there"
    case $folder in *%*) ;; *) [ -z "$folder" ] || [ -d "$folder" ] || echo "$1:$line: the folder $folder for its log does not exist" ;; esac
  done
}
listener() { # prints the process that listens on a port
  hex=$(printf %04X "$1")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }')
  [ -n "$inode" ] || return 1
  ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v socket="socket:[$inode]" '/^\\/proc\\// { split($0, part, "/") } index($0, socket) { print part[3]; exit }'
}
start_it() {
  rm -f -- "$pidfile"
  mark
  said=$(ctl -k start 2>&1 3>&- </dev/null)
  r=$?
  limit=$(($(now) + within))
  if [ "$r" -eq 0 ]; then
    until parent; do
      [ "$(now)" -lt "$limit" ] || fault_of E_HTTPD_DIED "apachectl start ended well, and no httpd runs."
      sleep 0.05
    done
    return 0
  fi
  port=$(printf '%s\\n' "$said" | sed -n 's/.*could not bind to address .*:\\([0-9][0-9]*\\)$/\\1/p' | head -n 1)
  if [ -n "$port" ]; then
    taker=$(listener "$port")
    words=$(tr '\\0' ' ' <"/proc/$taker/cmdline" 2>/dev/null | cut -c1-150 | sed 's/ *$//')
    echo "= E_PORT_IN_USE Port $port is taken by pid \${taker:-?}: \${words:-another process}." >&2
    echo "= hint End that process, or have httpd Listen on another port." >&2
    exit 1
  fi
  echo "= E_HTTPD_START httpd could not be started, exit code $r." >&2
  printf '%s\\n' "$said" | tail -n 10 >&2
  tail -c +$((size + 1)) "$log" 2>/dev/null | tail -n 10 >&2
  exit 1
}`

/** Nothing is started or reloaded with a configuration that has faults. */
function requireGood(outcome: string): string {
  return `[ -x "$prefix/bin/apachectl" ] || fault E_NO_HTTPD "There is no $prefix/bin/apachectl."
wrong=$(check) || {
  echo "= E_HTTPD_CONFIG The configuration of $prefix is not right; ${outcome}." >&2
  printf '%s\\n' "$wrong" >&2
  exit 1
}`
}

function limit({ within }: HttpdParams): number {
  return Math.round(within * 100)
}

/** `pid loaded`, `written path`, `replaced`; a line each, the last two only where there is something to say. */
function parseState(result: Output): HttpdState | undefined {
  const [first, ...rest] = splitLines(text(result))
  if (first === undefined) return undefined
  const [pid, loaded] = first.split(' ')
  const newest = rest.map((line) => /^(\d[\d.]*) (.*)$/.exec(line)).find((match) => match !== null)
  return {
    pid: Number(pid),
    loadedMs: Number(loaded) * 1000,
    configuration: newest ? { path: newest[2]!, writtenMs: Number(newest[1]) * 1000 } : undefined,
    isReplaced: rest.includes('replaced'),
  }
}
