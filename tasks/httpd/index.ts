// The tasks of run-playbook/tasks/httpd.

export { httpd } from './httpd.ts'
export { httpdConfiguration } from './httpdConfiguration.ts'
export { jkActivation } from './jkActivation.ts'
export { reloadHttpd } from './reloadHttpd.ts'
