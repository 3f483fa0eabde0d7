// Restarts every Tomcat of the site, one at a time, without a failed request.

import { definePlay } from 'run-playbook'
import { rolling, rollingVars } from './roles/rolling.ts'

export default definePlay({
  name: 'Rolling restart',
  hosts: 'was',
  become: true,
  serial: 1,
  anyErrorsFatal: true,
  vars: rollingVars,
  tasks: (host) => rolling(host),
})
