// Services, jobs, accounts, firewall and settings of a host that enforces, and its restart.

import { test } from '#test'
import * as assert from 'uvu/assert'
import {
  authorizedKey,
  cron,
  firewallPort,
  group,
  hostname,
  hostsFile,
  knownHosts,
  mount,
  pamLimits,
  reboot,
  service,
  sudoers,
  sysctl,
  systemdUnit,
  timezone,
  user,
} from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { changesOf, guestName, guestSite, testDenials } from './guestSite.ts'

const site = guestSite()
const inventory = site.inventory('inventory', { [guestName]: { ansible_user: 'ops' } })

/** Which files its tasks write, by rules of the policy that are not those of the folders above. */
const written =
  `/etc/group /etc/passwd /etc/shadow /etc/sudoers.d /etc/cron.d /etc/systemd/system /etc/security
/etc/sysctl.d /etc/sysctl.conf /etc/hosts /etc/hostname /etc/localtime /etc/fstab /etc/ssh /home /root/.ssh
/var/spool/cron /etc/firewalld`.replaceAll('\n', ' ')

const settings = site.write(
  'settings.ts',
  playbookText({
    name: 'settings',
    tasks: () => [
      group({ name: 'readers' }),
      user({ name: 'anna', groups: ['readers'], shell: '/bin/bash', comment: 'Anna' }),
      authorizedKey({
        user: 'anna',
        key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H5bPkYB0GQjLrL0h1ZLSr3mIdP6dCwCr3qXwBzL2a anna',
      }),
      knownHosts({
        name: 'git.example.org',
        key: 'git.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2H5bPkYB0GQjLrL0h1ZLSr3mIdP6dCwCr3qXwBzL2a',
      }),
      sudoers({ name: 'anna', user: 'anna', commands: '/usr/bin/id' }),
      pamLimits({ domain: 'anna', limitType: '-', limitItem: 'nofile', value: 4096 }),
      cron({ name: 'of anna', job: '/bin/true', minute: '*/5', user: 'anna' }),
      cron({ name: 'of root', job: '/bin/true', hour: '3', cronFile: 'lab' }),
      sysctl({ set: { 'net.ipv4.ip_default_ttl': 66 } }),
      hostsFile({ set: { '10.9.9.9': ['nine.example.org'], '127.0.1.1': ['selinux-02', 'selinux-01'] } }),
      hostname({ name: 'selinux-02' }),
      timezone({ name: 'Asia/Seoul' }),
      mount({ path: '/mnt/memory', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m', state: 'mounted' }),
      systemdUnit({
        name: 'lab-sleep',
        content: '[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n',
        enabled: true,
      }),
      service({ name: 'lab-sleep', state: 'started', enabled: true }),
    ],
  }),
)

test('a second run of what was set has nothing to do', async () => {
  const changes = changesOf(await site.run(settings, '-i', inventory))
  assert.ok(changes.length > 15, changes.join('\n'))
  assert.equal(changesOf(await site.run(settings, '-i', inventory)), [])
})

test('a service restarts each time, and its process is the new one', async () => {
  const pid = () => site.root('systemctl show -p MainPID --value lab-sleep')
  const before = await pid()
  const again = playbookText({
    name: 'again',
    tasks: () => [service({ name: 'lab-sleep', state: 'restarted' })],
  })
  assert.is(changesOf(await site.run(site.write('again.ts', again), '-i', inventory)).length, 1)
  assert.is.not(await pid(), before)
})

test('the firewall opens a port, now and for good', async () => {
  const opened = playbookText({ name: 'opened', tasks: () => [firewallPort({ ports: '4000/tcp' })] })
  const changes = changesOf(await site.run(site.write('opened.ts', opened), '-i', inventory))
  assert.match(changes.join('\n'), /4000\/tcp/)
})

test('all that they wrote has the context that the policy has for it', async () =>
  assert.is(await site.root(`restorecon -nvR ${written} 2>&1 | grep -v 'No such file' || :`), ''))

test('a host restarts and is back, enforcing, with what was set for good', async () => {
  const restart = playbookText({
    name: 'restart',
    tasks: () => [reboot({ testCommand: 'systemctl is-active lab-sleep', rebootTimeout: 900 })],
  })
  assert.equal(changesOf(await site.run(site.write('restart.ts', restart), '-i', inventory)), [
    'host: up → restarted',
  ])
  assert.is(
    await site.root('getenforce; hostname; findmnt -no FSTYPE /mnt/memory'),
    'Enforcing\nselinux-02\ntmpfs\n',
  )
  assert.equal(changesOf(await site.run(settings, '-i', inventory)), [])
})

// crontab asks for more than its policy has, whoever runs it.
testDenials(site, /^"crontab" \w+ \{ dac_read_search \}/)

test.run()
