// WEB hosts: httpd and mod_jk from source, a virtual host for each Tomcat instance, balanced over the WAS hosts.

import { definePlay } from 'run-playbook'
import { web } from './roles/web.ts'
import { webVars } from './roles/webVars.ts'

export default [
  definePlay({
    name: 'WEB',
    hosts: 'web',
    become: true,
    vars: webVars,
    tasks: (host) => web(host),
  }),
]
