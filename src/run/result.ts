// The result of a run as data, made of its events.

import type { StreamEvent, StreamEventOf } from '../model/run/streamEvent.ts'

export type RunResult = {
  /** 0 success, 2 a host failed, 4 a host was unreachable, 6 both, 130 interrupted. */
  readonly exitCode: number
  readonly isInterrupted: boolean
  /** By name, the hosts that took part. */
  readonly hosts: { readonly [name: string]: HostResult }
}

export type HostResult = {
  /**
   * The most serious of what happened. `stopped`: it was stopped before its end, by an interruption or because other
   * hosts failed. `unknown`: a dry run cannot tell.
   */
  readonly status: 'ok' | 'changed' | 'failed' | 'unreachable' | 'unknown' | 'stopped'
  /** Its tasks that ended, in order. */
  readonly tasks: readonly TaskOutcome[]
  /** Round trips to the host. */
  readonly trips: number
}

/** How a task ended on a host. */
export type TaskOutcome = Omit<
  StreamEventOf<'taskEnd'>,
  'event' | 'time' | 'task' | 'host' | 'index' | 'stdout' | 'stderr'
> & {
  readonly title: string
  /** What the commands that carried out the changes printed: the last 64 KiB; '' if nothing. */
  readonly stdout: string
  readonly stderr: string
}

type Host = { tasks: TaskOutcome[]; status: HostResult['status']; trips: number }

type Recap = StreamEventOf<'runEnd'>['hosts'][number]

/** Takes the events of a run; `of` gives the result once the run has ended. */
export function resultCollector(): {
  readonly handle: (event: StreamEvent) => void
  readonly result: () => RunResult
} {
  const hosts = new Map<string, Host>()
  let end: Pick<RunResult, 'exitCode' | 'isInterrupted'> = { exitCode: 130, isInterrupted: true }
  const hostOf = (name: string): Host => {
    const host = hosts.get(name) ?? { tasks: [], status: 'stopped', trips: 0 }
    hosts.set(name, host)
    return host
  }
  const ofOtherPlays = (host: Host, play: string) => host.tasks.filter((task) => task.play !== play)
  return {
    handle: (event) => {
      if (event.event === 'playStart') for (const name of event.hosts) hostOf(name)
      // It begins again where others changed what it had read.
      if (event.event === 'hostStart') hostOf(event.host).tasks = ofOtherPlays(hostOf(event.host), event.play)
      if (event.event === 'taskEnd') hostOf(event.host).tasks.push(taskOutcome(event))
      if (event.event !== 'runEnd') return
      end = { exitCode: event.exitCode, isInterrupted: event.isInterrupted }
      for (const recap of event.hosts)
        Object.assign(hostOf(recap.host), { status: statusOf(recap), trips: recap.trips })
    },
    result: () => ({ ...end, hosts: Object.fromEntries(hosts) }),
  }
}

function taskOutcome(event: StreamEventOf<'taskEnd'>): TaskOutcome {
  const { event: _event, time: _time, index: _index, host: _host, task: title, ...fields } = event
  return { title, ...fields, stdout: fields.stdout ?? '', stderr: fields.stderr ?? '' }
}

function statusOf({ unreachable, failed, isCutShort, changed, unknown }: Recap): HostResult['status'] {
  if (unreachable > 0) return 'unreachable'
  if (failed > 0) return 'failed'
  if (isCutShort) return 'stopped'
  if (changed > 0) return 'changed'
  return unknown > 0 ? 'unknown' : 'ok'
}
