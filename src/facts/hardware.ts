// Reads processors and memory.

import type { MemoryFacts, ProcessorFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { sh } from '../model/shell/command.ts'

export const cpus = output(
  sh`grep -c '^processor' /proc/cpuinfo 2>/dev/null || nproc`,
  (result) => Number(/^\d+$/m.exec(text(result).replace(/^0\n/, ''))?.[0] ?? 1),
  { reads: [] },
)

export const processors = output(
  sh`grep -c '^processor' /proc/cpuinfo 2>/dev/null; grep -E '^(physical id|siblings|cpu cores|vendor_id|model name)' /proc/cpuinfo 2>/dev/null | sort -u`,
  (result) => parseProcessors(text(result)),
  { reads: [] },
)

/** Where the kernel names no sockets, each processor is one, as for Ansible. */
function parseProcessors(printed: string): ProcessorFacts {
  const [entries = '', ...lines] = printed.split('\n')
  const values = (name: string) =>
    lines.flatMap((line) => (line.startsWith(name) ? [line.slice(line.indexOf(':') + 1).trim()] : []))
  const sockets = values('physical id').length
  const cores = Number(values('cpu cores')[0] ?? 1)
  return {
    sockets: sockets || Number(entries) || 1,
    coresPerSocket: cores,
    threadsPerCore: Math.max(1, Math.floor(Number(values('siblings')[0] ?? cores) / cores)),
    vendor: values('vendor_id')[0] ?? '',
    model: values('model name')[0] ?? '',
  }
}

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
