// Starts qemu in its own root file system, and ends it by its own pid.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'

/** Folders and files that a qemu uses; paths of this machine. */
export type QemuFiles = {
  /** The root file system that qemu is installed in. */
  readonly root: string
  /** With `disk.img`, `vmlinuz` and `initrd`; seen as /mnt. */
  readonly image: string
  /** With `disk.qcow2` and `memory` of a saved guest; seen as /media. */
  readonly saved?: string
  /** What the kernel and systemd print on the serial console, and qemu itself. */
  readonly consoleFile: string
}

/**
 * How a guest starts: from `disk.img`; from it with a `disk.qcow2` on top that keeps what is written, to be saved; or as it
 * was saved. What the first and the last write is gone with them.
 */
export type Start = 'boot' | 'boot to save' | 'restore'

const kernelWords =
  'root=/dev/vda rw console=ttyS0 quiet mitigations=off nokaslr security=selinux selinux=1 enforcing=1 audit=1'

/** A processor without the extensions that take long to emulate; what is translated once is kept, of Java above all. */
const machine = '-machine pc-q35-7.2 -accel tcg,thread=multi,tb-size=512 -cpu Nehalem -m 1536'.split(' ')

/** A guest that was saved can only be restored by a qemu that is started in the same way. */
export const machineText = [...machine, kernelWords].join(' ')

const disks: { readonly [start in Start]: string } = {
  boot: 'file=/mnt/disk.img,format=raw,snapshot=on',
  'boot to save': 'file=/media/disk.qcow2,format=qcow2',
  restore: 'file=/media/disk.qcow2,format=qcow2,snapshot=on',
}

/** Shows `image` and `saved` below the root, in a mount namespace of its own, and becomes the command that follows. */
export function inTree({ root, image, saved = image }: Omit<QemuFiles, 'consoleFile'>): readonly string[] {
  const script = `root=$1; mount --bind "$2" "$root/mnt" && mount --bind "$3" "$root/media" && mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && shift 3 && exec chroot "$root" "$@"`
  const isolation = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  return [...isolation, 'sh', '-c', script, 'sh', root, image, saved]
}

/** The kernel ends qemu when this process is gone. Its monitor reads commands on stdin. */
export async function startQemu(files: QemuFiles, start: Start, port: number): Promise<ChildProcess> {
  const kernel = ['-kernel', '/mnt/vmlinuz', '-initrd', '/mnt/initrd', '-append', kernelWords]
  const disk = ['-drive', `${disks[start]},if=virtio,cache=unsafe`]
  const net = ['-netdev', `user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:22`]
  const devices = ['-device', 'virtio-net-pci,netdev=n,romfile=', '-device', 'virtio-rng-pci']
  const console_ = ['-chardev', 'file,id=console,path=/dev/fd/3,append=on', '-serial', 'chardev:console']
  const quiet = ['-display', 'none', '-monitor', 'stdio', '-nodefaults', ...console_]
  const saved = start === 'restore' ? ['-incoming', 'exec:cat /media/memory'] : []
  const qemu = ['qemu-system-x86_64', ...machine, ...kernel, ...disk, ...net, ...devices, ...quiet, ...saved]
  await writeFile(files.consoleFile, '')
  const output = await open(files.consoleFile, 'a')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'nice', '-n', '5', ...inTree(files), ...qemu], {
    stdio: ['pipe', output.fd, output.fd, output.fd],
  })
  child.stdin!.on('error', () => {}) // of a qemu that is gone
  await output.close()
  return child
}

export function isEnded(qemu: ChildProcess): boolean {
  return qemu.exitCode !== null || qemu.signalCode !== null
}

export async function stopQemu(qemu: ChildProcess): Promise<void> {
  if (isEnded(qemu)) return
  const ended = once(qemu, 'exit')
  qemu.kill('SIGKILL')
  await ended
}
