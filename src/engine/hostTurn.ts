// A host's turn to change: it waits for it, sees whether what it saw before is void, and tells then what it has done.

import type { RunEvent } from '../model/run/event.ts'
import type { Account } from './account.ts'
import type { Ended } from './ended.ts'
import type { Item } from './item.ts'
import type { OnceForAll, OnceOutcome } from './runOnce.ts'
import type { Turn } from './turns.ts'

export type HostTurnOptions = {
  readonly turn: Turn
  readonly play: string
  readonly host: string
  readonly account: Account
  /** What the hosts of the batch share: tasks that one of them carries out for all. */
  readonly once: OnceForAll
  readonly emit: (event: RunEvent) => void
}

export class HostTurn {
  readonly #options: HostTurnOptions
  #hasCome = false
  /** How many changes other hosts had made when this one began to look. */
  #mark = 0
  /** How tasks ended that this host carried out for all, before its turn had come. */
  #untold: [key: string, outcome: OnceOutcome][] = []

  constructor(options: HostTurnOptions) {
    this.#options = options
  }

  /** The host begins to look, for the first time or anew. */
  begin(): void {
    this.#mark = this.#options.turn.mark()
    this.#untold = []
  }

  /** Waits for the turn, unless it has come; false: others have changed meanwhile, so all that was seen is void. */
  async come(): Promise<boolean> {
    if (this.#hasCome) return true
    const { turn, account, once } = this.#options
    if (!turn.isOpen) this.tellWaiting(turn.waitsFor)
    await turn.come
    this.#hasCome = true
    const isVoid = turn.hasOtherChangedSince(this.#mark)
    account.release({ isVoid })
    if (!isVoid) for (const [key, outcome] of this.#untold) once.publish(key, outcome)
    return !isVoid
  }

  /** Tells the other hosts how a task ended that this one carried out for all; once its turn has come. */
  publish({ key }: Item, { status, error }: Ended): void {
    const { once, host } = this.#options
    const outcome = { by: host, status, ...(error ? { error } : {}) }
    if (this.#hasCome) once.publish(key, outcome)
    else this.#untold.push([key, outcome])
  }

  /** Tells which hosts this one waits for. */
  tellWaiting(hosts: readonly string[]): void {
    const { play, host, emit } = this.#options
    emit({ kind: 'hostWaiting', play, host, for: hosts })
  }
}
