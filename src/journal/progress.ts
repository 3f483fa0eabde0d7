// Computes how far each host came in each play of a run.

import type { EventOf, RunEvent } from '../model/run/event.ts'

/** A play that was started, and how far each of its hosts came. */
export type PlayProgress = { readonly play: string; readonly hosts: ReadonlyMap<string, HostProgress> }

export type HostProgress = {
  /** `stopped`: not finished, but without a failure of its own; also every unfinished host of a run that was killed. */
  readonly end: 'done' | 'failed' | 'unreachable' | 'stopped'
  /** The tasks that ended, in order. */
  readonly ended: readonly EndedTask[]
  /** The task that failed, or was running when the host was lost or the run was killed. */
  readonly stoppedAt?: EndedTask
}

/** `index` is the task's position in the play's list on this host; -1: before the first. */
export type EndedTask = {
  readonly title: string
  readonly index: number
  readonly isHandler: boolean
  readonly isFailed: boolean
  /** Of what it was to do; undefined: not recorded, or it did not come to an end. */
  readonly digest?: string
}

/** The plays of a run that were started, in order. */
export function progressOf(events: readonly RunEvent[]): PlayProgress[] {
  const plays: { play: string; hosts: Map<string, Tally> }[] = []
  const tally = (host: string): Tally => {
    const { hosts } = plays.at(-1)!
    const known = hosts.get(host) ?? untouched()
    hosts.set(host, known)
    return known
  }
  for (const event of events) {
    if (event.kind === 'playStart')
      plays.push({ play: event.play, hosts: new Map(event.hosts.map((host) => [host, untouched()])) })
    if (event.kind === 'hostStart') plays.at(-1)?.hosts.set(event.host, untouched())
    if (event.kind === 'taskStart') begin(tally(event.host), event)
    if (event.kind === 'taskEnd') finish(tally(event.host), event)
    if (event.kind === 'retry') goBack(tally(event.host), event)
    if (event.kind === 'hostEnd' && !event.recap.isCutShort) close(tally(event.recap.host))
  }
  return plays
}

/** Whether any host did not finish a play that was started. */
export function isUnfinished(progress: readonly PlayProgress[]): boolean {
  return progress.some(({ hosts }) => [...hosts.values()].some(({ end }) => end !== 'done'))
}

/** A host's progress while the events are read. */
type Tally = { end: HostProgress['end']; ended: readonly EndedTask[]; stoppedAt?: EndedTask }

function untouched(): Tally {
  return { end: 'stopped', ended: [] }
}

function begin(tally: Tally, event: EventOf<'taskStart'>): void {
  if (tally.end === 'stopped') tally.stoppedAt = endedTask(event, false)
}

/** The host stopped at its first failure that was not ignored; `always` tasks may come after it. */
function finish(tally: Tally, event: EventOf<'taskEnd'>): void {
  const { status, isIgnored } = event.result
  const isFailed = status === 'failed' || status === 'unreachable'
  const task = endedTask(event, isFailed)
  tally.ended = [...tally.ended, task]
  if (tally.end !== 'stopped') return
  delete tally.stoppedAt
  if (!isFailed || isIgnored) return
  tally.end = status
  tally.stoppedAt = task
}

/** The tasks of a block run again, so they have not ended. */
function goBack(tally: Tally, { from }: EventOf<'retry'>): void {
  tally.ended = tally.ended.filter(({ index }) => index < from)
  delete tally.stoppedAt
}

function close(tally: Tally): void {
  if (tally.end === 'stopped') tally.end = 'done'
}

function endedTask(event: EventOf<'taskStart' | 'taskEnd'>, isFailed: boolean): EndedTask {
  const { task, index } = event
  const digest = event.kind === 'taskEnd' ? event.digest : undefined
  return { title: task.title, index, isHandler: task.isHandler, isFailed, digest }
}
