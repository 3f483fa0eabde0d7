// Gives the tests hosts with SELinux, each as it was saved when it had booted.

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { artifactFolder, cachedArtifact } from '../artifacts/artifactCache.ts'
import { exists } from '../machine/exists.ts'
import { labFolder } from '../machine/folders.ts'
import { withLock } from '../machine/lock.ts'
import { type Log, timed } from '../machine/log.ts'
import { prepareMachine } from '../machine/prerequisites.ts'
import { type Guest, type GuestFolders, type Started, startGuest } from './guest.ts'
import { qemuTree, selinuxImage } from './image.ts'
import { savedGuest } from './savedGuest.ts'

/** Why there can be no guest on this machine; undefined: there can. */
export async function whyNoGuest(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `qemu runs in a Linux chroot, not on ${process.platform}`
  if (process.getuid?.() !== 0) return 'it needs root: labels are set, and qemu runs in a chroot'
  if (process.arch !== 'x64') return `its image is for x64, not for ${process.arch}`
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID=debian$/m.test(release)) return 'its image is built with the apt of a Debian machine'
}

/** Whether the image is made already, which takes minutes. */
export async function hasImage(): Promise<boolean> {
  const pieces = await Promise.all([qemuTree, selinuxImage].map((each) => exists(artifactFolder(each))))
  return pieces.every(Boolean)
}

/** Makes what guests start from, unless it is there: qemu, the image, and a guest that has booted. */
export async function prepareGuests(log: Log): Promise<GuestFolders> {
  await prepareMachine(log)
  const folders = {
    root: join(await cachedArtifact(qemuTree, log), 'root'),
    image: await cachedArtifact(selinuxImage, log),
  }
  try {
    return { ...folders, saved: await cachedArtifact(await savedGuest(folders), log) }
  } catch (error) {
    log(`the host with SELinux boots each time, for it cannot be saved: ${errorText(error)}`)
    return folders
  }
}

/**
 * Gives `work` a guest with a fresh disk, and ends it. What was written there is gone with it. `slot`: guests of different
 * numbers run beside one another, one of a number at a time.
 *
 * @throws PlaybookError E_LAB_SELINUX: it does not boot; the last lines of its console
 */
export function withGuest<T>(
  folders: GuestFolders,
  slot: number,
  log: Log,
  work: (guest: Guest) => Promise<T>,
): Promise<T> {
  const guestsWork = async () => {
    const folder = join(labFolder(), 'selinux', String(slot))
    await mkdir(folder, { recursive: true })
    const { guest, stop } = await restoreOrBoot(folders, folder, log)
    try {
      return await work(guest)
    } finally {
      await stop()
    }
  }
  return withLock(join(labFolder(), `selinux-${slot}.lock`), guestsWork, log)
}

async function restoreOrBoot(folders: GuestFolders, folder: string, log: Log): Promise<Started> {
  if (folders.saved !== undefined) {
    try {
      return await startGuest(folders, folder, 'restore')
    } catch (error) {
      log(`the host with SELinux boots, for the saved one does not go on: ${errorText(error)}`)
    }
  }
  return timed(log, 'booting the host with SELinux', () => startGuest(folders, folder, 'boot'))
}

function errorText(error: unknown): string {
  const details = error instanceof PlaybookError ? (error.details ?? []) : []
  return [error instanceof Error ? error.message : String(error), ...details].join('\n')
}
