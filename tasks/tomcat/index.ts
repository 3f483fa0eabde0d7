// The tasks of run-playbook/tasks/tomcat.

export { patchCatalinaSh } from './patchCatalinaSh.ts'
export { restartTomcat } from './restartTomcat.ts'
export { testSessionFailover } from './testSessionFailover.ts'
export { tomcat } from './tomcat.ts'
export { tomcatCluster } from './tomcatCluster.ts'
