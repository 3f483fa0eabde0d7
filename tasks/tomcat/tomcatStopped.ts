// The task that sees to it that a Tomcat does not run.

import { type Change, defineTask, run, z } from '../../src/index.ts'
import { affecting, serverEffects } from '../services/effects.ts'
import { explainFault } from '../services/serverShell.ts'
import { isDown, unitIfAny } from '../services/systemd.ts'
import { theJvm, tomcatJvms } from './jvms.ts'
import { tomcatParams } from './params.ts'
import { stopTomcat } from './process.ts'

/**
 * A Tomcat does not run. One that does is ended by its shutdown.sh, after 30 s by SIGTERM, after 10 more by SIGKILL.
 *
 * - `home`: its folder; it need not be there any more. `user`: the account that shutdown.sh is run as.
 * - `javaHome`: JAVA_HOME for shutdown.sh.
 * - `unit`: the unit of systemd that it is: it is stopped by systemctl then, also where it is between two starts.
 *
 * @throws PlaybookError E_TOMCAT_STOP, E_TOMCAT_TWICE
 * @example tomcatStopped({ home: '/data2/was/ws-old-server', user: 'ecsuser' })
 */
export const tomcatStopped = defineTask({
  name: 'tomcatStopped',
  summary: 'Ends a Tomcat that runs.',
  params: z.strictObject({
    home: tomcatParams.home,
    user: tomcatParams.user,
    javaHome: tomcatParams.javaHome,
    unit: tomcatParams.unit,
  }),
  title: ({ home }) => home,
  probe: ({ home, unit }) => ({ jvms: tomcatJvms(home), unit: unitIfAny(unit) }),
  plan: (params, { jvms, unit }): readonly Change[] => {
    const jvm = theJvm(jvms, params.home)
    const isUnitUp = unit !== undefined && !isDown(unit)
    if (!jvm && !isUnitUp) return []
    // It is stopped without being asked over HTTP.
    const stopping = stopTomcat({ ...params, httpPort: 1, path: '/', status: 200, within: 1 })
    const steps = [run(stopping, { explain: explainFault })]
    const from = jvm ? `pid ${jvm.pid}` : `${unit?.active} (${unit?.sub})`
    const what = `tomcat ${params.home}`
    return affecting(serverEffects(params.home, params.unit), [{ what, from, to: 'not running', steps }])
  },
})
