// Runs a command in namespaces of its own, which end with this process.

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { commandError } from './run.ts'

// The kernel kills unshare when this process is gone, unshare its child, and a namespace goes with its first process.
const endsWithParent = [
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--propagation',
  'private',
  '--mount-proc',
]
const inNamespaces = [...endsWithParent, '--pid', '--fork', '--kill-child']

/** Runs a command and gives its stdout; a failure is `E_LAB_COMMAND`. `input` is its stdin. */
export async function runIsolated(
  command: readonly string[],
  { input = '', env = process.env }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn('setpriv', [...inNamespaces, ...command], { env })
  child.stdin.on('error', () => {}) // it need not read its stdin to the end
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw commandError(command.join(' '), code, stderr || stdout)
  return stdout
}
