// Tracks the processes of an instance by control groups.

import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The hierarchies systemd looks at: the unified one (v2) and, on hybrid machines, v1's `name=systemd`.
 * Format: proc(5), /proc/PID/mountinfo.
 */
export function cgroupRoots(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => {
      const [type, , superOptions = ''] = fields.slice(fields.indexOf('-') + 1)
      return type === 'cgroup2' || (type === 'cgroup' && superOptions.split(',').includes('name=systemd'))
    })
    .map((fields) => fields[4] ?? '')
}

/** The folders of a group, one in each hierarchy. The instance's number is its name: `cgroupFolders(0, 'was-01')`. */
export function cgroupFolders(number: number, ...below: string[]): string[] {
  return cgroupRoots().map((root) => join(root, `run-playbook-lab.${number}`, ...below))
}

export async function makeCgroups(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
}

/** The processes in the groups and in those below them. */
export async function processesIn(folders: readonly string[]): Promise<number[]> {
  const pids = await Promise.all(folders.map(processesBelow))
  return [...new Set(pids.flat())]
}

/** Kills every process in the groups and waits until the kernel has none left there. */
export async function killAll(folders: readonly string[], limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs
  for (let pids = await processesIn(folders); pids.length > 0; pids = await processesIn(folders)) {
    if (Date.now() > deadline) throw new Error(`processes ${pids.join(', ')} do not die`)
    for (const pid of pids) signal(pid, 'SIGKILL')
    await sleep(20)
  }
}

/** Sends a signal; a process that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone meanwhile
  }
}

/** Removes the groups and those below them; the kernel may call an emptied group busy for a moment. */
export async function removeCgroups(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map((folder) => removeTree(folder, Date.now() + 5000)))
}

async function processesBelow(folder: string): Promise<number[]> {
  const own = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
  const below = await Promise.all((await children(folder)).map(processesBelow))
  return [...own.split('\n').filter(Boolean).map(Number), ...below.flat()].filter((pid) => pid > 0)
}

async function removeTree(folder: string, deadline: number): Promise<void> {
  for (const child of await children(folder)) await removeTree(child, deadline)
  for (;;) {
    const code = await rmdir(folder).then(
      () => 'gone',
      (error: NodeJS.ErrnoException) => error.code,
    )
    if (code === 'gone' || code === 'ENOENT') return
    if (Date.now() > deadline) throw new Error(`rmdir ${folder}: ${code}`)
    await sleep(50)
  }
}

async function children(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
}
