// Reads disks and their partitions.

import type { DiskFacts } from '../model/facts.ts'
import { output, text } from '../model/probe.ts'
import { shellText } from '../model/shell/command.ts'

/** A line for each disk and partition, with tabs between what /sys has. Its sectors have 512 bytes, whatever the disk's have. */
const script = `value() {
  line=
  { read -r line <"$1"; } 2>/dev/null
  printf '%s\\t' "$line"
}
for disk in /sys/block/*; do
  [ -e "$disk/size" ] || continue
  printf 'disk\\t%s\\t' "\${disk##*/}"
  for name in size removable queue/rotational queue/logical_block_size queue/scheduler device/model device/vendor; do
    value "$disk/$name"
  done
  for holder in "$disk"/holders/*; do
    [ -e "$holder" ] && printf '%s ' "\${holder##*/}"
  done
  echo
  for part in "$disk"/*/partition; do
    [ -e "$part" ] || continue
    part=\${part%/partition}
    printf 'partition\\t%s\\t' "\${part##*/}"
    value "$part/size"
    value "$part/start"
    echo
  done
done`

export const disks = output(shellText(script), (result) => parseDisks(text(result)), {})

const sector = 512

function parseDisks(printed: string): DiskFacts[] {
  const found: (DiskFacts & { readonly partitions: DiskFacts['partitions'][number][] })[] = []
  for (const line of printed.split('\n')) {
    const [kind, name = '', size, ...rest] = line.split('\t').map((word) => word.trim())
    if (kind === 'partition')
      found.at(-1)?.partitions.push({ name, size: Number(size) * sector, start: Number(rest[0]) * sector })
    if (kind !== 'disk') continue
    const [removable, rotational, sectorSize, scheduler = '', model = '', vendor = '', holders = ''] = rest
    found.push({
      name,
      size: Number(size) * sector,
      model,
      vendor,
      sectorSize: Number(sectorSize) || sector,
      isRemovable: removable === '1',
      isRotational: rotational === '1',
      scheduler: /\[(.*)\]/.exec(scheduler)?.[1] ?? scheduler,
      holders: holders.split(' ').filter((each) => each !== ''),
      partitions: [],
    })
  }
  return found
}
