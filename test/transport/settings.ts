// Connection settings and small helpers for transport tests.

import type { UnreachableError } from '../../src/model/errors/error.ts'
import { PlaybookError } from '../../src/model/errors/error.ts'
import type { ConnectionSettings } from '../../src/model/host.ts'
import type { Connection, Shell } from '../../src/transport/program/transport.ts'
import type { Sshd } from './sshd.ts'

/** Settings that reach a test's sshd as root, with its key and known_hosts, whatever ~/.ssh holds. */
export function settingsFor(sshd: Sshd, changes: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return {
    kind: 'ssh',
    host: '127.0.0.1',
    port: sshd.port,
    user: 'root',
    privateKeyFile: sshd.keyFile,
    sshArgs: isolated(sshd.knownHostsFile),
    become: { method: 'sudo', user: 'root' },
    ...changes,
  }
}

/** ssh arguments that keep the user's own files and agent out. */
export function isolated(knownHostsFile: string): string[] {
  const options = [
    `UserKnownHostsFile=${knownHostsFile}`,
    'GlobalKnownHostsFile=/dev/null',
    'IdentityAgent=none',
    'IdentityFile=none',
  ]
  return ['-F', 'none', ...options.flatMap((option) => ['-o', option])]
}

/** Runs one command in a shell, whose stdout it gives; the shell must be idle. */
export function ask(shell: Shell, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    shell.receive({
      data: (stream, bytes) => {
        if (stream === 'stdout') text += bytes.toString('utf8')
        if (text.endsWith('\0')) resolve(text.slice(0, -1))
      },
      end: reject,
    })
    shell.write(Buffer.from(`{ ${command}\n} </dev/null; printf '\\000'\n`)).catch(reject)
  })
}

/** The error that this is to end with. */
export async function errorOf(work: Promise<unknown>): Promise<PlaybookError> {
  try {
    await work
  } catch (error) {
    if (error instanceof PlaybookError) return error
    throw error
  }
  throw new Error('It succeeded.')
}

/** Resolves with the error with which a shell ends. */
export function endOf(shell: Shell): Promise<UnreachableError> {
  return new Promise((resolve) => shell.receive({ data: () => {}, end: resolve }))
}

/** Uses a connection, and closes it whatever happens. */
export async function using<T>(connecting: Promise<Connection>, use: (connection: Connection) => Promise<T>) {
  const connection = await connecting
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

/** Fails rather than hang: what takes longer than this names itself. */
export function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
