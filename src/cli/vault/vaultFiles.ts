// Reads and writes what vault commands work on: files, replaced in one step, or the standard streams.

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

/** A file's bytes; `-` is stdin. @throws PlaybookError E_VAULT_FILE */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (thrown) {
    throw fileError(file, 'read', thrown)
  }
}

/**
 * Writes a file, or stdout for `-`. A file that is there is replaced in one step, mode and owner kept, behind the
 * link if it is one; a new one has mode 0600.
 *
 * @throws PlaybookError E_VAULT_FILE; the file is then as it was
 */
export function writeOutput(file: string, content: string | Buffer): void {
  if (file === '-') {
    process.stdout.write(content)
    return
  }
  try {
    replace(file, content)
  } catch (thrown) {
    throw fileError(file, 'written', thrown)
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
    ENOENT: verb === 'read' ? 'there is no such file' : 'there is no such folder',
    EISDIR: 'it is a folder',
    EACCES: 'it is not allowed',
    EPERM: syscall === 'fchown' ? 'its owner could not be kept' : 'it is not allowed',
  }
  const reason = reasons[code ?? ''] ?? message
  return new PlaybookError('E_VAULT_FILE', `${file} cannot be ${verb}: ${reason}.`, { cause: thrown })
}
