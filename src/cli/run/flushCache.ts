// Clears the cache for --flush-cache.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../cache/cacheFolder.ts'

/** The folders of the cache, and what to call one file in each. */
const kinds = {
  jiti: 'compiled file',
  downloads: 'download',
  builds: 'build',
  inventories: 'inventory result',
  facts: 'fact file',
} as const

/**
 * Removes compiled playbooks, downloads, builds, results of inventory modules and last facts from this user's cache, and
 * prints on stderr what was removed. A run that is in progress may then miss a file.
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
  process.stderr.write(`Cleared ${cacheFolder()}: ${counts.join(', ')}\n`)
}
