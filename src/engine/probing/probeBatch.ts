// What was read on a host in one trip, kept raw until a task's turn comes.

import { PlaybookError } from '../../model/errors/error.ts'
import type { FileRequest } from '../../model/files/fileState.ts'
import type { CommandProbe, Output, Probe } from '../../model/probe.ts'
import { revealed } from '../../model/secrets/secret.ts'
import {
  emptyFileResults,
  type FileBatch,
  type FileResults,
  fileBatches,
  fileState,
} from '../../wire/files.ts'
import type { ScriptEntry } from '../../wire/script.ts'
import type { Environment, PlannedTask } from '../plan/plannedTask.ts'

/** A probe, with the environment its command runs in. */
export type ProbeRequest = {
  readonly probe: Probe<unknown>
  readonly environment: Environment
  /** true: neither the question nor the answer is told (noLog). */
  readonly isHidden?: boolean
}

/** The raw answers to the questions asked so far, as one user, since the last change. */
export type ProbeResults = {
  readonly commands: Map<string, Output>
  readonly fileRequests: Set<string>
  readonly files: FileResults
}

export function emptyResults(): ProbeResults {
  return { commands: new Map(), fileRequests: new Set(), files: emptyFileResults() }
}

export function hasResult(results: ProbeResults, { probe, environment }: ProbeRequest): boolean {
  return probe.kind === 'file'
    ? results.fileRequests.has(requestKey(probe.request))
    : results.commands.has(commandKey(probe, environment))
}

/** The raw output of a command that was asked for. */
export function commandOutput(
  results: ProbeResults,
  probe: CommandProbe<unknown>,
  environment: Environment,
): Output {
  const output = results.commands.get(commandKey(probe, environment))
  if (!output) throw new PlaybookError('E_NO_ANSWER', `The host did not answer: ${probe.command.script}`)
  return output
}

/** The state of a file that was asked for. */
export function fileResult(results: ProbeResults, request: FileRequest): ReturnType<typeof fileState> {
  return fileState(request, results.files)
}

/** The entries that answer questions, and what to make of the output of each. */
export type ProbeBatch = {
  readonly entries: readonly ScriptEntry[]
  /** Takes the output of the entry at `index`; the outputs come in the entries' order. `undefined`: it was skipped. */
  readonly record: (index: number, output: Output | undefined, results: ProbeResults) => void
}

/** The entries that answer the questions, identical ones once: files first, then commands in the questions' order. */
export function probeBatch(requests: readonly ProbeRequest[]): ProbeBatch {
  const commands = new Map<string, ScriptEntry>()
  const fileRequests = new Map<string, FileRequest>()
  for (const { probe, environment, isHidden } of requests) {
    if (probe.kind === 'file') fileRequests.set(requestKey(probe.request), probe.request)
    else {
      const key = commandKey(probe, environment)
      const entry = probeEntry(probe, environment)
      commands.set(key, isHidden || commands.get(key)?.isHidden ? hidden(entry) : entry)
    }
  }
  const hidesFiles = requests.some(({ probe, isHidden }) => isHidden && probe.kind === 'file')
  const batches = fileBatches([...fileRequests.values()])
  const keys = [...commands.keys()]
  const ofBatches = batches.map(
    ({ script, printsContents: saysContents = false }): ScriptEntry => ({
      kind: 'probe',
      body: script,
      printsContents: saysContents,
    }),
  )
  const completedBy = completions(batches, [...fileRequests])
  return {
    entries: [...ofBatches.map((entry) => (hidesFiles ? hidden(entry) : entry)), ...commands.values()],
    record: (index, output, results) => {
      if (!output) return
      const key = keys[index - batches.length]
      if (key !== undefined) results.commands.set(key, output)
      batches[index]?.read(output, results.files)
      for (const request of completedBy[index] ?? []) results.fileRequests.add(request)
    },
  }
}

/** Takes the outputs of a whole trip. */
export function recordAll(
  batch: ProbeBatch,
  outputs: readonly (Output | undefined)[],
  results: ProbeResults,
): void {
  for (const [index, output] of outputs.entries()) batch.record(index, output, results)
}

/** For each batch, the keys of the requests that are answered with it: it is the last that concerns them. */
function completions(
  batches: readonly FileBatch[],
  fileRequests: readonly (readonly [key: string, request: FileRequest])[],
): string[][] {
  const completed: string[][] = batches.map(() => [])
  for (const [key, request] of fileRequests) {
    const last = batches.findLastIndex(({ covers: concerns }) => concerns(request))
    completed[last]!.push(key)
  }
  return completed
}

function probeEntry(probe: CommandProbe<unknown>, environment: Environment): ScriptEntry {
  const pairs = Object.entries(environment).map(([name, value]) => [name, revealed(value)] as const)
  return { kind: 'probe', body: probe.command.script, environment: pairs }
}

function hidden(entry: ScriptEntry): ScriptEntry {
  return { ...entry, isHidden: true }
}

function commandKey(probe: CommandProbe<unknown>, environment: Environment): string {
  const pairs = Object.entries(environment).map(([name, value]) => `${name}=${revealed(value)}\n`)
  return `${pairs.join('')}${probe.command.script}`
}

function requestKey({ path, follow, contentLimit, digest }: FileRequest): string {
  return `${follow ? 'L' : 'P'}${contentLimit}${digest ?? ''}:${path}`
}

/** Everything to read for a task, its conditions included. */
export function probeRequests({ task, probes, conditions, environment }: PlannedTask): ProbeRequest[] {
  const { noLog, retry } = task.options
  const asked = [...Object.values(probes), ...conditions, ...(retry?.until ? [retry.until] : [])]
  return asked.map((probe) => ({ probe, environment, isHidden: noLog === true }))
}

export function isAnswered(item: PlannedTask, results: ProbeResults): boolean {
  return probeRequests(item).every((question) => hasResult(results, question))
}
