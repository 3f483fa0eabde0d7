// Reads and writes the files of vault commands, or the standard streams.

import { readFileSync, realpathSync, statSync } from 'node:fs'
import { replaceFile } from '../../files/replaceFile.ts'
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
    const before = statSync(file, { throwIfNoEntry: false })
    replaceFile(before ? realpathSync(file) : file, content, { like: before })
  } catch (thrown) {
    throw fileError(file, 'write', thrown)
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
