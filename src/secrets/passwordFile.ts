// Reads a password from a file, or from the output of an executable file.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { isReadableByAll } from '../files/trust.ts'
import { PlaybookError } from '../model/errors/error.ts'
import { Secret } from '../model/secrets/secret.ts'

/**
 * Returns the trimmed text of a file, or what an executable file prints, without line ends around it, like Ansible.
 * The program may prompt on stderr and read stdin.
 *
 * @param args arguments for the program
 * @throws PlaybookError E_PASSWORD_FILE
 */
export function readPassword(
  file: string,
  args: readonly string[] = [],
  { isQuiet = false }: ReadOptions = {},
): Secret {
  const text = isProgram(file) ? runProgram(file, args, isQuiet) : readText(file).trim()
  if (!isQuiet) warnIfReadable(file)
  if (text !== '') return new Secret(text)
  throw unreadable(file, 'it is empty')
}

type ReadOptions = {
  /** Prints nothing; the program gets no input. Default false. */
  readonly isQuiet?: boolean
}

function warnIfReadable(file: string): void {
  if (isProgram(file) || !isReadableByAll(file)) return
  process.stderr.write(`warning  Everybody may read the password file ${file}: chmod 600 ${file}\n`)
}

function isProgram(file: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function runProgram(file: string, args: readonly string[], isQuiet: boolean): string {
  const terminal = isQuiet ? 'ignore' : 'inherit'
  const stdio = [terminal, 'pipe', terminal] as const
  const { error, status, signal, stdout } = spawnSync(resolve(file), args, { stdio: [...stdio] })
  if (error) {
    const hint = 'If it is not a program, remove its executable bit: chmod a-x'
    throw unreadable(file, `cannot run it as a program: ${error.message}`, error, hint)
  }
  if (status === 0) return stdout.toString('utf8').replace(/^[\r\n]+|[\r\n]+$/g, '')
  throw unreadable(file, signal ? `the program was killed by ${signal}` : `the program exited with ${status}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const reasons: { readonly [code: string]: string } = {
      ENOENT: 'no such file',
      EISDIR: 'it is a directory',
    }
    throw unreadable(file, reasons[code ?? ''] ?? message, thrown)
  }
}

function unreadable(file: string, reason: string, cause?: unknown, hint?: string): PlaybookError {
  return new PlaybookError('E_PASSWORD_FILE', `Cannot read the password file ${file}: ${reason}.`, {
    hint,
    cause,
  })
}
