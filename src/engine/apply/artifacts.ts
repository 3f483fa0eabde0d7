// Keeps files on the controller that one host makes for all, by key.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeFolder } from '../../files/makeFolder.ts'
import { replaceFile, replaceFileBy } from '../../files/replaceFile.ts'
import type { Artifact } from '../../model/step.ts'

/** The host that requests an artifact. */
type ArtifactUser = {
  readonly host: string
  /** Called if another host is already making it, so that this one waits. */
  readonly onWait: (maker: string) => void
}

export type Artifacts = {
  /**
   * The file of a key: kept from an earlier run, or being made by another host, or else written by `make` at the given
   * path. If making it fails, only that host gets the error, and the next one tries itself.
   */
  readonly get: (key: string, user: ArtifactUser, make: (path: string) => Promise<void>) => Promise<Artifact>
}

/** Days after which an unused artifact is removed. */
const keptDays = 90

/**
 * Keeps artifacts in a folder, each with its SHA-256 and maker beside it; a damaged one counts as missing. Several runs may share
 * the folder: files are put into place by a rename.
 */
export function createArtifacts(folder: string): Artifacts {
  const underway = new Map<string, { readonly maker: string; readonly end: Promise<unknown> }>()
  return {
    get: async (key, { host, onWait }, make) => {
      const path = join(folder, `${key}.tar.gz`)
      for (;;) {
        const known = underway.has(key) ? undefined : await readArtifact(path)
        if (known) return known
        const other = underway.get(key)
        if (!other) break
        onWait(other.maker)
        await other.end
      }
      const work = made(path, host, make)
      underway.set(key, { maker: host, end: work.catch(() => {}).finally(() => underway.delete(key)) })
      return work
    },
  }
}

async function made(path: string, maker: string, make: (path: string) => Promise<void>): Promise<Artifact> {
  const madeAt = new Date().toISOString()
  const folder = join(path, '..')
  makeFolder(folder)
  await removeUnused(folder)
  await replaceFileBy(path, async (temporary) => {
    await make(temporary)
    replaceFile(`${path}.sha256`, `${await digestOf(temporary)} ${maker} ${madeAt}\n`)
  })
  return { path, isOwn: true, maker, madeAt }
}

/** An artifact of an earlier call; undefined if there is none, or it is damaged. */
async function readArtifact(path: string): Promise<Artifact | undefined> {
  try {
    const record = (await readFile(`${path}.sha256`, 'utf8')).trim().split(' ')
    const [expected, maker = 'an unknown host', madeAt = 'an unknown time'] = record
    if ((await digestOf(path)) !== expected) return undefined
    const now = new Date()
    await Promise.all([path, `${path}.sha256`].map((each) => utimes(each, now, now)))
    return { path, isOwn: false, maker, madeAt }
  } catch {
    return undefined
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function removeUnused(folder: string): Promise<void> {
  const oldest = Date.now() - keptDays * 86_400_000
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const seen = await stat(path).catch(() => undefined)
    if (seen && seen.mtimeMs < oldest) await rm(path, { force: true, recursive: true })
  }
}
