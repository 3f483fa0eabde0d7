// Loads, plans and carries out a run that code has requested.

import { setMaxListeners } from 'node:events'
import type { ConfirmTask } from '../engine/coordination/confirmTask.ts'
import type { RunEntry } from '../journal/history.ts'
import type { Play } from '../model/play.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { Ask } from '../model/run/question.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import { eventStream } from '../report/eventStream.ts'
import { createTransportResolver } from '../transport/connect.ts'
import { expandLimit } from './begin/expandLimit.ts'
import { resumedPlays } from './begin/resumedPlays.ts'
import { startAtTask, unknownTask } from './begin/startAtTask.ts'
import { unfinishedRun } from './begin/unfinishedRun.ts'
import { carryOut } from './carryOut.ts'
import { connectionFlags } from './connectionFlags.ts'
import { asSecret, inventoryOf } from './inventorySource.ts'
import { loadRun } from './loadRun.ts'
import type { RunPlaybookOptions } from './options.ts'
import { type Begin, planRun } from './planRun.ts'
import { quietPasswords } from './quietPasswords.ts'
import { recordedOptions } from './recordedOptions.ts'
import { type RunResult, resultCollector } from './result.ts'

type RunOptions = Omit<RunPlaybookOptions, 'confirmTask' | 'ask'> & {
  readonly confirmTask?: ConfirmTask | undefined
  readonly ask?: Ask | undefined
}

/** @throws PlaybookError, AggregatePlaybookError: before any host is contacted */
export async function startRun(
  playbooks: readonly (string | Play)[],
  { inventory: source, onEvent: _, signal, confirmTask, ask, ...options }: RunOptions,
  emit: (event: StreamEvent) => void,
): Promise<RunResult> {
  const { verbose = 0, diff = false, startAtTask: first, stateFolder } = options
  const { handle, result } = resultCollector()
  const time = () => new Date().toISOString()
  const stream = eventStream({ verbosity: verbose, isDiffShown: diff, time })
  const pass = (event: RunEvent) => {
    for (const each of stream.of(event)) {
      handle(each)
      emit(each)
    }
  }
  const stop = follow(signal)
  const names = playbooks.map((each) => (typeof each === 'string' ? each : each.spec.name))
  try {
    const begin = await requestedBegin(names, options, (message) => pass({ kind: 'warning', message }))
    if (begin === 'nothing left') return { exitCode: 0, isInterrupted: false, hosts: {} }
    const loaded = await loadRun({
      playbooks,
      inventory: (playbookDir) => inventoryOf(source, { ...options, playbookDir }),
      limit: () => expandLimit(options.limit, names, stateFolder),
    })
    const { limit } = loaded
    const flags = { ...options, limit, verbose, tags: words(options.tags), skipTags: words(options.skipTags) }
    const connection = connectionFlags(options, secretsOf(options))
    const planned = await planRun({ ...loaded, connection, begin }, flags)
    if (stop.signal.aborted) return result()
    await carryOut(planned, flags, {
      playbooks: names,
      resumable: recordedOptions({ ...flags, inventory: source }),
      transportFor: createTransportResolver(),
      signal: stop.signal,
      confirmTask: confirmTask && ((task) => Promise.race([confirmTask(task), stop.isStopped])),
      ask: ask && ((question, limit) => Promise.race([ask(question, limit), whenAborted(limit)])),
      answers: loaded.inventory.extraVar,
      listener: pass,
      stateFolder,
    })
    const { exitCode } = result()
    if (exitCode === 0 && planned.isFound?.() === false) throw unknownTask(planned.plays, first!)
    return result()
  } finally {
    stop.release()
  }
}

/** Decides where the plays begin: at a task, or where the last run stopped; by default at their first tasks. */
async function requestedBegin(
  names: readonly string[],
  { startAtTask: first, resume, stateFolder }: Omit<RunPlaybookOptions, 'inventory'>,
  warn: (message: string) => void,
): Promise<Begin | 'nothing left' | undefined> {
  if (first !== undefined) return (plays) => startAtTask(plays, first, () => {})
  if (!resume) return undefined
  const describe = (run: RunEntry) => `${run.playbooks.join(' ')}, ${run.startedAt.toISOString()}`
  const { progress } = await unfinishedRun(names, stateFolder!, describe)
  if (!progress) return 'nothing left'
  return (plays) => ({ plays: resumedPlays(plays, progress, { inform: () => {}, warn }) })
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
}

/** A signal of our own: the caller's gets one listener, however many hosts there are. */
function follow(signal: AbortSignal | undefined): {
  readonly signal: AbortSignal
  /** Resolves with false when it is aborted: nobody needs to answer a question any more. */
  readonly isStopped: Promise<false>
  readonly release: () => void
} {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // one for each of many hosts is no leak
  const abort = () => controller.abort()
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const isStopped = new Promise<false>((resolve) =>
    controller.signal.addEventListener('abort', () => resolve(false), { once: true }),
  )
  return {
    signal: controller.signal,
    isStopped,
    release: () => signal?.removeEventListener('abort', abort),
  }
}

function secretsOf(options: Omit<RunPlaybookOptions, 'inventory'>) {
  const { password, becomePassword, connectionPasswordFile, becomePasswordFile } = options
  const fromFile = (file: string | undefined) => (file === undefined ? undefined : quietPasswords.read(file))
  return {
    password: password === undefined ? fromFile(connectionPasswordFile) : asSecret(password),
    becomePassword: becomePassword === undefined ? fromFile(becomePasswordFile) : asSecret(becomePassword),
  }
}

function words(value: string | readonly string[] = []): string[] {
  return [value].flat().flatMap((text) => text.split(',').filter((word) => word !== ''))
}
