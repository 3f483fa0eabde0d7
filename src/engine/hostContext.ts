// A host in a play: its state, gate and recorder, and the services that its tasks use.

import type { Play } from '../model/play.ts'
import type { RunEvent } from '../model/run/event.ts'
import type { Task } from '../model/task.ts'
import type { Reached } from './apply/applySteps.ts'
import { DryRun } from './checkMode/dryRun.ts'
import type { Barriers } from './coordination/barriers.ts'
import type { BatchGate } from './coordination/batchGates.ts'
import { HostGate, PassEnded } from './coordination/hostGate.ts'
import type { RunOnce } from './coordination/runOnce.ts'
import type { Throttle } from './coordination/throttle.ts'
import type { HostState } from './hostState.ts'
import type { HostPlan } from './plan/planPlays.ts'
import type { Target } from './plan/target.ts'
import { taskDigest } from './plan/taskDigest.ts'
import { HostRecorder } from './results/hostRecorder.ts'
import { hostState, type RunState } from './runState.ts'

/** What the hosts of a play share. */
export type Coordination = {
  readonly batchGate: BatchGate
  readonly throttle: Throttle
  readonly runOnce: RunOnce
  readonly barriers: Barriers
  /** Lets another host be worked on while this one waits for it. */
  readonly giveUpRoom: () => void
  /** true: too many hosts have failed, so this one starts nothing more. */
  readonly isPlayOver: () => boolean
}

export type HostContextOptions = {
  readonly run: RunState
  readonly play: Play['spec']
  readonly plan: HostPlan
  readonly coordination: Coordination
  /** How many tasks the host has in the play. */
  readonly taskCount: number
}

export class HostContext {
  readonly host: string
  readonly play: HostContextOptions['play']
  readonly plan: HostPlan
  readonly run: RunState
  readonly state: HostState
  readonly coordination: Coordination
  readonly recorder: HostRecorder
  readonly gate: HostGate
  readonly dryRun: DryRun
  #hasAborted = false

  constructor({ run, play, plan, coordination, taskCount }: HostContextOptions) {
    const { name: host } = plan.host
    const { emit, options, restarts } = run
    const { batchGate: gate, runOnce } = coordination
    this.host = host
    this.play = play
    this.plan = plan
    this.run = run
    this.state = hostState(plan, run)
    this.coordination = coordination
    const { signal, isCheck, resumable } = options
    const digest = resumable && taskDigest
    this.recorder = new HostRecorder({ play: play.name, host, tasks: taskCount, emit, signal, digest })
    this.gate = new HostGate({ gate, play: play.name, host, recorder: this.recorder, runOnce, emit })
    this.dryRun = new DryRun({ isCheck, hostAt: this.hostAt, restarts })
  }

  get isCheck(): boolean {
    return this.run.options.isCheck
  }

  get isInterrupted(): boolean {
    return this.run.options.signal?.aborted === true
  }

  /** A person aborts the run at a task of this host, which fails there; other hosts stop. */
  abort(): void {
    this.run.isAborted = true
    this.#hasAborted = true
  }

  get isOver(): boolean {
    const isAborted = this.run.isAborted && !this.#hasAborted
    return this.coordination.isPlayOver() || this.isInterrupted || isAborted
  }

  /** @throws PassEnded `stop` */
  requireNotOver(): void {
    if (this.isOver) throw new PassEnded('stop')
  }

  /** The host that a target names. */
  readonly hostAt = ({ host }: Target): HostState =>
    host === undefined ? this.state : hostState(this.plan.other(host), this.run)

  /** Another host for a `call` step. @throws PlaybookError E_UNKNOWN_HOST */
  readonly reach = (name: string, task: Task): Reached => {
    const other = this.plan.other(name)
    return { session: hostState(other, this.run).session, user: other.userFor(task) }
  }

  emit(event: RunEvent): void {
    this.run.emit(event)
  }
}
