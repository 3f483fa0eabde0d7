// Runs plays: one after the other, the hosts of each at once, and adds up how they ended.

import { emptyCounts, type HostRecap, type RunRecap, type Status } from '../model/outcome.ts'
import { type Secret, secretsIn } from '../model/secret.ts'
import type { Task } from '../model/task.ts'
import { eventMask } from './masking.ts'
import { runPlay } from './play.ts'
import type { RunOptions, RunState } from './runState.ts'

/**
 * Carries out the plays.
 *
 * Hosts converge independently of one another within a play; a play ends before the next begins. A failure on a host
 * never throws: it is told to the listener and counted.
 */
export async function run(options: RunOptions): Promise<RunRecap> {
  const startedAt = performance.now()
  const state: RunState = {
    options,
    sessions: new Map(),
    lost: new Set(),
    site: { changes: 0 },
    ...maskingListener(options),
  }
  const stop = () => interrupt(state)
  options.signal?.addEventListener('abort', stop, { once: true })
  const { playbooks, isCheck, resumable } = options
  state.emit({ kind: 'runStart', playbooks, isCheck, ...(resumable ? { resumable } : {}) })
  const recaps: HostRecap[] = []
  try {
    for (const plan of options.plays) {
      if (options.signal?.aborted) break
      recaps.push(...(await runPlay(plan, state)))
    }
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await Promise.all([...state.sessions.values()].map((session) => session.close()))
  }
  const recap: RunRecap = {
    hosts: summed(recaps),
    durationMs: performance.now() - startedAt,
    isCheck: options.isCheck,
    isInterrupted: options.signal?.aborted === true,
  }
  state.emit({ kind: 'runEnd', recap })
  return recap
}

/** Masks what is known to be secret; tasks that depend on facts are known only once these were read. */
function maskingListener({ plays, listener }: RunOptions): Pick<RunState, 'emit' | 'learn'> {
  const secrets = new Set<Secret>()
  for (const { hosts } of plays) {
    for (const { host, settings, items = [] } of hosts) {
      secretsIn(host.vars, secrets)
      secretsIn(settings, secrets)
      for (const { task } of items) secretsOfTask(task, secrets)
    }
  }
  let mask = eventMask(secrets)
  return {
    emit: (event) => listener(mask(event)),
    learn: (items) => {
      const known = secrets.size
      for (const { task } of items) secretsOfTask(task, secrets)
      if (secrets.size > known) mask = eventMask(secrets)
    },
  }
}

/** Those of its handlers too, which stand in no list. */
function secretsOfTask({ params, options }: Task, secrets: Set<Secret>): void {
  secretsIn(params, secrets)
  secretsIn(options.environment, secrets)
  for (const handler of [options.notify ?? []].flat() as readonly Task[]) secretsOfTask(handler, secrets)
}

/** Tells the running steps to stop, and closes the connections soon after, so that nothing keeps the run. */
function interrupt({ sessions, emit, options }: RunState): void {
  const all = [...sessions.values()]
  const running = all.filter((session) => session.running)
  emit({
    kind: 'interrupted',
    running: running.map((session) => ({ host: session.host, task: session.currentTask ?? '' })),
  })
  const kills = running.map((session) => session.kill(session.running!).catch(() => {}))
  const limit = new Promise((resolve) => setTimeout(resolve, 1500).unref())
  void Promise.race([Promise.all(kills), limit]).then(() =>
    Promise.all(all.map((session) => session.close())),
  )
  if (options.isTalkative) emit({ kind: 'warning', message: 'Interrupted: closing all connections.' })
}

function summed(recaps: readonly HostRecap[]): HostRecap[] {
  const byHost = new Map<string, HostRecap>()
  for (const recap of recaps) {
    const before = byHost.get(recap.host)
    byHost.set(recap.host, before ? added(before, recap) : recap)
  }
  return [...byHost.values()]
}

function added(a: HostRecap, b: HostRecap): HostRecap {
  const counts = emptyCounts()
  for (const status of Object.keys(counts) as Status[]) counts[status] = a.counts[status] + b.counts[status]
  return {
    host: a.host,
    counts,
    ignored: a.ignored + b.ignored,
    tasks: a.tasks + b.tasks,
    trips: a.trips + b.trips,
    durationMs: a.durationMs + b.durationMs,
    ...(a.isCutShort || b.isCutShort ? { isCutShort: true } : {}),
  }
}

/** Exit code of a run, as Ansible has it: 2 a host failed, 4 one was unreachable, added; 130 interrupted. */
export function exitCode({ hosts, isInterrupted }: RunRecap): number {
  if (isInterrupted) return 130
  const failed = hosts.some(({ counts }) => counts.failed > 0) ? 2 : 0
  const unreachable = hosts.some(({ counts }) => counts.unreachable > 0) ? 4 : 0
  return failed + unreachable
}
