// Starts the HTTP server of sources and packages, and finds it again.

import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { cgroupFolders, killAll, makeCgroups } from '../machine/cgroup.ts'
import type { InstanceFiles } from './instanceFiles.ts'
import type { Shares } from './mirrorServer.ts'
import { mirrorPort, type Topology } from './topology.ts'

const startScript = `for group in $GROUPS_TO_ENTER; do echo 0 >"$group/cgroup.procs" || exit; done; exec "$@"`

/** The mirror's address. @example mirrorUrl(topology(0)) // 'http://10.98.0.1:8098' */
export const mirrorUrl = ({ bridgeAddress }: Topology) => `http://${bridgeAddress}:${mirrorPort}`

/** Starts the mirror unless it runs and serves just these folders. */
export async function startMirror(network: Topology, shares: Shares, files: InstanceFiles): Promise<void> {
  if (await isServing(network, shares)) return
  const groups = cgroupFolders(network.number, 'mirror')
  await killAll(groups)
  await makeCgroups(groups)
  await launch(network, shares, files, groups)
  for (const deadline = Date.now() + 20_000; !(await isServing(network, shares)); await sleep(50))
    if (Date.now() > deadline)
      throw new PlaybookError(
        'E_LAB_MIRROR',
        `No answer from ${mirrorUrl(network)}.`,
        `Read ${files.mirrorLog}.`,
      )
}

/** Whether the mirror answers, and serves these folders. */
async function isServing(network: Topology, shares: Shares): Promise<boolean> {
  const answer = await fetchShares(network)
  return answer?.sources === shares.sources && answer.packages === shares.packages
}

/** What the mirror of this network serves, if there is one. */
export async function fetchShares(network: Topology): Promise<Shares | undefined> {
  return fetch(`${mirrorUrl(network)}/lab`, { signal: AbortSignal.timeout(1000) }).then(
    (response) => response.json() as Promise<Shares>,
    () => undefined,
  )
}

async function launch(
  network: Topology,
  shares: Shares,
  files: InstanceFiles,
  groups: string[],
): Promise<void> {
  const program = fileURLToPath(import.meta.resolve('./mirrorServer.js'))
  const command = [
    process.execPath,
    program,
    network.bridgeAddress,
    `${mirrorPort}`,
    shares.sources,
    shares.packages,
  ]
  const log = await open(files.mirrorLog, 'a')
  spawn('sh', ['-c', startScript, 'sh', ...command], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { GROUPS_TO_ENTER: groups.join(' ') },
  }).unref()
  await log.close()
}
