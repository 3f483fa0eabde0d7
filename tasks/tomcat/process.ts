// What the Tomcat tasks share, itself no task: asking, starting, stopping and waiting for the Tomcat of a home.

import { type Command, type Output, output, type Probe, shellText, text } from '../../src/index.ts'
import { serverState } from '../services/effects.ts'
import type { TomcatParams } from './params.ts'
import { askHttp, exportJavaHome, preamble, startUp } from './shell.ts'

/** The status with which its HTTP port answers on the host itself; 0: not at all. A client that is missing: 0 too. */
export function tomcatStatus(params: TomcatParams): Probe<number> {
  const script = `${askHttp(params)}\nhttp\nexit 0`
  const parse = (result: Output) => Number(text(result).trim() || 0)
  return output(shellText(script), parse, { reads: [serverState(params.home)] })
}

/** Waits until a Tomcat that was started answers; fails at once when its JVM ends, or has ended. */
export function waitForTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
seen=$(jvms)
[ -n "$seen" ] || died "The Tomcat of $home does not run any more: it ended while it started."
wait_up`)
}

/** Starts a Tomcat that does not run, with the care of `startTomcat`, and waits for its JVM alone. */
export function launchTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
[ -z "$(jvms)" ] || exit 0
${startUp(params)}
begin=$(now)
until [ -n "$(jvms)" ]; do
  [ $(($(now) - begin)) -lt 1000 ] || died "The Tomcat of $home was started, and no JVM is there."
  sleep 0.1
done`)
}

/**
 * Starts a Tomcat that does not run, and waits until it answers. What would make startup.sh fail in silence (its exit
 * code says nothing) is looked at before: the account, the rights, java, the program that catalina.sh pipes its output
 * to, and whether another process has the ports. If it runs meanwhile, it is only waited for: never a second start.
 * One that is a unit is started by systemd.
 */
export function startTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
seen=$(jvms)
if [ -z "$seen" ]; then
${startUp(params)}
fi
wait_up`)
}

/**
 * Ends the JVM: shutdown.sh and up to 30 s, then SIGTERM and 10 s, then SIGKILL, each said in the output. One that is a
 * unit is stopped by systemd, which would start it again else; a JVM that was started beside the unit is ended as well.
 */
export function stopTomcat(params: TomcatParams): Command {
  return shellText(`${preamble(params)}
gone() { # within so many seconds
  limit=$(($(now) + $1 * 100))
  while [ -n "$(jvms)" ]; do
    [ "$(now)" -lt "$limit" ] || return 1
    sleep 0.2
  done
}
if [ -n "$unit" ]; then
  said=$(systemctl stop -- "$unit" 2>&1) || case $said in
    *'not loaded'*) ;;
    *) fault E_TOMCAT_STOP "$unit cannot be stopped: $(echo "$said" | head -n 1)"; exit 1 ;;
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
fault E_TOMCAT_STOP "The Tomcat of $home cannot be ended: pid $(echo $(jvms)) stays after SIGKILL."`)
}
