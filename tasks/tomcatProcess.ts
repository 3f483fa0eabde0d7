// What the Tomcat tasks share, itself no task: finding the JVM of a home, starting, stopping and waiting, as sh text.

import {
  absolutePath,
  account,
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

/** The parameters by which a Tomcat is known, started and asked. */
export const tomcatParams = {
  home: absolutePath.describe('Its folder, the one with bin/startup.sh (catalina.base).'),
  user: account.optional().describe('The account it runs as; the user of the task if not given.'),
  httpPort: z.int().min(1).max(65535).describe('Its HTTP port, asked on 127.0.0.1.'),
  path: z
    .string()
    .regex(/^\/\S*$/, 'expected a path that begins with /')
    .default('/')
    .describe('Path that must answer.'),
  status: z.int().min(100).max(599).default(200).describe('HTTP status that it must answer with.'),
  within: z.number().positive().default(120).describe('Seconds within which it must answer.'),
  javaHome: absolutePath
    .optional()
    .describe('JAVA_HOME for it; as its setenv.sh or PATH says, if not given.'),
  log: absolutePath
    .optional()
    .describe(
      'Its console log, * allowed: the end of the newest is shown; HOME/logs/catalina.out* if not given.',
    ),
}

export type TomcatParams = {
  readonly home: string
  readonly user?: string
  readonly httpPort: number
  readonly path: string
  readonly status: number
  readonly within: number
  readonly javaHome?: string
  readonly log?: string
}

/** The status with which its HTTP port answers on the host itself; 0: not at all. A client that is missing: 0 too. */
export function tomcatStatus(params: TomcatParams): Probe<number> {
  const script = `${askHttp(params)}\nhttp\nexit 0`
  return output(shellText(script), (result) => Number(text(result).trim() || 0))
}

/** Waits until a Tomcat that was started answers; fails at once when its JVM ends. */
export function waitForTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}\nseen=$(jvms)\nwait_up`)
}

/**
 * Starts a Tomcat that does not run, and waits until it answers. What would make startup.sh fail in silence (its exit
 * code says nothing) is looked at before: the account, the rights, java, the program that catalina.sh pipes its output
 * to, and whether another process has the ports. If it runs meanwhile, it is only waited for: never a second start.
 */
export function startTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
seen=$(jvms)
if [ -z "$seen" ]; then
${exportJavaHome(params)}
${requirements}
mark_log
${launch}
fi
wait_up`)
}

/** Ends the JVM: shutdown.sh and up to 30 s, then SIGTERM and 10 s, then SIGKILL, each said in the output. */
export function stopTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
gone() { # within so many seconds
  limit=$(($(now) + $1 * 100))
  while [ -n "$(jvms)" ]; do
    [ "$(now)" -lt "$limit" ] || return 1
    sleep 0.2
  done
}
pids=$(jvms)
[ -n "$pids" ] || exit 0
${exportJavaHome(params)}
( cd /; as "$home/bin/shutdown.sh" </dev/null >/dev/null 2>&1 ) &
gone 30 && { echo "stopped"; exit 0; }
echo "shutdown.sh did not end pid $(echo $pids) within 30 s: SIGTERM"
kill $pids 2>/dev/null
gone 10 && exit 0
echo "SIGTERM did not end it within 10 s: SIGKILL"
kill -9 $(jvms) 2>/dev/null
gone 10 && exit 0
fault E_TOMCAT_STOP "The Tomcat of $home cannot be ended: pid $(echo $(jvms)) stays after SIGKILL."`)
}

/** What the scripts above say of a failure, as an error: `= CODE message`, details, `= hint …`. */
export function explainTomcat(result: Output): PlaybookError | undefined {
  const said = splitLines(result.stderr.toString('utf8'))
  const at = said.findIndex((line) => /^= E_[A-Z_]+ /.test(line))
  if (at < 0) return undefined
  const [, code, message] = /^= (E_[A-Z_]+) (.*)$/.exec(said[at]!)!
  const rest = said.slice(at + 1)
  const hint = rest.find((line) => line.startsWith('= hint '))?.slice(7)
  const details = rest.filter((line) => !line.startsWith('= hint '))
  return new PlaybookError(code!, message!, { details, ...(hint ? { hint } : {}) })
}

/**
 * `jvms` prints their process ids. One grep looks at all processes; `-e` and the word are one argument, or it would
 * find itself. A grep without -z (busybox) is helped by a loop. Wrappers that carry the same words are left out.
 */
export function findJvm(home: string): string {
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

/** `http` prints the status of the answer, 000 if there is none. */
function askHttp({ httpPort, path }: TomcatParams): string {
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

function preamble(params: TomcatParams): string {
  const { home, user, httpPort, status, within, log } = params
  return `${findJvm(home)}
${askHttp(params)}
user=${quote(user ?? '')}
port=${httpPort}
log() { ls -td ${logFiles(params)} 2>/dev/null | head -n 1; }
logs=${quote((log ?? `${home}/logs/x`).replace(/\/[^/]*$/, ''))}
now() { read -r up rest </proc/uptime; echo "\${up%.*}\${up#*.}"; }
fault() { # code and message, more lines on standard input
  echo "= $1 $2" >&2
}
marked=; size=0
mark_log() { marked=$(log); if [ -n "$marked" ]; then size=$(wc -c <"$marked"); fi; }
end_of_log() { # what was written since the mark, without stack frames and the list of arguments
  file=$(log)
  [ "$file" = "$marked" ] || size=0
  end=$(tail -c +$((size + 1)) "$file" 2>/dev/null | tail -n 500 | grep -Ev '^[[:space:]]*at |VersionLoggerListener|^NOTE: Picked up|^$' | tail -n 15)
  if [ -n "$end" ]; then printf 'The end of %s:\\n%s\\n' "$file" "$end"; else echo "It wrote nothing to $logs."; fi >&2
}
as() {
  if [ -z "$user" ] || [ "$(id -un)" = "$user" ] || [ "$(id -u)" = "$user" ]; then "$@"
  elif command -v runuser >/dev/null 2>&1; then runuser -u "$user" -- "$@"
  else su -s /bin/sh -c 'exec "$@"' "$user" sh "$@"
  fi
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
      if [ -n "$seen" ]; then fault E_TOMCAT_DIED "The Tomcat of $home ended while it started."
      else fault E_TOMCAT_DIED "startup.sh of $home ended and left no JVM."
      fi
      end_of_log
      echo "= hint See what it says by hand: $home/bin/catalina.sh run\${user:+, as $user}" >&2
      exit 1
    fi
    if [ "$passed" -ge ${Math.round(within * 100)} ]; then
      case $code in ''|000) last="no answer" ;; *) last="HTTP $code" ;; esac
      fault E_TIMEOUT "The Tomcat of $home (pid $(echo $pids)) runs, but $url gave no HTTP ${status} within ${within} s; last: $last."
      end_of_log
      exit 1
    fi
    sleep 0.2
  done
}`
}

/** What must be so before startup.sh is run. */
const requirements = `deny() { fault "$1" "$2"; [ -z "$3" ] || echo "= hint $3" >&2; exit 1; }
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
  [ -x "$program" ] || { fault E_NO_PROGRAM "catalina.sh pipes its output to $program, which is not there."; exit 1; }
done || { echo "= hint rotatelogs comes with the package httpd." >&2; exit 1; }
listener() { # prints the process that listens on a port
  hex=$(printf %04X "$1")
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }')
  [ -n "$inode" ] || return 1
  taker=$(ls -l /proc/[0-9]*/fd 2>/dev/null | awk -v socket="socket:[$inode]" '/^\\/proc\\// { split($0, part, "/") } index($0, socket) { print part[3]; exit }')
  echo "\${taker:-?}"
}
server=$(sed -n 's/.*<Server[^>]*[[:space:]]port=["'\\'']\\([0-9][0-9]*\\)["'\\''].*/\\1/p' "$home/conf/server.xml" 2>/dev/null | head -n 1)
for each in $port $server; do
  taker=$(listener "$each") || continue
  words=$(tr '\\0' ' ' <"/proc/$taker/cmdline" 2>/dev/null | cut -c1-150 | sed 's/ *$//')
  deny E_PORT_IN_USE "Port $each is taken by pid $taker: \${words:-another process}." "End that process, or give $home another port."
done`

/**
 * In a session of its own, without our streams: the JVM and rotatelogs would hold them for good. In the system's locale,
 * as after a start by hand: in the C locale of our shells a JVM takes all but ASCII for `?`.
 */
const launch = `system_locale() {
  unset LC_ALL LANG
  for f in /etc/locale.conf /etc/default/locale; do [ ! -r "$f" ] || . "$f"; done
  export LANG="\${LANG:-C.UTF-8}"
}
session=$(command -v setsid)
( cd /; system_locale; as $session "$home/bin/startup.sh" </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- )`

function exportJavaHome({ javaHome }: TomcatParams): string {
  return javaHome === undefined ? ':' : `export JAVA_HOME=${quote(javaHome)}`
}

/** The files of a Tomcat's console log, as words for the shell. */
export function logFiles({ home, log }: Pick<TomcatParams, 'home' | 'log'>): string {
  return globbed(log ?? `${home}/logs/catalina.out*`)
}

/** A path in which `*` and `?` stay patterns. */
function globbed(path: string): string {
  return path
    .split(/([*?]+)/)
    .map((part, index) => (index % 2 === 1 || part === '' ? part : quote(part)))
    .join('')
}
