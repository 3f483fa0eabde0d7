// Shell functions of the httpd tasks: find the server, check its configuration, start it.

import { quote } from '../../src/index.ts'
import { serverShell } from '../services/serverShell.ts'
import type { HttpdParams } from './params.ts'

/**
 * `check` prints what is wrong with the configuration: what `apachectl -t` finds, and log folders and log programs that
 * do not exist, with which httpd starts and serves but logs nothing.
 */
export function httpdShell(params: HttpdParams): string {
  const { prefix, pidFile = `${prefix}/logs/httpd.pid`, unit } = params
  return `prefix=${quote(prefix)}
pidfile=${quote(pidFile)}
within=${limit(params)}
unit=${quote(unit ?? '')}
${functions}`
}

const functions = `ctl() { "$prefix/bin/apachectl" "$@"; }
${serverShell}
parent() {
  p=$(cat "$pidfile" 2>/dev/null) && [ -n "$p" ] || return 1
  [ "$(tr '\\0' '\\n' <"/proc/$p/cmdline" 2>/dev/null | head -n 1)" = "$prefix/bin/httpd" ] && echo "$p"
}
fail() { echo "= $1 $2" >&2; exit 1; }
log=$prefix/logs/error_log
mark() { size=$(wc -c <"$log" 2>/dev/null) || size=0; }
fail_with_log() { # with the end of its log
  echo "= $1 $2" >&2
  tail -c +$((size + 1)) "$log" 2>/dev/null | tail -n 10 >&2
  exit 1
}
check() {
  output=$(ctl -t 2>&1) || { printf '%s\\n' "$output" | grep -vx 'Syntax OK'; show "$output"; return 1; }
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
    [ "$program" = - ] || [ -x "$program" ] || echo "$1:$line: the program $program, which it pipes its log to, does not exist"
    case $folder in *%*) ;; *) [ -z "$folder" ] || [ -d "$folder" ] || echo "$1:$line: the folder $folder for its log does not exist" ;; esac
  done
}
launch() {
  [ -n "$unit" ] || { ctl -k start 3>&- </dev/null; return; }
  systemctl reset-failed -- "$unit" 2>/dev/null
  since=$(date +%s)
  output=$(systemctl start -- "$unit" 2>&1) && return
  printf '%s\n' "$output" | grep -v '^See '
  journalctl _SYSTEMD_UNIT="$unit" --since "@$since" --no-pager -o cat 2>/dev/null
  return 1
}
reload_it() { # the unit's own server by systemd, which may be another than the one that runs
  if [ -n "$unit" ] && [ "$(systemctl show -p MainPID --value -- "$unit" 2>/dev/null)" = "$p" ]; then systemctl reload -- "$unit"
  else ctl -k graceful
  fi
}
stop_unit() {
  [ -n "$unit" ] || return 0
  output=$(systemctl stop -- "$unit" 2>&1) && return
  case $output in *'not loaded'*) ;; *) fail E_HTTPD_STOP "$unit cannot be stopped: $(echo "$output" | head -n 1)" ;; esac
}
start_it() {
  rm -f -- "$pidfile"
  mark
  output=$(launch 2>&1)
  r=$?
  limit=$(($(now) + within))
  if [ "$r" -eq 0 ]; then
    until parent; do
      [ "$(now)" -lt "$limit" ] || fail_with_log E_HTTPD_DIED "apachectl start succeeded, but no httpd runs."
      sleep 0.05
    done
    return 0
  fi
  port=$(printf '%s\\n' "$output" | sed -n 's/.*could not bind to address .*:\\([0-9][0-9]*\\)$/\\1/p' | head -n 1)
  if [ -n "$port" ]; then
    taker=$(listener "$port")
    called=$(words "$taker")
    echo "= E_PORT_IN_USE Port $port is in use by pid \${taker:-?}: \${called:-another process}." >&2
    echo "= hint Stop that process, or have httpd listen on another port." >&2
    exit 1
  fi
  echo "= E_HTTPD_START httpd could not be started, exit code $r." >&2
  printf '%s\\n' "$output" | tail -n 10 >&2
  tail -c +$((size + 1)) "$log" 2>/dev/null | tail -n 10 >&2
  exit 1
}`

/** Refuses to go on with an invalid configuration. `outcome`: what that means for the server. */
export function requireValidConfig(outcome: string): string {
  return `[ -x "$prefix/bin/apachectl" ] || fail E_NO_HTTPD "There is no $prefix/bin/apachectl."
wrong=$(check) || {
  echo "= E_HTTPD_CONFIG The configuration of $prefix is not valid; ${outcome}." >&2
  printf '%s\\n' "$wrong" >&2
  exit 1
}`
}

function limit({ within }: HttpdParams): number {
  return Math.round(within * 100)
}
