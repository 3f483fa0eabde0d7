// The task that starts a Tomcat without waiting for its answer.

import { type Change, defineTask, z } from '../../src/index.ts'
import { theJvm, tomcatJvms } from './jvms.ts'
import { tomcatParams } from './params.ts'
import { launchTomcat } from './process.ts'
import { startChanges } from './start.ts'

/**
 * Starts a Tomcat that does not run, as `tomcatRunning` does, and goes on as soon as its JVM is there: several start at
 * the same time then. `tomcatRunning` with `start: false` waits for each of them afterwards, and fails where one has died.
 *
 * The parameters are those of `tomcatRunning`; of its errors, all but E_TIMEOUT.
 *
 * @example
 * instances.map((each) => tomcatStarted(each)),
 * instances.map((each) => tomcatRunning({ ...each, start: false })),
 */
export const tomcatStarted = defineTask({
  name: 'tomcatStarted',
  summary: 'Starts a Tomcat that does not run, and does not wait until it answers.',
  params: z.strictObject(tomcatParams),
  title: ({ home }) => home,
  probe: ({ home }) => ({ jvms: tomcatJvms(home) }),
  plan: (params, { jvms }): readonly Change[] =>
    startChanges(theJvm(jvms, params.home), params, { start: launchTomcat(params), to: 'started' }),
  // One that dies a moment later is told of with the end of its log, by who waits for it.
  verify: false,
})
