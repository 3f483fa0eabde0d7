// Holds a host's changes and events back until its batch may change.

import type { RunEvent } from '../../model/run/event.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { HostRecorder } from '../results/hostRecorder.ts'
import type { UntimedResult } from '../results/taskResult.ts'
import type { BatchGate } from './batchGates.ts'
import type { OnceOutcome, RunOnce } from './runOnce.ts'

/**
 * Thrown to leave a pass over a host's tasks in the middle: `restart` because other hosts have changed something since
 * it began, `stop` because the play is over.
 */
export class PassEnded extends Error {
  readonly next: 'restart' | 'stop'

  constructor(next: 'restart' | 'stop') {
    super(`The pass ended: ${next}.`)
    this.next = next
  }
}

type HostGateOptions = {
  readonly gate: BatchGate
  readonly play: string
  readonly host: string
  readonly recorder: HostRecorder
  readonly runOnce: RunOnce
  readonly emit: (event: RunEvent) => void
}

export class HostGate {
  readonly #options: HostGateOptions
  #hasEntered = false
  /** How many changes there had been when the pass began. */
  #revision = 0
  /** Outcomes of tasks that this host ran once for all, before its batch was ready. */
  #unpublished: [key: string, outcome: OnceOutcome][] = []

  constructor(options: HostGateOptions) {
    this.#options = options
  }

  /** A pass over the host's tasks begins. */
  beginPass(): void {
    this.#revision = this.#options.gate.revision()
    this.#unpublished = []
  }

  /**
   * Waits until the host may change.
   *
   * @throws PassEnded `restart`: others have changed something meanwhile, so all that was probed is void
   */
  async enter(): Promise<void> {
    if (this.#hasEntered) return
    const { gate, recorder, runOnce } = this.#options
    if (!gate.isFirst) this.emitWaiting(gate.waitsFor)
    await gate.ready
    this.#hasEntered = true
    const isVoid = gate.hasOtherChangedSince(this.#revision)
    recorder.release({ isVoid })
    if (isVoid) throw new PassEnded('restart')
    for (const [key, outcome] of this.#unpublished) runOnce.publish(key, outcome)
  }

  /** Publishes the outcome of a task that this host ran for all, once it has entered. */
  publish({ key }: PlannedTask, { status, error }: UntimedResult): void {
    const { runOnce, host } = this.#options
    const outcome = { by: host, status, error }
    if (this.#hasEntered) runOnce.publish(key, outcome)
    else this.#unpublished.push([key, outcome])
  }

  emitWaiting(hosts: readonly string[]): void {
    const { play, host, emit } = this.#options
    emit({ kind: 'hostWaiting', play, host, for: hosts })
  }
}
