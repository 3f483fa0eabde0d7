// Batches the probes of tasks, and keeps their raw results until they are evaluated.

import { createHash } from 'node:crypto'
import { PlaybookError } from '../../model/errors/error.ts'
import type { FileRequest, FileState } from '../../model/fileState.ts'
import type { CommandProbe, Output, Probe } from '../../model/probe.ts'
import { revealed, type Secret } from '../../model/secrets/secret.ts'
import {
  emptyFileResults,
  type FileBatch,
  type FileResults,
  fileBatches,
  fileState,
} from '../../wire/files.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import type { Environment, PlannedTask } from '../plan/plannedTask.ts'
import { pathProbes } from './pathProbes.ts'

/** A probe, with the environment its command runs in. */
type ProbeRequest = {
  readonly probe: Probe<unknown>
  readonly environment: Environment
  /** true: neither the command nor its output is shown (noLog). */
  readonly isHidden?: boolean
  /** Of the task. */
  readonly timeout?: number
}

/** Raw results of probes, as one user, since the last change. */
export type ProbeResults = {
  readonly commands: Map<string, Output>
  readonly fileRequests: Set<string>
  readonly files: FileResults
}

export function emptyResults(): ProbeResults {
  return { commands: new Map(), fileRequests: new Set(), files: emptyFileResults() }
}

function hasResult(results: ProbeResults, { probe, environment }: ProbeRequest): boolean {
  return probe.kind === 'file'
    ? results.fileRequests.has(requestKey(probe.request))
    : results.commands.has(commandKey(probe, environment))
}

/** The result of a probe, as its parser makes it. */
export function parsedResult<T>(results: ProbeResults, probe: Probe<T>, environment: Environment): T {
  if (probe.kind === 'file') return probe.parse(fileResult(results, probe.request))
  const output = results.commands.get(commandKey(probe, environment))
  if (!output) throw new PlaybookError('E_NO_ANSWER', `The host did not answer: ${probe.command.script}`)
  return probe.parse(output)
}

export function fileResult(results: ProbeResults, request: FileRequest): FileState {
  return fileState(request, results.files)
}

/** Script entries that answer probe requests, and what to make of the output of each. */
export type ProbeBatch = {
  readonly entries: readonly ScriptEntry[]
  /** Records the output of the entry at `index`. Outputs arrive in order; `undefined`: the entry was skipped. */
  readonly record: (index: number, output: Output | undefined, results: ProbeResults) => void
}

/** Identical requests share an entry: files come first, then commands in the order of the requests. */
export function probeBatch(requests: readonly ProbeRequest[]): ProbeBatch {
  const commands = new Map<string, ScriptEntry>()
  const fileRequests = new Map<string, LimitedFile>()
  for (const { probe, environment, isHidden, timeout } of requests) {
    if (probe.kind === 'file') {
      const key = requestKey(probe.request)
      const limit = Math.min(timeout ?? Infinity, fileRequests.get(key)?.limit ?? Infinity)
      fileRequests.set(key, { request: probe.request, limit })
    } else {
      const key = commandKey(probe, environment)
      const known = commands.get(key)
      const entry = withLimit(probeEntry(probe, environment), timeout, probe.timeout, known?.limitSeconds)
      commands.set(key, isHidden || probe.noLog || known?.isHidden ? hidden(entry) : entry)
    }
  }
  const hidesFiles = requests.some(({ probe, isHidden }) => isHidden && probe.kind === 'file')
  const limited = limitedBatches([...fileRequests.values()])
  const batches = limited.map(({ batch }) => batch)
  const keys = [...commands.keys()]
  const fileEntries = limited.map(({ batch: { script, paths, printsContents }, limit }) =>
    withLimit({ kind: 'probe', body: script, paths, printsContents }, limit),
  )
  const requested = [...fileRequests].map(([key, { request }]) => [key, request] as const)
  const completedBy = completions(batches, requested)
  return {
    entries: [...fileEntries.map((entry) => (hidesFiles ? hidden(entry) : entry)), ...commands.values()],
    record: (index, output, results) => {
      if (!output) return
      const key = keys[index - batches.length]
      if (key !== undefined) results.commands.set(key, output)
      batches[index]?.read(output, results.files)
      for (const request of completedBy[index] ?? []) results.fileRequests.add(request)
    },
  }
}

/** A file to read, within `limit` seconds: Infinity for the default. */
type LimitedFile = { readonly request: FileRequest; readonly limit: number }

/** Files of tasks with the same timeout are read together. */
function limitedBatches(
  files: readonly LimitedFile[],
): { readonly batch: FileBatch; readonly limit: number | undefined }[] {
  const limits = [...new Set(files.map(({ limit }) => limit))].sort((one, other) => other - one)
  return limits.flatMap((limit) => {
    const requests = files.filter((each) => each.limit === limit).map(({ request }) => request)
    return fileBatches(requests).map((batch) => ({
      batch,
      limit: Number.isFinite(limit) ? limit : undefined,
    }))
  })
}

/** Records the outputs of a whole trip. */
export function recordAll(
  batch: ProbeBatch,
  outputs: readonly (Output | undefined)[],
  results: ProbeResults,
): void {
  for (const [index, output] of outputs.entries()) batch.record(index, output, results)
}

/** For each batch, the keys of the requests that are complete with it: it is the last that covers them. */
function completions(
  batches: readonly FileBatch[],
  fileRequests: readonly (readonly [key: string, request: FileRequest])[],
): string[][] {
  const completed: string[][] = batches.map(() => [])
  for (const [key, request] of fileRequests) {
    const last = batches.findLastIndex(({ covers }) => covers(request))
    completed[last]!.push(key)
  }
  return completed
}

function probeEntry(probe: CommandProbe<unknown>, environment: Environment): ScriptEntry {
  const pairs = Object.entries(environment).map(([name, value]) => [name, revealed(value)] as const)
  const stdin = probe.stdin && Buffer.from(probe.stdin.map(revealed).join(''))
  return { kind: 'probe', body: probe.command.script, environment: pairs, stdin }
}

/** The shortest of the limits that there are. */
export function withLimit(entry: ScriptEntry, ...limits: readonly (number | undefined)[]): ScriptEntry {
  const given = [entry.limitSeconds, ...limits].filter((limit) => limit !== undefined)
  return given.length === 0 ? entry : { ...entry, limitSeconds: Math.min(...given) }
}

function hidden(entry: ScriptEntry): ScriptEntry {
  return { ...entry, isHidden: true }
}

function commandKey(probe: CommandProbe<unknown>, environment: Environment): string {
  const pairs = Object.entries(environment).map(([name, value]) => `${name}=${revealed(value)}\n`)
  return `${pairs.join('')}${probe.stdin ? `${inputDigest(probe, probe.stdin)}\n` : ''}${probe.command.script}`
}

const inputDigests = new WeakMap<CommandProbe<unknown>, string>()

function inputDigest(probe: CommandProbe<unknown>, parts: readonly (string | Secret)[]): string {
  const known = inputDigests.get(probe)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for (const part of parts) hash.update(revealed(part))
  const digest = hash.digest('hex')
  inputDigests.set(probe, digest)
  return digest
}

function requestKey({ path, follow, contentLimit, digest, checksPath }: FileRequest): string {
  return `${follow ? 'L' : 'P'}${checksPath ? 'W' : ''}${contentLimit}${digest ?? ''}:${path}`
}

/** All probes of a task, its conditions included. */
export function probeRequests(item: PlannedTask): ProbeRequest[] {
  const { task, probes, conditions, probesPaths, environment } = item
  const { noLog, retry, timeout } = task.options
  const all = [
    ...Object.values(probes),
    ...conditions,
    ...(retry?.until ? [retry.until] : []),
    ...(probesPaths ? pathProbes(probes) : []),
  ]
  return all.map((probe) => ({ probe, environment, isHidden: noLog === true, timeout }))
}

export function isAnswered(task: PlannedTask, results: ProbeResults): boolean {
  return probeRequests(task).every((request) => hasResult(results, request))
}

/** Whether a file was among the requests that have results. */
export function isRequested(results: ProbeResults, request: FileRequest): boolean {
  return results.fileRequests.has(requestKey(request))
}

/** The files that a task reads. */
export function filePaths(task: PlannedTask): string[] {
  return probeRequests(task).flatMap(({ probe }) => (probe.kind === 'file' ? [probe.request.path] : []))
}
