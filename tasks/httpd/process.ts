// The state of an httpd, and the commands that start, reload and restart it.

import {
  type Change,
  type Command,
  type Output,
  output,
  type Probe,
  shellText,
  splitLines,
  text,
} from '../../src/index.ts'
import { serverEffects, serverState, withEffects } from '../services/effects.ts'
import { modifiedFormat, timeMs, timePattern } from '../services/fileTimes.ts'
import { scriptError, serverStep } from '../services/serverShell.ts'
import type { HttpdParams } from './params.ts'
import { httpdShell, requireValidConfig } from './scripts.ts'

/** A running server. Times in milliseconds since 1970. */
type HttpdState = {
  readonly pid: number
  /** When it last read its configuration: httpd writes its pid file at each start and reload. */
  readonly loadedMs: number
  /** The newest file below conf, and when it was written. */
  readonly configuration: { readonly path: string; readonly writtenMs: number } | undefined
  /** Whether its program or one of its modules has been replaced since it was started. */
  readonly isReplaced: boolean
  /** The systemd unit it belongs to; if it was started by hand, that of the login, or none. */
  readonly unit?: string
}

/** For a dry run: a server that has just been started, reloaded or restarted, so nothing is newer. */
function upToDate({ unit }: HttpdParams): HttpdState {
  return { pid: 0, loadedMs: Number.POSITIVE_INFINITY, configuration: undefined, isReplaced: false, unit }
}

/** A change of a server by a command, after which nothing on disk is newer than it. */
export function httpdChange(
  params: HttpdParams,
  from: string,
  to: string,
  command: Command,
): readonly Change[] {
  const steps = [serverStep(command)]
  const effects = serverEffects(params.prefix, params.unit, upToDate(params))
  return withEffects(effects, [{ what: `httpd ${params.prefix}`, from, to, steps }])
}

/** The server of a prefix; undefined if it is down. Sources: proc(5), cgroups(7); mod_mpm_common, PidFile of httpd 2.4. */
export function httpdState(
  params: HttpdParams,
  reads: readonly string[] = [],
): Probe<HttpdState | undefined> {
  const script = `${httpdShell(params)}
p=$(parent) || exit 0
echo "$p $(stat -c '${modifiedFormat}' "$pidfile")"
sed -nE 's|^[0-9]+:(name=systemd)?:.*/([^/]+[.]service)$|unit \\2|p' "/proc/$p/cgroup" 2>/dev/null
find "$prefix/conf" -type f ! -name '.run-playbook-*' -exec stat -c '${modifiedFormat} %n' {} + 2>/dev/null | sort -n | tail -n 1
awk -v prefix="$prefix/" '$6 ~ /\\/(bin\\/httpd|modules\\/[^\\/]*\\.so)$/ && (index($6, prefix) != 1 || $7 == "(deleted)") { print "replaced"; exit }' "/proc/$p/maps" 2>/dev/null
exit 0`
  return output(shellText(script), parseState, { reads, state: serverState(params.prefix) })
}

/** What is wrong with the configuration on disk; an empty text if nothing is. */
export function configurationErrors(params: HttpdParams, reads?: readonly string[]): Probe<string> {
  const script = `${httpdShell(params)}
[ -x "$prefix/bin/apachectl" ] || { echo "= E_NO_HTTPD There is no $prefix/bin/apachectl." >&2; exit 1; }
check 2>&1 || exit 0`
  return output(
    shellText(script),
    (result) => {
      const error = scriptError(result)
      if (error) throw error
      return text(result).trim()
    },
    reads ? { reads } : {},
  )
}

/** Starts a server unless it runs. */
export function startCommand(params: HttpdParams): Command {
  return shellText(`${httpdShell(params)}
if p=$(parent); then echo "pid $p"; exit 0; fi
${requireValidConfig('httpd was not started')}
start_it`)
}

/** Has the server read its configuration again without ending a request; starts it if it is down. */
export function reloadCommand(params: HttpdParams): Command {
  return shellText(`${httpdShell(params)}
${requireValidConfig('the running server keeps the old one')}
p=$(parent) || { start_it; exit 0; }
before=$(stat -c %y "$pidfile"); mark
output=$(reload_it 2>&1) || fail E_HTTPD_RELOAD "httpd could not be reloaded: $(echo "$output" | tail -n 1)"
limit=$(($(now) + within))
until [ "$(stat -c %y "$pidfile" 2>/dev/null)" != "$before" ] && parent >/dev/null; do
  [ -d "/proc/$p" ] || { fail_with_log E_HTTPD_DIED "httpd (pid $p) ended while reading its new configuration."; }
  [ "$(now)" -lt "$limit" ] || fail_with_log E_TIMEOUT "httpd (pid $p) did not take its new configuration within ${params.within} s."
  sleep 0.05
done
echo "pid $p"`)
}

/** Ends the server after its requests, and starts it: for a new program or module. */
export function restartCommand(params: HttpdParams): Command {
  return shellText(`${httpdShell(params)}
${requireValidConfig('the old server keeps running')}
if p=$(parent); then
  stop_unit
  kill -WINCH "$p" 2>/dev/null
  limit=$(($(now) + within))
  while [ -d "/proc/$p" ] && [ "$(now)" -lt "$limit" ]; do sleep 0.05; done
  [ -d "/proc/$p" ] && kill -TERM "$p"
  limit=$(($(now) + 1000))
  while [ -d "/proc/$p" ]; do
    [ "$(now)" -lt "$limit" ] || fail E_HTTPD_STOP "httpd (pid $p) does not stop."
    sleep 0.05
  done
fi
start_it`)
}

const pidLine = new RegExp(`^(\\d+) ${timePattern}$`)
const fileLine = new RegExp(`^${timePattern} (.*)$`)

/** A line each: `pid loaded`, and optionally `unit name`, `written path`, `replaced`. */
function parseState(result: Output): HttpdState | undefined {
  const [first, ...rest] = splitLines(text(result))
  if (first === undefined) return undefined
  const [, pid, loaded = '', loadedFraction] = pidLine.exec(first) ?? []
  const [, written = '', writtenFraction, path] =
    rest.map((line) => fileLine.exec(line)).find((match) => match !== null) ?? []
  return {
    pid: Number(pid),
    loadedMs: timeMs(loaded, loadedFraction),
    configuration: path === undefined ? undefined : { path, writtenMs: timeMs(written, writtenFraction) },
    isReplaced: rest.includes('replaced'),
    unit: rest.find((line) => line.startsWith('unit '))?.slice(5),
  }
}
