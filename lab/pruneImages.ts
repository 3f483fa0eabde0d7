// Removes images that no instance uses any more.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactFolder } from './artifacts/artifactCache.ts'
import { flavours } from './flavours.ts'
import { allRecords } from './instance/instanceFiles.ts'
import { sharedFolder } from './machine/folders.ts'
import { withLock } from './machine/lock.ts'

/** Removes images made by former versions of the lab, once nothing needs them. */
export async function pruneImages(): Promise<void> {
  if ((await unusedImages()).length === 0) return
  await withLock(join(sharedFolder(), 'image.lock'), async () => {
    await Promise.all((await unusedImages()).map((folder) => rm(folder, { recursive: true, force: true })))
  })
}

async function unusedImages(): Promise<string[]> {
  const used = new Set([
    ...[...(await allRecords()).values()].map(({ image }) => image),
    ...Object.values(flavours).map(({ image }) => artifactFolder(image)),
  ])
  const all = (await readdir(sharedFolder())).filter((name) => /^image-[0-9a-f]+$/.test(name))
  return all.map((name) => join(sharedFolder(), name)).filter((folder) => !used.has(folder))
}
