// The warm WAS role on two hosts of the lab, the whole command, against `ssh HOST true` on both in parallel.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type InstanceFiles, instanceFiles } from '../../lab/instance.ts'
import { DEFAULT_NAME, topology } from '../../lab/topology.ts'
import { type DelayProxy, startDelayProxy } from './delayProxy.ts'
import { type Figure, ms, ratioFigure, table } from './figure.ts'
import { type CommandLine, interleaved, median, runCommand, succeeding, timeOf } from './measure.ts'
import { inParallel } from './pair.ts'
import { mainJs } from './stand.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const hosts = topology(0).hosts.filter(({ name }) => name.startsWith('was-'))

/** Each round trip time with its limit. At 50 ms the waiting is shared by both sides; at none our own start counts most. */
const lines = [
  { rttMs: 0, limit: 3, rounds: 9 },
  { rttMs: 50, limit: 2, rounds: 9 },
]

export async function benchWas(say: (line: string) => void): Promise<Figure[]> {
  const files = instanceFiles(DEFAULT_NAME)
  if (!(await isUp(files))) {
    say('Not measured: the lab is not up (npm run demo).')
    return []
  }
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-bench-'))
  try {
    if (!(await isDeployed(folder, files))) {
      say('Not measured: the role is not deployed on the lab as it is (npm run demo).')
      return []
    }
    const figures: Figure[] = []
    const rows = [['RTT', 'run-playbook', 'ssh true, both', 'ratio', 'trips', 'the trip alone']]
    for (const line of lines) {
      const measured = await measureLine(folder, files, line)
      rows.push([ms(line.rttMs), ...measured.row])
      figures.push(measured.figure)
    }
    for (const row of table(rows)) say(row)
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureLine(
  folder: string,
  files: InstanceFiles,
  { rttMs, limit, rounds }: (typeof lines)[number],
): Promise<{ readonly row: string[]; readonly figure: Figure }> {
  const proxies = await Promise.all(
    hosts.map(({ address }) => startDelayProxy({ host: address, port: 22, rttMs })),
  )
  try {
    const overlay = writeOverlay(folder, files, proxies)
    const run = wasCommand(folder, overlay)
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
      figure: ratioFigure(`WAS role, two hosts / ssh true, RTT ${rttMs} ms`, ratio, limit),
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.close()))
  }
}

/** The role as the lab's inventory has it, but for the way to the hosts. */
function wasCommand(folder: string, ...overlay: string[]): CommandLine {
  const inventories = [join(root, 'inventory/lab.yaml'), ...overlay].flatMap((file) => ['-i', file])
  return { argv: [process.execPath, mainJs, join(root, 'playbooks/was.ts'), ...inventories], cwd: folder }
}

/** Looked at in check mode: measuring deploys nothing. */
async function isDeployed(folder: string, files: InstanceFiles): Promise<boolean> {
  const check = wasCommand(folder, writeOverlay(folder, files, []))
  const { code, stdout } = await runCommand({
    ...check,
    argv: [...check.argv, '--check', '--output', 'jsonl'],
  })
  const end = stdout.split('\n').findLast((line) => line.startsWith('{"event":"runEnd"'))
  if (code !== 0 || end === undefined) return false
  const { hosts: recaps } = JSON.parse(end) as { hosts: { changed: number; unknown: number }[] }
  return recaps.length === hosts.length && recaps.every(({ changed, unknown }) => changed + unknown === 0)
}

/** An inventory above the lab's: each host through its proxy, known by its own address all the same. */
function writeOverlay(folder: string, files: InstanceFiles, proxies: readonly DelayProxy[]): string {
  const file = join(folder, 'overlay.yaml')
  const way = proxies.map(
    ({ port }, index) => `    ${hosts[index]!.name}:
      ansible_host: 127.0.0.1
      ansible_port: ${port}
      ansible_ssh_common_args: -F none -o UserKnownHostsFile=${files.knownHostsFile} -o HostKeyAlias=${hosts[index]!.address}
      cluster_address: ${hosts[index]!.address}
`,
  )
  writeFileSync(file, way.length === 0 ? 'all: {}\n' : `all:\n  hosts:\n${way.join('')}`)
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

async function isUp({ keyFile }: InstanceFiles): Promise<boolean> {
  if (!existsSync(keyFile)) return false
  const answers = await Promise.all(hosts.map(({ address }) => answersSsh(address)))
  return answers.every(Boolean)
}

function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2000 })
    const settle = (isUp: boolean) => () => {
      socket.destroy()
      resolve(isUp)
    }
    socket.on('data', settle(true)).on('error', settle(false)).on('timeout', settle(false))
  })
}
