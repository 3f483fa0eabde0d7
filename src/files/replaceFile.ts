// Replaces files on the controller atomically.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

type ReplaceOptions = {
  /** Mode and owner that the file gets. Default: 0600, and the user of this process. */
  readonly like?: Pick<Stats, 'mode' | 'uid' | 'gid'>
  /** Whether the file survives a power failure, which costs milliseconds. Default true. */
  readonly isDurable?: boolean
}

const exclusive = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * Writes a file beside `path`, and renames it to `path`: readers see the old content or the new one, never a part. If
 * anything fails, nothing is left behind and `path` is unchanged.
 *
 * @throws what the file system throws
 */
export function replaceFile(path: string, content: string | Buffer, options: ReplaceOptions = {}): void {
  const { like, isDurable = true } = options
  const temporary = temporaryPath(path)
  const descriptor = openSync(temporary, exclusive, 0o600)
  try {
    try {
      writeFileSync(descriptor, content)
      if (like) copyAttributes(like, descriptor)
      if (isDurable) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}

/**
 * Replaces a file like `replaceFile` by what `create` writes.
 *
 * @param create makes the file at the given path, which does not exist yet
 */
export async function replaceFileBy(
  path: string,
  create: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryPath(path)
  try {
    await create(temporary)
    const file = await open(temporary, constants.O_RDWR | constants.O_NOFOLLOW)
    await file.sync().finally(() => file.close())
    await rename(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  }
}

function temporaryPath(path: string): string {
  const suffix = Math.random().toString(36).slice(2, 10)
  return join(dirname(path), `.${basename(path)}.${process.pid}-${suffix}`)
}

/** Changes the owner only if it differs, because only root may. */
function copyAttributes({ mode, uid, gid }: Pick<Stats, 'mode' | 'uid' | 'gid'>, descriptor: number): void {
  const own = fstatSync(descriptor)
  if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid)
  fchmodSync(descriptor, mode & 0o7777)
}
