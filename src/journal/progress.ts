// How far a run came: what each host got through in each play, and where it stopped.

import type { RunEvent } from '../model/event.ts'

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
  const plays: { play: string; hosts: Map<string, HostProgress> }[] = []
  const update = (host: string, change: (before: HostProgress) => HostProgress) => {
    const hosts = plays.at(-1)?.hosts
    hosts?.set(host, change(hosts.get(host) ?? untouched))
  }
  for (const event of events) {
    if (event.kind === 'playStart')
      plays.push({ play: event.play, hosts: new Map(event.hosts.map((host) => [host, untouched])) })
    if (event.kind === 'hostStart') update(event.host, () => untouched)
    if (event.kind === 'taskStart') update(event.host, (before) => underway(before, event))
    if (event.kind === 'taskEnd') update(event.host, (before) => afterTask(before, event))
    if (event.kind === 'hostEnd' && !event.recap.isCutShort)
      update(event.recap.host, (before) => (before.end === 'stopped' ? { ...before, end: 'done' } : before))
  }
  return plays
}

/** Whether some host did not get through what a run came to. */
export function isUnfinished(progress: readonly PlayProgress[]): boolean {
  return progress.some(({ hosts }) => [...hosts.values()].some(({ end }) => end !== 'done'))
}

const untouched: HostProgress = { end: 'stopped', ended: [] }

type Of<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>

function underway({ end, ended, stoppedAt }: HostProgress, event: Of<'taskStart'>): HostProgress {
  if (end !== 'stopped') return { end, ended, ...(stoppedAt ? { stoppedAt } : {}) }
  return { end, ended, stoppedAt: endedTask(event, false) }
}

/** The first failure that was not forgiven is where the host stopped; `always` tasks may come after it. */
function afterTask({ end, ended, stoppedAt }: HostProgress, event: Of<'taskEnd'>): HostProgress {
  const { status, isIgnored } = event.result
  const isFailed = status === 'failed' || status === 'unreachable'
  const task = endedTask(event, isFailed)
  const list = [...ended, task]
  if (end !== 'stopped') return { end, ended: list, ...(stoppedAt ? { stoppedAt } : {}) }
  return isFailed && !isIgnored ? { end: status, ended: list, stoppedAt: task } : { end, ended: list }
}

function endedTask({ task, index }: Of<'taskStart' | 'taskEnd'>, isFailed: boolean): EndedTask {
  return { title: task.title, index, isHandler: task.isHandler, isFailed }
}
