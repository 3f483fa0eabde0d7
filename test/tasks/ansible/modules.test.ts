// Runs Ansible modules by a real ansible-core and the packed command.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { cliSite } from '../../cli/command.ts'
import { folder, inventory, playbook, withAnsible } from './withAnsible.ts'

/** Modules of the test, as Ansible finds them in the folder library. */
const moduleText = (body: string, options = 'supports_check_mode=True') => `#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
import os
def main():
    module = AnsibleModule(argument_spec=dict(path=dict(type='path'), text=dict(type='str'), password=dict(type='str', no_log=True), count=dict(type='int')), ${options})
    path, text, password = module.params['path'], module.params['text'], module.params['password']
    old = open(path, encoding='utf-8').read() if path and os.path.exists(path) else ''
    ${body.trim().replaceAll('\n', '\n    ')}
main()
`

const library = {
  'library/keeps.py': moduleText(`
new = '%s %s\\n' % (text, password)
for pid in ('self', str(os.getppid())):
    assert b'hunter' not in open('/proc/%s/cmdline' % pid, 'rb').read(), 'an argument shows it'
if not module.check_mode:
    open(path, 'w', encoding='utf-8').write(new)
module.exit_json(changed=old != new, diff=dict(before=old, after=new, after_header=path))`),
  'library/adds.py': moduleText(
    `
done = len(old) >= module.params['count']
if not done:
    open(path, 'w').write(old + 'x')
module.exit_json(changed=not done)`,
    '',
  ),
  'library/always.py': moduleText("module.exit_json(changed=True, msg='again')"),
  'library/fails.py': moduleText("module.fail_json(msg='It cannot: ' + text)"),
}

const site = cliSite({
  'hosts.yaml': inventory,
  ...library,
  'modules.ts': playbook(`
    ansibleModule('keeps', { path: process.cwd() + '/kept', text: "it's \\"ü\\" \\\\n {{ x }}", password: secret('hunter2') }, { reads: [], writes: [] }),
    ansibleModule('adds', { path: process.cwd() + '/blind', count: 1 }, { reads: [], writes: [], title: 'blind' }),
    ansibleModule('ansible.builtin.file', { path: process.cwd() + '/made', state: 'directory', mode: '0750' }, { reads: [] }),`),
})
const env = { RUN_PLAYBOOK_ANSIBLE: folder }
const run = (args: string, more: NodeJS.ProcessEnv = {}) => site.run(args, { env: { ...env, ...more } })

test('without Ansible that is an error before any host is contacted', async () => {
  const { code, stderr } = await run('modules.ts -i hosts.yaml', { RUN_PLAYBOOK_ANSIBLE: '/nonexistent' })
  assert.is(code, 1)
  assert.match(stderr, /needs ansible-core on this machine.*RUN_PLAYBOOK_ANSIBLE is \/nonexistent/s)
  assert.match(stderr, /E_NO_ANSIBLE/)
  assert.match(stderr, /No host was contacted/)
})

withAnsible('a dry run shows what modules say, and changes nothing', async () => {
  const { stdout } = await run('modules.ts -i hosts.yaml -l one --check --diff -vvv')
  assert.match(stdout, /would change +ansibleModule keeps/)
  assert.match(stdout, /\+it's "ü" \\n \{\{ x \}\} (?:\*+|•+)/)
  assert.match(stdout, /unknown +blind/)
  assert.match(stdout, /would change +ansibleModule ansible.builtin.file/)
  assert.not.match(stdout, /hunter2/)
  for (const name of ['kept', 'blind', 'made']) assert.not.ok(existsSync(join(site.path, name)), name)
})

withAnsible('a run applies them and sees by their check mode that they hold', async () => {
  const first = await run('modules.ts -i hosts.yaml -l one --diff')
  assert.is(first.code, 0, first.stdout + first.stderr)
  assert.match(first.stdout, /3 tasks, 3 changed/)
  assert.not.match(first.stdout + first.stderr, /hunter2/)
  assert.is(readFileSync(join(site.path, 'kept'), 'utf8'), 'it\'s "ü" \\n {{ x }} hunter2\n')
  const second = await run('modules.ts -i hosts.yaml -l one')
  assert.match(second.stdout, /0 changed/, 'the result of the one without check mode says so too')
})

withAnsible('tasks that fail say why, and those that another task does are refused', async () => {
  const each = `{ ignoreErrors: true }`
  site.write({
    'failing.ts': playbook(
      `ansibleModule('always', {}, ${each}), host.name === 'one' && ansibleModule('always', {}, { checkMode: false }),
        ansibleModule('fails', { text: 'so' }, ${each}), ansibleModule('fails', { texts: 'so' }, ${each})`,
      'all',
    ),
    'refused.ts': playbook(
      "host.name === 'one' ? ansibleModule('ansible.builtin.copy', { dest: '/x' }) : ansibleModule('no.such.module')",
      'all',
    ),
  })
  const { stdout, code } = await run('failing.ts -i hosts.yaml')
  assert.match(stdout, /one +ignored +ansibleModule always +E_NOT_CONVERGED/, stdout)
  assert.match(stdout, /one +changed +ansibleModule always/)
  assert.match(stdout, /fails: It cannot: so/)
  assert.match(stdout, /Unsupported parameters.*texts/)
  assert.match(stdout, /two +ignored[^\n]*E_NO_PYTHON/)
  assert.match(stdout, /run-playbook: no python: \/nonexistent\/python/)
  assert.is(code, 0, 'all of them are ignored')
  const refused = await run('refused.ts -i hosts.yaml')
  assert.match(refused.stderr, /E_ANSIBLE_MODULE[\s\S]*Use copyFile/)
  assert.match(refused.stderr, /no module no\.such\.module/)
  assert.match(refused.stderr, /No host was contacted/)
})

test.after(() => site.remove())

test.run()
