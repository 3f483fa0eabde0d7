// A host's turn to change: it waits for it, sees whether what it saw before is void, and tells then what it has done.

import type { RunEvent } from '../../model/run/event.ts'
import type { PlannedTask } from '../plan/plannedTask.ts'
import type { HostRecorder } from '../results/hostRecorder.ts'
import type { UntimedResult } from '../results/taskResult.ts'
import type { BatchGate } from './batchGates.ts'
import type { OnceOutcome, RunOnce } from './runOnce.ts'

export type HostGateOptions = {
  readonly gate: BatchGate
  readonly play: string
  readonly host: string
  readonly recorder: HostRecorder
  /** What the hosts of the batch share: tasks that one of them carries out for all. */
  readonly runOnce: RunOnce
  readonly emit: (event: RunEvent) => void
}

export class HostGate {
  readonly #options: HostGateOptions
  #hasEntered = false
  /** How many changes other hosts had made when this one began to look. */
  #revision = 0
  /** How tasks ended that this host carried out for all, before its turn had come. */
  #unpublished: [key: string, outcome: OnceOutcome][] = []

  constructor(options: HostGateOptions) {
    this.#options = options
  }

  /** The host begins to look, for the first time or anew. */
  begin(): void {
    this.#revision = this.#options.gate.revision()
    this.#unpublished = []
  }

  /** Waits for the turn, unless it has come; false: others have changed meanwhile, so all that was seen is void. */
  async enter(): Promise<boolean> {
    if (this.#hasEntered) return true
    const { gate, recorder, runOnce } = this.#options
    if (!gate.isFirst) this.emitWaiting(gate.waitsFor)
    await gate.ready
    this.#hasEntered = true
    const isVoid = gate.hasOtherChangedSince(this.#revision)
    recorder.release({ isVoid })
    if (!isVoid) for (const [key, outcome] of this.#unpublished) runOnce.publish(key, outcome)
    return !isVoid
  }

  /** Tells the other hosts how a task ended that this one carried out for all; once its turn has come. */
  publish({ key }: PlannedTask, { status, error }: UntimedResult): void {
    const { runOnce, host } = this.#options
    const outcome = { by: host, status, ...(error ? { error } : {}) }
    if (this.#hasEntered) runOnce.publish(key, outcome)
    else this.#unpublished.push([key, outcome])
  }

  /** Tells which hosts this one waits for. */
  emitWaiting(hosts: readonly string[]): void {
    const { play, host, emit } = this.#options
    emit({ kind: 'hostWaiting', play, host, for: hosts })
  }
}
