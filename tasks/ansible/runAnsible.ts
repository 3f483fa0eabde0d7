// Runs ansible-playbook on the controller, for hosts that reach it together.

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { PlaybookError } from '../../src/index.ts'
import { callbackName, eventProgram } from './eventProgram.ts'
import { findAnsible } from './findAnsible.ts'
import { type AnsibleEvent, type AnsibleHostResult, HostResults } from './hostResults.ts'

/** What to run. */
type AnsibleRun = {
  /** The path of a playbook, or the text of one. */
  readonly playbook: { readonly path: string } | { readonly text: string }
  readonly inventory: string
  /** Extra variables as JSON, for -e; they may hold passwords. */
  readonly extraVars: string | undefined
  readonly flags: readonly string[]
  readonly rolesPath: readonly string[]
  readonly hosts: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly onLine: (host: string, line: string) => void
}

/**
 * Its files, which hold passwords, lie in a folder that only this user can enter, and are removed at the end.
 *
 * @throws PlaybookError E_NO_ANSIBLE, and E_ANSIBLE_PLAYBOOK where it fails before it comes to the hosts
 */
export async function runAnsible(run: AnsibleRun): Promise<(host: string) => AnsibleHostResult> {
  const ansible = await findAnsible('ansiblePlaybook')
  const folder = await mkdtemp(join(tmpdir(), 'run-playbook-ansible-'))
  try {
    const put = async (name: string, text: string) => {
      await writeFile(join(folder, name), text, { mode: 0o600 })
      return join(folder, name)
    }
    await put(`${callbackName}.py`, eventProgram)
    const playbook = 'text' in run.playbook ? await put('playbook.yml', run.playbook.text) : run.playbook.path
    const extra = run.extraVars === undefined ? [] : ['-e', `@${await put('vars.json', run.extraVars)}`]
    const limit = ['--limit', `@${await put('limit', `${run.hosts.join('\n')}\n`)}`]
    const argv = [playbook, '-i', await put('inventory.yml', run.inventory), ...limit, ...extra, ...run.flags]
    const env = {
      ...ansible.environment,
      ANSIBLE_STDOUT_CALLBACK: callbackName,
      ANSIBLE_CALLBACK_PLUGINS: [folder, process.env.ANSIBLE_CALLBACK_PLUGINS].filter(Boolean).join(':'),
      ANSIBLE_ROLES_PATH: [...run.rolesPath, process.env.ANSIBLE_ROLES_PATH].filter(Boolean).join(':'),
      ANSIBLE_INVENTORY_ENABLED: 'yaml',
      ANSIBLE_RETRY_FILES_ENABLED: 'false',
      ANSIBLE_NOCOLOR: 'true',
      PYTHONUNBUFFERED: '1',
    }
    return await results(ansible.playbook, argv, env, run)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** It is the first of its process group, which is killed with all in it when the run is interrupted. */
async function results(
  program: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { signal, onLine }: AnsibleRun,
): Promise<(host: string) => AnsibleHostResult> {
  const found = new HostResults()
  const child = spawn(program, argv, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream! }).on('line', (line) => {
      printed.push(line)
      if (printed.length > 60) printed.shift()
    })
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    const progress = found.add(JSON.parse(line) as AnsibleEvent)
    if (progress) onLine(progress.host, progress.line)
  })
  const kill = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It has ended.
    }
  }
  const stop = () => {
    kill('SIGTERM')
    setTimeout(() => kill('SIGKILL'), 2000).unref()
  }
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => signal?.removeEventListener('abort', stop))
  return (host) => {
    const result = found.of(host)
    if (result) return result
    const lines = printed.filter((line) => line.trim() !== '').slice(-12)
    return { changes: [], error: noResult(host, code, signal?.aborted === true, lines) }
  }
}

function noResult(
  host: string,
  code: number | null,
  isStopped: boolean,
  details: readonly string[],
): PlaybookError {
  if (isStopped)
    return new PlaybookError(
      'E_ANSIBLE_PLAYBOOK',
      'ansible-playbook was stopped: the run was interrupted, or the timeout of the task has passed.',
    )
  const message =
    code === 0
      ? `None of its plays has the host ${host}.`
      : `ansible-playbook ended with exit code ${code} before it reached ${host}.`
  return new PlaybookError('E_ANSIBLE_PLAYBOOK', message, { details })
}
