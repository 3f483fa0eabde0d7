// Builds an artifact once and keeps it under a digest of its recipe.

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../machine/exists.ts'
import { sharedFolder } from '../machine/folders.ts'
import { withLock } from '../machine/lock.ts'
import { type Log, timed } from '../machine/log.ts'

/** A thing to make once: `recipe` is all it is made from, as text; `make` fills the empty folder it is given. */
export type LabArtifact = {
  readonly kind:
    | 'ansible'
    | 'fapolicyd'
    | 'guest'
    | 'httpd'
    | 'image'
    | 'key'
    | 'packages'
    | 'qemu'
    | 'selinux'
    | 'sources'
  readonly recipe: string
  readonly make: (folder: string) => Promise<void>
}

/** The folder of a piece, made if it is not there yet. Two callers at once make it once. */
export async function cachedArtifact(artifact: LabArtifact, log: Log): Promise<string> {
  const folder = artifactFolder(artifact)
  if (await exists(folder)) return folder
  return withLock(
    join(sharedFolder(), `${artifact.kind}.lock`),
    async () => {
      if (await exists(folder)) return folder
      await removeUnfinished(artifact.kind)
      return timed(log, `making the ${artifact.kind}`, () => makeAside(folder, artifact.make))
    },
    log,
  )
}

/** Where a piece is or will be. */
export function artifactFolder({ kind, recipe }: LabArtifact): string {
  const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 16)
  return join(sharedFolder(), `${kind}-${digest}`)
}

async function makeAside(folder: string, make: LabArtifact['make']): Promise<string> {
  await mkdir(sharedFolder(), { recursive: true })
  const aside = await mkdtemp(`${folder}.unfinished-`)
  try {
    await make(aside)
    await rename(aside, folder)
    return folder
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    throw error
  }
}

/** What a killed run left. A command it started may write there for a moment yet: then the next run removes it. */
async function removeUnfinished(kind: string): Promise<void> {
  const names = await readdir(sharedFolder())
  const unfinished = names.filter((name) => name.startsWith(`${kind}-`) && name.includes('.unfinished-'))
  const remove = (name: string) => rm(join(sharedFolder(), name), { recursive: true, force: true })
  await Promise.all(unfinished.map((name) => remove(name).catch(() => {})))
}
