// Claims and releases the bridge of an instance: a subnet without a way out.

import { join } from 'node:path'
import { PlaybookError } from '../../src/model/errors/error.ts'
import { cgroupFolders, killAll } from '../machine/cgroup.ts'
import { exists } from '../machine/exists.ts'
import { sharedFolder } from '../machine/folders.ts'
import { withLock } from '../machine/lock.ts'
import { run } from '../machine/run.ts'
import { allRecords, type InstanceFiles, readInstanceRecord } from './instanceFiles.ts'
import { type FlavourName, numbersFor, type Topology, topology } from './topology.ts'

type Link = { readonly ifname: string; readonly ifalias?: string }
type Route = { readonly dst: string; readonly dev?: string }

/**
 * Takes a subnet for the instance and makes its bridge, or finds the one it has. The bridge's alias says whose it is.
 * The number it had before is kept if it is still free.
 */
export async function claimNetwork(
  name: string,
  { folder }: InstanceFiles,
  flavour: FlavourName,
): Promise<Topology> {
  return withLock(join(sharedFolder(), 'network.lock'), async () =>
    bringUp(topology(await claim(name, folder), flavour)),
  )
}

async function claim(name: string, folder: string): Promise<number> {
  const mine = await ownedNumber(folder)
  if (mine !== undefined) return mine
  await removeUnfinished()
  const [links, routes, records] = await Promise.all([allLinks(), allRoutes(), allRecords()])
  const candidates = numbersFor(name, records).map((number) => topology(number))
  for (const candidate of candidates) {
    if (ownerOf(candidate, links, routes)) continue
    if (!(await makeBridge(candidate, folder))) continue
    await killAll(cgroupFolders(candidate.number)) // hosts whose bridge was taken away are cut off for good
    return candidate.number
  }
  const first = candidates[0] ?? topology(0)
  throw new PlaybookError(
    'E_LAB_SUBNET_TAKEN',
    `Subnet ${first.subnet} of lab "${name}" is taken by ${ownerOf(first, links, routes) ?? 'something else'}.`,
    'Free that subnet, or bring up a lab of another name: npm run lab -- up --name other',
  )
}

/** The network the instance holds now, if any. */
export async function ownedNetwork(files: InstanceFiles): Promise<Topology | undefined> {
  const number = await ownedNumber(files.folder)
  return number === undefined ? undefined : topology(number, (await readInstanceRecord(files))?.flavour)
}

async function ownedNumber(folder: string): Promise<number | undefined> {
  const bridge = (await allLinks()).find((link) => link.ifalias === aliasOf(folder))
  return bridge && Number(bridge.ifname.replace('rplab', ''))
}

/** Whether the number's bridge is gone while something of it still runs. */
export async function isAbandoned(number: number): Promise<boolean> {
  const { bridge } = topology(number)
  const hasBridge = (await allLinks()).some(({ ifname }) => ifname === bridge)
  return !hasBridge && (await Promise.all(cgroupFolders(number).map(exists))).includes(true)
}

/** Removes the bridge and what is still plugged into it. */
export async function releaseNetwork({ bridge }: Topology): Promise<void> {
  const links = await allLinks()
  const ports = JSON.parse(
    (await run`ip -j link show master ${bridge} 2>/dev/null || true`) || '[]',
  ) as Link[]
  for (const { ifname } of ports) await run`ip link delete ${ifname} 2>/dev/null || true`
  if (links.some((link) => link.ifname === bridge)) await run`ip link delete ${bridge}`
}

/** A bridge without an alias is what a killed `up` left between making and naming it; the lock is ours. */
async function removeUnfinished(): Promise<void> {
  for (const { ifname, ifalias } of await allLinks())
    if (/^rplab\d+$/.test(ifname) && !ifalias) await run`ip link delete ${ifname}`
}

// A bridge takes the lowest address of its ports, so it changes as hosts come and go, unless it is given one.
async function makeBridge({ bridge, number }: Topology, folder: string): Promise<boolean> {
  const address = `02:98:00:00:00:${number.toString(16).padStart(2, '0')}`
  const made = await run`ip link add ${bridge} address ${address} type bridge`.then(
    () => true,
    () => false,
  )
  if (made) await run`ip link set ${bridge} alias ${aliasOf(folder)}`
  return made
}

async function bringUp(network: Topology): Promise<Topology> {
  await run`ip address replace ${`${network.bridgeAddress}/24`} dev ${network.bridge}`
  await run`ip link set ${network.bridge} up`
  return network
}

/** Who holds the bridge's name or a route into the subnet; pure. */
export function ownerOf(
  candidate: Topology,
  links: readonly Link[],
  routes: readonly Route[],
): string | undefined {
  const link = links.find(({ ifname }) => ifname === candidate.bridge)
  if (link) return link.ifalias || `the interface ${link.ifname}`
  const prefix = `10.98.${candidate.number}.`
  const route = routes.find(({ dst }) => dst.startsWith(prefix))
  return route && `the route to ${route.dst} through ${route.dev ?? 'somewhere'}`
}

const allLinks = async () => JSON.parse((await run`ip -j link show`) || '[]') as Link[]
const allRoutes = async () => JSON.parse((await run`ip -j -4 route show table all`) || '[]') as Route[]
const aliasOf = (folder: string) => `run-playbook-lab ${folder}`
