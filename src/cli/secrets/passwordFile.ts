// Reads a password from a file that the command line names, or from what it prints if it is a program.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { PlaybookError } from '../../model/errors/error.ts'
import { Secret } from '../../model/secrets/secret.ts'

/**
 * A file's text without spaces and line ends around it; what an executable file prints, without line ends around
 * it, as Ansible has it. The program may ask on stderr and stdin.
 *
 * @param args what the program is given
 * @throws PlaybookError E_PASSWORD_FILE
 */
export function readPassword(file: string, args: readonly string[] = []): Secret {
  const text = isProgram(file) ? runProgram(file, args) : readText(file).trim()
  if (text !== '') return new Secret(text)
  throw unreadable(file, 'it gives no password: it is empty')
}

/** `~/…` as a path: a shell leaves it as it is behind `label@`. */
export function withHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path
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

function runProgram(file: string, args: readonly string[]): string {
  const stdio = ['inherit', 'pipe', 'inherit'] as const
  const { error, status, signal, stdout } = spawnSync(resolve(file), args, { stdio: [...stdio] })
  if (error) {
    const hint = 'If it is a file with the password, take its executable bit away: chmod a-x'
    throw unreadable(file, `as a program it cannot be run: ${error.message}`, error, hint)
  }
  if (status === 0) return stdout.toString('utf8').replace(/^[\r\n]+|[\r\n]+$/g, '')
  throw unreadable(file, signal ? `it was ended by ${signal}` : `it ended with ${status}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    const reasons: { readonly [code: string]: string } = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
    }
    throw unreadable(file, reasons[code ?? ''] ?? message, thrown)
  }
}

function unreadable(file: string, reason: string, cause?: unknown, hint?: string): PlaybookError {
  return new PlaybookError('E_PASSWORD_FILE', `The password file ${file} cannot be read: ${reason}.`, {
    ...(hint ? { hint } : {}),
    cause,
  })
}
