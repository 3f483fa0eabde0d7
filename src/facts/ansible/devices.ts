// Gives disks the shape of Ansible's `devices`.

import type { DiskFacts } from '../../model/facts.ts'

/** By their names; without what only udev knows, such as links and UUIDs. */
export function devices(disks: readonly DiskFacts[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    disks.map(({ name, size, model, vendor, sectorSize, holders, partitions, ...disk }) => [
      name,
      {
        model: model || null,
        vendor: vendor || null,
        holders: [...holders],
        removable: disk.isRemovable ? '1' : '0',
        rotational: disk.isRotational ? '1' : '0',
        scheduler_mode: disk.scheduler,
        sectors: size / 512,
        sectorsize: String(sectorSize),
        size: sizeText(size),
        partitions: Object.fromEntries(partitions.map((each) => [each.name, partition(each, sectorSize)])),
      },
    ]),
  )
}

function partition({ size, start }: DiskFacts['partitions'][number], sectorsize: number): unknown {
  return { sectors: size / 512, sectorsize, size: sizeText(size), start: String(start / 512) }
}

/** `256.00 GB`, in powers of 1024. */
function sizeText(bytes: number): string {
  const units = ['Bytes', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power]}`
}
