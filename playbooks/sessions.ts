// Tests that sessions survive the stop of each Tomcat, through every web server.

import { definePlay } from 'run-playbook'
import { sessionTest } from './roles/sessionTest.ts'

export default definePlay({ name: 'Sessions', hosts: 'web[0]', become: true, roles: [sessionTest] })
