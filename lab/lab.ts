// The lab: four real hosts on this machine, brought up, found again and taken down by name.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../src/model/errors/error.ts'
import { cached, folderOf } from './cached.ts'
import { cgroupFolders, killAll, removeCgroups } from './cgroup.ts'
import { makeCredentials, writeKnownHosts } from './credentials.ts'
import type { Lab } from './description.ts'
import { exists } from './exists.ts'
import { awaitHost, type HostPlace, isHostUp, reviveHost, stopHost } from './host.ts'
import { image } from './image.ts'
import {
  type InstanceFiles,
  type InstanceRecord,
  instanceFiles,
  readRecord,
  writeRecord,
} from './instance.ts'
import { writeInventory } from './inventory.ts'
import { withLock } from './lock.ts'
import { prepareMachine } from './machine.ts'
import { askShares, mirrorUrl, startMirror } from './mirror.ts'
import type { Shares } from './mirrorServer.ts'
import { claimNetwork, isAbandoned, ownedNetwork, releaseNetwork } from './network.ts'
import { packages } from './packages.ts'
import { type Say, silent, timed } from './progress.ts'
import { readSources, type Sources, sources } from './sources.ts'
import { isSupported } from './support.ts'
import { DEFAULT_NAME, type Topology, topology } from './topology.ts'
import { removeUnusedImages } from './unused.ts'

export type { Lab } from './description.ts'
export { type Answer, ssh } from './ssh.ts'
export { isSupported } from './support.ts'

export type UpOptions = {
  /** Throws the hosts' state away first. */
  readonly isFresh?: boolean
  /** Hears what is being done. */
  readonly say?: Say
}

/**
 * Brings the lab `name` up, from whatever state it is in, and waits until every host runs.
 * @example const lab = await up('e2e-failover', { isFresh: true })
 */
export async function up(
  name: string = DEFAULT_NAME,
  { isFresh = false, say = silent }: UpOptions = {},
): Promise<Lab> {
  const support = await isSupported()
  if (!support.ok) throw new PlaybookError('E_LAB_UNSUPPORTED', `No lab on this machine: ${support.reason}.`)
  const files = instanceFiles(name)
  await prepareMachine(say)
  return withLock(files.lock, () => raise(name, files, isFresh, say), say)
}

/** Takes the lab down: no process, interface, mount or group of it stays. `isPurge` deletes its state as well. */
export async function down(
  name: string = DEFAULT_NAME,
  { isPurge = false, say = silent }: { isPurge?: boolean; say?: Say } = {},
): Promise<void> {
  const files = instanceFiles(name)
  await withLock(files.lock, () => lower(files, isPurge, say), say)
  if (isPurge) await rm(files.lock, { force: true })
}

/** The lab `name` if it is up: its network is there and its mirror answers. */
export async function find(name: string = DEFAULT_NAME): Promise<Lab | undefined> {
  const files = instanceFiles(name)
  const network = await ownedNetwork(files.folder)
  const shares = network && (await askShares(network))
  return network && shares && describe(name, files, network, shares)
}

async function raise(name: string, files: InstanceFiles, isFresh: boolean, say: Say): Promise<Lab> {
  const last = await readRecord(files)
  const [baseImage, sourcesFolder] = await Promise.all([
    chooseImage(files, isFresh ? undefined : last, say),
    cached(sources, say),
  ])
  const packagesFolder = await cached(await packages(baseImage), say)
  const network = await claimNetwork(name, files.folder)
  const hasMoved = last !== undefined && (last.image !== baseImage || last.number !== network.number)
  if (isFresh || hasMoved) await discardHosts(files, network, baseImage, say)
  await writeRecord(files, { number: network.number, image: baseImage })
  await removeUnusedImages()
  await makeCredentials(files)
  await writeKnownHosts(files, network.hosts)
  const shares = { sources: sourcesFolder, packages: packagesFolder }
  await startMirror(network, shares, files)
  await raiseHosts(places(files, network, baseImage), name, say)
  const lab = await describe(name, files, network, shares)
  await writeInventory(lab)
  return lab
}

/** Hosts keep the image they were made on, for their layers fit no other; new hosts get the present one. */
async function chooseImage(
  files: InstanceFiles,
  last: InstanceRecord | undefined,
  say: Say,
): Promise<string> {
  if (!last || !(await exists(last.image)) || !(await exists(join(files.folder, 'hosts'))))
    return cached(image, say)
  if (last.image !== folderOf(image))
    say('the hosts are on an older image; `up --fresh` takes the present one')
  return last.image
}

async function raiseHosts(all: readonly HostPlace[], name: string, say: Say): Promise<void> {
  const areUp = await Promise.all(all.map(isHostUp))
  const missing = all.filter((_, index) => !areUp[index])
  const names = missing.map(({ host }) => host.name).join(' ')
  if (missing.length === 0) say(`lab ${name} is up already`)
  else
    await timed(say, `booting ${names}`, async () => {
      await Promise.all(missing.map(reviveHost))
      await Promise.all(missing.map((place) => awaitHost(place, say)))
    })
  await Promise.all(all.filter((_, index) => areUp[index]).map((place) => awaitHost(place, say)))
}

async function discardHosts(
  files: InstanceFiles,
  network: Topology,
  baseImage: string,
  say: Say,
): Promise<void> {
  say("throwing the hosts' state away")
  await Promise.all(places(files, network, baseImage).map((place) => stopHost(place, 0)))
  await rm(join(files.folder, 'hosts'), { recursive: true, force: true })
}

async function lower(files: InstanceFiles, isPurge: boolean, say: Say): Promise<void> {
  const network = await networkToLower(files)
  if (network) {
    await timed(say, 'stopping the hosts', async () => {
      const limitMs = isPurge ? 0 : 20_000
      await Promise.all(places(files, network, '').map((place) => stopHost(place, limitMs)))
      await killAll(cgroupFolders(network.number))
    })
    await removeCgroups(cgroupFolders(network.number))
    await releaseNetwork(network)
  } else say('it is down already')
  if (isPurge) await rm(files.folder, { recursive: true, force: true })
}

/** The network it holds, or, where only the bridge is gone, the one it remembers. */
async function networkToLower(files: InstanceFiles): Promise<Topology | undefined> {
  const last = await readRecord(files)
  const remembered = last && (await isAbandoned(last.number)) ? topology(last.number) : undefined
  return (await ownedNetwork(files.folder)) ?? remembered
}

function places(files: InstanceFiles, network: Topology, baseImage: string): HostPlace[] {
  return network.hosts.map((host) => ({ host, network, files, image: baseImage }))
}

async function describe(name: string, files: InstanceFiles, network: Topology, shares: Shares): Promise<Lab> {
  const { folder, keyFile, knownHostsFile, passwordsFile, inventoryFile } = files
  const { hosts, bridgeAddress, subnet } = network
  const found = await readSources(shares.sources)
  const mirror = mirrorUrl(network)
  return {
    ...{ name, folder, keyFile, knownHostsFile, passwordsFile, inventoryFile },
    ...{ hosts, bridgeAddress, subnet, mirror, sources: found },
    inventoryVars: inventoryVars(`${mirror}/dist`, found),
  }
}

function inventoryVars(mirror: string, { tomcat, httpd, modJk }: Sources): Record<string, string> {
  return {
    mirror,
    tomcat_version: tomcat.version,
    tomcat_sha512: tomcat.sha512,
    httpd_version: httpd.version,
    httpd_sha512: httpd.sha512,
    mod_jk_version: modJk.version,
    mod_jk_sha512: modJk.sha512,
  }
}
