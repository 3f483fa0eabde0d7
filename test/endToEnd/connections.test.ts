// Connections to real hosts: logins, sudo, jumps, lost hosts, Ctrl-C.

import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { machineName } from '../../lab/instance/topology.ts'
import { down, type Lab, up } from '../../lab/lab.ts'
import { cgroupFolders, killAll } from '../../lab/machine/cgroup.ts'
import { copyFile, directory, dnf, line, reboot, service, shell, systemdUnit } from '../../tasks/index.ts'
import { type LabSite, type Line, labSite, playbookText, type Ran, ranOf } from './labSite.ts'

const name = 'e2e-connections'
let lab: Lab
let site: LabSite
let who: string
const rootPassword = 'of root alone'
let passwords: { readonly deploy: string; readonly ops: string }

test('a fresh lab comes up', async () => {
  lab = await up(name, { isFresh: true })
  site = labSite(lab)
  passwords = JSON.parse(readFileSync(lab.passwordsFile, 'utf8'))
  who = site.write(
    'who.ts',
    playbookText({
      name: 'who',
      settings: 'become: false',
      tasks: () => [shell({ script: 'echo "$(id -un) from $SSH_CONNECTION"' })],
    }),
  )
  site.write(
    'become.ts',
    playbookText({ name: 'become', tasks: () => [shell({ script: 'echo "$(id -un) in $PWD, $HOME"' })] }),
  )
  await Promise.all([
    site.on(
      'web-01',
      `useradd -m -s /bin/sh plain && cp -r /home/deploy/.ssh /home/plain && chown -R plain /home/plain/.ssh && chmod 700 /home/plain`,
    ),
    site.on(
      'web-02',
      `printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication yes\\n' >/etc/ssh/sshd_config.d/kbd.conf && systemctl restart ssh`,
    ),
    site.on('was-01', `echo root:${rootPassword} | chpasswd`),
    site.on(
      'was-02',
      `firewall-cmd -q --add-port=2222/tcp && firewall-cmd -q --add-rich-rule='rule port port=2223 protocol=tcp drop'`,
    ),
  ])
})

/** Arguments for ssh without the lab's key: what is left is what the row gives. */
const withoutKey = () => `-F none -o UserKnownHostsFile=${lab.knownHostsFile} -o PubkeyAuthentication=no`

type Reached = { readonly host: string; readonly vars: () => Vars; readonly says: RegExp }
type Vars = { readonly [name: string]: unknown }

const logins: readonly (Reached & { readonly title: string; readonly log?: RegExp })[] = [
  {
    title: 'root logs in by key',
    host: 'was-01',
    vars: () => ({}),
    says: /^root from /,
    log: /Accepted publickey for root/,
  },
  {
    title: 'deploy logs in by password',
    host: 'was-01',
    vars: () => ({
      ansible_user: 'deploy',
      ansible_password: passwords.deploy,
      ansible_ssh_common_args: withoutKey(),
    }),
    says: /^deploy from /,
    log: /Accepted password for deploy/,
  },
  {
    title: 'deploy logs in by password where sshd knows keyboard-interactive alone',
    host: 'web-02',
    vars: () => ({
      ansible_user: 'deploy',
      ansible_password: passwords.deploy,
      ansible_ssh_common_args: withoutKey(),
    }),
    says: /^deploy from /,
    log: /Accepted keyboard-interactive\/pam for deploy/,
  },
]

for (const { title, host, vars, says, log } of logins) {
  test(title, async () => {
    const inventory = site.inventory('login', { [host]: vars() })
    const ran = await site.run(who, '-i', inventory, '-vvv')
    assert.is(ran.code, 0, outputOf(ran))
    assert.match(stepOutput(ran), says)
    const journal = await site.on(host, 'journalctl -u ssh --no-pager -o cat -n 20')
    if (log) assert.match(journal.stdout, log)
  })
}

type Failed = {
  readonly title: string
  readonly host: string
  readonly vars: () => Vars
  readonly code: string
  readonly exit: number
  readonly says?: RegExp
  readonly words?: readonly string[]
}

const sudoWays: readonly ({ readonly title: string; readonly words?: readonly string[] } & Reached)[] = [
  {
    title: 'deploy becomes root with its password',
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy', ansible_become_password: passwords.deploy }),
    says: /^root in \/, \/root$/m,
  },
  {
    title: 'ops becomes root without a password',
    host: 'was-01',
    vars: () => ({ ansible_user: 'ops' }),
    says: /^root in \/, \/root$/m,
  },
  {
    title: 'ops, that needs no password, is given one all the same',
    host: 'was-01',
    vars: () => ({ ansible_user: 'ops', ansible_become_password: 'not asked for' }),
    says: /^root in /,
  },
  {
    title: "deploy knows root's password, and becomes it by su",
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy', ansible_become_method: 'su', ansible_su_pass: rootPassword }),
    says: /^root in \/, \/root$/m,
  },
  {
    title: 'ops becomes another user that is not root',
    host: 'was-01',
    vars: () => ({ ansible_user: 'ops', ansible_become_user: 'deploy' }),
    says: /^deploy in \/, \/home\/deploy$/m,
  },
]

for (const { title, host, vars, says } of sudoWays) {
  test(title, async () => {
    const ran = await site.run('become.ts', '-i', site.inventory('sudo', { [host]: vars() }), '-vvv')
    assert.is(ran.code, 0, outputOf(ran))
    assert.match(stepOutput(ran), says)
    for (const password of Object.values(passwords)) assert.not.ok(ran.stdout.includes(password))
  })
}

const failures: readonly Failed[] = [
  {
    title: 'a wrong sudo password',
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy', ansible_become_password: 'wrong' }),
    code: 'E_BECOME_PASSWORD',
    exit: 2,
    says: /deploy@10[\s\S]*-K/,
  },
  {
    title: 'a wrong password for su',
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy', ansible_become_method: 'su', ansible_become_password: 'wrong' }),
    code: 'E_BECOME_PASSWORD',
    exit: 2,
    says: /su on deploy@10[\s\S]*the password of root/,
  },
  {
    title: 'doas, which is not there',
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy', ansible_become_method: 'doas' }),
    code: 'E_BECOME_MISSING',
    exit: 2,
  },
  {
    title: 'no sudo password where one is needed',
    host: 'was-01',
    vars: () => ({ ansible_user: 'deploy' }),
    code: 'E_BECOME_PASSWORD_MISSING',
    exit: 2,
    says: /-K/,
  },
  {
    title: 'a login user that is not in sudoers',
    host: 'web-01',
    vars: () => ({ ansible_user: 'plain', ansible_become_password: 'whatever' }),
    code: 'E_BECOME_',
    exit: 2,
  },
  {
    title: 'a user to become that is not there',
    host: 'was-01',
    vars: () => ({ ansible_user: 'ops', ansible_become_user: 'nobody-there' }),
    code: 'E_BECOME_USER',
    exit: 2,
    says: /nobody-there/,
  },
  {
    title: 'a changed host key',
    host: 'was-02',
    vars: () => knowing(keyOf('web-01', 'was-02')),
    code: 'E_HOST_KEY_CHANGED',
    exit: 4,
    says: /ssh-keygen -R '10\.98\.\d+\.12'/,
  },
  {
    title: 'an unknown host key',
    host: 'was-02',
    vars: () => knowing(''),
    code: 'E_HOST_KEY_UNKNOWN',
    exit: 4,
    says: /SHA256:/,
  },
  {
    title: 'a login that is rejected',
    host: 'was-02',
    vars: () => ({ ansible_ssh_private_key_file: otherKey() }),
    code: 'E_AUTH',
    exit: 4,
    says: /publickey/,
  },
  {
    title: 'a wrong login password',
    host: 'was-02',
    vars: () => ({
      ansible_user: 'deploy',
      ansible_password: 'wrong',
      ansible_ssh_common_args: withoutKey(),
    }),
    code: 'E_AUTH',
    exit: 4,
  },
  {
    title: 'a port that refuses',
    host: 'was-02',
    vars: () => ({ ansible_port: 2222 }),
    code: 'E_CONNECT_REFUSED',
    exit: 4,
    says: /2222/,
  },
  {
    title: 'a port whose packets the firewall drops',
    host: 'was-02',
    vars: () => ({ ansible_port: 2223 }),
    code: 'E_CONNECT_TIMEOUT',
    exit: 4,
    says: /2223 within 2 s/,
    words: ['-T', '2'],
  },
  {
    title: 'a port that the firewall rejects',
    host: 'was-02',
    vars: () => ({ ansible_port: 2224 }),
    code: 'E_NO_ROUTE',
    exit: 4,
  },
  {
    title: 'an address that nobody has',
    host: 'was-02',
    vars: () => ({ ansible_host: addressOf('nobody') }),
    code: 'E_NO_ROUTE',
    exit: 4,
  },
]

for (const { title, host, vars, code, exit, says, words = [] } of failures) {
  test(`${title}: ${code}, exit code ${exit}, and the other host goes on`, async () => {
    const inventory = site.inventory('failure', { [host]: vars(), 'web-02': { ansible_user: 'ops' } })
    const startedAt = performance.now()
    const ran = await site.run('become.ts', '-i', inventory, ...words)
    const seconds = (performance.now() - startedAt) / 1000
    assert.is(ran.code, exit, outputOf(ran))
    assert.ok(seconds < 20, `took ${seconds} s`)
    const failed = endOf(ran, host)
    assert.ok(failed.error?.code.startsWith(code), JSON.stringify(failed))
    assert.is(failed.status, exit === 4 ? 'unreachable' : 'failed')
    assert.ok(failed.error?.hint, 'says what to do')
    if (says) assert.match(JSON.stringify(failed), says)
    assert.is(endOf(ran, 'web-02').status, 'changed')
  })
}

test('a key that is not known is taken and noted where accept-new is given', async () => {
  const file = site.write('new_hosts', '')
  const vars = {
    ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${file} -o StrictHostKeyChecking=accept-new`,
  }
  const ran = await site.run(who, '-i', site.inventory('new', { 'was-02': vars }))
  assert.is(ran.code, 0, outputOf(ran))
  assert.is(
    readFileSync(file, 'utf8').trim().split(' ').slice(1).join(' '),
    keyOf('was-02', 'was-02').trim().split(' ').slice(1).join(' '),
  )
})

/** As the CIS benchmark of RHEL wants it, and more: its login user, and sudo, have umask 027 and make terminals. */
const hardening = `useradd -m -s /bin/sh -K UMASK=027 hardened && cp -r /home/deploy/.ssh /home/hardened && chown -R hardened /home/hardened/.ssh
echo 'umask 027' >>/etc/profile && sed -i 's/^UMASK.*/UMASK 027/' /etc/login.defs
grep -q pam_umask /etc/pam.d/sshd || echo 'session optional pam_umask.so umask=0027' >>/etc/pam.d/sshd
printf 'hardened ALL=(ALL) NOPASSWD: ALL\nDefaults:hardened requiretty\nDefaults:hardened use_pty, umask=0027, umask_override\n' >/etc/sudoers.d/hardened
chmod 440 /etc/sudoers.d/hardened
for d in /tmp /var/tmp; do mount --bind $d $d && mount -o remount,bind,noexec,nosuid,nodev $d; done
chmod 755 /run/lock && chown root /run/lock`

test('a hardened host: requiretty, use_pty, umask 027, /tmp and /var/tmp noexec', async () => {
  const { code, stderr } = await site.on('web-01', hardening)
  assert.is(code, 0, stderr)
  const tasks = () => [
    shell({ script: 'cp /bin/true /tmp/x && ! /tmp/x && rm /tmp/x', changed: false }),
    directory({ path: '/srv/hardened/folder' }),
    copyFile({ dest: '/srv/hardened/file', content: 'one\n' }),
    line({ path: '/srv/hardened/lines', line: 'one', create: true }),
    copyFile({ dest: '/srv/hardened/long', content: 'a line of twenty byte\n'.repeat(20_000) }),
    systemdUnit({ name: 'hardened', content: '[Service]\nExecStart=/bin/sleep 1000\n' }),
    service({ name: 'hardened', state: 'started' }),
    dnf({ name: 'tar' }),
    copyFile({ dest: '/home/hardened/own', content: 'own\n' }, { become: false }),
  ]
  const playbook = site.write('hardened.ts', playbookText({ name: 'hardened', tasks }))
  const inventory = site.inventory('hardened', { 'web-01': { ansible_user: 'hardened' } })
  const examined = await site.command('doctor', playbook, '-i', inventory, '-v')
  assert.is(examined.code, 0, examined.stdout + examined.stderr)
  assert.match(examined.stdout, '/tmp, /var/tmp noexec, which is enough')
  const ran = await site.run(playbook, '-i', inventory)
  assert.is(ran.code, 0, outputOf(ran))
  const { stdout } = await site.on(
    'web-01',
    'systemctl is-active hardened; cd /srv/hardened; stat -c "%n %U %a" folder file lines long /etc/systemd/system/hardened.service /home/hardened/own',
  )
  assert.equal(stdout.trim().split('\n'), [
    'active',
    'folder root 755',
    'file root 644',
    'lines root 644',
    'long root 644',
    '/etc/systemd/system/hardened.service root 644',
    '/home/hardened/own hardened 644',
  ])
  const again = await site.run(playbook, '-i', inventory)
  assert.equal(
    again.lines.filter(({ status }) => status === 'changed'),
    [],
  )
  await site.on('web-01', 'umount /tmp /var/tmp; systemctl stop hardened')
})

test('becoming a user that is not root, large files are brought as that user', async () => {
  const blob = randomBytes(2_000_000)
  site.write('blob', blob)
  const tasks = () => [
    copyFile({ src: 'blob', dest: '/home/plain/blob', mode: '0600' }),
    copyFile({ dest: '/home/plain/text', content: 'a line of twenty byte\n'.repeat(20_000) }),
    copyFile({ dest: '/home/plain/small', content: 'small\n' }),
  ]
  site.write('large.ts', playbookText({ name: 'large', settings: `become: 'plain'`, tasks }))
  const inventory = site.inventory('large', { 'web-01': { ansible_user: 'ops' } })
  const ran = await site.run('large.ts', '-i', inventory)
  assert.is(ran.code, 0, outputOf(ran))
  const { stdout } = await site.on(
    'web-01',
    "cd /home/plain && stat -c '%n %U %a %s' blob text small && sha256sum <blob && ls -A",
  )
  const sha256 = createHash('sha256').update(blob).digest('hex')
  assert.is(
    stdout
      .split('\n')
      .filter((each) => !each.startsWith('.'))
      .join('\n'),
    `blob plain 600 2000000\ntext plain 644 440000\nsmall plain 644 6\n${sha256}  -\nblob\nsmall\ntext\n`,
  )
  const again = await site.run('large.ts', '-i', inventory)
  assert.equal(
    again.lines.filter(({ status }) => status === 'changed'),
    [],
  )
})

for (const [title, jumps, from] of [
  ['one jump host', ['web-01'], 'web-01'],
  ['two jump hosts', ['web-01', 'was-01'], 'was-01'],
] as const) {
  test(`was-02 is reached through ${title}`, async () => {
    const config = site.write('jump_config', `Host *\n  UserKnownHostsFile ${lab.knownHostsFile}\n`)
    const way = jumps.map((host) => `root@${addressOf(host)}`).join(',')
    const inventory = site.inventory('jump', {
      'was-02': { ansible_ssh_common_args: `-F ${config} -J ${way}` },
    })
    const ran = await site.run(who, '-i', inventory, '-vvv')
    assert.is(ran.code, 0, outputOf(ran))
    assert.ok(stepOutput(ran).startsWith(`root from ${addressOf(from)} `), stepOutput(ran))
  })
}

test('a jump host that refuses is named', async () => {
  const config = site.write('jump_config', `Host *\n  UserKnownHostsFile ${lab.knownHostsFile}\n`)
  const way = `root@${addressOf('was-02')}:2222`
  const inventory = site.inventory('jump', {
    'was-01': { ansible_ssh_common_args: `-F ${config} -J ${way}` },
  })
  const ran = await site.run(who, '-i', inventory)
  assert.is(ran.code, 4)
  const { error } = endOf(ran, 'was-01')
  assert.is(error?.code, 'E_PROXY')
  assert.match(error!.message, /root@10\.98\.\d+\.12:2222 refused/)
})

test('ssh_config alone says where a host is, who logs in, with which key, and through whom', async () => {
  const config = site.write(
    'ssh_config',
    `Host app
  HostName ${addressOf('was-01')}
  User ops
  ProxyJump gate
Host gate
  HostName ${addressOf('web-02')}
  User root
Host *
  IdentityFile ${lab.keyFile}
  UserKnownHostsFile ${lab.knownHostsFile}
`,
  )
  const inventory = site.write(
    'app.yaml',
    `all:\n  hosts:\n    app: { ansible_ssh_common_args: -F ${config} }\n`,
  )
  const ran = await site.run(who, '-i', inventory, '-vvv')
  assert.is(ran.code, 0, outputOf(ran))
  assert.ok(stepOutput(ran).startsWith(`ops from ${addressOf('web-02')} `), stepOutput(ran))
})

test('a host that is restarted and stays away is unreachable, after the time that was given it', async () => {
  const tasks = () => [
    reboot({ rebootCommand: 'systemctl poweroff', rebootTimeout: 12, connectTimeout: 2 }),
    shell({ script: 'true' }, { title: 'after it' }),
  ]
  site.write('away.ts', playbookText({ name: 'away', settings: 'become: true', tasks }))
  const inventory = site.inventory('away', { 'was-02': { ansible_user: 'ops' } })
  const startedAt = performance.now()
  const ran = await site.run('away.ts', '-i', inventory)
  const seconds = (performance.now() - startedAt) / 1000
  assert.is(ran.code, 4, outputOf(ran))
  const { task, error } = endOf(ran, 'was-02')
  assert.equal([task, error?.code], ['reboot', 'E_REBOOT_TIMEOUT'])
  assert.match(error!.message, /^was-02 was restarted and has not come back: waited for (1[2-9]|2\d) s\.$/)
  assert.ok(seconds > 12 && seconds < 30, `took ${seconds} s`)
  await up(name)
})

type Death = {
  readonly title: string
  readonly kill: () => Promise<unknown>
  readonly code: RegExp
  /** By when it must be reported, with a keepalive of 1 s, 3 times. */
  readonly limitSeconds: number
}

const deaths: readonly Death[] = [
  {
    title: 'whose shell is killed',
    kill: () => site.on('was-02', 'pkill -KILL -o -u ops -x sh'),
    code: /^E_SHELL_ENDED$/,
    limitSeconds: 3,
  },
  {
    title: 'whose sshd is stopped and its sessions killed',
    kill: () =>
      site.on(
        'was-02',
        `systemd-run -q sh -c 'systemctl stop ssh; pkill -KILL -x sshd; sleep 4; systemctl start ssh'`,
      ),
    code: /^E_CONNECTION_LOST$/,
    limitSeconds: 3,
  },
  {
    title: 'that reboots without a word',
    kill: () => site.on('was-02', `systemd-run -q reboot -f`),
    code: /^E_CONNECTION_LOST$/,
    limitSeconds: 8,
  },
  {
    title: 'whose machine dies',
    kill: () => killMachine('was-02'),
    code: /^E_CONNECTION_LOST$/,
    limitSeconds: 8,
  },
]

for (const { title, kill, code, limitSeconds } of deaths) {
  test(`a host ${title} in the middle of a task is unreachable, and the other goes on`, async () => {
    await up(name)
    const tasks = (host: { readonly name: string }) => [
      shell(
        { script: `echo $$ >/tmp/begun; sleep ${host.name === 'was-02' ? 300 : 6}` },
        { title: 'long nap' },
      ),
      shell({ script: 'echo on >/tmp/after' }, { title: 'after it' }),
    ]
    site.write('nap.ts', playbookText({ name: 'nap', settings: 'become: false', tasks }))
    const args = `-F none -o UserKnownHostsFile=${lab.knownHostsFile} -o ServerAliveInterval=1 -o ServerAliveCountMax=3`
    const vars = { ansible_user: 'ops', ansible_ssh_common_args: args }
    const inventory = site.inventory('nap', { 'was-01': vars, 'was-02': vars })
    await Promise.all(['was-01', 'was-02'].map((host) => site.on(host, 'rm -f /tmp/begun /tmp/after')))
    const { child, ended, says } = site.start('nap.ts', '-i', inventory)
    const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
    await Promise.all(['was-01', 'was-02'].map((host) => onceThere(host, '/tmp/begun')))
    const startedAt = performance.now()
    const killed = kill()
    await says(/"status":"unreachable"/)
    const seconds = (performance.now() - startedAt) / 1000
    await killed
    const ran = ranOf(await ended)
    clearTimeout(limit)
    assert.is(ran.code, 4, outputOf(ran))
    const lost = endOf(ran, 'was-02')
    assert.is(lost.task, 'long nap')
    assert.match(lost.error!.code, code)
    assert.match(
      lost.error!.details.join('\n'),
      /^In progress: .*sleep 300[\s\S]*It is unknown whether long nap was completed\./,
    )
    assert.ok(seconds < limitSeconds, `reported after ${seconds} s`)
    assert.equal(
      ran.lines
        .filter(({ host, event }) => host === 'was-01' && event === 'taskEnd')
        .map(({ status }) => status),
      ['changed', 'changed'],
    )
  })
}

test('Ctrl-C: the steps on all hosts end with their children, exit code 130, within two seconds', async () => {
  await up(name)
  const tasks = () => [
    shell(
      { script: `touch /tmp/begun; sleep 4242.5 & (sleep 4242.5; sleep 4242.5) & wait` },
      { title: 'long nap' },
    ),
    shell({ script: 'touch /tmp/after' }),
  ]
  site.write('stop.ts', playbookText({ name: 'stop', tasks }))
  const hosts = ['was-01', 'was-02']
  const inventory = site.inventory('stop', { 'was-01': {}, 'was-02': { ansible_user: 'ops' } })
  await Promise.all(hosts.map((host) => site.on(host, 'rm -f /tmp/begun /tmp/after')))
  const { child, ended } = site.start('stop.ts', '-i', inventory)
  await Promise.all(hosts.map((host) => onceThere(host, '/tmp/begun')))
  const startedAt = performance.now()
  child.kill('SIGINT')
  const ran = ranOf(await ended)
  const seconds = (performance.now() - startedAt) / 1000
  assert.is(ran.code, 130, outputOf(ran))
  assert.ok(seconds < 2, `took ${seconds} s`)
  for (const host of hosts) {
    const { error, status } = endOf(ran, host)
    assert.equal([status, error?.code], ['failed', 'E_INTERRUPTED'])
    const { stdout } = await site.on(host, 'pgrep -c -f "[s]leep 4242.5"; ls /tmp/after 2>/dev/null')
    assert.is(stdout, '0\n', host)
  }
})

test('Ctrl-C: a step that does not listen is killed', async () => {
  const tasks = () => [
    shell({ script: `trap '' TERM INT HUP; touch /tmp/begun; while :; do sleep 4343.5; done` }),
  ]
  site.write('deaf.ts', playbookText({ name: 'deaf', tasks }))
  const inventory = site.inventory('deaf', { 'was-01': {} })
  await site.on('was-01', 'rm -f /tmp/begun')
  const { child, ended } = site.start('deaf.ts', '-i', inventory)
  await onceThere('was-01', '/tmp/begun')
  child.kill('SIGINT')
  const ran = ranOf(await ended)
  assert.is(ran.code, 130, outputOf(ran))
  const deadline = performance.now() + 5000
  const count = async () => (await site.on('was-01', 'pgrep -c -f "[s]leep 4343.5"')).stdout
  while ((await count()) !== '0\n') {
    assert.ok(performance.now() < deadline, 'it still runs')
    await sleep(200)
  }
})

test('the lab goes down', async () => {
  site.remove()
  await down(name, { isPurge: true })
})

/** How the first task of a host that did not end well ended; of the others, how the last did. */
function endOf({ lines }: Ran, host: string): Line {
  const ends = lines.filter((line) => line.event === 'taskEnd' && line.host === host)
  const end = ends.find(({ status }) => status === 'failed' || status === 'unreachable') ?? ends.at(-1)
  if (!end) throw new Error(`No task of ${host} ended: ${JSON.stringify(lines, undefined, 1)}`)
  return end
}

function stepOutput({ lines }: Ran): string {
  return lines.find(({ event, isStep }) => event === 'command' && isStep)?.stdout ?? ''
}

function outputOf({ stdout, stderr }: Ran): string {
  return `${stdout.slice(-3000)}\n${stderr.slice(-1000)}`
}

/** The address of a host of the lab; of any other name one that nobody has. */
function addressOf(host: string): string {
  return lab.hosts.find((each) => each.name === host)?.address ?? lab.bridgeAddress.replace(/\d+$/, '199')
}

/** The line of known_hosts that gives `as` the key of `host`. */
function keyOf(host: string, as: string): string {
  const known = readFileSync(lab.knownHostsFile, 'utf8').split('\n')
  const [, ...key] = known.find((line) => line.startsWith(addressOf(host)))!.split(' ')
  return `${addressOf(as)} ${key.join(' ')}\n`
}

function knowing(line: string): Vars {
  return {
    ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${site.write('other_hosts', line)} -o GlobalKnownHostsFile=/dev/null`,
  }
}

function otherKey(): string {
  const file = `${site.folder}/other_key`
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  return file
}

async function onceThere(host: string, path: string): Promise<void> {
  const { code } = await site.on(
    host,
    `for i in $(seq 600); do [ -e ${path} ] && exit 0; sleep 0.05; done; exit 1`,
  )
  if (code !== 0) throw new Error(`${path} did not come about on ${host}.`)
}

/** Cuts a host off and kills all its processes: so that it closes no connection. */
async function killMachine(host: string): Promise<void> {
  const number = Number(lab.subnet.split('.')[2])
  execFileSync('ip', ['link', 'set', 'dev', `vb-${machineName(number, host)}`, 'down'])
  await killAll(cgroupFolders(number, host))
}

test.run()
