// Computes how far each host came in each play of a run.

import type { RunEvent } from '../model/run/event.ts'

/** A play that was begun, and how far each of its hosts came. */
export type PlayProgress = { readonly play: string; readonly hosts: ReadonlyMap<string, HostProgress> }

export type HostProgress = {
  /** `stopped`: not gone through, for no failure of its own; so is a host of a run that was killed. */
  readonly end: 'done' | 'failed' | 'unreachable' | 'stopped'
  /** What ended, in this order. */
  readonly ended: readonly EndedTask[]
  /** What failed, or was under way when the host was lost or the run was killed. */
  readonly stoppedAt?: EndedTask
}

/** `index` is that of the task in the play's list on this host; -1: before the first. */
export type EndedTask = {
  readonly title: string
  readonly index: number
  readonly isHandler: boolean
  readonly isFailed: boolean
}

/** The plays of a run in the order in which they began; those that it did not come to are not among them. */
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
    if (event.kind === 'hostEnd' && !event.recap.isCutShort) close(tally(event.recap.host))
  }
  return plays
}

/** Whether some host did not get through what a run came to. */
export function isUnfinished(progress: readonly PlayProgress[]): boolean {
  return progress.some(({ hosts }) => [...hosts.values()].some(({ end }) => end !== 'done'))
}

/** A host's progress while it is read. */
type Tally = { end: HostProgress['end']; readonly ended: EndedTask[]; stoppedAt?: EndedTask }

type Of<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>

function untouched(): Tally {
  return { end: 'stopped', ended: [] }
}

function begin(tally: Tally, event: Of<'taskStart'>): void {
  if (tally.end === 'stopped') tally.stoppedAt = endedTask(event, false)
}

/** The first failure that was not forgiven is where the host stopped; `always` tasks may come after it. */
function finish(tally: Tally, event: Of<'taskEnd'>): void {
  const { status, isIgnored } = event.result
  const isFailed = status === 'failed' || status === 'unreachable'
  const task = endedTask(event, isFailed)
  tally.ended.push(task)
  if (tally.end !== 'stopped') return
  delete tally.stoppedAt
  if (!isFailed || isIgnored) return
  tally.end = status
  tally.stoppedAt = task
}

function close(tally: Tally): void {
  if (tally.end === 'stopped') tally.end = 'done'
}

function endedTask({ task, index }: Of<'taskStart' | 'taskEnd'>, isFailed: boolean): EndedTask {
  return { title: task.title, index, isHandler: task.isHandler, isFailed }
}
