// Prints which hosts of an instance are up.

import { answersSsh, isAlive, systemState } from './instance/host.ts'
import { instanceFiles } from './instance/instanceFiles.ts'
import { fetchShares, mirrorUrl } from './instance/mirror.ts'
import { ownedNetwork } from './instance/network.ts'
import type { Address, Topology } from './instance/topology.ts'

/** Prints the instance's state and says whether all of it is up. */
export async function printStatus(name: string): Promise<boolean> {
  const files = instanceFiles(name)
  const network = await ownedNetwork(files)
  if (!network) {
    console.log(`lab ${name} is down`)
    return false
  }
  const rows = await Promise.all(network.hosts.map((host) => hostRow(host, network, files)))
  const isServed = (await fetchShares(network)) !== undefined
  for (const { cells } of [{ cells: ['HOST', 'ADDRESS', 'CONTAINER', 'SYSTEM', 'SSH'] }, ...rows])
    console.log(
      cells
        .map((cell) => cell.padEnd(12))
        .join('')
        .trimEnd(),
    )
  console.log(`mirror:      ${mirrorUrl(network)} (${isServed ? 'serving' : 'not answering'})`)
  console.log(`inventory:   ${files.inventoryFile}\nkey:         ${files.keyFile}`)
  console.log(`known_hosts: ${files.knownHostsFile}\npasswords:   ${files.passwordsFile}`)
  return isServed && rows.every(({ isUp }) => isUp)
}

async function hostRow(host: Address, network: Topology, files: ReturnType<typeof instanceFiles>) {
  const alive = await isAlive({ host, network, files, image: '', packages: '' })
  const hasSsh = alive && (await answersSsh(host.address))
  const system = hasSsh ? (await systemState(files, host)).trim() || 'no login' : '-'
  const cells = [host.name, host.address, alive ? 'up' : 'down', system, hasSsh ? 'yes' : 'no']
  return { cells, isUp: system === 'running' }
}
