// Old names of tasks, kept until the next version.

import { defineTask, z } from '../src/index.ts'
import { httpd } from './httpd/httpd.ts'
import { httpdParams } from './httpd/params.ts'
import { reloadHttpd } from './httpd/reloadHttpd.ts'
import { dnf } from './packages/dnf.ts'
import { tomcatParams } from './tomcat/params.ts'
import { restartTomcat } from './tomcat/restartTomcat.ts'
import { testSessionFailover } from './tomcat/testSessionFailover.ts'
import { tomcat } from './tomcat/tomcat.ts'

/** @deprecated Import it from `run-playbook/tasks/httpd`. */
export { httpdConfiguration } from './httpd/httpdConfiguration.ts'
/** @deprecated Import it from `run-playbook/tasks/httpd`. */
export { jkActivation } from './httpd/jkActivation.ts'
/** @deprecated Import it from `run-playbook/tasks/tomcat`. */
export { patchCatalinaSh } from './tomcat/patchCatalinaSh.ts'
/** @deprecated Import it from `run-playbook/tasks/tomcat`. */
export { tomcatCluster } from './tomcat/tomcatCluster.ts'

/** @deprecated `httpd({ state: 'running' })` of `run-playbook/tasks/httpd`. */
export const httpdRunning = defineTask({
  ...httpd.spec,
  name: 'httpdRunning',
  params: z.strictObject(httpdParams).transform((params) => ({ ...params, state: 'running' as const })),
  title: ({ prefix }) => prefix,
})

/** @deprecated `reloadHttpd` of `run-playbook/tasks/httpd`. */
export const httpdReload = defineTask({ ...reloadHttpd.spec, name: 'httpdReload' })

/** @deprecated `tomcat({ state: 'running' })` of `run-playbook/tasks/tomcat`. */
export const tomcatRunning = defineTask({
  ...tomcat.spec,
  name: 'tomcatRunning',
  params: z
    .strictObject({ ...tomcatParams, start: z.boolean().default(true) })
    .transform((params) => ({ ...params, state: 'running' as const })),
  title: ({ home }) => home,
})

/** @deprecated `tomcat({ state: 'started' })` of `run-playbook/tasks/tomcat`. */
export const tomcatStarted = defineTask({
  ...tomcat.spec,
  name: 'tomcatStarted',
  params: z
    .strictObject(tomcatParams)
    .transform((params) => ({ ...params, state: 'started' as const, start: true })),
  title: ({ home }) => home,
})

/** @deprecated `tomcat({ state: 'stopped' })` of `run-playbook/tasks/tomcat`. */
export const tomcatStopped = defineTask({
  ...tomcat.spec,
  name: 'tomcatStopped',
  params: z
    .strictObject({
      home: tomcatParams.home,
      user: tomcatParams.user,
      javaHome: tomcatParams.javaHome,
      unit: tomcatParams.unit,
    })
    .transform((params) => tomcat.spec.params.parse({ ...params, state: 'stopped' })),
  title: ({ home }) => home,
})

/** @deprecated `restartTomcat` of `run-playbook/tasks/tomcat`. */
export const tomcatRestart = defineTask({ ...restartTomcat.spec, name: 'tomcatRestart' })

/** @deprecated `testSessionFailover` of `run-playbook/tasks/tomcat`. */
export const sessionSurvives = defineTask({ ...testSessionFailover.spec, name: 'sessionSurvives' })

/** @deprecated `dnf`. */
export const dnfInstall = defineTask({ ...dnf.spec, name: 'dnfInstall' })
