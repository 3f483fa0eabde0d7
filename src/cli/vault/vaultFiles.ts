// Reads and writes the files of vault commands, or the standard streams.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'

/** The content of a file; `-` is stdin. @throws PlaybookError E_VAULT_FILE */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (thrown) {
    throw fileError(file, 'read', thrown)
  }
}

/**
 * Writes a file, or stdout for `-`. An existing file is replaced atomically and keeps its mode and owner, a symlink its
 * target; a new file has mode 0600.
 *
 * @throws PlaybookError E_VAULT_FILE; the file is then unchanged
 */
export function writeOutput(file: string, content: string | Buffer): void {
  if (file === '-') {
    process.stdout.write(content)
    return
  }
  try {
    replace(file, content)
  } catch (thrown) {
    throw fileError(file, 'write', thrown)
  }
}

function replace(file: string, content: string | Buffer): void {
  const before = statSync(file, { throwIfNoEntry: false })
  const target = before ? realpathSync(file) : file
  const beside = join(dirname(target), `.run-playbook-${process.pid}-${Date.now().toString(36)}`)
  const descriptor = openSync(beside, 'wx', 0o600)
  try {
    writeFileSync(descriptor, content)
    if (before) {
      const own = statSync(beside)
      if (own.uid !== before.uid || own.gid !== before.gid) fchownSync(descriptor, before.uid, before.gid)
      fchmodSync(descriptor, before.mode & 0o7777)
    }
    fsyncSync(descriptor)
    closeSync(descriptor)
    renameSync(beside, target)
  } catch (thrown) {
    rmSync(beside, { force: true })
    throw thrown
  }
}

function fileError(file: string, verb: string, thrown: unknown): PlaybookError {
  const { code, message, syscall } = thrown as NodeJS.ErrnoException
  const reasons: { readonly [code: string]: string } = {
    ENOENT: verb === 'read' ? 'no such file' : 'no such directory',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    EPERM: syscall === 'fchown' ? 'cannot keep its owner' : 'permission denied',
  }
  const reason = reasons[code ?? ''] ?? message
  return new PlaybookError('E_VAULT_FILE', `Cannot ${verb} ${file}: ${reason}.`, { cause: thrown })
}
