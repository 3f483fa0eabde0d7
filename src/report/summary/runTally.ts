// Collects from the events of a run what its summary is made of.

import type { EventOf, RunEvent } from '../../model/run/event.ts'
import type { HostRecap } from '../../model/run/outcome.ts'
import type { HostOutcomes } from '../text/hostOutcomes.ts'
import { type ChangeKind, ChangeKinds } from './changeKinds.ts'

export type TaskEnd = EventOf<'taskEnd'>

/** How far a host came in the play in which it stopped. */
export type Progress = { readonly done: number; readonly tasks: number }

export type HostTally = {
  /** What it changed, or would change, in order. */
  readonly changed: readonly ChangeKind[]
  readonly unknown: readonly TaskEnd[]
  /** Its first failure that was not ignored; also the loss of its connection. */
  readonly failure: TaskEnd | undefined
  /** Where it did not come to the end of a play. */
  readonly stopped: Progress | undefined
  /** The handlers that it still has to run. */
  readonly owed: readonly string[]
  readonly hasTasks: boolean
}

type SlowTask = { readonly title: string; readonly durationMs: number }

/** A task that changed something, failed, or is unknown. */
type Ended = { readonly event: TaskEnd; readonly kind: ChangeKind | undefined }

type Tally = {
  ended: Ended[]
  stopped: Progress | undefined
  readonly owed: string[]
  hasTasks: boolean
}

export class RunTally {
  readonly #outcomes: HostOutcomes
  readonly #hosts = new Map<string, Tally>()
  readonly #kinds = new ChangeKinds()
  readonly #longest = new Map<string, number>()

  /** @param outcomes which has taken each event before */
  constructor(outcomes: HostOutcomes) {
    this.#outcomes = outcomes
  }

  record(event: RunEvent): void {
    if (event.kind === 'hostStart') this.#begin(event)
    if (event.kind === 'taskEnd') this.#end(event)
    if (event.kind === 'hostEnd') this.#close(event.recap)
  }

  hosts(): Map<string, HostTally> {
    return new Map([...this.#hosts].map(([name, tally]) => [name, summarized(tally)]))
  }

  /** The tasks that took longest on any host, the slowest first. */
  slowest(): SlowTask[] {
    const tasks = [...this.#longest].map(([title, durationMs]) => ({ title, durationMs }))
    return tasks.sort((one, other) => other.durationMs - one.durationMs)
  }

  #of(host: string): Tally {
    const tally = this.#hosts.get(host) ?? { ended: [], stopped: undefined, owed: [], hasTasks: false }
    this.#hosts.set(host, tally)
    return tally
  }

  /** A host begins a play again where others changed what it had read. */
  #begin({ host, play }: EventOf<'hostStart'>): void {
    const tally = this.#of(host)
    tally.ended = tally.ended.filter(({ event }) => event.play !== play)
  }

  #end(event: TaskEnd): void {
    const { status, durationMs } = event.result
    if (status === 'ok' || status === 'skipped') return
    const kind = status === 'changed' ? this.#kinds.of(event) : undefined
    this.#of(event.host).ended.push({ event, kind })
    const { title } = event.task
    if (status !== 'unknown') this.#longest.set(title, Math.max(durationMs, this.#longest.get(title) ?? 0))
  }

  #close(recap: HostRecap): void {
    const tally = this.#of(recap.host)
    const { tasks, owed = [] } = recap
    tally.owed.push(...owed)
    tally.hasTasks ||= tasks > 0
    if (this.#outcomes.inPlay(recap) !== 'ok')
      tally.stopped = { done: this.#outcomes.completedTasks(recap.host), tasks }
  }
}

function summarized({ ended, ...tally }: Tally): HostTally {
  const events = ended.map(({ event }) => event)
  return {
    ...tally,
    changed: ended.flatMap(({ kind }) => kind ?? []),
    unknown: events.filter(({ result }) => result.status === 'unknown'),
    failure: events.find(isFailure),
  }
}

function isFailure({ result: { status, isIgnored } }: TaskEnd): boolean {
  return !isIgnored && (status === 'failed' || status === 'unreachable')
}
