// The runbook's test: each session goes on when the WAS that serves it is shut down, whichever it is, through every WEB host.

import { definePlay } from 'run-playbook'
import { sessionTest, sessionVars } from './roles/sessionTest.ts'

export default definePlay({
  name: 'Sessions',
  hosts: 'web[0]',
  become: true,
  vars: sessionVars,
  tasks: (host) => sessionTest(host),
})
