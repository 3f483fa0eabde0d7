// Reads processors and memory.

import type { MemoryFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

export const cpus = output(
  sh`grep -c '^processor' /proc/cpuinfo 2>/dev/null || nproc`,
  (result) => Number(/^\d+$/m.exec(text(result).replace(/^0\n/, ''))?.[0] ?? 1),
  { reads: [] },
)

/** No task changes memory; swap may come and go with /etc/fstab. */
export const memory = output(sh`cat /proc/meminfo`, (result) => parseMemory(text(result)), {
  reads: ['/etc/fstab'],
})

function parseMemory(printed: string): MemoryFacts {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}: *(\\d+) kB`, 'm').exec(printed)?.[1] ?? 0)
  const free = bytes('MemFree')
  return {
    total: bytes('MemTotal'),
    free,
    // Kernels before 3.14 do not estimate it.
    available: bytes('MemAvailable') || free + bytes('Buffers') + bytes('Cached'),
    swap: { total: bytes('SwapTotal'), free: bytes('SwapFree') },
  }
}
