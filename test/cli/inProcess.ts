// Runs the command line in this process, for tests with many cases.

import { main } from '../../src/cli/program.ts'
import type { Ended } from './command.ts'

/**
 * The command in a folder, what it writes caught. `env` is added for its time. Give a playbook that was changed, and
 * errors that are to have paths of the working directory, to a process of their own.
 */
export async function runHere(
  folder: string,
  words: readonly string[],
  env: { readonly [name: string]: string | undefined } = {},
): Promise<Ended> {
  const before = { cwd: process.cwd(), env: { ...process.env } }
  const stdout = caught(process.stdout)
  const stderr = caught(process.stderr)
  process.chdir(folder)
  Object.assign(
    process.env,
    { XDG_CACHE_HOME: `${folder}/.cache`, FORCE_COLOR: '0', RUN_PLAYBOOK_LOCK: 'off' },
    env,
  )
  try {
    const code = await main(['node', 'run-playbook', ...words], '0.0.0')
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    stdout.release()
    stderr.release()
    process.chdir(before.cwd)
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name]
    Object.assign(process.env, before.env)
  }
}

function caught(stream: NodeJS.WriteStream): { readonly text: () => string; readonly release: () => void } {
  const chunks: Buffer[] = []
  const { write } = stream
  stream.setMaxListeners(0)
  stream.write = (chunk: string | Uint8Array, ...[encoding, written]: unknown[]) => {
    chunks.push(Buffer.from(chunk as string))
    const callback = written ?? encoding
    if (typeof callback === 'function') callback()
    return true
  }
  const release = () => {
    stream.write = write
  }
  return { text: () => Buffer.concat(chunks).toString('utf8'), release }
}
