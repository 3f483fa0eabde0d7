// Finds the ansible-core of the tests, which are skipped without it.

import { execFileSync } from 'node:child_process'
import { test } from '#test'
import { ansibleFolder } from '../../../lab/artifacts/ansible.ts'
import { noLog } from '../../../lab/machine/log.ts'

const ansible = await ansibleFolder(noLog)

/** The folder of its programs. */
export const folder = 'folder' in ansible ? ansible.folder : '/nonexistent'

export const withAnsible = 'folder' in ansible ? test : test.skip
if ('missing' in ansible) process.stdout.write(`Tests with Ansible are skipped: ${ansible.missing}\n`)

/** The text of a playbook with these tasks. */
export const playbook = (tasks: string, hosts = 'one') => `import { definePlay, secret } from 'run-playbook'
import { ansibleModule, ansiblePlaybook } from 'run-playbook/tasks'
export default definePlay({ name: 'bridge', hosts: '${hosts}', tasks: (host) => [${tasks}] })
`

/** The interpreter itself: what PATH has may be a program that chooses one. */
const python =
  'folder' in ansible
    ? execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
    : '/nonexistent'

/** Two hosts: this machine, and it without Python. */
export const inventory = `all:
  hosts:
    one: { ansible_connection: local, ansible_python_interpreter: ${python} }
    two: { ansible_connection: local, ansible_python_interpreter: /nonexistent/python }
`

/** The same machine twice, in a group. */
export const twoHosts = `all:
  vars: { ansible_connection: local, ansible_python_interpreter: ${python} }
  children:
    web: { hosts: { one: {}, two: {} } }
`
