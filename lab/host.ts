// One host: a systemd-nspawn container over an overlay, in groups and a mount namespace of its own.

import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaybookError } from '../src/model/errors/error.ts'
import { cgroupFolders, killAll, makeCgroups, processesIn, signal } from './cgroup.ts'
import { exists } from './exists.ts'
import type { InstanceFiles } from './instance.ts'
import type { Say } from './progress.ts'
import { lastLines, run } from './run.ts'
import { seedHost } from './seed.ts'
import { ssh } from './ssh.ts'
import { type Address, machineName, type Topology } from './topology.ts'

/** Everything that is to know about a host to boot it. `image` is the image's folder. */
export type HostPlace = {
  readonly host: Address
  readonly network: Topology
  readonly files: InstanceFiles
  readonly image: string
}

/** Without these a host is of no use: no login for users, no network, no firewall. */
const ESSENTIAL = ['ssh', 'firewalld', 'dbus', 'systemd-networkd', 'systemd-user-sessions'].map(
  (name) => `${name}.service`,
)

// The keeper's mounts die with its mount namespace, so nothing needs unmounting after a kill. A host that reboots leaves
// nspawn with code 133 and is started again. Writing 0 to cgroup.procs moves the writer. A group used before must be empty.
const KEEPER = `set -eu
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
      --link-journal=no --console=read-only
  ) || code=$?
done
exit "$code"`

/** Boots the host; what is left of a former boot is killed first, and a host without a layer of its own gets one. */
export async function bootHost(place: HostPlace): Promise<void> {
  await killHost(place)
  await layHost(place)
  const { groups, keeperGroups } = groupsOf(place)
  await makeCgroups([...groups, ...keeperGroups])
  const folder = place.files.hostFolder(place.host.name)
  const log = await open(join(folder, 'console.log'), 'w')
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', KEEPER], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: {
      PATH: process.env.PATH,
      LOWER: join(place.image, 'root'),
      UPPER: join(folder, 'upper'),
      WORK: join(folder, 'work'),
      ROOT: join(folder, 'root'),
      MACHINE: machineName(place.network.number, place.host.name),
      HOST: place.host.name,
      BRIDGE: place.network.bridge,
      KEEPER_GROUPS: keeperGroups.join(' '),
      HOST_GROUPS: groups.join(' '),
    },
  })
  child.unref()
  await log.close()
  while (child.exitCode === null && (await processesIn(keeperGroups)).length === 0) await sleep(10)
}

/**
 * Waits until systemd has started everything and ssh answers. A unit that failed is told; one that the lab cannot do
 * without is `E_LAB_BOOT`, with what the host's console said last.
 */
export async function awaitHost(place: HostPlace, say: Say, limitMs = 240_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await answersSsh(place.host.address))) {
    if (!(await isAlive(place))) throw await bootError(place, 'stopped while booting')
    if (Date.now() > deadline) throw await bootError(place, 'has no ssh')
    await sleep(100)
  }
  const { stdout } = await ssh(place.files, place.host, 'systemctl is-system-running --wait')
  if (stdout.trim() === 'running') return
  const failed = await ssh(place.files, place.host, 'systemctl --failed --plain --no-legend --no-pager')
  const units = failed.stdout.split('\n').flatMap((line) => line.split(' ')[0] || [])
  const what = `is ${stdout.trim() || 'not running'}, failed: ${units.join(', ') || 'nothing'}`
  if (stdout.trim() !== 'degraded' || units.some((unit) => ESSENTIAL.includes(unit)))
    throw await bootError(place, what)
  say(`${place.host.name} ${what}`)
}

/** Boots a host that is not up; one that lives without ssh gets five seconds before it is killed. */
export async function reviveHost(place: HostPlace): Promise<void> {
  for (const deadline = Date.now() + 5000; (await isAlive(place)) && Date.now() < deadline; await sleep(100))
    if (await answersSsh(place.host.address)) return
  await bootHost(place)
}

/** Whether the host's nspawn lives and its sshd greets. */
export async function isHostUp(place: HostPlace): Promise<boolean> {
  return (await isAlive(place)) && (await answersSsh(place.host.address))
}

/** Shuts the host down in good order, by force after `limitMs` (0: at once). */
export async function stopHost(place: HostPlace, limitMs: number): Promise<void> {
  const { groups } = groupsOf(place)
  const deadline = Date.now() + limitMs
  for (const pid of limitMs > 0 ? await nspawnsIn(groups) : []) signal(pid, 'SIGTERM')
  while (Date.now() < deadline && (await nspawnsIn(groups)).length > 0) await sleep(50)
  await killHost(place)
}

/** Whether the host's container lives (it may still be booting). */
export async function isAlive(place: HostPlace): Promise<boolean> {
  const { groups, keeperGroups } = groupsOf(place)
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

async function killHost(place: HostPlace): Promise<void> {
  const { groups, keeperGroups } = groupsOf(place)
  await killAll([...groups, ...keeperGroups])
  await dropInterface(place)
}

/** The kernel takes a dead host's interface away in its own time, and a new one may not bear its name before. */
async function dropInterface({ host, network }: HostPlace): Promise<void> {
  const name = `vb-${machineName(network.number, host.name)}`
  await run`ip link delete ${name}`.catch(() => {}) // gone already
}

/** A host's layer is made aside and renamed, so that a killed `up` leaves a whole one or none. */
async function layHost({ host, network, files, image }: HostPlace): Promise<void> {
  const folder = files.hostFolder(host.name)
  if (await exists(folder)) return
  const aside = `${folder}.unfinished`
  await rm(aside, { recursive: true, force: true })
  for (const name of ['upper', 'work', 'root']) await mkdir(join(aside, name), { recursive: true })
  await seedHost(join(aside, 'upper'), join(image, 'root'), host, network, files)
  await rename(aside, folder)
}

function groupsOf({ host, network }: HostPlace) {
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

async function bootError({ host, files }: HostPlace, what: string): Promise<PlaybookError> {
  const log = join(files.hostFolder(host.name), 'console.log')
  return new PlaybookError('E_LAB_BOOT', `${host.name} (${host.address}) ${what}.`, {
    hint: `Read ${log}, or throw the hosts' state away: npm run lab -- up --fresh`,
    details: lastLines(await readFile(log, 'utf8').catch(() => ''), 12),
  })
}
