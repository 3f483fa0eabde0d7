// Applies a task to this machine's shells without a connection: probes, steps, probes.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Change, Output, Step, StepConnection, TaskFunction } from '../../src/index.ts'
import { contentBytes, lastLines, PlaybookError } from '../../src/index.ts'
import type { FileProbe, Probes } from '../../src/model/probe.ts'
import { emptyFileResults, fileBatches, fileState } from '../../src/wire/files.ts'
import { prologue, type ScriptEntry } from '../../src/wire/script.ts'
import { copyEntry, placeEntry, runEntry, type UploadPlace, writeEntry } from '../../src/wire/stepScript.ts'

/** A program that reads POSIX sh: its words. */
export type TestShell = readonly string[]

export type ApplyOptions = {
  readonly shell?: TestShell
  /** The folder of the file in which the task would have been written. */
  readonly directory?: string
  /** Replaces PATH, to hide tools. */
  readonly path?: string
  /** Text put before every script: to enter another root, say. */
  readonly before?: string
}

/** The shells of this machine that targets have too. */
export const shells: readonly TestShell[] = [['dash'], ['bash'], ['busybox', 'ash']].filter(([program]) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program!))),
)

/**
 * Applies a task, and gives the changes it made and those it would make next: none, if it converged.
 *
 * @throws the error of a failing step as the task explains it, and whatever its plan throws
 */
export async function applied<S extends z.ZodType, I, P extends Probes>(
  task: TaskFunction<S, I, P>,
  params: z.input<S>,
  options: ApplyOptions = {},
): Promise<{ changes: readonly Change[]; again: readonly Change[] }> {
  const changes = await looked(task, params, options)
  for (const step of changes.flatMap((change) => change.steps)) await plainly(() => carryOut(step, options))
  return { changes, again: await looked(task, params, options) }
}

/** The changes a task would make here. */
export function looked<S extends z.ZodType, I, P extends Probes>(
  task: TaskFunction<S, I, P>,
  params: z.input<S>,
  options: ApplyOptions = {},
): Promise<readonly Change[]> {
  return plainly(() => look(task, params, options))
}

async function look<S extends z.ZodType, I, P extends Probes>(
  task: TaskFunction<S, I, P>,
  params: z.input<S>,
  options: ApplyOptions,
): Promise<readonly Change[]> {
  const { spec } = task
  const parsed = task(params).params as z.output<S>
  const { directory = '/' } = options
  const inputs = (await spec.inputs?.(parsed, { directory, find: (path) => resolve(directory, path) })) as I
  const probes = spec.probe(parsed, inputs)
  const answers = emptyFileResults()
  const fileProbes = Object.values(probes).filter((probe) => probe.kind === 'file') as FileProbe<unknown>[]
  const batches = fileBatches(fileProbes.map(({ request }) => request))
  const outputs = await Promise.all(batches.map(({ script }) => runShell(script, options)))
  for (const [index, batch] of batches.entries()) batch.read(outputs[index]!, answers)
  const observed: Record<string, unknown> = {}
  for (const [name, probe] of Object.entries(probes)) {
    observed[name] =
      probe.kind === 'file'
        ? probe.parse(fileState(probe.request, answers))
        : probe.parse(await runShell(probe.command.script, options))
  }
  return spec.plan(parsed, observed as Parameters<typeof spec.plan>[1], inputs)
}

/** Calls a test with a folder of its own, which is gone afterwards. */
export async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-task-'))
  try {
    return await body(folder)
  } finally {
    forget(folder)
  }
}

/** Removes a folder, and what root has noted about it. */
export function forget(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  rmSync(join('/var/lib/run-playbook/unarchived', folder), { recursive: true, force: true })
}

/** The error that an action ends with. */
export async function failure(action: () => Promise<unknown>): Promise<PlaybookError> {
  try {
    await action()
  } catch (error) {
    const { cause } = error as Error
    if (cause instanceof PlaybookError) return cause
    if (error instanceof PlaybookError) return error
    return new PlaybookError('E_STEP', (error as Error).message)
  }
  throw new Error('It should have failed, and did not.')
}

/** uvu takes an error's `details` for a text, and ends without a word where they are none. */
async function plainly<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error
    throw new Error([error.code, error.message, ...error.details].join('\n'), { cause: error })
  }
}

/** Runs sh text, and gives its output. */
export function runShell(script: string, options: ApplyOptions = {}, stdin?: Buffer): Promise<Output> {
  const [program, ...words] = options.shell ?? ['sh']
  const path = options.path === undefined ? '' : `PATH=${options.path}\n`
  const whole = `${prologue}${path}${options.before ?? ''}\n${script}`
  return new Promise((resolve, reject) => {
    const child = spawn(program!, [...words, '-c', whole], { stdio: 'pipe' })
    const streams = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    child.stdout.on('data', (bytes: Buffer) => streams.stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => streams.stderr.push(bytes))
    child.stdin.on('error', () => {})
    child.stdin.end(stdin ?? '')
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        code: code ?? 255,
        stdout: Buffer.concat(streams.stdout),
        stderr: Buffer.concat(streams.stderr),
      }),
    )
  })
}

async function carryOut(step: Step, options: ApplyOptions): Promise<void> {
  if (step.kind === 'call') {
    await step.call(thisMachine(options))
    return
  }
  const entry = entryOf(step)
  const exports = (entry.environment ?? []).map(([name, value]) => `export ${name}='${value}'\n`).join('')
  const result = await runShell(`${exports}${textOf(entry)}`, options, entry.stdin)
  const error = step.kind === 'run' ? step.failed?.(result) : undefined
  if (error) throw error
  const { okCodes = [0] } = entry
  if (okCodes === 'any' || okCodes.includes(result.code)) return
  const explained = step.kind === 'run' ? step.explain?.(result) : undefined
  throw explained ?? new Error(`Exit code ${result.code}: ${lastLines(result).join('\n')}`)
}

/** As far as this machine stands for a host: commands are run, nothing is brought or shared. */
function thisMachine(options: ApplyOptions): StepConnection {
  const refused = () => Promise.reject(new Error('Not to be had here.'))
  return {
    host: 'here',
    isLocal: true,
    isCheck: false,
    settings: { kind: 'local', host: 'here', become: { method: 'sudo', user: 'root' } },
    become: undefined,
    signal: undefined,
    run: (command) => runShell(textOf(runEntry({ kind: 'run', command })), options),
    carryOut: async (...steps) => {
      for (const step of steps) await carryOut(step, options)
    },
    download: refused,
    artifact: refused,
    reconnect: refused,
    progress: () => {},
    on: () => thisMachine(options),
  }
}

function entryOf(step: Step): ScriptEntry {
  if (step.kind === 'run') return runEntry(step)
  if (step.kind === 'write') return isTextual(contentBytes(step.content)) ? writeEntry(step) : sentEntry(step)
  if (step.kind === 'upload' && step.source.kind === 'local') {
    const content = readFileSync(step.source.path)
    return placeEntry(step, uploaded(step.path, content), digestOf(content))
  }
  if (step.kind === 'upload' && step.source.kind === 'host') return copyEntry(step, step.source)
  throw new Error(`A ${step.kind} step cannot be carried out here.`)
}

function sentEntry(step: Step & { kind: 'write' }): ScriptEntry {
  const content = contentBytes(step.content)
  const source = { kind: 'local' as const, path: '' }
  return placeEntry({ ...step, kind: 'upload', source }, uploaded(step.path, content), digestOf(content))
}

/** Lays an upload where the connection would have sent it. */
function uploaded(path: string, content: Buffer): UploadPlace {
  const folder = dirname(path)
  const name = basename(mkdtempSync(join(folder, '.run-playbook-')))
  writeFileSync(join(folder, name, '.run-playbook-stage'), '')
  writeFileSync(join(folder, name, 'data'), content)
  return { folder, name }
}

/** Node gives arguments as UTF-8, so other bytes go the way of an upload. */
function isTextual(content: Buffer): boolean {
  return !content.includes(0) && Buffer.from(content.toString('utf8')).equals(content)
}

function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function textOf(entry: ScriptEntry): string {
  return Buffer.isBuffer(entry.body) ? entry.body.toString('utf8') : entry.body
}
