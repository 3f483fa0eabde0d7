// Compares two warm hosts of sixty file tasks with parallel `ssh host true`.

import { startDelayProxy } from './delayProxy.ts'
import { type Figure, ms, ratioFigure } from './figure.ts'
import { interleaved, timeOf } from './measure.ts'
import { hostName, type Stand, warmUp } from './stand.ts'

export async function benchPair(stand: Stand, log: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { rttMs, limit } of [
    { rttMs: 0, limit: 3 },
    { rttMs: 50, limit: 2 },
  ]) {
    const proxy = await startDelayProxy({ host: '127.0.0.1', port: stand.sshd.port, rttMs })
    try {
      const inventory = stand.inventory({ hosts: 2, files: 60, port: proxy.port })
      await warmUp(stand, inventory)
      const ssh = stand.ssh(proxy.port)
      const time = await interleaved(9, {
        own: () => timeOf(stand.playbook(inventory)),
        ssh: () => inParallel([1, 2].map((number) => [...ssh, hostName(number), 'true'])),
      })
      log(`RTT ${rttMs} ms   run-playbook ${ms(time.own)}   ssh host true, both in parallel ${ms(time.ssh)}`)
      figures.push(
        ratioFigure(`two hosts of 60 files / ssh true, RTT ${rttMs} ms`, time.own / time.ssh, limit),
      )
    } finally {
      await proxy.close()
    }
  }
  return figures
}

/** The time until the last of several commands has ended. */
export async function inParallel(commands: readonly (readonly string[])[]): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(commands.map((argv) => timeOf({ argv })))
  return performance.now() - startedAt
}
