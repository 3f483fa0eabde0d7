// The task restartTomcat: restarts a Tomcat that is older than its configuration.

import {
  type Change,
  defineTask,
  output,
  type Probe,
  quote,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { changedFormat, modifiedFormat, timeMs, timePattern } from '../services/fileTimes.ts'
import { serverStep } from '../services/serverShell.ts'
import { isOfUnit } from '../services/systemd.ts'
import { isOwnedBy, singleJvm, tomcatJvms } from './jvms.ts'
import { tomcatNeeds, tomcatParams } from './params.ts'
import { startTomcat, stopTomcat } from './process.ts'
import { processChanges } from './start.ts'

/**
 * Restarts a Tomcat, or starts it, and waits until it answers: a handler for the tasks that write its configuration.
 * It does nothing if the JVM is younger than everything it read at its start, so a Tomcat that was started after its
 * configuration was written is not restarted at the end of the play. Compared are the files in `conf`, `bin` and `lib`
 * by the later of mtime and ctime (a file moved there may have an old mtime), each `WEB-INF/web.xml` by mtime, and the
 * file of its `unit`. A Tomcat that runs, but not as the unit, is restarted as the unit.
 *
 * - `always` (default false): restart it even if it is younger than its configuration.
 * - `onlyIfRunning` (default false): leave it alone if it is down, as `systemctl try-restart` does.
 *
 * shutdown.sh ends it; after 30 s SIGTERM, after 10 more SIGKILL; a unit is stopped by systemctl. The other parameters
 * and the errors are those of `tomcat`.
 *
 * @example notify: restartTomcat({ home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 })
 */
export const restartTomcat = defineTask({
  name: 'restartTomcat',
  summary: 'Restarts a Tomcat unless it was started after its configuration was last written.',
  params: z.strictObject({
    ...tomcatParams,
    always: z.boolean().default(false).describe('Restart it even if it is younger than its configuration.'),
    onlyIfRunning: z.boolean().default(false).describe('Leave it alone if it is down.'),
  }),
  title: ({ home }) => home,
  needs: tomcatNeeds,
  probe: ({ home, unit }) => ({
    jvms: tomcatJvms(home),
    configuration: configuration(home, unit),
  }),
  // The configuration is compared last: a dry run does not know it if it is about to be written.
  plan: (params, observed): readonly Change[] => {
    const { home, user, unit, onlyIfRunning } = params
    const starting = serverStep(startTomcat(params))
    const jvm = singleJvm(observed.jvms, home)
    if (!jvm && onlyIfRunning) return []
    if (!jvm) return processChanges(params, 'not running', 'started', starting)
    const isCurrent = observed.configuration.every(({ changedMs }) => changedMs < jvm.startedMs)
    const isOwned = isOwnedBy(jvm, user)
    if (isCurrent && isOwned && isOfUnit(jvm, unit) && !params.always) return []
    const from = [
      `pid ${jvm.pid}`,
      ...(isOwned ? [] : [`as ${jvm.owner}`]),
      ...(isOfUnit(jvm, unit) ? [] : [`not of ${unit}`]),
    ].join(' ')
    const stopping = serverStep(stopTomcat(params))
    return processChanges(params, from, 'restarted', stopping, starting)
  },
  verify: false,
})

type ReadFile = { readonly path: string; readonly changedMs: number }

const statLine = new RegExp(`^${timePattern} ${timePattern} regular[^:]*:(.*)$`)

/** The files a Tomcat reads at its start, and when each was last changed. */
function configuration(home: string, unit: string | undefined): Probe<readonly ReadFile[]> {
  const folder = quote(home)
  const unitFile = unit === undefined ? undefined : `/etc/systemd/system/${unit}`
  const unitFiles = unitFile === undefined ? '' : `${quote(unitFile)} ${quote(`${unitFile}.d`)}/*.conf`
  const script = `stat -L -c '${modifiedFormat} ${changedFormat} %F:%n' ${folder}/conf/* ${folder}/bin/* ${folder}/lib/* ${folder}/webapps/*/WEB-INF/web.xml ${unitFiles} 2>/dev/null
exit 0`
  return output(
    shellText(script),
    (result) =>
      splitLines(text(result)).flatMap((line) => {
        const [, modified, modifiedFraction, changed, changedFraction, path] = statLine.exec(line) ?? []
        if (path === undefined) return []
        const modifiedMs = timeMs(modified!, modifiedFraction)
        const isDeployed = path.startsWith(`${home}/webapps/`)
        return [
          {
            path,
            changedMs: isDeployed ? modifiedMs : Math.max(modifiedMs, timeMs(changed!, changedFraction)),
          },
        ]
      }),
    {
      reads: [
        ...[`${home}/conf`, `${home}/bin`, `${home}/lib`, `${home}/webapps/ROOT/WEB-INF/web.xml`],
        ...(unitFile === undefined ? [] : [unitFile, `${unitFile}.d`]),
      ],
    },
  )
}
