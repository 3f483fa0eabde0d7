// Boots the host with SELinux under qemu, and ends it by its own pid.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { cachedArtifact } from '../artifacts/artifactCache.ts'
import { ssh } from '../instance/ssh.ts'
import type { Address } from '../instance/topology.ts'
import { labFolder } from '../machine/folders.ts'
import { withLock } from '../machine/lock.ts'
import { type Log, timed } from '../machine/log.ts'
import { prepareMachine } from '../machine/prerequisites.ts'
import { lastLines } from '../machine/run.ts'
import { qemuTree, selinuxImage } from './image.ts'

/** A host that is up: root logs in, `ops` too, who has sudo without a password. */
type Guest = {
  readonly hosts: readonly Address[]
  readonly keyFile: string
  readonly knownHostsFile: string
  /** What the kernel and systemd print on its serial console. */
  readonly consoleFile: string
}

const bootLimitMs = 900_000

/** Why there can be no guest on this machine; undefined: there can. */
export async function whyNoGuest(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `qemu runs in a Linux chroot, not on ${process.platform}`
  if (process.getuid?.() !== 0) return 'it needs root: labels are set, and qemu runs in a chroot'
  if (process.arch !== 'x64') return `its image is for x64, not for ${process.arch}`
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID=debian$/m.test(release)) return 'its image is built with the apt of a Debian machine'
}

/**
 * Boots a guest with a fresh disk, does `work` when root can log in, and ends the guest. What it wrote is gone with it.
 * One guest runs at a time.
 *
 * @throws PlaybookError E_LAB_SELINUX: it does not boot; the last lines of its console
 */
export function withGuest<T>(log: Log, work: (guest: Guest) => Promise<T>): Promise<T> {
  const guestsWork = async () => {
    const { guest, stop } = await startGuest(log)
    try {
      return await work(guest)
    } finally {
      await stop()
    }
  }
  return withLock(join(labFolder(), 'selinux.lock'), guestsWork, log)
}

async function startGuest(log: Log): Promise<{ guest: Guest; stop: () => Promise<void> }> {
  await prepareMachine(log)
  const tree = await cachedArtifact(qemuTree, log)
  const image = await cachedArtifact(selinuxImage, log)
  const folder = join(labFolder(), 'selinux')
  await mkdir(folder, { recursive: true })
  const port = await freePort()
  const knownHostsFile = join(folder, 'known_hosts')
  await writeFile(knownHostsFile, `[127.0.0.1]:${port} ${await readFile(join(image, 'host.pub'), 'utf8')}`)
  const guest: Guest = {
    hosts: [{ name: 'selinux-01', address: '127.0.0.1', port }],
    keyFile: join(image, 'id_ed25519'),
    knownHostsFile,
    consoleFile: join(folder, 'console.log'),
  }
  const qemu = await startQemu(join(tree, 'root'), image, port, guest.consoleFile)
  try {
    await timed(log, 'booting the host with SELinux', () => waitForLogin(guest, qemu))
    return { guest, stop: () => stopQemu(qemu) }
  } catch (error) {
    await stopQemu(qemu)
    throw error
  }
}

/**
 * The disk is never written to: qemu keeps what the guest writes in an unnamed file. The kernel ends qemu when this
 * process is gone.
 */
async function startQemu(root: string, image: string, port: number, consoleFile: string) {
  const machine = ['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', '1536']
  const kernel = ['-kernel', '/mnt/vmlinuz', '-initrd', '/mnt/initrd']
  const append =
    'root=/dev/vda rw console=ttyS0 quiet mitigations=off nokaslr security=selinux selinux=1 enforcing=1 audit=1'
  const disk = ['-drive', 'file=/mnt/disk.img,if=virtio,format=raw,snapshot=on,cache=unsafe']
  const net = ['-netdev', `user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`]
  const devices = ['-device', 'virtio-net-pci,netdev=n,romfile=', '-device', 'virtio-rng-pci']
  const quiet = ['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-nodefaults']
  const qemu = [...machine, ...kernel, '-append', append, ...disk, ...net, ...devices, ...quiet]
  const script = `mount --bind "$1" "$2/mnt" && mount -t proc proc "$2/proc" && mount --bind /dev "$2/dev" && shift && exec chroot "$@"`
  const inside = ['sh', '-c', script, 'sh', image, root, 'qemu-system-x86_64', ...qemu]
  const isolation = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  const console_ = await open(consoleFile, 'w')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'nice', '-n', '5', ...isolation, ...inside], {
    stdio: ['ignore', console_.fd, console_.fd],
  })
  await console_.close()
  return child
}

async function waitForLogin(guest: Guest, qemu: ChildProcess): Promise<void> {
  const deadline = Date.now() + bootLimitMs
  while (Date.now() < deadline) {
    if (qemu.exitCode !== null || qemu.signalCode !== null) throw await bootError(guest, 'qemu ended')
    const { code } = await ssh(guest, guest.hosts[0]!, 'true')
    if (code === 0) return
    await sleep(1000)
  }
  throw await bootError(guest, `nobody could log in for ${bootLimitMs / 1000} s`)
}

async function bootError({ consoleFile }: Guest, why: string): Promise<PlaybookError> {
  return new PlaybookError('E_LAB_SELINUX', `The host with SELinux did not boot: ${why}.`, {
    details: lastLines(await readFile(consoleFile, 'utf8'), 12),
    hint: `Its console: ${consoleFile}`,
  })
}

async function stopQemu(qemu: ChildProcess): Promise<void> {
  if (qemu.exitCode !== null || qemu.signalCode !== null) return
  const ended = once(qemu, 'exit')
  qemu.kill('SIGKILL')
  await ended
}

/** A port of the loopback interface that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
