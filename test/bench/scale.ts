// Measures how a warm run grows with the number of tasks.

import { type Figure, ms, table } from './figure.ts'
import { interleaved, succeeding, timeOf, type Usage, usageOf } from './measure.ts'
import { lastRecap, type Stand, warmUp } from './stand.ts'

const sizes = ['60', '600', '6000'] as const

export async function benchScale(stand: Stand, log: (line: string) => void): Promise<Figure[]> {
  const inventories = new Map<string, string>()
  for (const size of [...sizes].reverse()) {
    const inventory = stand.inventory({ hosts: 1, files: Number(size), port: stand.sshd.port })
    inventories.set(size, inventory)
    await warmUp(stand, inventory)
  }
  const runOf = (size: string) => stand.playbook(inventories.get(size)!)
  const time = await interleaved(5, {
    '60': () => timeOf(runOf('60')),
    '600': () => timeOf(runOf('600')),
    '6000': () => timeOf(runOf('6000')),
  })
  const rows: string[][] = [['tasks', 'trips', 'time', 'a task', 'memory', 'longest lag']]
  const usages = new Map<string, Usage>()
  let trips = 0
  for (const size of sizes) {
    const run = runOf(size)
    const usage = await usageOf({ ...run, argv: run.argv.slice(1) })
    usages.set(size, usage)
    const { stdout } = await succeeding({ ...run, argv: [...run.argv, '--output', 'jsonl'] })
    const own = lastRecap(stdout)[0]!.trips
    trips = Math.max(trips, own)
    rows.push([
      size,
      String(own),
      ms(time[size]),
      `${(time[size] / Number(size)).toFixed(2)} ms`,
      `${Math.round(usage.maxRssMb)} MB`,
      ms(usage.longestLagMs),
    ])
  }
  for (const line of table(rows)) log(line)
  const memory = (size: string) => usages.get(size)!.maxRssMb
  return [
    { what: 'trips at 60, 600, 6000 tasks', value: String(trips), target: '1', isMet: trips === 1 },
    growth('time, 60 to 600 tasks', time['600'] / time['60']),
    growth('time, 600 to 6000 tasks', time['6000'] / time['600']),
    growth('memory, 60 to 600 tasks', memory('600') / memory('60')),
    growth('memory, 600 to 6000 tasks', memory('6000') / memory('600')),
  ]
}

function growth(what: string, ratio: number): Figure {
  return { what, value: `${ratio.toFixed(2)} ×`, target: 'at most 10 ×', isMet: ratio <= 10 }
}
