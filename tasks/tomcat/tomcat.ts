// The task tomcat: a Tomcat that runs and answers, is started, or is stopped.

import { type Change, type CommandProbe, defineTask, output, sh, z } from '../../src/index.ts'
import { serverEffects, withEffects } from '../services/effects.ts'
import { serverStep } from '../services/serverShell.ts'
import { isDown, type Unit, unitIfAny } from '../services/systemd.ts'
import { requireOwner, singleJvm, type TomcatJvm, tomcatJvms } from './jvms.ts'
import { type StartParams, type StopParams, tomcatNeeds, tomcatParams } from './params.ts'
import { launchTomcat, startTomcat, stopTomcat, tomcatStatus, waitForTomcat } from './process.ts'
import { processChanges, startChanges } from './start.ts'

/**
 * A Tomcat runs as the right account and answers HTTP, or does not run.
 *
 * - `home`: its folder. It need not exist for `stopped`.
 * - `state` (default `'running'`):
 *   - `'running'`: it answers. One that is down is started by its startup.sh; one that is still starting is only waited
 *     for, and never started twice. In a cluster, HTTP 200 also proves that the other members' sessions have arrived,
 *     because Tomcat starts its connectors last; a listening port proves nothing.
 *   - `'started'`: its JVM is there. It does not wait for an answer, so several Tomcats start at the same time; a second
 *     task with `state: 'running', start: false` waits for each of them afterwards.
 *   - `'stopped'`: shutdown.sh ends it; after 30 s SIGTERM, after 10 more SIGKILL.
 * - `httpPort`: checked as `http://127.0.0.1:PORT/`. Required, except for `stopped`.
 * - `user`: the account to run as (the task has to be root for that); default: the task's own user.
 * - `path` (`/`) and `status` (200): what to ask for, and the answer to expect.
 * - `within` (120): seconds to wait for the answer. The task fails at once if the JVM ends.
 * - `start` (default true): false if a task with `state: 'started'` ran before; a Tomcat that is down has died since, and
 *   the task fails.
 * - `javaHome`: JAVA_HOME for startup.sh and shutdown.sh. `log`: the console log, `*` allowed; a failure shows its end.
 * - `unit`: the systemd unit it runs as, whose main process is the JVM (`systemdUnit` makes one). systemctl starts and
 *   stops it then; a Tomcat that was started by hand is ended and started as the unit.
 *
 * It keeps running when the connection ends. Without a unit it stays down after a reboot.
 *
 * @throws PlaybookError E_TOMCAT_OWNER (runs as another account), E_TOMCAT_TWICE, E_NO_TOMCAT, E_NO_USER, E_NO_ACCESS,
 *   E_NO_LOGS, E_NO_JAVA, E_NO_PROGRAM (rotatelogs), E_PORT_IN_USE (by which process), E_TOMCAT_DIED and E_TIMEOUT (with
 *   the end of the log), E_SERVICE (systemd cannot start the unit; with its journal), E_TOMCAT_STOP
 * @example tomcat({ home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 })
 * @example
 * instances.map((each) => tomcat({ ...each, state: 'started' })),
 * instances.map((each) => tomcat({ ...each, state: 'running', start: false })),
 * @example tomcat({ home: '/data2/was/ws-old-server', user: 'ecsuser', state: 'stopped' })
 */
export const tomcat = defineTask({
  name: 'tomcat',
  summary: 'Starts a Tomcat and waits until it answers, or stops one.',
  params: z
    .strictObject({
      ...tomcatParams,
      httpPort: tomcatParams.httpPort
        .optional()
        .describe('Its HTTP port, checked on 127.0.0.1. Required, except for stopped.'),
      state: z
        .enum(['running', 'started', 'stopped'])
        .default('running')
        .describe('running: it answers; started: its JVM is there; stopped: it does not run.'),
      start: z
        .boolean()
        .default(true)
        .describe('For running: start it if it is down; false: it was started before.'),
    })
    .refine(({ state, httpPort }) => state === 'stopped' || httpPort !== undefined, {
      path: ['httpPort'],
      error: "expected its HTTP port, unless state is 'stopped'",
    }),
  title: ({ home, state }) => `${home} ${state}`,
  needs: tomcatNeeds,
  probe: (params) => ({
    jvms: tomcatJvms(params.home),
    status: params.state === 'running' ? tomcatStatus(asStartParams(params)) : noProbe,
    unit: unitIfAny(params.state === 'stopped' ? params.unit : undefined),
  }),
  plan: (params, { jvms, status, unit }): readonly Change[] => {
    const jvm = singleJvm(jvms, params.home)
    if (params.state === 'stopped') return stopChanges(jvm, unit, params)
    const startParams = asStartParams(params)
    if (params.state === 'running') return runningChanges(jvm, status, startParams, params)
    return startChanges(jvm, startParams, { start: launchTomcat(startParams), to: 'started' })
  },
  // Its commands wait until the state is reached. A JVM that dies right after 'started' is reported with the end of its
  // log by the task that waits for it.
  verify: false,
})

const noProbe: CommandProbe<number> = output(sh`:`, () => 0, { reads: [] })

/** Params whose state needs the port: the schema requires it for them. */
function asStartParams<P extends Omit<StartParams, 'httpPort'> & { readonly httpPort?: number }>(
  params: P,
): P & StartParams {
  return params as P & StartParams
}

function runningChanges(
  jvm: TomcatJvm | undefined,
  status: number,
  params: StartParams,
  { start }: { readonly start: boolean },
): readonly Change[] {
  const to = `answering HTTP ${params.status} on port ${params.httpPort}`
  const starting = start ? startChanges(jvm, params, { start: startTomcat(params), to }) : []
  if (starting.length > 0) return starting
  const waiting = serverStep(waitForTomcat(params))
  if (!jvm) return processChanges(params, 'not running', to, waiting)
  requireOwner(jvm, params.home, params.user)
  if (status === params.status) return []
  const from = `pid ${jvm.pid}, ${status === 0 ? 'no answer' : `HTTP ${status}`}`
  return processChanges(params, from, to, waiting)
}

function stopChanges(
  jvm: TomcatJvm | undefined,
  unit: Unit | undefined,
  params: StopParams,
): readonly Change[] {
  const isUnitUp = unit !== undefined && !isDown(unit)
  if (!jvm && !isUnitUp) return []
  const from = jvm ? `pid ${jvm.pid}` : `${unit?.active} (${unit?.sub})`
  const steps = [serverStep(stopTomcat(params))]
  return withEffects(serverEffects(params.home, params.unit), [
    { what: `tomcat ${params.home}`, from, to: 'not running', steps },
  ])
}
