// The task that restarts a Tomcat whose configuration is newer than its process.

import {
  type Change,
  defineTask,
  output,
  type Probe,
  quote,
  run,
  shellText,
  splitLines,
  text,
  z,
} from '../../src/index.ts'
import { explainFault } from '../services/serverShell.ts'
import { isOfUnit } from '../services/systemd.ts'
import { isOwnedBy, theJvm, tomcatJvms } from './jvms.ts'
import { tomcatParams } from './params.ts'
import { startTomcat, stopTomcat } from './process.ts'
import { processChanges } from './start.ts'

/**
 * Restarts a Tomcat, or starts it, and waits until it answers: meant as a handler of what writes its configuration.
 * It does nothing where the JVM is younger than all that it read when it started, so that a Tomcat that was started
 * after its configuration was written is not restarted for it at the end of the play: files in `conf`, `bin` and `lib`
 * by the later of mtime and ctime (a file that was moved there may bear an old mtime), each `WEB-INF/web.xml` by mtime.
 * The file of its `unit` counts too; and one that runs, but not as the unit, is restarted as it.
 *
 * - `always` (default false): restarts it even if its configuration is older than it.
 * - `onlyIfRunning` (default false): leaves one that does not run alone, as `systemctl try-restart` does.
 *
 * It is ended by shutdown.sh, after 30 s by SIGTERM, after 10 more by SIGKILL; one that is a unit, by systemctl. The other parameters and the errors are
 * those of `tomcatRunning`, and E_TOMCAT_STOP.
 *
 * @example notify: tomcatRestart({ home: '/data2/was/ws-ecs-server', user: 'ecsuser', httpPort: 8080 })
 */
export const tomcatRestart = defineTask({
  name: 'tomcatRestart',
  summary: 'Restarts a Tomcat, unless it was started after its configuration was last written.',
  params: z.strictObject({
    ...tomcatParams,
    always: z.boolean().default(false).describe('Restart it even if its configuration is older than it.'),
    onlyIfRunning: z.boolean().default(false).describe('Leave one that does not run alone.'),
  }),
  title: ({ home }) => home,
  probe: ({ home, unit }) => ({
    jvms: tomcatJvms(home),
    configuration: configuration(home, unit),
  }),
  // The configuration is looked at last: a dry run does not know it where it is about to be written.
  plan: (params, observed): readonly Change[] => {
    const { home, user, unit, onlyIfRunning } = params
    const starting = run(startTomcat(params), { explain: explainFault })
    const jvm = theJvm(observed.jvms, home)
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
    const stopping = run(stopTomcat(params), { explain: explainFault })
    return processChanges(params, from, 'restarted', stopping, starting)
  },
  verify: false,
})

type ReadFile = { readonly path: string; readonly changedMs: number }

/** What a Tomcat reads when it starts, and when each was last changed. */
function configuration(home: string, unit: string | undefined): Probe<readonly ReadFile[]> {
  const folder = quote(home)
  const unitFile = unit === undefined ? undefined : `/etc/systemd/system/${unit}`
  const unitFiles = unitFile === undefined ? '' : `${quote(unitFile)} ${quote(`${unitFile}.d`)}/*.conf`
  const script = `form='%.9Y %.9Z %F:%n'
case $(stat -c %.9Y / 2>/dev/null) in ''|*[!0-9.]*) form='%Y %Z %F:%n' ;; esac
stat -L -c "$form" ${folder}/conf/* ${folder}/bin/* ${folder}/lib/* ${folder}/webapps/*/WEB-INF/web.xml ${unitFiles} 2>/dev/null
exit 0`
  return output(
    shellText(script),
    (result) =>
      splitLines(text(result)).flatMap((line) => {
        const [, modified, changed, path] = /^(\S+) (\S+) regular[^:]*:(.*)$/.exec(line) ?? []
        if (path === undefined) return []
        const isDeployed = path.startsWith(`${home}/webapps/`)
        const seconds = isDeployed ? Number(modified) : Math.max(Number(modified), Number(changed))
        return [{ path, changedMs: Math.round(seconds * 1000) }]
      }),
    {
      reads: [
        ...[`${home}/conf`, `${home}/bin`, `${home}/lib`, `${home}/webapps/ROOT/WEB-INF/web.xml`],
        ...(unitFile === undefined ? [] : [unitFile, `${unitFile}.d`]),
      ],
    },
  )
}
