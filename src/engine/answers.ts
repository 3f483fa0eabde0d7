// What was read on a host in one trip, kept raw until a task's turn comes.

import { PlaybookError } from '../model/error.ts'
import type { FileRequest } from '../model/file.ts'
import type { CommandProbe, Output, Probe } from '../model/probe.ts'
import { revealed, type Secret } from '../model/secret.ts'
import { type FileAnswers, fileBatches, fileState, noAnswers } from '../wire/files.ts'
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
  readonly files: FileAnswers
}

export function emptyAnswers(): Answers {
  return { commands: new Map(), requests: new Set(), files: noAnswers() }
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

/** The entries that answer the questions, identical ones once, and what to make of their outputs. */
export function inquiry(questions: readonly Question[]): {
  readonly entries: ScriptEntry[]
  readonly read: (outputs: readonly (Output | undefined)[], answers: Answers) => void
} {
  const commands = new Map<string, { readonly entry: ScriptEntry }>()
  const requests = new Map<string, FileRequest>()
  for (const { probe, environment, isHidden } of questions) {
    if (probe.kind === 'file') requests.set(requestKey(probe.request), probe.request)
    else {
      const key = commandKey(probe, environment)
      const entry = probeEntry(probe, environment)
      commands.set(key, { entry: isHidden || commands.get(key)?.entry.isHidden ? hidden(entry) : entry })
    }
  }
  const hidesFiles = questions.some(({ probe, isHidden }) => isHidden && probe.kind === 'file')
  const batches = fileBatches([...requests.values()])
  const keys = [...commands.keys()]
  return {
    entries: [
      ...batches
        .map(({ script }): ScriptEntry => ({ kind: 'probe', body: script }))
        .map((entry) => (hidesFiles ? hidden(entry) : entry)),
      ...[...commands.values()].map(({ entry }) => entry),
    ],
    read: (outputs, answers) => {
      for (const [index, batch] of batches.entries())
        if (outputs[index]) batch.read(outputs[index], answers.files)
      for (const [index, key] of keys.entries()) {
        const output = outputs[batches.length + index]
        if (output) answers.commands.set(key, output)
      }
      for (const key of requests.keys()) answers.requests.add(key)
    },
  }
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
