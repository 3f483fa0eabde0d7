// Shell functions of the Tomcat tasks: find the JVM, start it, wait, read logs.

import { quote } from '../../src/index.ts'
import { globWord } from '../params/globWord.ts'
import { serverShell } from '../services/serverShell.ts'
import type { StartParams, StopParams } from './params.ts'

/**
 * `jvms` prints their process ids. One grep searches all processes; `-e` and the word are one argument, or it would
 * find itself. For a grep without -z (busybox) a loop does. Wrappers that carry the same arguments are left out.
 */
function findJvm(home: string): string {
  return `home=${quote(home)}
has() { tr '\\0' '\\n' <"$1" 2>/dev/null | grep -qxFe"$2"; }
jvms() {
  if printf 'a\\0b\\0' | grep -qzxFeb 2>/dev/null; then
    found=$(grep -lszxFe"-Dcatalina.base=$home" /proc/[0-9]*/cmdline)
  else
    found=$(for f in /proc/[0-9]*/cmdline; do has "$f" "-Dcatalina.base=$home" && echo "$f"; done)
  fi
  for f in $found; do
    has "$f" start || continue
    p=\${f#/proc/}; p=\${p%/cmdline}
    case $(cat "/proc/$p/comm" 2>/dev/null) in ''|sh|bash|dash|su|sudo|runuser|setsid|nohup|env|grep) ;; *) echo "$p" ;; esac
  done
}`
}

/** `http` prints the status of the answer; 000: no answer. */
export function askHttp({ httpPort, path }: StartParams): string {
  const url = quote(`http://127.0.0.1:${httpPort}${path}`)
  return `url=${url}
http() {
  if command -v curl >/dev/null 2>&1; then
    curl -s -o /dev/null --noproxy '*' -m 5 -w '%{http_code}' "$url"
  else
    wget -q -S -T 5 -t 1 --no-proxy --max-redirect=0 -O /dev/null "$url" 2>&1 | sed -n 's/^ *HTTP\\/[0-9.]* \\([0-9][0-9][0-9]\\).*/\\1/p' | tail -n 1
  fi
}`
}

/** `jvms`, `as COMMAND` as the Tomcat's account, `fail CODE MESSAGE`, and the functions of `serverShell`. */
export function processShell({ home, user, unit }: StopParams): string {
  return `${findJvm(home)}
user=${quote(user ?? '')}
unit=${quote(unit ?? '')}
${serverShell}
fail() { # code and message
  echo "= $1 $2" >&2
}
as() {
  if [ -z "$user" ] || [ "$(id -un)" = "$user" ] || [ "$(id -u)" = "$user" ]; then "$@"
  elif command -v runuser >/dev/null 2>&1; then runuser -u "$user" -- "$@"
  else su -s /bin/sh -c 'exec "$@"' "$user" sh "$@"
  fi
}`
}

/** What starting and waiting need besides: `http`, `wait_up`, `died MESSAGE` and the log. */
export function startShell(params: StartParams): string {
  const { home, httpPort, status, within, log } = params
  return `${processShell(params)}
${askHttp(params)}
port=${httpPort}
log() { ls -td ${logFiles(params)} 2>/dev/null | head -n 1; }
logs=${quote((log ?? `${home}/logs/x`).replace(/\/[^/]*$/, ''))}
marked=; size=0
mark_log() { marked=$(log); if [ -n "$marked" ]; then size=$(wc -c <"$marked"); fi; }
end_of_log() { # what was written since the mark, without stack frames and the list of arguments
  file=$(log)
  [ "$file" = "$marked" ] || size=0
  end=$(tail -c +$((size + 1)) "$file" 2>/dev/null | tail -n 500 | grep -Ev '^[[:space:]]*at |VersionLoggerListener|^NOTE: Picked up|^$' | tail -n 15)
  if [ -n "$end" ]; then printf 'The end of %s:\\n%s\\n' "$file" "$end"; else echo "It wrote nothing to $logs."; fi >&2
}
died() {
  fail E_TOMCAT_DIED "$1"
  end_of_log
  echo "= hint See what it says by hand: $home/bin/catalina.sh run\${user:+, as $user}" >&2
  exit 1
}
wait_up() {
  begin=$(now)
  while :; do
    pids=$(jvms)
    passed=$(($(now) - begin))
    if [ -n "$pids" ]; then
      seen=$pids
      code=$(http)
      if [ "$code" = ${status} ]; then
        passed=$(($(now) - begin))
        echo "pid $(echo $pids), HTTP $code after $((passed / 100)).$((passed / 10 % 10)) s"
        exit 0
      fi
    elif [ -n "$seen" ] || [ "$passed" -ge 1000 ]; then
      if [ -n "$seen" ]; then died "The Tomcat of $home ended while it started."
      else died "The Tomcat of $home was started, and no JVM is there."
      fi
    fi
    if [ "$passed" -ge ${Math.round(within * 100)} ]; then
      case $code in ''|000) last="no answer" ;; *) last="HTTP $code" ;; esac
      fail E_TIMEOUT "The Tomcat of $home (pid $(echo $pids)) runs, but $url gave no HTTP ${status} within ${within} s; last: $last."
      end_of_log
      exit 1
    fi
    sleep 0.2
  done
}`
}

/** Checks what would make startup.sh fail. */
const requirements = `deny() { fail "$1" "$2"; [ -z "$3" ] || echo "= hint $3" >&2; exit 1; }
me=\${user:-$(id -un)}
[ -f "$home/bin/startup.sh" ] || deny E_NO_TOMCAT "There is no $home/bin/startup.sh." "Is home the folder of a Tomcat?"
if [ -n "$user" ]; then
  id -u "$user" >/dev/null 2>&1 || deny E_NO_USER "There is no user $user on this host."
  [ "$(id -u)" -eq 0 ] || [ "$(id -un)" = "$user" ] || deny E_NOT_ROOT "Only root can start it as $user." "become: true"
fi
as test -x "$home/bin/startup.sh" || deny E_NO_ACCESS "$me may not run $home/bin/startup.sh." "Does $home belong to $me?"
as test -r "$home/conf/server.xml" || deny E_NO_ACCESS "$me may not read $home/conf/server.xml." "Does $home belong to $me?"
for d in "$home/logs" "$logs"; do
  [ -d "$d" ] || deny E_NO_LOGS "The folder for its logs, $d, does not exist."
  as test -w "$d" || deny E_NO_ACCESS "$me may not write to $d." "Does it belong to $me?"
done
if ! [ -r "$home/bin/setenv.sh" ]; then
  java=\${JRE_HOME:-$JAVA_HOME}; java=\${java:+$java/bin/java}
  command -v "\${java:-java}" >/dev/null 2>&1 || deny E_NO_JAVA "There is no \${java:-java on the PATH}." "Install a JDK, or give javaHome."
fi
sed -n 's/^[[:space:]]*|[[:space:]]*"\\{0,1\\}\\(\\/[^[:space:]"]*\\).*/\\1/p' "$home/bin/catalina.sh" 2>/dev/null | sort -u | while read -r program; do
  [ -x "$program" ] || { fail E_NO_PROGRAM "catalina.sh pipes its output to $program, which is not there."; exit 1; }
done || { echo "= hint rotatelogs comes with the package httpd." >&2; exit 1; }
server=$(sed -n 's/.*<Server[^>]*[[:space:]]port=["'\\'']\\([0-9][0-9]*\\)["'\\''].*/\\1/p' "$home/conf/server.xml" 2>/dev/null | head -n 1)
for each in $port $server; do
  taker=$(listener "$each") || continue
  output=$(words "$taker")
  deny E_PORT_IN_USE "Port $each is in use by pid $taker: \${output:-another process}." "Stop that process, or give $home another port."
done`

/**
 * In a session of its own, without our streams, which the JVM and rotatelogs would keep open. In the system's locale, as
 * if started by hand: in the C locale of our shells a JVM prints `?` for all but ASCII.
 */
const launch = `system_locale() {
  unset LC_ALL LANG
  for f in /etc/locale.conf /etc/default/locale; do [ ! -r "$f" ] || . "$f"; done
  export LANG="\${LANG:-C.UTF-8}"
}
session=$(command -v setsid)
( cd /; system_locale; as $session "$home/bin/startup.sh" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- )`

/** Resets systemd's failure count of the unit first. */
const launchUnit = `systemctl reset-failed -- "$unit" 2>/dev/null
began=$(date +%s)
output=$(systemctl start -- "$unit" 2>&1) || {
  fail E_SERVICE "$unit: $(echo "$output" | head -n 1)"
  journalctl -u "$unit" --since "@$began" --no-pager -o cat 2>/dev/null | tail -n 15 >&2
  echo "= hint journalctl -u $unit" >&2
  exit 1
}`

/** Starts a Tomcat, or its unit, after checking what would make that fail silently. */
export function startScript(params: StartParams): string {
  const { unit } = params
  return [exportJavaHome(params), requirements, 'mark_log', unit === undefined ? launch : launchUnit].join(
    '\n',
  )
}

export function exportJavaHome({ javaHome }: StopParams): string {
  return javaHome === undefined ? ':' : `export JAVA_HOME=${quote(javaHome)}`
}

/** The files of a Tomcat's console log, as shell words. */
export function logFiles({ home, log }: Pick<StartParams, 'home' | 'log'>): string {
  return globWord(log ?? `${home}/logs/catalina.out*`)
}
