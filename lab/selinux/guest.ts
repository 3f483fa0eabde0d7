// Starts a host with SELinux under qemu, and waits until root can log in.

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { ssh } from '../instance/ssh.ts'
import type { Address } from '../instance/topology.ts'
import { lastLines } from '../machine/run.ts'
import { isEnded, type QemuFiles, type Start, startQemu, stopQemu } from './qemu.ts'

/** A host that is up: root logs in, `ops` too, who has sudo without a password. */
export type Guest = {
  readonly hosts: readonly Address[]
  readonly keyFile: string
  readonly knownHostsFile: string
  /** What the kernel and systemd print on its serial console. */
  readonly consoleFile: string
}

/** Where a guest's files are: `root` with qemu, its `image`, what was `saved` of it, and a `folder` for its own. */
export type GuestFolders = Omit<QemuFiles, 'consoleFile'>

export type Started = {
  readonly guest: Guest
  readonly qemu: ChildProcess
  readonly stop: () => Promise<void>
  /** Runs a script there as root. @throws PlaybookError E_LAB_SELINUX if it fails */
  readonly onGuest: (script: string) => Promise<void>
}

/** On an idle machine 50 seconds and 3; the limits are for one that has much else to do. */
const limitMs = { boot: 900_000, 'boot to save': 900_000, restore: 240_000 }

/** Starts a guest, and waits until root can log in. It has this machine's time then, whenever it was saved. */
export async function startGuest(folders: GuestFolders, folder: string, start: Start): Promise<Started> {
  const port = await freePort()
  const knownHostsFile = join(folder, 'known_hosts')
  await writeFile(
    knownHostsFile,
    `[127.0.0.1]:${port} ${await readFile(join(folders.image, 'host.pub'), 'utf8')}`,
  )
  const guest: Guest = {
    hosts: [{ name: 'selinux-01', address: '127.0.0.1', port }],
    keyFile: join(folders.image, 'id_ed25519'),
    knownHostsFile,
    consoleFile: join(folder, 'console.log'),
  }
  const qemu = await startQemu({ ...folders, consoleFile: guest.consoleFile }, start, port)
  const stop = () => stopQemu(qemu)
  const onGuest = async (script: string) => {
    const { code, stderr } = await ssh(guest, guest.hosts[0]!, script)
    if (code !== 0) throw await guestError(guest, `"${script}" failed there with code ${code}: ${stderr}`)
  }
  try {
    await waitForLogin(guest, qemu, limitMs[start])
    return { guest, qemu, stop, onGuest }
  } catch (error) {
    await stop()
    throw error
  }
}

/** At the limit qemu is ended, which ends a login that hangs, too. */
async function waitForLogin(guest: Guest, qemu: ChildProcess, limit: number): Promise<void> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    qemu.kill('SIGKILL')
  }, limit)
  try {
    while (!isEnded(qemu)) {
      const { code } = await ssh(guest, guest.hosts[0]!, `date --set=@${Math.ceil(Date.now() / 1000)}`)
      if (code === 0) return
      await sleep(1000)
    }
  } finally {
    clearTimeout(timer)
  }
  throw await guestError(guest, isLate ? `nobody could log in for ${limit / 1000} s` : 'qemu ended')
}

async function guestError({ consoleFile }: Guest, why: string): Promise<PlaybookError> {
  return new PlaybookError('E_LAB_SELINUX', `The host with SELinux is not up: ${why}.`, {
    details: lastLines(await readFile(consoleFile, 'utf8'), 12),
    hint: `Its console: ${consoleFile}`,
  })
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
