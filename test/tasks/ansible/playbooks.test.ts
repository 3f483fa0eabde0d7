// Runs Ansible roles and playbooks by a real ansible-core and the packed command.

import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../../cli/command.ts'
import { folder, inventory, playbook, twoHosts, withAnsible } from './withAnsible.ts'

const site = cliSite({ 'hosts.yaml': inventory, 'two.yaml': twoHosts })
const env = { RUN_PLAYBOOK_ANSIBLE: folder }
const run = (args: string, more: NodeJS.ProcessEnv = {}) => site.run(args, { env: { ...env, ...more } })

withAnsible('a role runs once for all hosts, and its tasks are the changes', async () => {
  site.write({
    'roles/old/tasks/main.yml': `- name: Write
  copy: { dest: "{{ folder }}/{{ inventory_hostname }}-{{ item }}", content: "{{ word }} {{ groups.web | length }}\\n" }
  loop: [a, b]
  notify: Note
- name: Break
  fail: { msg: "broken by {{ word }}" }
  when: breaks | default(false)
`,
    'roles/old/handlers/main.yml': '- name: Note\n  command: "true"\n',
    'bin/ansible-playbook': `#!/bin/sh
[ "$1" = --version ] || echo "$*" >>"${site.path}/calls"
PYTHONPATH=${join(folder, '..')} exec ${folder}/ansible-playbook "$@"
`,
    'role.ts': playbook(
      `ansiblePlaybook({ role: 'old', vars: { folder: process.cwd(), word: secret('hunter2'), breaks: process.env.BREAKS === 'yes' }, gatherFacts: false })`,
      'web',
    ),
  })
  chmodSync(join(site.path, 'bin/ansible-playbook'), 0o755)
  const at = { RUN_PLAYBOOK_ANSIBLE: join(site.path, 'bin'), TMPDIR: site.path }
  const calls = () => readFileSync(join(site.path, 'calls'), 'utf8').trim().split('\n')
  const dry = await run('role.ts -i two.yaml --check --diff', at)
  assert.match(dry.stdout, /one +would change +ansiblePlaybook old/, dry.stdout + dry.stderr)
  assert.match(dry.stdout, /one-a[\s\S]*\+(?:\*+|•+) 2/)
  assert.not.ok(existsSync(join(site.path, 'one-a')))
  const first = await run('role.ts -i two.yaml -v', at)
  assert.match(first.stdout, /old : Write \(a\)/)
  assert.match(first.stdout, /old : Note/)
  assert.match(first.stdout, /2 hosts: 2 ok · 2 changed/)
  assert.is(readFileSync(join(site.path, 'two-b'), 'utf8'), 'hunter2 2\n')
  const broken = await run('role.ts -i two.yaml', { ...at, BREAKS: 'yes' })
  assert.match(broken.stdout, /Ansible's task "old : Break" failed: broken by (?:\*+|•+)/)
  assert.is(broken.code, 2)
  assert.is(calls().length, 3, 'one call for both hosts')
  assert.match(calls()[0]!, / --check --diff/)
  assert.not.match(calls().join(), /hunter2/)
  const shown = [dry, first, broken].map(({ stdout, stderr }) => stdout + stderr).join('')
  assert.not.match(shown, /hunter2/)
})

withAnsible('an interrupt ends ansible-playbook with its children', async () => {
  site.write({
    'sleeps.yml': `- hosts: all
  gather_facts: false
  tasks:
    - name: Sleep
      shell: echo $$ >${site.path}/pid; exec sleep 600
`,
    'sleeps.ts': playbook("ansiblePlaybook({ playbook: 'sleeps.yml' })"),
  })
  const { child, ended } = site.start(['sleeps.ts', '-i', 'hosts.yaml'], { env })
  const isOver = ended.then(({ stdout, stderr }) => {
    throw new Error(stdout + stderr)
  })
  isOver.catch(() => {})
  const pidFile = join(site.path, 'pid')
  const pid = await Promise.race([
    isOver,
    until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').trim()),
  ])
  child.kill('SIGINT')
  const { code, stdout } = await ended
  assert.is(code, 130, stdout)
  await until(() => !existsSync(`/proc/${pid}`))
})

withAnsible('what Ansible says before it comes to a host is shown', async () => {
  site.write({ 'missing.ts': playbook("ansiblePlaybook({ role: 'nowhere' })") })
  const { stdout, code } = await run('missing.ts -i hosts.yaml')
  assert.match(stdout, /E_ANSIBLE_PLAYBOOK[\s\S]*before it reached one[\s\S]*nowhere/)
  assert.is(code, 2)
})

test.after(() => site.remove())

/** Waits for what `found` gives, at most two minutes. */
async function until<T>(found: () => T): Promise<T> {
  for (const end = Date.now() + 120_000; ; ) {
    const value = found()
    if (value) return value
    if (Date.now() > end) throw new Error('It did not come.')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test.run()
