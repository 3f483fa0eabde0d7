// Compares a warm run on many hosts with ssh called by xargs.

import { type Figure, ms, ratioFigure, table } from './figure.ts'
import { type CommandLine, interleaved, timeOf, usageOf } from './measure.ts'
import { hostName, type Stand, warmUp } from './stand.ts'

const sizes = [50, 200] as const
const filesEach = 20

export async function benchFleet(stand: Stand, log: (line: string) => void): Promise<Figure[]> {
  const rows: string[][] = [
    ['hosts', 'run-playbook', 'xargs ssh', 'ratio', 'own CPU', 'memory', 'longest lag'],
  ]
  const figures: Figure[] = []
  for (const hosts of sizes) {
    const { port } = stand.sshd
    const inventory = stand.inventory({ hosts, files: filesEach, port })
    await warmUp(stand, inventory)
    const run = stand.playbook(inventory)
    const time = await interleaved(hosts > 100 ? 3 : 5, {
      own: () => timeOf(run),
      xargs: () => timeOf(xargsSsh(stand, hosts)),
    })
    const usage = await usageOf({ ...run, argv: run.argv.slice(1) })
    const ratio = time.own / time.xargs
    rows.push([
      String(hosts),
      ms(time.own),
      ms(time.xargs),
      `${ratio.toFixed(2)} ×`,
      ms(usage.cpuMs),
      `${Math.round(usage.maxRssMb)} MB`,
      ms(usage.longestLagMs),
    ])
    figures.push(ratioFigure(`${hosts} hosts / xargs -P 20 ssh true`, ratio, 1))
  }
  for (const line of table(rows)) log(line)
  return figures
}

function xargsSsh(stand: Stand, hosts: number): CommandLine {
  const names = Array.from({ length: hosts }, (_, index) => `${hostName(index + 1)}\n`).join('')
  return { argv: ['xargs', '-P', '20', '-I{}', ...stand.ssh(stand.sshd.port), '{}', 'true'], stdin: names }
}
