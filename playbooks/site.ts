// Deploys the whole site and checks that each virtual host answers.

import { definePlay } from 'run-playbook'
import { httpCheck } from 'run-playbook/tasks'
import { webVars } from './roles/webVars.ts'
import was, { removal } from './was.ts'
import web from './web.ts'

export default [
  ...was.filter((play) => play !== removal),
  ...web,
  removal,
  definePlay({
    name: 'Site',
    hosts: 'web',
    become: true,
    vars: webVars,
    tasks: ({ vars }) =>
      vars.vhosts.map(({ name }) =>
        httpCheck({ url: `http://127.0.0.1:${vars.http_port}/`, host: name, within: 30 }),
      ),
  }),
]
