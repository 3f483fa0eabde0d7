// Tries a task until it is done, as often as it says: act, with the next look in the same trip, and look again.

import type { Change } from '../model/change.ts'
import { PlaybookError, toPlaybookError, UnreachableError } from '../model/errors/error.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { ReportedChange } from '../model/run/outcome.ts'
import type { Account } from './account.ts'
import { type ActOptions, act } from './act.ts'
import { type Item, isAnswered } from './item.ts'
import { judge, type Verdict, waitFault } from './judge.ts'
import type { Lookout } from './lookout.ts'
import { lossOf, otherHostLost } from './loss.ts'
import { pause } from './pause.ts'
import { pauseSeconds } from './retry.ts'
import type { HostSession } from './session.ts'
import type { Turn } from './turns.ts'

export type AttemptOptions = Pick<ActOptions, 'fetch' | 'artifacts' | 'reach'> & {
  readonly item: Item
  /** From the item on: what is looked at with its steps. */
  readonly ahead: readonly Item[]
  /** Of the host whose task it is. */
  readonly session: HostSession
  /** Of the host on which it is carried out. */
  readonly target: HostSession
  readonly lookout: Lookout
  readonly account: Account
  readonly turn: Turn
  /** How many changes the run has made so far, on all hosts. */
  readonly site: { changes: number }
  readonly emit: (event: RunEvent) => void
  readonly look: () => Promise<Verdict>
  /** true: nothing more is started. */
  readonly isOver: () => boolean
  readonly signal?: AbortSignal
}

/** What the attempts at a task came to. */
export type Tried = {
  /** Of the first attempt that changed something. */
  readonly changes: readonly Change[]
  /** How it ended: `changes` if the last attempt was carried out and nothing speaks against it. */
  readonly verdict: Verdict
  /** Whether all steps of the last attempt ran, as far as is known; a look after them may have gone wrong. */
  readonly wasCarriedOut: boolean
}

/** `found` is what the first look found. Gives undefined where all was over before anything was begun. */
export async function tryUntilDone(found: Verdict, options: AttemptOptions): Promise<Tried | undefined> {
  const { item, lookout, signal, look, target, isOver } = options
  const { retry = { attempts: 1 } } = item.task.options
  let changes: readonly Change[] = []
  let wasCarriedOut = false
  let verdict = found
  for (let attempt = 1; ; attempt += 1) {
    const isBegun = await target.changing(async () => {
      if (isOver()) return false
      // Another host may have changed the delegate while this one waited.
      if (attempt > 1 || !isAnswered(item, lookout.answersFor(item))) verdict = await look()
      if (verdict.kind !== 'changes') return true
      if (changes.length === 0) changes = verdict.changes
      const tried = await attemptOnce(verdict.changes, options)
      wasCarriedOut = tried.wasCarriedOut
      if (tried.error) verdict = { kind: 'failed', error: tried.error }
      return true
    })
    if (!isBegun && attempt === 1) return undefined
    if (verdict.kind !== 'failed' || attempt >= retry.attempts || isOver())
      return { changes, verdict, wasCarriedOut }
    const seconds = pauseSeconds(retry, attempt)
    tellRetry(verdict.error, attempt, seconds, options)
    await pause(seconds * 1000, signal)
    lookout.forget()
  }
}

/** Acts once; gives the error if it failed or did not converge. */
async function attemptOnce(
  changes: readonly Change[],
  options: AttemptOptions,
): Promise<{ readonly error?: PlaybookError; readonly wasCarriedOut: boolean }> {
  const { item, ahead, session, target, account, lookout, turn, site, emit } = options
  const { fetch, artifacts, reach } = options
  account.note(reported(item, changes).map(({ what }) => what))
  await lookout.looksOver(item)
  emit({ kind: 'taskStart', host: session.host, task: item.label, index: item.index })
  turn.noteChange()
  site.changes += 1
  target.changes += 1
  const next = lookout.changing(item, isLookedAtAgain(item) ? ahead : ahead.slice(1))
  const owner = { host: session.host, task: item.task.title }
  const steps = changes.flatMap((change) => change.steps)
  const onLine = lineTeller(options)
  let wasCarriedOut = false
  try {
    const outputs = await act({
      ...{ session: target, owner, item, fetch, artifacts, reach, steps, onLine },
      probes: next.entries,
    }).finally(() => {
      target.changes += 1
    })
    wasCarriedOut = true
    await next.read(outputs)
  } catch (thrown) {
    lookout.forget()
    if (thrown instanceof UnreachableError && item.on === undefined) throw thrown
    const error = toPlaybookError(lost(thrown, item, account))
    // Probes come after the steps: where one was given up, the steps have run.
    return { error, wasCarriedOut: wasCarriedOut || error.code === 'E_PROBE_TIMEOUT' }
  }
  const error = secondLook(item, lookout)
  return { ...(error ? { error } : {}), wasCarriedOut }
}

function isLookedAtAgain({ isVerified, task }: Item): boolean {
  return isVerified || task.options.retry?.until !== undefined
}

/** What became of a delegate in the middle of a change is told as of the host itself. */
function lost(thrown: unknown, { on, task }: Item, { current }: Account): unknown {
  return on === undefined ? thrown : otherHostLost(lossOf(thrown, task.title, current?.what ?? []), on)
}

/** The second look: a task that still differs after its steps has not converged. */
function secondLook(item: Item, lookout: Lookout): PlaybookError | undefined {
  if (!isLookedAtAgain(item)) return undefined
  const answers = lookout.answersFor(item)
  if (!item.isVerified) return waitFault(item, answers, undefined)
  const verdict = judge(item, answers, undefined)
  if (verdict.kind === 'failed') return verdict.error
  if (verdict.kind !== 'changes') return undefined
  const details = verdict.changes.map(({ what, from, to }) => `${what}   is still ${from}, not ${to}`)
  const message = `${item.task.title} was carried out, and its host still differs.`
  return new PlaybookError('E_NOT_CONVERGED', message, { details })
}

function lineTeller({ item, session, emit }: AttemptOptions): ActOptions['onLine'] {
  return (stream, line) => {
    if (!item.task.options.noLog) emit({ kind: 'output', host: session.host, task: item.label, stream, line })
  }
}

function tellRetry(
  { message }: PlaybookError,
  attempt: number,
  seconds: number,
  options: AttemptOptions,
): void {
  const { attempts } = options.item.task.options.retry!
  const line = `attempt ${attempt} of ${attempts} failed: ${message} Again in ${seconds} s.`
  lineTeller(options)('stderr', line)
}

/** Changes as reports show them. */
export function reported({ task }: Item, changes: readonly Change[]): ReportedChange[] {
  if (changes.length === 0) return []
  if (task.options.noLog) return [{ what: task.name, from: 'hidden', to: 'hidden (noLog)' }]
  return changes.map(({ what, from, to, diff }) => ({ what, from, to, ...(diff ? { diff } : {}) }))
}
