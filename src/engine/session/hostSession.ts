// One host during a run: its connection, a shell per user, its trips, counted and told.

import type { ConnectionSettings } from '../../model/host.ts'
import { createLimiter, type Limiter } from '../../model/limiter.ts'
import type { Output } from '../../model/probe.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { ReconnectOptions } from '../../model/step.ts'
import type { Connection, Shell } from '../../transport/transport.ts'
import { prologue, type ScriptEntry } from '../../wire/script.ts'
import type { PredictedState } from '../checkMode/predictedState.ts'
import { coalesceProbes, type RunProbes } from '../probing/coalesceProbes.ts'
import type { CacheEntry } from '../probing/probeRun.ts'
import { connectWithRetry } from './retry.ts'
import { runTrip, type TripObserver } from './trip.ts'

export type Connect = (
  settings: ConnectionSettings,
  options: { log?: (message: string) => void; signal?: AbortSignal },
) => Promise<Connection>

export type SessionOptions = {
  readonly host: string
  readonly settings: ConnectionSettings
  readonly connect: Connect
  readonly emit: (event: RunEvent) => void
  /** true: tells every command and what it said. */
  readonly isVerbose: boolean
  readonly signal?: AbortSignal
}

/** A step that is running: whose it is, and enough to kill it. */
export type RunningStep = Process & { readonly owner: StepOwner | undefined }

/** The leader of a process group, and the user that it runs as. */
export type Process = { readonly as: string | undefined; readonly pid: number }

/** The task that a step belongs to, and the host whose task it is. */
export type StepOwner = { readonly host: string; readonly task: string }

export type TripOptions = TripObserver & { readonly owner?: StepOwner }

type OpenShell = { readonly shell: Shell; isPrimed: boolean; last: Promise<unknown> }

export class HostSession {
  readonly host: string
  readonly settings: ConnectionSettings
  #trips = 0
  /** Its steps that are running: more than one where other hosts' tasks are carried out here too. */
  readonly running = new Set<RunningStep>()
  /** Trips under way that carry steps: one of them may be about to begin, though none is running. */
  readonly #stepTrips = new Set<Promise<unknown>>()
  /** Counts the beginnings and ends of changes: an answer is void once it has gone on. */
  revision = 0
  /** Lets one task after the other change the host, each knowing what the one before it left. */
  readonly mutex: Limiter = createLimiter(1)
  /** Asks as a user: probes alone, which share a trip with all others that wait for the same shell. */
  readonly probe: RunProbes = coalesceProbes((as, entries, ended) => this.#trip(as, entries, { ended }))
  readonly #options: SessionOptions
  readonly #shells = new Map<string, Promise<OpenShell>>()
  /** Seconds for which the first connection is tried again. */
  connectTimeout = 0
  /** What was read for later plays too, by host and user, and the count of the site's changes at that time. */
  prefetched: { readonly cached: Map<string, CacheEntry>; readonly revision: number } | undefined
  /** What check mode foresees, carried from play to play. */
  predictedState: PredictedState | undefined
  #connection: Promise<Connection> | undefined
  #latest: Connection | undefined

  constructor(options: SessionOptions) {
    this.host = options.host
    this.settings = options.settings
    this.#options = options
  }

  /** The connection, made when it is first needed, and again after it broke or did not come about. */
  connection(): Promise<Connection> {
    this.#connection ??= this.#connect({ timeout: this.connectTimeout }).catch((thrown) => {
      this.#connection = undefined
      throw thrown
    })
    return this.#connection
  }

  /**
   * Lets the connection go and makes it anew: trips from now on take place over that one.
   *
   * @throws UnreachableError of the last attempt; a later trip tries once more
   */
  async reconnect({ timeout = 600, connectTimeout }: ReconnectOptions = {}): Promise<void> {
    await this.close()
    this.#shells.clear()
    const connecting = this.#connect({ timeout, connectTimeout })
    this.#connection = connecting
    await connecting.catch((thrown) => {
      if (this.#connection === connecting) this.#connection = undefined
      throw thrown
    })
  }

  async #connect({ timeout = 0, connectTimeout }: ReconnectOptions): Promise<Connection> {
    const { host, connect, signal, emit } = this.#options
    const settings =
      connectTimeout === undefined ? this.settings : { ...this.settings, timeout: connectTimeout }
    const log = (message: string) => emit({ kind: 'connection', host, message })
    const options = { log, ...(signal ? { signal } : {}) }
    const connection = await connectWithRetry(() => connect(settings, options), { timeout, ...options })
    this.#latest = connection
    connection.onBroken(() => {
      if (this.#latest !== connection) return // another has taken its place
      this.#connection = undefined
      this.#shells.clear()
    })
    return connection
  }

  /** How many trips there were since this was last asked. */
  takeTrips(): number {
    const trips = this.#trips
    this.#trips = 0
    return trips
  }

  /**
   * One round trip as a user: the entries run in order on that user's shell.
   *
   * @throws UnreachableError, PlaybookError E_BECOME…
   */
  async trip(
    as: string | undefined,
    entries: readonly ScriptEntry[],
    watcher: TripOptions = {},
  ): Promise<(Output | undefined)[]> {
    return entries.length === 0 ? [] : this.#trip(as, () => entries, watcher)
  }

  /** `entries` is called when the shell is free. */
  async #trip(
    as: string | undefined,
    entries: () => readonly ScriptEntry[],
    watcher: TripOptions = {},
  ): Promise<(Output | undefined)[]> {
    const open = await this.#shell(as)
    const gate = open.last.then(() => this.#exchange(open, as, entries(), watcher))
    open.last = gate.catch(() => {})
    return gate
  }

  /** Resolves when no step is under way any more. */
  async stepsDone(): Promise<void> {
    await Promise.allSettled([...this.#stepTrips])
  }

  /** Kills a running step with all its children: asks first, forces after two seconds. */
  async kill({ as, pid }: Process): Promise<void> {
    const connection = await this.connection()
    const shell = await connection.openShell(as)
    const script = `kill -TERM -${pid}; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 -${pid} 2>/dev/null || exit 0; sleep 0.2; done; kill -KILL -${pid}; exit 0\n`
    await new Promise<void>((resolve) => {
      shell.receive({ data: () => {}, end: () => resolve() })
      shell.write(Buffer.from(script)).catch(() => resolve())
      setTimeout(resolve, 4000).unref()
    })
    shell.close()
  }

  /** Nothing is told of it any more afterwards: trips that were under way have ended. */
  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined)
    await connection?.close()
    const opened = await Promise.allSettled(this.#shells.values())
    await Promise.all(opened.map((shell) => (shell.status === 'fulfilled' ? shell.value.last : undefined)))
  }

  async #shell(as: string | undefined): Promise<OpenShell> {
    const connection = await this.connection()
    const user = as === connection.user ? undefined : as
    const key = user ?? ''
    const known = this.#shells.get(key)
    if (known) return known
    const opening = connection
      .openShell(user)
      .then((shell) => ({ shell, isPrimed: false, last: Promise.resolve() }))
    this.#shells.set(key, opening)
    opening.catch(() => this.#shells.delete(key))
    return opening
  }

  async #exchange(
    open: OpenShell,
    as: string | undefined,
    entries: readonly ScriptEntry[],
    watcher: TripOptions,
  ): Promise<(Output | undefined)[]> {
    const { host, emit } = this.#options
    const startedAt = performance.now()
    const steps = entries.filter((entry) => entry.kind === 'step').length
    this.#trips += 1
    let isShared = false
    let running: RunningStep | undefined
    const stopped = () => running && this.running.delete(running)
    let outputs: (Output | undefined)[]
    let stepTrips: Promise<unknown> | undefined
    try {
      const answered = runTrip(open.shell, open.isPrimed ? '' : prologue, entries, {
        ...watcher,
        started: (index, pid) => {
          stopped()
          running = { as, pid, owner: watcher.owner }
          this.running.add(running)
          // It has begun while the run was being stopped: nobody has seen it yet.
          if (this.#options.signal?.aborted) void this.kill(running).catch(() => {})
          watcher.started?.(index, pid)
        },
        ended: (index, output) => {
          if (entries[index]?.kind === 'step') stopped()
          watcher.ended?.(index, output)
        },
        leftRunning: () => {
          isShared = true
        },
      })
      stepTrips = steps > 0 ? answered : undefined
      if (stepTrips) this.#stepTrips.add(stepTrips)
      outputs = await answered
      open.isPrimed = true
      this.#emitCommands(entries, outputs)
    } catch (thrown) {
      void this.#abandon(open)
      throw thrown
    } finally {
      stopped()
      if (stepTrips) this.#stepTrips.delete(stepTrips)
      const durationMs = performance.now() - startedAt
      emit({ kind: 'trip', host, as, probes: entries.length - steps, steps, durationMs })
    }
    return isShared ? this.#probeAgain(open, as, entries, outputs) : outputs
  }

  /** What probes said while something else was writing to the same streams is asked again, by a shell of its own. */
  async #probeAgain(
    open: OpenShell,
    as: string | undefined,
    entries: readonly ScriptEntry[],
    outputs: readonly (Output | undefined)[],
  ): Promise<(Output | undefined)[]> {
    await this.#abandon(open)
    const isAnswered = (index: number) => entries[index]!.kind === 'probe' && outputs[index] !== undefined
    const asked = [...entries.keys()].filter(isAnswered)
    const again = await this.trip(
      as,
      asked.map((index) => entries[index]!),
    )
    return outputs.map((output, index) => (isAnswered(index) ? again[asked.indexOf(index)] : output))
  }

  /** A shell that did not answer is let go; the next trip opens another. */
  async #abandon(open: OpenShell): Promise<void> {
    open.shell.close()
    for (const [key, opening] of [...this.#shells]) {
      if ((await opening.catch(() => undefined)) === open) this.#shells.delete(key)
    }
  }

  #emitCommands(entries: readonly ScriptEntry[], outputs: readonly (Output | undefined)[]): void {
    const { host, emit, isVerbose: isTalkative } = this.#options
    if (!isTalkative) return
    for (const [index, entry] of entries.entries()) {
      const output = outputs[index]
      if (!output) continue
      const isStep = entry.kind === 'step'
      const { code, stdout, stderr } = output
      const said = {
        script: entry.body.toString(),
        stdout: entry.printsContents ? `(what files hold, ${stdout.length} bytes)` : stdout.toString('utf8'),
        stderr: stderr.toString('utf8'),
      }
      emit({ kind: 'command', host, code, isStep, ...(entry.isHidden ? hidden : said) })
    }
  }
}

/** What is told of a command of a task with noLog. */
const hidden = { script: 'hidden (noLog)', stdout: '', stderr: '' }
