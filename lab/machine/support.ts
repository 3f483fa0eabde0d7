// Checks whether this machine can run a lab.

import { mkdir, mkdtemp, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupRoots } from './cgroup.ts'
import { labFolder, sharedFolder } from './folders.ts'
import { run } from './run.ts'

type Support = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Tries what the lab does, in small, and says in one line what does not work. Leaves nothing behind. */
export async function isSupported(): Promise<Support> {
  for (const check of [checkSystem, checkFolder, checkCgroups, checkOverlay, checkBridge]) {
    const reason = await check()
    if (reason) return { ok: false, reason }
  }
  return { ok: true }
}

async function checkSystem(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `the lab runs on Linux, not on ${process.platform}`
  if (process.getuid?.() !== 0) return 'the lab needs root: it makes containers, bridges and mounts'
  if (process.arch !== 'x64') return `the lab's image is for x64, not for ${process.arch}`
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  if (!/^ID=debian$/m.test(release)) return 'the lab builds its image with the apt of a Debian machine'
}

async function checkFolder(): Promise<string | undefined> {
  if (/[:,\\\s]/.test(labFolder())) return `an overlay mount cannot name ${labFolder()}; set XDG_CACHE_HOME`
}

async function checkCgroups(): Promise<string | undefined> {
  const roots = cgroupRoots()
  if (roots.length === 0) return 'no control groups are mounted'
  for (const root of roots) {
    const failed = await mkdtemp(join(root, 'run-playbook-lab.probe-'))
      .then(rmdir)
      .catch((error: Error) => error.message)
    if (failed) return `control groups are not writable (a plain container?): ${failed}`
  }
}

async function checkOverlay(): Promise<string | undefined> {
  await mkdir(sharedFolder(), { recursive: true })
  const folder = await mkdtemp(join(sharedFolder(), 'probe-'))
  try {
    for (const name of ['lower', 'upper', 'work', 'root']) await mkdir(join(folder, name))
    const options = `lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work`
    await run`unshare --mount --propagation private mount -t overlay overlay -o ${options} ${folder}/root`
  } catch (error) {
    return `no overlay can be mounted on ${sharedFolder()}: ${details(error)}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// Tried in a network namespace that dies with the command. Where `ip` is missing, `up` brings it.
async function checkBridge(): Promise<string | undefined> {
  const isMissing = await run`command -v ip || test -x /usr/sbin/ip`.then(
    () => false,
    () => true,
  )
  if (isMissing) return
  return run`unshare --net sh -c ${'ip link add rplabprobe type bridge && ip link add rpa type veth peer name rpb'}`.then(
    () => undefined,
    (error) => `no bridge can be made: ${details(error)}`,
  )
}

function details(error: unknown): string {
  const { details: lines = [], message } = error as { details?: string[]; message: string }
  return lines.at(-1) ?? message
}
