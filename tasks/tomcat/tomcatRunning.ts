// The task that sees to it that a Tomcat runs and answers.

import { type Change, defineTask, run, z } from '../../src/index.ts'
import { explainFault } from '../services/serverShell.ts'
import { requireOwner, theJvm, tomcatJvms } from './jvms.ts'
import { tomcatParams } from './params.ts'
import { startTomcat, tomcatStatus, waitForTomcat } from './process.ts'
import { processChanges, startChanges } from './start.ts'

/**
 * A Tomcat runs, as the right account, and answers HTTP. One that does not run is started by its startup.sh, one that is
 * still starting is only waited for; it is never started twice. HTTP 200 of a Tomcat in a cluster proves that the
 * sessions of the other members have arrived too, since its connectors start last; a listening port proves nothing.
 *
 * - `home`: its folder. `httpPort`: asked as `http://127.0.0.1:PORT/`.
 * - `user`: the account to run as (the task has to be root for that); the task's own user if not given.
 * - `path` (`/`) and `status` (200): what must answer with what.
 * - `within`: seconds to wait for the answer, 120 if not given. A JVM that ends fails the task at once.
 * - `start` (default true): false where `tomcatStarted` has started it before; one that does not run has died then, and
 *   fails.
 * - `javaHome`: JAVA_HOME for startup.sh. `log`: where the console goes, `*` allowed, whose end a failure shows.
 * - `unit`: the unit of systemd that it is, whose main process is the JVM (`systemdUnit` makes one). It is started by
 *   systemctl then; one that was started by hand is ended, and started as the unit.
 *
 * It stays when the connection ends. Without a unit, a reboot leaves it off.
 *
 * @throws PlaybookError E_TOMCAT_OWNER (runs as another account), E_TOMCAT_TWICE, E_NO_TOMCAT, E_NO_USER, E_NO_ACCESS,
 *   E_NO_LOGS, E_NO_JAVA, E_NO_PROGRAM (rotatelogs), E_PORT_IN_USE (by whom), E_TOMCAT_DIED and E_TIMEOUT (with the end
 *   of the log), E_SERVICE (systemd cannot start the unit; with its journal)
 * @example tomcatRunning({ home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 })
 */
export const tomcatRunning = defineTask({
  name: 'tomcatRunning',
  summary: 'Starts a Tomcat that does not run, and waits until it answers.',
  params: z.strictObject({
    ...tomcatParams,
    start: z.boolean().default(true).describe('Start one that does not run; false: it was started before.'),
  }),
  title: ({ home }) => home,
  probe: (params) => ({ jvms: tomcatJvms(params.home), status: tomcatStatus(params) }),
  plan: (params, { jvms, status }): readonly Change[] => {
    const to = `answering HTTP ${params.status} on port ${params.httpPort}`
    const jvm = theJvm(jvms, params.home)
    const starting = params.start ? startChanges(jvm, params, { start: startTomcat(params), to }) : []
    if (starting.length > 0) return starting
    const waiting = run(waitForTomcat(params), { explain: explainFault })
    if (!jvm) return processChanges(params, 'not running', to, waiting)
    requireOwner(jvm, params.home, params.user)
    if (status === params.status) return []
    const from = `pid ${jvm.pid}, ${status === 0 ? 'no answer' : `HTTP ${status}`}`
    return processChanges(params, from, to, waiting)
  },
})
