// What was read on a host in one trip, kept raw until a task's turn comes.

import { PlaybookError } from '../model/errors/error.ts'
import type { FileRequest } from '../model/files/fileState.ts'
import type { CommandProbe, Output, Probe } from '../model/probe.ts'
import { revealed, type Secret } from '../model/secrets/secret.ts'
import { emptyFileResults, type FileBatch, type FileResults, fileBatches, fileState } from '../wire/files.ts'
import type { ScriptEntry } from '../wire/script.ts'

/** A probe, with the environment its command runs in. */
export type Question = {
  readonly probe: Probe<unknown>
  readonly environment: Environment
  /** true: neither the question nor the answer is told (noLog). */
  readonly isHidden?: boolean
}

export type Environment = { readonly [name: string]: string | Secret }

/** The raw answers to the questions asked so far, as one user, since the last change. */
export type Answers = {
  readonly commands: Map<string, Output>
  readonly requests: Set<string>
  readonly files: FileResults
}

export function emptyAnswers(): Answers {
  return { commands: new Map(), requests: new Set(), files: emptyFileResults() }
}

export function hasAnswer(answers: Answers, { probe, environment }: Question): boolean {
  return probe.kind === 'file'
    ? answers.requests.has(requestKey(probe.request))
    : answers.commands.has(commandKey(probe, environment))
}

/** The raw output of a command that was asked for. */
export function commandOutput(
  answers: Answers,
  probe: CommandProbe<unknown>,
  environment: Environment,
): Output {
  const output = answers.commands.get(commandKey(probe, environment))
  if (!output) throw new PlaybookError('E_NO_ANSWER', `The host did not answer: ${probe.command.script}`)
  return output
}

/** The state of a file that was asked for. */
export function answeredFile(answers: Answers, request: FileRequest): ReturnType<typeof fileState> {
  return fileState(request, answers.files)
}

/** The entries that answer questions, and what to make of the output of each. */
export type Inquiry = {
  readonly entries: readonly ScriptEntry[]
  /** Takes the output of the entry at `index`; the outputs come in the entries' order. `undefined`: it was skipped. */
  readonly take: (index: number, output: Output | undefined, answers: Answers) => void
}

/** The entries that answer the questions, identical ones once: files first, then commands in the questions' order. */
export function inquiry(questions: readonly Question[]): Inquiry {
  const commands = new Map<string, ScriptEntry>()
  const requests = new Map<string, FileRequest>()
  for (const { probe, environment, isHidden } of questions) {
    if (probe.kind === 'file') requests.set(requestKey(probe.request), probe.request)
    else {
      const key = commandKey(probe, environment)
      const entry = probeEntry(probe, environment)
      commands.set(key, isHidden || commands.get(key)?.isHidden ? hidden(entry) : entry)
    }
  }
  const hidesFiles = questions.some(({ probe, isHidden }) => isHidden && probe.kind === 'file')
  const batches = fileBatches([...requests.values()])
  const keys = [...commands.keys()]
  const ofBatches = batches.map(
    ({ script, printsContents: saysContents = false }): ScriptEntry => ({
      kind: 'probe',
      body: script,
      printsContents: saysContents,
    }),
  )
  const completedBy = completions(batches, [...requests])
  return {
    entries: [...ofBatches.map((entry) => (hidesFiles ? hidden(entry) : entry)), ...commands.values()],
    take: (index, output, answers) => {
      if (!output) return
      const key = keys[index - batches.length]
      if (key !== undefined) answers.commands.set(key, output)
      batches[index]?.read(output, answers.files)
      for (const request of completedBy[index] ?? []) answers.requests.add(request)
    },
  }
}

/** Takes the outputs of a whole trip. */
export function takeAll(ask: Inquiry, outputs: readonly (Output | undefined)[], answers: Answers): void {
  for (const [index, output] of outputs.entries()) ask.take(index, output, answers)
}

/** For each batch, the keys of the requests that are answered with it: it is the last that concerns them. */
function completions(
  batches: readonly FileBatch[],
  requests: readonly (readonly [key: string, request: FileRequest])[],
): string[][] {
  const completed: string[][] = batches.map(() => [])
  for (const [key, request] of requests) {
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
