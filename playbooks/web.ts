// Deploys the web hosts: httpd and mod_jk from source, balancing the Tomcats.

import { definePlay } from 'run-playbook'
import { web } from './roles/web.ts'
import { webVars } from './roles/webVars.ts'

export default [
  definePlay({
    name: 'WEB',
    hosts: 'web',
    become: true,
    // A restart, which a new httpd or module needs, is of one server at a time; and what is wrong is wrong on one.
    serial: 1,
    vars: webVars,
    tasks: (host) => web(host),
  }),
]
