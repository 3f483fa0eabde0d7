// A lab of its own: up, ssh, dnf, users, isolation, killed hosts, down.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { test } from '#test'
import * as assert from 'uvu/assert'
import { type Answer, down, find, isSupported, type Lab, ssh, up } from '../../lab/lab.ts'

const labName = 't-lab'
let lab: Lab

const host = (name: string) => lab.hosts.find((one) => one.name === name)!
const on = (name: string, command: string): Promise<Answer> => ssh(lab, host(name), command)

test('a new lab comes up', async () => {
  lab = await up(labName, { isFresh: true })
})

test('every host answers with its own name, address and a system that runs', async () => {
  const command = 'hostname; systemctl is-system-running; ip -4 -o addr show host0'
  const answers = await Promise.all(lab.hosts.map(({ name }) => on(name, command)))
  assert.equal(
    lab.hosts.map(({ name }) => name),
    ['was-01', 'was-02', 'web-01', 'web-02'],
  )
  for (const [index, { name, address }] of lab.hosts.entries()) {
    const [hostname, state, shown] = answers[index]!.stdout.split('\n')
    assert.equal([hostname, state], [name, 'running'])
    assert.ok(shown?.includes(` ${address}/24 `), shown)
  }
})

test('ssh hands on exit code, stdout, stderr and stdin', async () => {
  const answer = await ssh(lab, host('was-01'), 'cat; echo no >&2; exit 7', { input: 'yes' })
  assert.equal(answer, { code: 7, stdout: 'yes', stderr: 'no\n' })
})

test('a program is missing until dnf has installed its package', async () => {
  const script =
    'command -v make; rpm -q make; dnf -y -q install make >/dev/null; make -v | head -1; rpm -q make'
  const { stdout } = await on('web-01', script)
  assert.equal(stdout.split('\n')[0], 'package make is not installed')
  assert.match(stdout, /^GNU Make /m)
  assert.match(stdout, /^make-4\.3-1\.noarch$/m)
})

test('the hosts lack what the packages bring', async () => {
  const programs = 'java rotatelogs gcc cc g++ make vim wget tar apr-1-config apu-1-config pcre2-config'
  const { stdout } = await on('was-02', `for name in ${programs}; do command -v $name; done`)
  assert.is(stdout, '')
})

test('deploy needs its password for sudo, ops needs none, and both log in by key', async () => {
  const { deploy } = JSON.parse(readFileSync(lab.passwordsFile, 'utf8'))
  assert.is(statSync(lab.passwordsFile).mode & 0o777, 0o600)
  const as = (user: string, command: string, input = '') => ssh(lab, host('was-01'), command, { user, input })
  assert.is((await as('ops', 'sudo -n id -un')).stdout, 'root\n')
  assert.is.not((await as('deploy', 'sudo -n id -un')).code, 0)
  assert.is((await as('deploy', 'sudo -S -p "" id -un', `${deploy}\n`)).stdout, 'root\n')
  assert.is.not((await as('deploy', 'sudo -S -p "" id -un', 'wrong\n')).code, 0)
})

test('hosts reach one another and the bridge, and nothing beyond', async () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(
      ({ family, internal, address }) => family === 'IPv4' && !internal && address !== lab.bridgeAddress,
    )
  const inside = [lab.bridgeAddress, ...lab.hosts.map(({ address }) => address)]
  const ping = async (address: string) => (await on('was-01', `ping -c1 -W2 ${address} >/dev/null 2>&1`)).code
  assert.equal(await Promise.all(inside.map(ping)), [0, 0, 0, 0, 0])
  assert.ok(outside.length > 0)
  for (const { address } of outside) assert.is.not(await ping(address), 0, address)
  assert.is((await on('was-01', 'ip route show default')).stdout, '')
})

test('multicast goes from host to host once the firewall lets it', async () => {
  const receive = `firewall-cmd -q --add-port=45564/udp && timeout 20 python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 45564))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4sl", socket.inet_aton("228.0.0.4"), socket.INADDR_ANY))
print(s.recv(9).decode())'`
  const send = `timeout 20 python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True: s.sendto(b"here I am", ("228.0.0.4", 45564)); time.sleep(0.1)'`
  const sending = on('was-01', send)
  assert.is((await on('was-02', receive)).stdout, 'here I am\n')
  await on('was-01', "pkill -f '[s]endto'")
  await sending
})

test('the mirror serves the sources whole, corrupted, or not at all', async () => {
  for (const { path, sha512 } of Object.values(lab.sources)) {
    const digest = async (url: string) => {
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
      return createHash('sha512').update(bytes).digest('hex')
    }
    assert.is(await digest(`${lab.mirror}/dist/${path}`), sha512)
    assert.is.not(await digest(`${lab.mirror}/corrupt/dist/${path}`), sha512)
    const stated = await (await fetch(`${lab.mirror}/corrupt/dist/${path}.sha512`)).text()
    assert.ok(stated.startsWith(sha512))
    assert.is((await fetch(`${lab.mirror}/missing/${path}`)).status, 404)
  }
})

test('up on a lab that is up says so and boots nothing', async () => {
  const log: string[] = []
  await up(labName, { log: (text) => log.push(text) })
  assert.equal(log, [`lab ${labName} is up already`])
})

test('after its container was killed, two ups at once bring a host back as it was', async () => {
  const [nspawn] = containers('web-01')
  process.kill(nspawn!, 'SIGKILL')
  await waitUntil(() => containers('web-01').length === 0)
  await Promise.all([up(labName), up(labName)])
  assert.is(
    (await on('web-01', 'systemctl is-system-running; rpm -q make')).stdout,
    'running\nmake-4.3-1.noarch\n',
  )
})

test('a host that reboots comes back by itself', async () => {
  const before = (await on('web-02', 'cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd')).stdout
  await on('web-02', 'systemctl reboot')
  const bootTime = async () =>
    (await on('web-02', 'cat /proc/sys/kernel/random/boot_id; stat -c %Y /run/systemd')).stdout
  await waitUntil(async () => !['', before].includes(await bootTime()))
  assert.is((await on('web-02', 'systemctl is-system-running --wait')).stdout, 'running\n')
})

test('a mirror that was killed is started again', async () => {
  for (const pid of processes().filter(
    ({ args }) => args.includes('mirrorServer') && args.includes(lab.bridgeAddress),
  ))
    process.kill(pid.pid, 'SIGKILL')
  await waitUntil(async () => (await find(labName)) === undefined)
  await up(labName)
  assert.ok(await find(labName))
})

test('down leaves nothing behind, and up then finds the hosts as they were', async () => {
  assert.ok(remains().length > 10, 'the look for remains finds a lab that is up')
  process.kill(containers('was-02')[0]!, 'SIGKILL')
  await down(labName)
  assert.equal(remains(), [])
  assert.is(await find(labName), undefined)
  lab = await up(labName)
  assert.is((await on('web-01', 'rpm -q make')).stdout, 'make-4.3-1.noarch\n')
})

test('down with purge leaves no state either', async () => {
  await down(labName, { isPurge: true })
  assert.equal(remains(), [])
  assert.not.ok(existsSync(lab.folder))
})

/** Whatever of this lab is still there: interfaces, groups, mounts, processes. */
function remains(): string[] {
  const number = lab.subnet.split('.')[2]
  const isInterface = (name: string) => name === `rplab${number}` || name.startsWith(`vb-n${number}-`)
  const groups = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd']
    .map((root) => `${root}/run-playbook-lab.${number}`)
    .filter((folder) => existsSync(folder))
  const isOurs = (text: string) => text.includes(`${lab.folder}/`) || text.includes(lab.bridgeAddress)
  return [
    ...readdirSync('/sys/class/net').filter(isInterface),
    ...groups,
    ...readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(isOurs),
    ...processes().flatMap(({ pid, args, group }) =>
      isOurs(args) || group.includes(`run-playbook-lab.${number}/`) ? [`${pid} ${args}`] : [],
    ),
  ]
}

const containers = (name: string) =>
  processes().flatMap(({ pid, args, group }) =>
    args.startsWith('systemd-nspawn') &&
    group.includes(`run-playbook-lab.${lab.subnet.split('.')[2]}/${name}/`)
      ? [pid]
      : [],
  )

/** All processes but zombies, which the machine's init reaps in its own time. */
function processes(): { pid: number; args: string; group: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const group = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
        return args === '' ? [] : [{ pid: Number(pid), args, group }]
      } catch {
        return [] // gone meanwhile
      }
    })
}

async function waitUntil(holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  for (
    const deadline = Date.now() + limitMs;
    !(await holds());
    await new Promise((done) => setTimeout(done, 100))
  )
    if (Date.now() > deadline) throw new Error('waited in vain')
}

const support = await isSupported()
test.after(() => down(labName, { isPurge: true }))
if (support.ok) test.run()
else if (process.env.CI === 'true') throw new Error(`no lab here: ${support.reason}`)
else console.log(`SKIPPED test/endToEnd/lab.test.ts: ${support.reason}`)
