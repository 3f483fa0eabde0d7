// The systemd units of the Tomcat instances and of httpd.

import type { Task, TaskList } from 'run-playbook'
import { systemdUnit } from 'run-playbook/tasks'

type TomcatUnitSettings = {
  readonly home: string
  readonly account: string
  readonly logs: string
  readonly rotatelogs: string
  /** Minutes from UTC of the dates in log names. */
  readonly offsetMinutes: number
}

/**
 * The unit of a Tomcat. Its main process is the JVM, so that systemd sees how it ends: `catalina.sh run` becomes it, and
 * writes to rotatelogs as the patched catalina.sh does. `$!` of the latter is rotatelogs' pid, and no good for a unit.
 *
 * - rotatelogs ends when the JVM has: it takes no notice of SIGTERM, or the last lines would be lost.
 * - A JVM that gets SIGTERM exits with 143, and after shutdown.sh with 0: neither is a failure, so it stays down.
 * - Five starts in a minute that come to nothing are enough: the cause is not one that goes away by itself.
 * - bash for the pipe beside the main process, which sh has not.
 */
export function tomcatUnitText(settings: TomcatUnitSettings): string {
  const { home, account, logs, rotatelogs, offsetMinutes } = settings
  const rotation = `${rotatelogs} ${logs}/catalina.out.%%Y-%%m-%%d 86400 ${offsetMinutes}`
  const command = [
    'export LANG=$${LANG:-C.UTF-8};',
    `exec ${home}/bin/catalina.sh run`,
    `> >(trap "" TERM; exec ${rotation}) 2>&1`,
  ].join(' ')
  return unitText(
    `Tomcat of ${home}`,
    [home, logs],
    [`AssertFileIsExecutable=${rotatelogs}`],
    [
      'Type=exec',
      `User=${account}`,
      `Group=${account}`,
      `ExecStart=/bin/bash -c '${command}'`,
      'SuccessExitStatus=143',
      'TimeoutStopSec=60',
    ],
  )
}

/**
 * The unit of an httpd, by its apachectl. A pid file that a crash has left is removed first: it may name another process
 * by now, and httpd would not start. It is stopped as gracefully as it is reloaded: running requests are answered.
 * By sh, for SELinux lets systemd start programs where such are expected, and sh others.
 */
export function httpdUnitText({ prefix, logs }: { prefix: string; logs: string }): string {
  return unitText(
    `httpd of ${prefix}`,
    [prefix, logs],
    [],
    [
      'Type=forking',
      `PIDFile=${prefix}/logs/httpd.pid`,
      `ExecStartPre=/bin/rm -f ${prefix}/logs/httpd.pid`,
      `ExecStart=/bin/sh ${prefix}/bin/apachectl -k start`,
      `ExecReload=/bin/sh ${prefix}/bin/apachectl -k graceful`,
      'KillSignal=SIGWINCH',
      'KillMode=mixed',
      'TimeoutStopSec=30',
    ],
  )
}

/**
 * The unit as the site wants it: there and enabled, or gone, and stopped where it runs. Where the site says neither, a unit
 * of the name may be somebody else's, and stays as it is.
 */
export function siteUnit(
  { systemd_units }: { systemd_units?: boolean | undefined },
  name: string,
  content: string,
  notify: Task,
): TaskList {
  if (systemd_units === undefined) return []
  return [systemd_units ? systemdUnit({ name, content, enabled: true }, { notify }) : withoutUnit(name)]
}

export function withoutUnit(name: string): Task {
  return systemdUnit({ name, state: 'absent' })
}

function unitText(
  description: string,
  mounts: readonly string[],
  requirements: readonly string[],
  service: readonly string[],
): string {
  return [
    '[Unit]',
    `Description=${description}`,
    'Wants=network-online.target',
    'After=network-online.target',
    `RequiresMountsFor=${mounts.join(' ')}`,
    ...requirements,
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    '',
    '[Service]',
    ...service,
    'Restart=on-failure',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
}
