// Tests seMode, seBoolean, sePort and seContext on a real policy, twice.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { look } from '../../src/index.ts'
import { fail, seBoolean, seContext, seMode, sePort } from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { changesOf, guestName, guestSite, testDenials } from './guestSite.ts'

const site = guestSite()
const inventory = site.inventory('inventory', { [guestName]: { ansible_user: 'ops' } })

const setup = `mkdir -p /srv/policy/logs && echo x >/srv/policy/logs/log
setsebool httpd_can_network_relay 0`

const playbook = site.write(
  'policy.ts',
  playbookText({
    name: 'policy',
    tasks: () => [
      look('selinux', ({ mode, configured, policy }) =>
        [mode, configured, policy].join() === 'enforcing,enforcing,default'
          ? []
          : fail({ msg: [mode, configured, policy].join() }),
      ),
      seMode({ state: 'enforcing' }),
      seBoolean({ name: ['httpd_can_network_relay', 'httpd_can_network_connect'], state: true }),
      sePort({ ports: [80, 8010, '8011-8012'], setype: 'http_port_t' }),
      seContext({ target: '/srv/policy/logs(/.*)?', setype: 'httpd_log_t' }),
    ],
  }),
)

test('doctor sees that the policy is enforced, and that its tools are there', async () => {
  const { code, stdout, stderr } = await site.command('doctor', playbook, '-i', inventory, '-v')
  assert.is(code, 0, stdout + stderr)
  assert.match(stdout, /✓ SELinux +enforcing, policy default/)
  for (const tool of ['semanage', 'restorecon', 'setsebool', 'setenforce'])
    assert.match(stdout, new RegExp(`✓ tool ${tool} +/`))
})

test('a dry run says what the run then changes', async () => {
  await site.root(setup)
  const dryRun = changesOf(await site.run(playbook, '-i', inventory, '--check'))
  assert.equal(dryRun, [
    'boolean httpd_can_network_relay: off → on',
    'boolean httpd_can_network_connect: off → on',
    'type of port 8010/tcp: unreserved_port_t → http_port_t',
    'type of port 8011-8012/tcp: unreserved_port_t → http_port_t',
    'context of /srv/policy/logs(/.*)?: none → httpd_log_t',
  ])
  assert.equal(changesOf(await site.run(playbook, '-i', inventory)), dryRun)
})

test('the policy has it, and files have their context', async () => {
  const shown = await site.root(
    'getsebool httpd_can_network_relay; semanage port -l -C -n; ls -Z /srv/policy/logs/log',
  )
  assert.match(shown, /httpd_can_network_relay --> on/)
  assert.match(shown, /http_port_t +tcp .*\b8010\b/)
  assert.match(shown, /http_port_t +tcp .*\b8011-8012\b/)
  assert.match(shown, /httpd_log_t/)
})

test('a second run has nothing to do, until a file gets another context', async () => {
  assert.equal(changesOf(await site.run(playbook, '-i', inventory)), [])
  await site.root('chcon -t var_t /srv/policy/logs/log')
  const ran = await site.run(playbook, '-i', inventory)
  assert.equal(changesOf(ran), ['labels below /srv/policy/logs: var_t of /srv/policy/logs/log → httpd_log_t'])
})

test('what semanage refuses is the error', async () => {
  const wrong = site.write(
    'wrong.ts',
    playbookText({ name: 'wrong', tasks: () => [sePort({ ports: 4711, setype: 'nowhere_port_t' })] }),
  )
  const { lines } = await site.run(wrong, '-i', inventory)
  const error = lines.find(({ event }) => event === 'taskEnd')?.error
  assert.is(error?.code, 'E_SELINUX')
  assert.match(error?.details.join('\n') ?? '', /nowhere_port_t/)
})

testDenials(site)

test.run()
