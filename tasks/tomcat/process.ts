// Commands that query, start, stop and wait for the Tomcat of a home.

import { type Command, type Output, output, type Probe, shellText, text } from '../../src/index.ts'
import { serverState } from '../services/effects.ts'
import type { StartParams, StopParams } from './params.ts'
import { askHttp, exportJavaHome, processShell, startScript, startShell } from './scripts.ts'

/** The HTTP status it answers with on the host itself; 0: no answer, or no HTTP client. */
export function tomcatStatus(params: StartParams): Probe<number> {
  const script = `${askHttp(params)}\nhttp\nexit 0`
  const parse = (result: Output) => Number(text(result).trim() || 0)
  return output(shellText(script), parse, { reads: [serverState(params.home)] })
}

/** Waits until a Tomcat that was started answers; fails at once if its JVM ends or has ended. */
export function waitForTomcat(params: StartParams): Command {
  return shellText(`${startShell(params)}
seen=$(jvms)
[ -n "$seen" ] || died "The Tomcat of $home does not run any more: it ended while it started."
wait_up`)
}

/** Starts a Tomcat as `startTomcat` does, but only waits for its JVM. */
export function launchTomcat(params: StartParams): Command {
  return shellText(`${startShell(params)}
[ -z "$(jvms)" ] || exit 0
${startScript(params)}
begin=$(now)
until [ -n "$(jvms)" ]; do
  [ $(($(now) - begin)) -lt 1000 ] || died "The Tomcat of $home was started, and no JVM is there."
  sleep 0.1
done`)
}

/**
 * Starts a Tomcat and waits until it answers. What would make startup.sh fail silently (its exit code says nothing) is
 * checked first: the account, its permissions, java, the program that catalina.sh pipes its output to, and whether
 * another process uses the ports. One that runs by now is only waited for, never started twice. A unit is started by
 * systemd.
 */
export function startTomcat(params: StartParams): Command {
  return shellText(`${startShell(params)}
seen=$(jvms)
if [ -z "$seen" ]; then
${startScript(params)}
fi
wait_up`)
}

/**
 * Ends the JVM: shutdown.sh and up to 30 s, then SIGTERM and 10 s, then SIGKILL; the output tells which. A unit is
 * stopped by systemd, which would restart it otherwise; a JVM that was started beside the unit is ended as well.
 */
export function stopTomcat(params: StopParams): Command {
  return shellText(`${processShell(params)}
gone() { # within so many seconds
  limit=$(($(now) + $1 * 100))
  while [ -n "$(jvms)" ]; do
    [ "$(now)" -lt "$limit" ] || return 1
    sleep 0.2
  done
}
if [ -n "$unit" ]; then
  output=$(systemctl stop -- "$unit" 2>&1) || case $output in
    *'not loaded'*) ;;
    *) fail E_TOMCAT_STOP "$unit cannot be stopped: $(echo "$output" | head -n 1)"; exit 1 ;;
  esac
fi
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
fail E_TOMCAT_STOP "The Tomcat of $home cannot be ended: pid $(echo $(jvms)) stays after SIGKILL."`)
}
