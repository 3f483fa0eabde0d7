// What the board knows of a play: where each host is, from the events so far.

import type { RunEvent } from '../../model/run/event.ts'
import { lastVisible } from '../output/sanitize.ts'
import { titleWithDelegate } from '../text/hostLabel.ts'
import { createHostOutcomes, type HostOutcomes } from '../text/hostOutcomes.ts'

export type HostPhase =
  | 'connecting'
  | 'looking'
  | 'waiting'
  | 'running'
  | 'ok'
  | 'stopped'
  | 'failed'
  | 'unreachable'

export type HostState = {
  readonly name: string
  readonly phase: HostPhase
  /** Tasks, and how many of them are done. */
  readonly total: number
  readonly done: number
  /** The task at hand, or the last. */
  readonly title: string
  /** When the steps of the task at hand began; undefined while none is running. */
  readonly since: number | undefined
  /** The last that a running step said. */
  readonly line: string
  readonly waitsFor: readonly string[]
  /** The code of the error that ended it. */
  readonly code: string
}

export type PlayState = {
  readonly name: string
  readonly isCheck: boolean
  readonly startedAt: number
  readonly hosts: ReadonlyMap<string, HostState>
}

export type BoardState = {
  /** The play at hand; undefined before, between and after plays. */
  readonly play: () => PlayState | undefined
  /** Takes an event that came at `now` milliseconds. */
  readonly apply: (event: RunEvent, now: number) => void
  /** Ends the play at hand, for a run that came to no end of its own. */
  readonly clear: () => void
}

/** How each kind of event moves the board: a new kind does not compile until it is decided here. */
type Moves = {
  readonly [K in RunEvent['kind']]: (event: Extract<RunEvent, { kind: K }>, now: number) => void
}

export function createBoardState(): BoardState {
  const moves = new Board()
  return {
    play: () => moves.play,
    apply: (event, now) => (moves.moves[event.kind] as (event: RunEvent, now: number) => void)(event, now),
    clear: () => {
      moves.play = undefined
    },
  }
}

class Board {
  play: (PlayState & { readonly hosts: Map<string, HostState> }) | undefined
  readonly #outcomes: HostOutcomes = createHostOutcomes()

  readonly moves: Moves = {
    runStart: () => {},
    playStart: (event, now) => {
      this.#outcomes.record(event)
      const hosts = new Map(event.hosts.map((name) => [name, begun(name)]))
      this.play = { name: event.play, isCheck: event.isCheck, startedAt: now, hosts }
    },
    hostStart: (event) => {
      this.#outcomes.record(event)
      this.#set(event.host, { ...begun(event.host), phase: 'running', total: event.tasks })
    },
    hostWaiting: ({ host, for: waitsFor }) => this.#set(host, { phase: 'waiting', waitsFor }),
    taskStart: ({ host, task, index }, since) =>
      this.#set(host, { phase: 'running', title: titleWithDelegate(task), since, line: '', done: index }),
    output: ({ host, line }) => {
      const shown = lastVisible(line)
      if (shown !== '') this.#set(host, { line: shown })
    },
    taskEnd: (event) => {
      this.#outcomes.record(event)
      const { host, task, index, result } = event
      const isBad = result.status === 'unreachable' || result.status === 'failed'
      const isFatal = isBad && !result.isIgnored
      const done = isFatal ? {} : { done: index + 1 }
      const phase: Partial<HostState> = isFatal
        ? { phase: result.status as HostPhase, code: result.error?.code ?? '' }
        : { phase: 'running' }
      this.#set(host, { title: titleWithDelegate(task), since: undefined, line: '', ...done, ...phase })
    },
    trip: ({ host }) => this.#advance(host),
    command: () => {},
    connection: ({ host }) => this.#advance(host),
    hostEnd: ({ recap }) => this.#set(recap.host, { phase: this.#outcomes.inPlay(recap), since: undefined }),
    playEnd: (event) => {
      this.#outcomes.record(event)
      this.play = undefined
    },
    warning: () => {},
    interrupted: () => {},
    runEnd: () => {
      this.play = undefined
    },
  }

  #set(name: string, now: Partial<HostState>): void {
    const state = this.play?.hosts.get(name)
    if (state) this.play?.hosts.set(name, { ...state, ...now })
  }

  #advance(name: string): void {
    if (this.play?.hosts.get(name)?.phase === 'connecting') this.#set(name, { phase: 'looking' })
  }
}

function begun(name: string): HostState {
  const nothing = { total: 0, done: 0, title: '', since: undefined, line: '', waitsFor: [], code: '' }
  return { name, phase: 'connecting', ...nothing }
}
