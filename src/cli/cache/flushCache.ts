// --flush-cache: removes what this machine keeps from run to run.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cacheFolder.ts'

/** The folders of the cache, and what one file in each is called. */
const kinds = {
  jiti: 'compiled file',
  downloads: 'download',
  builds: 'build',
  inventories: 'inventory answer',
} as const

/**
 * Removes compiled playbooks, downloads, builds and what inventory modules said from the folder of this user's cache,
 * and says on stderr what there was. Facts of hosts are kept nowhere: each run reads what it needs. A run that goes on
 * meanwhile may miss a file.
 */
export async function flushCache(): Promise<void> {
  const counts: string[] = []
  for (const [name, noun] of Object.entries(kinds)) {
    const folder = join(cacheFolder(), name)
    const files = await readdir(folder).catch(() => [])
    const count = files.filter((file) => !file.endsWith('.sha256')).length
    counts.push(`${count} ${noun}${count === 1 ? '' : 's'}`)
    await rm(folder, { recursive: true, force: true })
  }
  process.stderr.write(`Flushed ${cacheFolder()}: ${counts.join(', ')}. Facts are not kept.\n`)
}
