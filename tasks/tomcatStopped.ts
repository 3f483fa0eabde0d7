// The task that sees to it that a Tomcat does not run.

import { type Change, defineTask, run, z } from '../src/index.ts'
import { theJvm, tomcatJvms } from './tomcatJvms.ts'
import { explainTomcat, stopTomcat, tomcatParams } from './tomcatProcess.ts'

/**
 * A Tomcat does not run. One that does is ended by its shutdown.sh, after 30 s by SIGTERM, after 10 more by SIGKILL.
 *
 * - `home`: its folder; it need not be there any more. `user`: the account that shutdown.sh is run as.
 * - `javaHome`: JAVA_HOME for shutdown.sh.
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
  }),
  title: ({ home }) => home,
  probe: ({ home }) => ({ jvms: tomcatJvms(home) }),
  plan: (params, { jvms }): readonly Change[] => {
    const jvm = theJvm(jvms, params.home)
    if (!jvm) return []
    // It is stopped without being asked over HTTP.
    const stopping = stopTomcat({ ...params, httpPort: 1, path: '/', status: 200, within: 1 })
    const steps = [run(stopping, { explain: explainTomcat })]
    return [{ what: `tomcat ${params.home}`, from: `pid ${jvm.pid}`, to: 'not running', steps }]
  },
})
