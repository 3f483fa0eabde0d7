// What containers do not have: cron runs jobs, and modprobe loads modules into a kernel.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { cron, kernelModule } from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { changesOf, guestName, guestSite, testDenials } from './guestSite.ts'

const site = guestSite()
const inventory = site.inventory('inventory', { [guestName]: { ansible_user: 'ops' } })

/** The crontab has a job of Ansible, which is taken over, and one of an administrator. */
const setup = `printf '# mine\\n#Ansible: started\\n@daily old\\n5 4 * * * other\\n' | crontab -
rm -f /run/rp-* /tmp/rp-* /run/crond.reboot`

const playbook = site.write(
  'kernel.ts',
  playbookText({
    name: 'jobs and modules',
    tasks: () => [
      cron({ name: 'started', job: 'echo "$RP_TEXT" >/run/rp-started', specialTime: 'reboot', user: 'root' }),
      cron({ name: 'RP_TEXT', env: true, job: 'a "b" c', user: 'root' }),
      cron({ name: 'of ops', job: 'id -un >/tmp/rp-ops', user: 'ops', specialTime: 'reboot' }),
      cron({ name: 'weekly', job: 'echo 50\\% off', hour: 3, minute: '*/5', weekday: 'sun', user: 'ops' }),
      cron({
        name: 'file',
        job: 'echo "$RP_FILE" >/run/rp-file',
        cronFile: 'rp_file',
        specialTime: 'reboot',
      }),
      cron({ name: 'RP_FILE', env: true, job: 'from a file', cronFile: 'rp_file' }),
      kernelModule({ name: 'dummy', params: 'numdummies=2', persistent: 'present' }),
      kernelModule({ name: 'unix' }),
    ],
  }),
)

test('a dry run says what the run then changes, and a second run changes nothing', async () => {
  await site.root(setup)
  const dryRun = changesOf(await site.run(playbook, '-i', inventory, '--check'))
  assert.equal(dryRun, [
    'crontab of root: started: @daily old → @reboot echo "$RP_TEXT" >/run/rp-started',
    'crontab of root: RP_TEXT: absent → RP_TEXT=\'a "b" c\'',
    'crontab of ops: of ops: absent → @reboot id -un >/tmp/rp-ops',
    'crontab of ops: weekly: absent → */5 3 * * sun echo 50\\% off',
    '/etc/cron.d/rp_file: absent → 58 bytes',
    '/etc/cron.d/rp_file: RP_FILE: absent → RP_FILE="from a file"',
    '/etc/modules-load.d/dummy.conf: absent → 6 bytes',
    '/etc/modprobe.d/dummy.conf: absent → 27 bytes',
    'module dummy: not loaded → loaded numdummies=2',
  ])
  assert.equal(changesOf(await site.run(playbook, '-i', inventory)), dryRun)
  assert.equal(changesOf(await site.run(playbook, '-i', inventory)), [])
  const written = '/etc/cron.d /var/spool/cron /etc/modules-load.d /etc/modprobe.d'
  assert.is(await site.root(`restorecon -nvR ${written} 2>&1`), '')
})

test('cron runs the jobs, and the rest of the crontab stays', async () => {
  const shown = await site.root(`systemctl restart cron
timeout 120 sh -c 'until [ -s /run/rp-started ] && [ -s /run/rp-file ] && [ -s /tmp/rp-ops ]; do sleep 1; done'
cat /run/rp-started /run/rp-file /tmp/rp-ops; crontab -l | grep -v RP_TEXT`)
  assert.is(shown, 'a "b" c\nfrom a file\nops\n# mine\n#Ansible: started\n5 4 * * * other\n')
})

test('the kernel has the module with its parameters, until it is unloaded', async () => {
  assert.is(await site.root('ls -d /sys/class/net/dummy* | wc -l'), '2\n')
  const gone = site.write(
    'gone.ts',
    playbookText({
      name: 'gone',
      tasks: () => [
        kernelModule({ name: 'dummy', state: 'absent', persistent: 'absent' }),
        kernelModule({ name: 'rp-no-such-module' }, { ignoreErrors: true }),
      ],
    }),
  )
  for (const more of [['--check'], []]) {
    const { lines } = await site.run(gone, '-i', inventory, ...more)
    const ends = lines.filter(({ event }) => event === 'taskEnd')
    assert.equal(
      ends.map(({ status, error }) => error?.code ?? status),
      ['changed', 'E_MODULE'],
    )
    assert.match(ends[1]!.error!.message, /rp-no-such-module not found/)
  }
  const left = 'grep ^dummy /proc/modules; ls /etc/modules-load.d/dummy.conf /etc/modprobe.d/dummy.conf 2>&1'
  assert.match(await site.root(`${left} | grep -vc such || :`), /^0$/m)
})

// crontab asks for more than its policy has, whoever runs it.
testDenials(site, /^"crontab" \w+ \{ dac_read_search \}/)

test.run()
