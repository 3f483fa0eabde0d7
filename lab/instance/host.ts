// Boots and stops one host: a systemd-nspawn container over an overlay.

import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { cgroupFolders, killAll, makeCgroups, processesIn, signal } from '../machine/cgroup.ts'
import { exists } from '../machine/exists.ts'
import type { Log } from '../machine/log.ts'
import { lastLines, run } from '../machine/run.ts'
import type { InstanceFiles } from './instanceFiles.ts'
import { packageSources } from './packageSources.ts'
import { seedHost } from './seed.ts'
import { ssh } from './ssh.ts'
import { type Address, machineName, type Topology } from './topology.ts'

/** What is needed to boot a host, including the folders of its image and of the lab's packages. */
export type HostSpec = {
  readonly host: Address
  readonly network: Topology
  readonly files: InstanceFiles
  readonly image: string
  readonly packages: string
}

/** Without these a host is of no use: no login for users, no network, no firewall. */
const essentialUnits = ['ssh', 'firewalld', 'dbus', 'systemd-networkd', 'systemd-user-sessions'].map(
  (name) => `${name}.service`,
)

// The keeper's mounts die with its mount namespace, so nothing needs unmounting after a kill. A host that reboots leaves
// nspawn with code 133 and is started again. Writing 0 to cgroup.procs moves the writer. A group used before must be empty.
const keeperScript = `set -eu
for group in $KEEPER_GROUPS; do echo 0 >"$group/cgroup.procs"; done
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
code=133
while [ "$code" = 133 ]; do
  for group in $HOST_GROUPS; do find "$group" -mindepth 1 -depth -type d -exec rmdir {} + ; done
  code=0
  (
    for group in $HOST_GROUPS; do echo 0 >"$group/cgroup.procs"; done
    exec systemd-nspawn --directory="$ROOT" --boot --settings=no --machine="$MACHINE" --hostname="$HOST" \\
      --network-veth --network-bridge="$BRIDGE" --register=no --keep-unit --resolv-conf=off --timezone=off \\
      --link-journal=no --kill-signal="$KILL_SIGNAL" --console=read-only
  ) || code=$?
done
exit "$code"`

/** Boots the host; what is left of a former boot is killed first, and a host without a layer of its own gets one. */
async function bootHost(spec: HostSpec): Promise<void> {
  await killHost(spec)
  await createLayer(spec)
  const { groups, keeperGroups } = groupsOf(spec)
  await makeCgroups([...groups, ...keeperGroups])
  const folder = spec.files.hostFolder(spec.host.name)
  const log = await open(join(folder, 'console.log'), 'w')
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', keeperScript], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PATH: process.env.PATH,
      LOWER: lowerRoot(spec),
      KILL_SIGNAL: spec.host.system === 'busybox' ? 'SIGUSR2' : 'SIGRTMIN+3', // init's sign to power off
      UPPER: join(folder, 'upper'),
      WORK: join(folder, 'work'),
      ROOT: join(folder, 'root'),
      MACHINE: machineName(spec.network.number, spec.host.name),
      HOST: spec.host.name,
      BRIDGE: spec.network.bridge,
      KEEPER_GROUPS: keeperGroups.join(' '),
      HOST_GROUPS: groups.join(' '),
    },
  })
  child.unref()
  await log.close()
  while (child.exitCode === null && (await processesIn(keeperGroups)).length === 0) await sleep(10)
}

/**
 * Waits until systemd has started everything and ssh answers. A failed unit is logged; one that the lab cannot
 * do without is `E_LAB_BOOT`, with the last lines of the host's console.
 */
export async function waitForHost(spec: HostSpec, log: Log, limitMs = 240_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await answersSsh(spec.host.address))) {
    if (!(await isAlive(spec))) throw await bootError(spec, 'stopped while booting')
    if (Date.now() > deadline) throw await bootError(spec, 'has no ssh')
    await sleep(100)
  }
  const stdout = await systemState(spec.files, spec.host, '--wait')
  if (stdout.trim() === 'running') return
  const failed = await ssh(spec.files, spec.host, 'systemctl --failed --plain --no-legend --no-pager')
  const units = failed.stdout.split('\n').flatMap((line) => line.split(' ')[0] || [])
  const what = `is ${stdout.trim() || 'not running'}, failed: ${units.join(', ') || 'nothing'}`
  if (stdout.trim() !== 'degraded' || units.some((unit) => essentialUnits.includes(unit)))
    throw await bootError(spec, what)
  log(`${spec.host.name} ${what}`)
}

/** What systemd says of the host; where there is none, `running` if a command runs. */
export async function systemState(files: InstanceFiles, host: Address, option = ''): Promise<string> {
  const command = host.system === 'busybox' ? 'echo running' : `systemctl is-system-running ${option}`
  return (await ssh(files, host, command)).stdout
}

/** Boots a host that is not up; one that lives without ssh gets five seconds before it is killed. */
export async function reviveHost(spec: HostSpec): Promise<void> {
  for (const deadline = Date.now() + 5000; (await isAlive(spec)) && Date.now() < deadline; await sleep(100))
    if (await answersSsh(spec.host.address)) return
  await bootHost(spec)
}

/** Whether the host's nspawn lives and its sshd greets. */
export async function isHostUp(spec: HostSpec): Promise<boolean> {
  return (await isAlive(spec)) && (await answersSsh(spec.host.address))
}

/** Shuts the host down in good order, by force after `limitMs` (0: at once). */
export async function stopHost(spec: HostSpec, limitMs: number): Promise<void> {
  const { groups } = groupsOf(spec)
  const deadline = Date.now() + limitMs
  for (const pid of limitMs > 0 ? await nspawnsIn(groups) : []) signal(pid, 'SIGTERM')
  while (Date.now() < deadline && (await nspawnsIn(groups)).length > 0) await sleep(50)
  await killHost(spec)
}

/** Whether the host's container lives (it may still be booting). */
export async function isAlive(spec: HostSpec): Promise<boolean> {
  const { groups, keeperGroups } = groupsOf(spec)
  return (await processesIn(keeperGroups)).length > 0 || (await nspawnsIn(groups)).length > 0
}

/** Whether an SSH server greets at the address within half a second. */
export function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 500 })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('data', (bytes) => end(bytes.toString('latin1').startsWith('SSH-')))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

async function killHost(spec: HostSpec): Promise<void> {
  const { groups, keeperGroups } = groupsOf(spec)
  await killAll([...groups, ...keeperGroups])
  await deleteInterface(spec)
}

/** The kernel takes a dead host's interface away in its own time, and a new one may not bear its name before. */
async function deleteInterface({ host, network }: HostSpec): Promise<void> {
  const name = `vb-${machineName(network.number, host.name)}`
  await run`ip link delete ${name}`.catch(() => {}) // gone already
}

/** A host's layer is made aside and renamed, so that a killed `up` leaves a whole one or none. */
async function createLayer(spec: HostSpec): Promise<void> {
  const { host, network, files, packages } = spec
  const folder = files.hostFolder(host.name)
  if (await exists(folder)) return
  const aside = `${folder}.unfinished`
  await rm(aside, { recursive: true, force: true })
  for (const name of ['upper', 'work', 'root']) await mkdir(join(aside, name), { recursive: true })
  const sources = await packageSources(host, network, packages)
  await seedHost(join(aside, 'upper'), lowerRoot(spec), host, network, files, sources)
  await rename(aside, folder)
}

/** The root file system below the host's own layer. */
function lowerRoot({ host, image }: HostSpec): string {
  return join(image, host.system === 'busybox' ? 'box' : 'root')
}

function groupsOf({ host, network }: HostSpec) {
  return {
    groups: cgroupFolders(network.number, host.name),
    keeperGroups: cgroupFolders(network.number, `${host.name}.keeper`),
  }
}

async function nspawnsIn(groups: readonly string[]): Promise<number[]> {
  const pids = await processesIn(groups)
  const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => names[index]?.trim() === 'systemd-nspawn')
}

async function bootError({ host, files }: HostSpec, what: string): Promise<PlaybookError> {
  const log = join(files.hostFolder(host.name), 'console.log')
  return new PlaybookError('E_LAB_BOOT', `${host.name} (${host.address}) ${what}.`, {
    hint: `Read ${log}, or throw the hosts' state away: npm run lab -- up --fresh`,
    details: lastLines(await readFile(log, 'utf8').catch(() => ''), 12),
  })
}
