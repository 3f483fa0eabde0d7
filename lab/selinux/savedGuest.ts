// Keeps a host with SELinux as it is when it has booted: disk, memory and processor.

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabArtifact } from '../artifacts/artifactCache.ts'
import { exists } from '../machine/exists.ts'
import { run } from '../machine/run.ts'
import { type GuestFolders, startGuest } from './guest.ts'
import { inTree, machineText } from './qemu.ts'

/**
 * Timers that would run because days have gone by since the guest was saved; and programs that the tests use, which are
 * read from the disk once.
 */
const settle = `systemctl --quiet stop '*.timer'
firewall-cmd --state
semanage port -l >/dev/null
restorecon -nR /etc /home
su ops -c 'sudo -n sh -c :'
java -version 2>/dev/null
sync`

/** `disk.qcow2` on top of the image's disk, and `memory`: what has to be the same for qemu to go on with them is its key. */
export async function savedGuest(folders: GuestFolders): Promise<LabArtifact> {
  const version = await run`chroot ${folders.root} qemu-system-x86_64 --version`
  const hostKey = await readFile(join(folders.image, 'host.pub'), 'utf8')
  return {
    kind: 'guest',
    recipe: [version, hostKey, machineText, settle].join('\n'),
    make: async (saved) => {
      const files = { ...folders, saved }
      await run`${inTree(files)} qemu-img create -q -f qcow2 -b /mnt/disk.img -F raw /media/disk.qcow2`
      const { qemu, stop, onGuest } = await startGuest(files, saved, 'boot to save')
      try {
        await onGuest(settle)
        const ended = once(qemu, 'exit')
        qemu.stdin!.write('migrate_set_parameter max-bandwidth 100G\n')
        qemu.stdin!.write(
          'migrate "exec:cat >/media/memory.part && mv /media/memory.part /media/memory"\nquit\n',
        )
        await ended
        if (!(await exists(join(saved, 'memory')))) throw new Error('qemu wrote no memory')
      } finally {
        await stop()
      }
    },
  }
}
