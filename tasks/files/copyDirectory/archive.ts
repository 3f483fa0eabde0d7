// Packs entries of a source tree into one tar file on the controller.

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished, pipeline } from 'node:stream/promises'
import type { Pack } from 'tar-stream'
import { PlaybookError } from '../../../src/index.ts'
import type { SourceEntry, SourceFile } from './sourceTree.ts'

/** An entry with the permission bits that it shall have if it is new. */
type PackedEntry = { readonly entry: SourceEntry; readonly mode: number }

/**
 * Packs the entries, gives `use` the file, and removes it again. Owners are left out: who unpacks owns.
 *
 * @throws PlaybookError E_SOURCE_CHANGED where a file is not what it was when it was compared
 */
export async function withArchive(
  entries: readonly PackedEntry[],
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'run-playbook-'))
  const path = join(folder, 'tree.tar')
  try {
    const { pack } = await import('tar-stream')
    const archive = pack()
    await Promise.all([pipeline(archive, createWriteStream(path, { mode: 0o600 })), fill(archive, entries)])
    await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fill(archive: Pack, entries: readonly PackedEntry[]): Promise<void> {
  try {
    for (const { entry, mode } of entries) {
      if (entry.type === 'file') await addFile(archive, entry, mode)
      else {
        const linkname = entry.type === 'link' ? { linkname: entry.target } : {}
        const type = entry.type === 'link' ? ('symlink' as const) : entry.type
        archive.entry({ ...header(entry.path, mode), type, ...linkname })
      }
    }
    archive.finalize()
  } catch (thrown) {
    archive.destroy(thrown as Error)
    throw thrown
  }
}

async function addFile(archive: Pack, { path, origin, size }: SourceFile, mode: number): Promise<void> {
  const into = archive.entry({ ...header(path, mode), type: 'file', size })
  const done = finished(into)
  createReadStream(origin)
    .on('error', (error) => into.destroy(error))
    .pipe(into)
  await done.catch((cause) => {
    throw new PlaybookError('E_SOURCE_CHANGED', `${origin} changed while it was copied.`, { cause })
  })
}

function header(name: string, mode: number) {
  return { name, mode, uid: 0, gid: 0, mtime: new Date(0) }
}
