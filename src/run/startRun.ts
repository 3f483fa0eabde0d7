// Loads, plans and carries out a run that code has requested.

import { setMaxListeners } from 'node:events'
import type { Play } from '../model/play.ts'
import type { StreamEvent } from '../model/run/streamEvent.ts'
import { eventStream } from '../report/eventStream.ts'
import { createTransportResolver } from '../transport/connect.ts'
import { carryOut } from './carryOut.ts'
import { connectionFlags } from './connectionFlags.ts'
import { asSecret, inventoryOf } from './inventorySource.ts'
import { loadRun } from './loadRun.ts'
import type { RunPlaybookOptions } from './options.ts'
import { planRun } from './planRun.ts'
import { quietPasswords } from './quietPasswords.ts'
import { type RunResult, resultCollector } from './result.ts'
import { startAtTask, unknownTask } from './startAtTask.ts'

/** @throws PlaybookError, AggregatePlaybookError: before any host is contacted */
export async function startRun(
  playbooks: readonly (string | Play)[],
  { inventory: source, onEvent: _, signal, ...options }: RunPlaybookOptions,
  emit: (event: StreamEvent) => void,
): Promise<RunResult> {
  const { verbose = 0, diff = false, startAtTask: first, stateFolder } = options
  const { handle, result } = resultCollector()
  const time = () => new Date().toISOString()
  const stream = eventStream({ verbosity: verbose, isDiffShown: diff, time })
  const pass = (events: readonly StreamEvent[]) => {
    for (const event of events) {
      handle(event)
      emit(event)
    }
  }
  const stop = follow(signal)
  try {
    const loaded = await loadRun({
      playbooks,
      inventory: (playbookDir) => inventoryOf(source, { ...options, playbookDir }),
      limit: async () => options.limit,
    })
    const flags = { ...options, verbose, tags: words(options.tags), skipTags: words(options.skipTags) }
    const planned = await planRun(
      {
        ...loaded,
        connection: connectionFlags(options, secretsOf(options)),
        begin: first === undefined ? undefined : (plays) => startAtTask(plays, first, () => {}),
      },
      flags,
    )
    if (stop.signal.aborted) return result()
    await carryOut(planned, flags, {
      playbooks: playbooks.map((each) => (typeof each === 'string' ? each : each.spec.name)),
      transportFor: createTransportResolver(),
      signal: stop.signal,
      listener: (event) => pass(stream.of(event)),
      stateFolder,
    })
    const { exitCode } = result()
    if (exitCode === 0 && planned.isFound?.() === false) throw unknownTask(planned.plays, first!)
    return result()
  } finally {
    stop.release()
  }
}

/** A signal of our own: the caller's gets one listener, however many hosts there are. */
function follow(signal: AbortSignal | undefined): {
  readonly signal: AbortSignal
  readonly release: () => void
} {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal) // one for each of many hosts is no leak
  const abort = () => controller.abort()
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return { signal: controller.signal, release: () => signal?.removeEventListener('abort', abort) }
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
