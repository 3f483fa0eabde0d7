// Brings a lab of real hosts up, finds it again, takes it down.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PlaybookError } from '../src/model/errors/error.ts'
import { artifactFolder, cachedArtifact, type LabArtifact } from './artifacts/artifactCache.ts'
import { readSources, type Sources, sources } from './artifacts/sources.ts'
import { flavours } from './flavours.ts'
import { makeCredentials, writeKnownHosts } from './instance/credentials.ts'
import type { Lab } from './instance/description.ts'
import { type HostSpec, isHostUp, reviveHost, stopHost, waitForHost } from './instance/host.ts'
import {
  type InstanceFiles,
  type InstanceRecord,
  instanceFiles,
  readInstanceRecord,
  writeRecord,
} from './instance/instanceFiles.ts'
import { writeInventory } from './instance/inventory.ts'
import { fetchShares, mirrorUrl, startMirror } from './instance/mirror.ts'
import type { Shares } from './instance/mirrorServer.ts'
import { claimNetwork, isAbandoned, ownedNetwork, releaseNetwork } from './instance/network.ts'
import { defaultName, type FlavourName, type Topology, topology } from './instance/topology.ts'
import { cgroupFolders, killAll, removeCgroups } from './machine/cgroup.ts'
import { exists } from './machine/exists.ts'
import { withLock } from './machine/lock.ts'
import { type Log, noLog, timed } from './machine/log.ts'
import { prepareMachine } from './machine/prerequisites.ts'
import { isSupported } from './machine/support.ts'
import { pruneImages } from './pruneImages.ts'

export type { Lab } from './instance/description.ts'
export { type SshResult as Answer, ssh } from './instance/ssh.ts'
export { isSupported } from './machine/support.ts'

type UpOptions = {
  /** Which hosts it has; without it, those it had, or those of the runbook. */
  readonly flavour?: FlavourName | undefined
  /** Throws the hosts' state away first. */
  readonly isFresh?: boolean
  /** The names of the hosts that are booted; without it, all. */
  readonly hosts?: readonly string[] | undefined
  /** Hears what is being done. */
  readonly log?: Log
}

/**
 * Brings the lab `name` up, from whatever state it is in, and waits until every host runs.
 * @example const lab = await up('e2e-failover', { isFresh: true })
 */
export async function up(
  name: string = defaultName,
  { log = noLog, ...options }: UpOptions = {},
): Promise<Lab> {
  const support = await isSupported()
  if (!support.ok) throw new PlaybookError('E_LAB_UNSUPPORTED', `No lab on this machine: ${support.reason}.`)
  const files = instanceFiles(name)
  await prepareMachine(log)
  return withLock(files.lock, () => bringUp(name, files, { log, ...options }), log)
}

/** Takes the lab down: no process, interface, mount or group of it stays. `isPurge` deletes its state as well. */
export async function down(
  name: string = defaultName,
  { isPurge = false, log = noLog }: { isPurge?: boolean; log?: Log } = {},
): Promise<void> {
  const files = instanceFiles(name)
  await withLock(files.lock, () => takeDown(files, isPurge, log), log)
  if (isPurge) await rm(files.lock, { force: true })
}

/** The lab `name` if it is up: its network is there and its mirror answers. */
export async function find(name: string = defaultName): Promise<Lab | undefined> {
  const files = instanceFiles(name)
  const network = await ownedNetwork(files)
  const shares = network && (await fetchShares(network))
  return network && shares && describe(name, files, network, shares)
}

async function bringUp(
  name: string,
  files: InstanceFiles,
  { flavour: requested, isFresh = false, hosts, log = noLog }: UpOptions,
): Promise<Lab> {
  const last = await readInstanceRecord(files)
  const flavour = requested ?? last?.flavour ?? 'dnf'
  if (last && flavour !== (last.flavour ?? 'dnf')) throw otherFlavour(name, last)
  const [baseImage, sourcesFolder] = await Promise.all([
    chooseImage(files, flavours[flavour].image, isFresh ? undefined : last, log),
    cachedArtifact(sources, log),
  ])
  const packages = await cachedArtifact(await flavours[flavour].packages(baseImage, log), log)
  const network = await claimNetwork(name, files, flavour)
  const hasMoved = last !== undefined && (last.image !== baseImage || last.number !== network.number)
  if (isFresh || hasMoved) await discardHosts(files, network, log)
  await writeRecord(files, { number: network.number, image: baseImage, flavour })
  await pruneImages()
  await makeCredentials(files, network.hosts)
  await writeKnownHosts(files, network.hosts)
  const shares = { sources: sourcesFolder, packages }
  await startMirror(network, shares, files)
  const specs = hostSpecs(files, network, baseImage, packages)
  await bootHosts(hosts ? specs.filter(({ host }) => hosts.includes(host.name)) : specs, name, log)
  const lab = await describe(name, files, network, shares)
  await writeInventory(lab)
  return lab
}

/** Hosts keep the image they were made on, for their layers fit no other; new hosts get the present one. */
async function chooseImage(
  files: InstanceFiles,
  image: LabArtifact,
  last: InstanceRecord | undefined,
  log: Log,
): Promise<string> {
  if (!last || !(await exists(last.image)) || !(await exists(join(files.folder, 'hosts'))))
    return cachedArtifact(image, log)
  if (last.image !== artifactFolder(image))
    log('the hosts are on an older image; `up --fresh` takes the present one')
  return last.image
}

async function bootHosts(all: readonly HostSpec[], name: string, log: Log): Promise<void> {
  const areUp = await Promise.all(all.map(isHostUp))
  const missing = all.filter((_, index) => !areUp[index])
  const names = missing.map(({ host }) => host.name).join(' ')
  if (missing.length === 0) log(`lab ${name} is up already`)
  else
    await timed(log, `booting ${names}`, async () => {
      await Promise.all(missing.map(reviveHost))
      await Promise.all(missing.map((spec) => waitForHost(spec, log)))
    })
  await Promise.all(all.filter((_, index) => areUp[index]).map((spec) => waitForHost(spec, log)))
}

async function discardHosts(files: InstanceFiles, network: Topology, log: Log): Promise<void> {
  log("throwing the hosts' state away")
  await Promise.all(hostSpecs(files, network).map((spec) => stopHost(spec, 0)))
  await rm(join(files.folder, 'hosts'), { recursive: true, force: true })
}

async function takeDown(files: InstanceFiles, isPurge: boolean, log: Log): Promise<void> {
  const network = await networkToRelease(files)
  if (network) {
    await timed(log, 'stopping the hosts', async () => {
      const limitMs = isPurge ? 0 : 20_000
      await Promise.all(hostSpecs(files, network).map((spec) => stopHost(spec, limitMs)))
      await killAll(cgroupFolders(network.number))
    })
    await removeCgroups(cgroupFolders(network.number))
    await releaseNetwork(network)
  } else log('it is down already')
  if (isPurge) await rm(files.folder, { recursive: true, force: true })
}

/** The network it holds, or, where only the bridge is gone, the one it remembers. */
async function networkToRelease(files: InstanceFiles): Promise<Topology | undefined> {
  const last = await readInstanceRecord(files)
  const remembered =
    last && (await isAbandoned(last.number)) ? topology(last.number, last.flavour) : undefined
  return (await ownedNetwork(files)) ?? remembered
}

function hostSpecs(files: InstanceFiles, network: Topology, image = '', packages = ''): HostSpec[] {
  return network.hosts.map((host) => ({ host, network, files, image, packages }))
}

function otherFlavour(name: string, last: InstanceRecord): PlaybookError {
  return new PlaybookError(
    'E_LAB_FLAVOUR',
    `The lab "${name}" has the flavour ${last.flavour ?? 'dnf'}.`,
    `Give another --name, or delete it first: npm run lab -- down --purge --name ${name}`,
  )
}

async function describe(name: string, files: InstanceFiles, network: Topology, shares: Shares): Promise<Lab> {
  const { folder, keyFile, knownHostsFile, passwordsFile, inventoryFile } = files
  const { hosts, bridgeAddress, subnet } = network
  const found = await readSources(shares.sources)
  const mirror = mirrorUrl(network)
  return {
    name,
    folder,
    keyFile,
    knownHostsFile,
    passwordsFile,
    inventoryFile,
    hosts,
    bridgeAddress,
    subnet,
    mirror,
    sources: found,
    inventoryVars: inventoryVars(`${mirror}/dist`, found),
  }
}

function inventoryVars(mirror: string, { tomcat, httpd, modJk }: Sources): Record<string, string> {
  return {
    mirror,
    tomcat_version: tomcat.version,
    tomcat_checksum: tomcat.sha512,
    httpd_version: httpd.version,
    httpd_checksum: httpd.sha512,
    mod_jk_version: modJk.version,
    mod_jk_checksum: modJk.sha512,
  }
}
