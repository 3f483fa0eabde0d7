// Tests what fapolicyd refuses by RHEL's rules, what tasks do there, and what errors say.

import { test } from '#test'
import * as assert from 'uvu/assert'
import { noLog } from '../../lab/machine/log.ts'
import { fapolicydArchive } from '../../lab/selinux/fapolicyd.ts'
import {
  buildFromSource,
  command,
  copyDirectory,
  copyFile,
  cron,
  line,
  shell,
  systemdUnit,
  template,
  unarchive,
} from '../../tasks/index.ts'
import { playbookText } from '../endToEnd/labSite.ts'
import { changesOf, guestName, guestSite } from './guestSite.ts'

const site = guestSite()
const inventory = site.inventory('inventory', { [guestName]: { ansible_user: 'ops' } })

/**
 * The rules known-libs, with denials in the journal; trusted is what is installed. Debian's fapolicyd is built without rpm,
 * so the list of files takes the place of its database. Debian's policy of SELinux has no rules for fapolicyd, as
 * fapolicyd-selinux of RHEL has: the host is permissive here.
 */
const install = `setenforce 0
mkdir /root/debs && cd /root/debs && tar -xf - && ln -s /dev/null /etc/systemd/system/fapolicyd.service
dpkg -i ./*.deb >/dev/null 2>&1 && rm /etc/systemd/system/fapolicyd.service && systemctl daemon-reload
cd /etc/fapolicyd && rm -f rules.d/*
for rules in 10-languages 20-dracut 21-updaters 30-patterns 40-bad-elf 41-shared-obj 42-trusted-elf 70-trusted-lang 72-shell 90-deny-execute 95-allow-open; do
  sed s/deny_audit/deny_syslog/ /usr/share/fapolicyd/sample-rules/$rules.rules >rules.d/$rules.rules
done
sed -i 's/^trust =.*/trust = file/; s/^watch_fs =.*/watch_fs = ext4,tmpfs/' fapolicyd.conf
find /usr /etc -xdev -type f '(' -perm /111 -o -name '*.so*' -o -path '*/python3*' -o -path '*/perl*' ')' -printf '%p %s 0000000000000000000000000000000000000000000000000000000000000000\\n' | grep -v ' .* .* ' >trust.d/installed
systemctl start fapolicyd
timeout 300 sh -c 'until journalctl -u fapolicyd | grep -q "Starting to listen"; do sleep 1; done'`

const denied = () =>
  site.root("journalctl -t fapolicyd --no-pager -o cat | grep ' dec=deny' | sed 's/.* : path=//' || :")

test('fapolicyd runs, and refuses a program that nobody trusts', async () => {
  const { code, stderr } = await site.on(guestName, install, { input: await fapolicydArchive(noLog) })
  assert.is(code, 0, stderr)
  const refused = await site.root(
    'cp /bin/true /home/ops/untrusted; su ops -c /home/ops/untrusted 2>&1; echo $?',
  )
  assert.match(refused, /untrusted: Operation not permitted\n126\n/)
})

test('doctor sees it', async () => {
  const nothing = site.write('nothing.ts', playbookText({ name: 'nothing', tasks: () => [] }))
  const { stdout } = await site.command('doctor', nothing, '-i', inventory, '-v')
  assert.match(stdout, /! fapolicyd +active: programs that no package installed are refused/)
})

/** What the tasks of an administrator do, and files of an application, which then are trusted. */
const deploy = playbookText({
  name: 'deploy',
  tasks: ({ vars }) => [
    copyFile({ src: `/bin/${vars.program}`, remoteSrc: true, dest: '/opt/app/tool', mode: '0755' }),
    copyFile({
      dest: '/opt/app/app.py',
      content: `#!/usr/bin/python3\nprint('${vars.program}')\n`,
      mode: '0755',
    }),
    copyDirectory({ src: 'files', dest: '/opt/app/files' }),
    command(
      {
        argv: ['fapolicyd-cli', '--file', 'add', '/opt/app/', '--trust-file', 'app'],
        creates: '/etc/fapolicyd/trust.d/app',
      },
      { notify: command({ argv: ['fapolicyd-cli', '--update'] }) },
    ),
  ],
})
const others = playbookText({
  name: 'others',
  tasks: () => [
    template({ src: 'page.j2', dest: '/etc/lab.conf' }),
    line({ path: '/etc/lab.conf', line: 'x = 1' }),
    unarchive({ src: '/root/pack.tar.gz', dest: '/opt/pack' }),
    cron({ name: 'lab', job: '/bin/true' }),
    shell({ script: 'id -u', executable: '/bin/bash' }),
    systemdUnit({ name: 'lab', content: '[Service]\nType=oneshot\nExecStart=/opt/app/tool\n' }),
  ],
})

test('tasks of root do what they do elsewhere, and a trusted file that they replace stays trusted', async () => {
  site.write('files/mod.py', '#!/usr/bin/python3\nimport os\n')
  site.write('templates/page.j2', '{{ inventory_hostname }}\n')
  await site.root('mkdir /opt/app; tar -czf /root/pack.tar.gz -C /etc fapolicyd/rules.d')
  await site.root('journalctl --rotate; journalctl --vacuum-time=1s 2>/dev/null')
  const playbook = site.write('deploy.ts', deploy)
  for (const program of ['true', 'id']) {
    changesOf(await site.run(playbook, '-i', inventory, '-e', `program=${program}`))
    await site.root(
      "timeout 300 sh -c 'until fapolicyd-cli --dump-db | grep -q /opt/app/files/mod.py; do sleep 1; done'",
    )
    const ran = await site.root('su ops -c "/opt/app/tool && /opt/app/app.py && cat /opt/app/files/mod.py"')
    assert.match(ran, program === 'id' ? /^uid=.*\nid\n#!/ : /^true\n#!/)
  }
  changesOf(await site.run(site.write('others.ts', others), '-i', inventory))
  assert.is(await denied(), '')
})

const user = playbookText(
  {
    name: 'as an ordinary user',
    settings: 'become: false',
    tasks: () => [
      copyFile({ dest: '/home/ops/x.conf', content: 'a = 1\n' }),
      copyFile({ dest: '/home/ops/x.sh', content: '#!/bin/sh\necho ran\n', mode: '0755' }),
      command({ argv: ['/home/ops/x.sh'] }),
      copyFile(
        { dest: '/home/ops/x.py', content: '#!/usr/bin/python3\nimport os\n' },
        { ignoreErrors: true },
      ),
      command({ argv: ['/home/ops/untrusted'] }, { ignoreErrors: true }),
    ],
  },
  {
    name: 'a build',
    tasks: () => [
      buildFromSource(
        {
          ...{ name: 'tool', version: '1', urls: ['http://127.0.0.1:9/tool.tar.gz'], prefix: '/opt/tool' },
          ...{ checksum: `sha256:${'0'.repeat(64)}`, user: 'ops' },
        },
        { ignoreErrors: true },
      ),
    ],
  },
)

test('what an ordinary user is refused is an error that says what to do', async () => {
  const { lines, stdout, stderr } = await site.run(site.write('user.ts', user), '-i', inventory)
  const ends = lines.filter(({ event }) => event === 'taskEnd')
  assert.equal(
    ends.map(({ status, error }) => error?.code ?? status),
    ['changed', 'changed', 'changed', 'E_STAT', 'E_STEP', 'E_BUILD_DIR'],
    stdout + stderr,
  )
  const [, , , unread, notRun, build] = ends.map(({ error }) => error)
  assert.is(unread?.message, 'Cannot read /home/ops/x.py: Operation not permitted')
  assert.match(unread?.hint ?? '', /fapolicyd-cli --file add PATH/)
  assert.match(notRun?.details.join('\n') ?? '', /Operation not permitted/)
  assert.match(notRun?.hint ?? '', /fapolicyd-cli --file add PATH/)
  assert.match(build?.message ?? '', /^No program may run in .* as ops\.$/)
  site.remove()
})

test.run()
