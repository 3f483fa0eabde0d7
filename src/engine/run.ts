// Runs plays one after the other, and sums up how their hosts ended.

import { emptyCounts, type HostRecap, type RunRecap, type Status } from '../model/run/outcome.ts'
import { createMasker } from '../model/secrets/masker.ts'
import { revealedSecrets, secretsIn } from '../model/secrets/secret.ts'
import { Questions } from './coordination/questions.ts'
import { runPlay } from './play.ts'
import { prefetchHosts } from './prefetch.ts'
import { eventMask, secretsOfItems } from './results/masking.ts'
import type { RunOptions, RunState } from './runState.ts'

/**
 * Runs the plays.
 *
 * Within a play hosts run independently of one another; a play ends before the next begins. A failure on a host never
 * throws: it is emitted and counted.
 */
export async function runPlays(options: RunOptions): Promise<RunRecap> {
  const startedAt = performance.now()
  const { ask, answers, signal } = options
  const masking = maskingListener(options)
  const state: RunState = {
    options,
    hosts: new Map(),
    excluded: new Set(),
    revision: 0,
    restarts: [],
    ...masking,
    questions: new Questions({ ask, answers, signal, ...masking }),
    isAborted: false,
    stopped: aborted(signal),
  }
  const stop = () => interrupt(state)
  options.signal?.addEventListener('abort', stop, { once: true })
  const { playbooks, isCheck, by, resumable } = options
  state.emit({ kind: 'runStart', playbooks, isCheck, by, resumable })
  const recaps: HostRecap[] = []
  try {
    for (const plan of options.plays) {
      if (options.signal?.aborted || state.isAborted) break
      const running = runPlay(plan, state)
      if (plan === options.plays[0]) prefetchHosts(state)
      recaps.push(...(await running))
    }
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await Promise.all([...state.hosts.values()].map(({ session }) => session.close()))
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

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
}

/** Masks the secrets of all plays; hosts and tasks that are known later add theirs. */
function maskingListener({ plays, listener }: RunOptions): Pick<RunState, 'emit' | 'mask' | 'addSecrets'> {
  const secrets = new Set(revealedSecrets())
  for (const { hosts } of plays) {
    for (const { host, settings, expected, items = expected } of hosts) {
      secretsIn([host.vars, settings], secrets)
      secretsOfItems(items, secrets)
    }
  }
  let maskText = createMasker(secrets)
  let mask = eventMask(secrets, maskText)
  return {
    emit: (event) => listener(mask(event)),
    mask: (text) => maskText(text),
    addSecrets: (more) => {
      const known = secrets.size
      for (const secret of more) secrets.add(secret)
      if (secrets.size === known) return
      maskText = createMasker(secrets)
      mask = eventMask(secrets, maskText)
    },
  }
}

/** Kills the running steps, and closes the connections soon after, so that nothing holds the run up. */
function interrupt({ hosts, emit }: RunState): void {
  const all = [...hosts.values()].map(({ session }) => session)
  const steps = all.flatMap((session) => [...session.running].map((step) => ({ session, step })))
  emit({
    kind: 'interrupted',
    running: steps.map(({ session, step }) => ({
      host: step.owner?.host ?? session.host,
      task: step.owner?.task ?? '',
      delegate: step.owner && step.owner.host !== session.host ? session.host : undefined,
    })),
  })
  const kills = [
    ...steps.map(({ session, step }) => session.kill(step).catch(() => {})),
    ...all.map((session) => session.killProbes().catch(() => {})),
  ]
  const limit = new Promise((resolve) => setTimeout(resolve, 1200).unref())
  const over = Promise.all([...kills, ...all.map((session) => session.stepsDone())])
  void Promise.race([over, limit]).then(() => Promise.all(all.map((session) => session.close())))
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
    isCutShort: a.isCutShort || b.isCutShort,
    ...(a.owed || b.owed ? { owed: [...(a.owed ?? []), ...(b.owed ?? [])] } : {}),
  }
}
