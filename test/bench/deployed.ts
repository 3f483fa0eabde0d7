// Compares a warm run on a deployed lab with parallel `ssh HOST true`.

import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answersSsh } from '../../lab/instance/host.ts'
import { type InstanceFiles, instanceFiles } from '../../lab/instance/instanceFiles.ts'
import { mirrorUrl } from '../../lab/instance/mirror.ts'
import { ownedNetwork } from '../../lab/instance/network.ts'
import type { Address } from '../../lab/instance/topology.ts'
import { inventoryFor } from '../endToEnd/site.ts'
import { type DelayProxy, startDelayProxy } from './delayProxy.ts'
import { type Figure, ms, ratioFigure, table } from './figure.ts'
import { type CommandLine, interleaved, median, runCommand, succeeding, timeOf } from './measure.ts'
import { inParallel } from './pair.ts'
import { mainJs } from './stand.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A round trip time, and how many times `ssh true` the run may take there. */
type Line = { readonly rttMs: number; readonly limit: number; readonly rounds: number }

type Deployed = {
  /** `WAS role, two hosts`. */
  readonly what: string
  /** A playbook of the repository: `was.ts`. */
  readonly playbook: string
  /** Which hosts of the lab it is for. */
  readonly isFor: (host: string) => boolean
  readonly lines: readonly Line[]
}

export async function benchDeployed(
  deployed: Deployed,
  labName: string,
  log: (line: string) => void,
): Promise<Figure[]> {
  const stand = await standOn(labName, deployed)
  if (typeof stand === 'string') {
    log(`Not measured: ${stand}.`)
    return []
  }
  try {
    if (!(await isConverged(stand, deployed))) {
      log(`Not measured: ${deployed.playbook} finds something to do on the lab as it is.`)
      return []
    }
    const figures: Figure[] = []
    const rows = [['RTT', 'run-playbook', 'ssh true, all', 'ratio', 'trips', 'the trip alone']]
    for (const line of deployed.lines) {
      const measured = await measureLine(stand, deployed, line)
      rows.push([ms(line.rttMs), ...measured.row])
      figures.push(measured.figure)
    }
    for (const row of table(rows)) log(row)
    return figures
  } finally {
    rmSync(stand.folder, { recursive: true, force: true })
  }
}

/** A lab that is up, and a folder with its inventory. */
type LabStand = {
  readonly folder: string
  readonly files: InstanceFiles
  readonly hosts: readonly Address[]
  readonly inventory: string
}

/** What is missing, in words, where there is no such lab. */
async function standOn(labName: string, { isFor }: Deployed): Promise<LabStand | string> {
  const files = instanceFiles(labName)
  const network = existsSync(files.keyFile) ? await ownedNetwork(files) : undefined
  const hosts = network?.hosts.filter(({ name }) => isFor(name)) ?? []
  const answers = await Promise.all(hosts.map(({ address }) => answersSsh(address)))
  if (!network || answers.includes(false)) return `the lab "${labName}" is not up (npm run demo)`
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-bench-'))
  const inventory = join(folder, 'inventory.yaml')
  cpSync(join(root, 'inventory/group_vars'), join(folder, 'group_vars'), { recursive: true })
  const { keyFile, knownHostsFile } = files
  writeFileSync(
    inventory,
    inventoryFor({ hosts: network.hosts, keyFile, knownHostsFile, mirror: mirrorUrl(network) }),
  )
  return { folder, files, hosts, inventory }
}

async function measureLine(
  stand: LabStand,
  { what, playbook }: Deployed,
  { rttMs, limit, rounds }: Line,
): Promise<{ readonly row: string[]; readonly figure: Figure }> {
  const { files, hosts } = stand
  const proxies = await Promise.all(
    hosts.map(({ address }) => startDelayProxy({ host: address, port: 22, rttMs })),
  )
  try {
    const run = command(stand, playbook, writeOverlay(stand, proxies))
    const time = await interleaved(rounds, {
      own: () => timeOf(run),
      ssh: () => inParallel(proxies.map(({ port }, index) => sshTrue(files, hosts[index]!.address, port))),
    })
    const { stdout } = await succeeding({ ...run, argv: [...run.argv, '--output', 'jsonl', '-vv'] })
    const trips = stdout.split('\n').filter((line) => line.startsWith('{"event":"trip"'))
    const tripMs = median(trips.map((line) => (JSON.parse(line) as { durationMs: number }).durationMs))
    const ratio = time.own / time.ssh
    return {
      row: [
        ms(time.own),
        ms(time.ssh),
        `${ratio.toFixed(2)} ×`,
        String(trips.length / hosts.length),
        ms(tripMs),
      ],
      figure: ratioFigure(`${what} / ssh true, RTT ${rttMs} ms`, ratio, limit),
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.close()))
  }
}

/** The playbook as the lab's inventory has it, but for the way to the hosts. */
function command({ folder, inventory }: LabStand, playbook: string, ...overlay: string[]): CommandLine {
  const inventories = [inventory, ...overlay].flatMap((file) => ['-i', file])
  return { argv: [process.execPath, mainJs, join(root, 'playbooks', playbook), ...inventories], cwd: folder }
}

/** Looked at in check mode: measuring deploys nothing. */
async function isConverged(stand: LabStand, { playbook }: Deployed): Promise<boolean> {
  const check = command(stand, playbook)
  const argv = [...check.argv, '--check', '--output', 'jsonl']
  const { code, stdout } = await runCommand({ ...check, argv })
  const end = stdout.split('\n').findLast((line) => line.startsWith('{"event":"runEnd"'))
  if (code !== 0 || end === undefined) return false
  const { hosts } = JSON.parse(end) as { hosts: { changed: number; unknown: number }[] }
  return hosts.length === stand.hosts.length && hosts.every(({ changed, unknown }) => changed + unknown === 0)
}

/** An inventory above the lab's: each host through its proxy; its address, on which the roles depend, stays. */
function writeOverlay({ folder, files, hosts }: LabStand, proxies: readonly DelayProxy[]): string {
  const file = join(folder, 'overlay.yaml')
  const way = hosts.map(({ name, address }, index) => {
    const options = [
      'HostName=127.0.0.1',
      `HostKeyAlias=${address}`,
      `UserKnownHostsFile=${files.knownHostsFile}`,
    ]
    const args = ['-F none', ...options.map((option) => `-o ${option}`)].join(' ')
    return `    ${name}: { ansible_port: ${proxies[index]!.port}, ansible_ssh_common_args: ${args} }\n`
  })
  writeFileSync(file, `all:\n  hosts:\n${way.join('')}`)
  return file
}

function sshTrue(files: InstanceFiles, address: string, port: number): string[] {
  const options = [`UserKnownHostsFile=${files.knownHostsFile}`, `HostKeyAlias=${address}`, 'BatchMode=yes']
  return [
    ...['ssh', '-F', 'none', '-p', String(port), '-i', files.keyFile],
    ...options.flatMap((option) => ['-o', option]),
    ...['root@127.0.0.1', 'true'],
  ]
}
