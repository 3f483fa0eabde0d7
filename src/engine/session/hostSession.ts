// The connection to one host, with a shell for each user, over which trips run.

import type { Readable } from 'node:stream'
import { type BecomeUser, formatBecomeUser } from '../../model/become.ts'
import { PlaybookError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'
import type { Output } from '../../model/probe.ts'
import type { ReconnectOptions } from '../../model/step.ts'
import type { Connection, Shell } from '../../transport/program/transport.ts'
import { hangingPaths, hangingPathsScript } from '../../wire/hangingPaths.ts'
import { killGroup, killTree } from '../../wire/killScript.ts'
import { prologue, type ScriptEntry } from '../../wire/script.ts'
import { commandEvents } from './commandEvents.ts'
import { HostLink, type LinkOptions } from './hostLink.ts'
import type { LockOptions } from './hostLock.ts'
import { ProbeTimeout } from './probeTimeout.ts'
import { type RunningStep, type StepProcess, trackSteps } from './runningSteps.ts'
import { type LockShell, SessionLock } from './sessionLock.ts'
import { runTrip, type TripObserver, type TripOptions } from './trip.ts'

type SessionOptions = LinkOptions & {
  /** true: emits every command with its output. */
  readonly isVerbose: boolean
  /** How to take the host's lock before its first step; undefined: steps need no lock. */
  readonly lock?: LockOptions
}

type OpenShell = LockShell & {
  readonly shell: Shell
  isPrimed: boolean
  /** Known from its first trip on. */
  pid?: number
  isProbing?: boolean
  last: Promise<unknown>
}

export class HostSession {
  readonly host: string
  readonly settings: ConnectionSettings
  /** Steps that are running: several where tasks of other hosts are delegated to this one. */
  readonly running = new Set<RunningStep>()
  readonly #options: SessionOptions
  readonly #shells = new Map<string, Promise<OpenShell>>()
  /** Trips that carry steps: one of them may be about to start, though none is running. */
  readonly #stepTrips = new Set<Promise<unknown>>()
  readonly #lock: SessionLock
  readonly #link: HostLink
  #trips = 0

  constructor(options: SessionOptions) {
    this.host = options.host
    this.settings = options.settings
    this.#options = options
    this.#link = new HostLink(options, () => this.#forgetShells())
    this.#lock = new SessionLock(options, {
      send: (...trip) => this.#send(...trip),
      shell: (user) => this.#shell(user),
      shells: async () => {
        const opened = await Promise.allSettled(this.#shells.values())
        return opened.flatMap((shell) => (shell.status === 'fulfilled' ? [shell.value] : []))
      },
    })
  }

  /** For how many seconds the next connection is retried until it succeeds. */
  retryConnectingFor(seconds: number): void {
    this.#link.retryFor(seconds)
  }

  /** The connection, made when it is first needed, and again after it broke or failed. */
  connection(): Promise<Connection> {
    return this.#link.connection()
  }

  /**
   * Closes the connection and makes a new one, over which all further trips go.
   *
   * @throws UnreachableError of the last attempt; a later trip tries once more
   */
  async reconnect(options: ReconnectOptions = {}): Promise<void> {
    await this.close()
    this.#forgetShells()
    await this.#link.reconnect(options)
  }

  #forgetShells(): void {
    this.#shells.clear()
    this.#lock.forget()
  }

  /** How many trips there were since the last call. */
  takeTrips(): number {
    const trips = this.#trips
    this.#trips = 0
    return trips
  }

  /**
   * One round trip as a user: the entries run in order on that user's shell. Where `entries` is a function, it is
   * called once the shell is free. The first steps take the host's lock.
   *
   * @throws UnreachableError, PlaybookError E_BECOME…, E_LOCKED, WaitedForLock
   */
  async trip(
    user: BecomeUser | undefined,
    entries: readonly ScriptEntry[] | (() => readonly ScriptEntry[]),
    options: TripOptions = {},
  ): Promise<(Output | undefined)[]> {
    if (entries.length === 0 && typeof entries !== 'function') return []
    const hasSteps = typeof entries !== 'function' && entries.some(({ kind }) => kind === 'step')
    return hasSteps ? this.#lock.trip(user, entries, options) : this.#send(user, entries, options)
  }

  /** Takes the host's lock with a trip of its own, before what is no step. @throws E_LOCKED, WaitedForLock */
  async lock(user: BecomeUser | undefined, options: Pick<TripOptions, 'isPlanned'> = {}): Promise<void> {
    await this.#lock.take(user, options)
  }

  async #send(
    user: BecomeUser | undefined,
    entries: readonly ScriptEntry[] | (() => readonly ScriptEntry[]),
    options: TripOptions,
  ): Promise<(Output | undefined)[]> {
    const open = await this.#shell(user)
    const current = open.last.then(() =>
      this.#exchange(open, user, typeof entries === 'function' ? entries() : entries, options),
    )
    open.last = current.catch(() => {})
    return current
  }

  /** Sends bytes into the new file `path`. @throws PlaybookError E_UPLOAD, UnreachableError */
  async upload(
    source: Buffer | Readable,
    path: string,
    user: BecomeUser | undefined,
    options: { readonly unsafePaths?: boolean } = {},
  ): Promise<void> {
    const connection = await this.connection()
    await connection.upload(source, path, user, options)
  }

  /** Reads a file of the host into the new file `localPath`. @throws PlaybookError E_DOWNLOAD_FILE, UnreachableError */
  async download(path: string, localPath: string, user: BecomeUser | undefined): Promise<void> {
    const connection = await this.connection()
    await connection.download(path, localPath, user)
  }

  /** Resolves when no trip carries steps any more. */
  async stepsDone(): Promise<void> {
    await Promise.allSettled([...this.#stepTrips])
  }

  /** Kills a running step with its children: TERM first, KILL after two seconds. */
  async kill({ user, pid }: StepProcess): Promise<void> {
    await this.#runApart(user, killGroup(pid))
  }

  /** Kills the probes that are running. */
  async killProbes(): Promise<void> {
    const opened = await Promise.allSettled(this.#shells.values())
    const shells = opened.flatMap((shell) => (shell.status === 'fulfilled' ? [shell.value] : []))
    await Promise.all(shells.filter(({ isProbing }) => isProbing).map((shell) => this.#killWork(shell)))
  }

  async #killWork({ user, pid }: OpenShell): Promise<void> {
    if (pid !== undefined) await this.#runApart(user, killTree(pid)).catch(() => {})
  }

  /** The error, with the paths that hang where the probe reads files. */
  async #withHangingPaths({ user }: OpenShell, error: ProbeTimeout): Promise<ProbeTimeout> {
    const { paths } = error.entry
    if (!paths) return error
    const printed = await this.#runApart(user, hangingPathsScript(paths)).catch(() => '')
    return new ProbeTimeout(error.entry, error.seconds, hangingPaths(paths, printed))
  }

  /** Runs a script in a shell of its own, for at most four seconds; gives its standard output. */
  async #runApart(user: BecomeUser | undefined, script: string): Promise<string> {
    const connection = await this.connection()
    const shell = await connection.openShell(user)
    let printed = ''
    await new Promise<void>((resolve) => {
      shell.receive({
        data: (stream, bytes) => {
          if (stream === 'stdout') printed += bytes.toString('utf8')
        },
        end: () => resolve(),
      })
      shell.write(Buffer.from(script)).catch(() => resolve())
      setTimeout(resolve, 4000).unref()
    })
    shell.close()
    return printed
  }

  /** Closes the connection and waits for the trips that were under way, so that nothing is emitted afterwards. */
  async close(): Promise<void> {
    await this.#link.close()
    const opened = await Promise.allSettled(this.#shells.values())
    await Promise.all(opened.map((shell) => (shell.status === 'fulfilled' ? shell.value.last : undefined)))
  }

  async #shell(user: BecomeUser | undefined): Promise<OpenShell> {
    const connection = await this.connection()
    const key = user && user.user !== connection.user ? formatBecomeUser(user) : ''
    const known = this.#shells.get(key)
    if (known) return known
    const userName = user?.user ?? connection.user
    const opening = connection
      .openShell(user)
      .then((shell) => ({ shell, user, userName, isPrimed: false, last: Promise.resolve() }))
    this.#shells.set(key, opening)
    opening.catch(() => this.#shells.delete(key))
    return opening
  }

  async #exchange(
    open: OpenShell,
    user: BecomeUser | undefined,
    entries: readonly ScriptEntry[],
    options: TripOptions,
  ): Promise<(Output | undefined)[]> {
    const { host, emit, isVerbose } = this.#options
    const startedAt = performance.now()
    const count = (kind: ScriptEntry['kind']) => entries.filter((entry) => entry.kind === kind).length
    const [probes, steps] = [count('probe'), count('step')]
    const observer = this.#observer(open, entries, options)
    open.isProbing = entries[0]?.kind === 'probe'
    this.#trips += 1
    let outputs: (Output | undefined)[]
    let stepTrip: Promise<unknown> | undefined
    try {
      const trip = runTrip(open.shell, open.isPrimed ? '' : prologue, entries, observer)
      stepTrip = steps > 0 ? trip : undefined
      if (stepTrip) this.#stepTrips.add(stepTrip)
      outputs = await trip
      open.isPrimed = true
      if (isVerbose) for (const event of commandEvents(host, entries, outputs)) emit(event)
    } catch (thrown) {
      const error = thrown instanceof ProbeTimeout ? await this.#withHangingPaths(open, thrown) : thrown
      if (error instanceof PlaybookError && isHung(error)) await this.#killWork(open)
      void this.#abandon(open)
      throw error
    } finally {
      observer.stepEnded()
      open.isProbing = false
      if (stepTrip) this.#stepTrips.delete(stepTrip)
      const durationMs = performance.now() - startedAt
      const as = user && formatBecomeUser(user)
      emit({ kind: 'trip', host, as, probes, steps, durationMs })
    }
    return observer.hasLeftovers() ? this.#probeAgain(open, user, entries, outputs) : outputs
  }

  #observer(open: OpenShell, entries: readonly ScriptEntry[], { owner, ...observer }: TripOptions) {
    const { signal } = this.#options
    let hasLeftovers = false
    const steps = trackSteps(this.running, observer, {
      user: open.user,
      owner,
      // One that starts while the run is being interrupted: nobody has seen it yet.
      started: (step) => signal?.aborted && this.kill(step).catch(() => {}),
    })
    const tracked: TripObserver = {
      ...steps,
      ended: (index, output) => {
        if (entries[index]?.kind === 'step') steps.stepEnded()
        open.isProbing = entries[index + 1]?.kind === 'probe'
        observer.ended?.(index, output)
      },
      shellStarted: (pid) => {
        open.pid = pid
      },
      leftRunning: () => {
        hasLeftovers = true
      },
    }
    return { ...tracked, stepEnded: steps.stepEnded, hasLeftovers: () => hasLeftovers }
  }

  /** Repeats probes that ran while leftover processes wrote to the same streams, on a shell of its own. */
  async #probeAgain(
    open: OpenShell,
    user: BecomeUser | undefined,
    entries: readonly ScriptEntry[],
    outputs: readonly (Output | undefined)[],
  ): Promise<(Output | undefined)[]> {
    await this.#replace(open)
    const isProbed = (index: number) => entries[index]!.kind === 'probe' && outputs[index] !== undefined
    const probed = [...entries.keys()].filter(isProbed)
    const again = await this.trip(
      user,
      probed.map((index) => entries[index]!),
    )
    return outputs.map((output, index) => (isProbed(index) ? again[probed.indexOf(index)] : output))
  }

  /** Closes a shell that failed; the next trip opens another. */
  async #abandon(open: OpenShell): Promise<void> {
    open.shell.close()
    this.#lock.forget(open)
    await this.#replace(open)
  }

  /** The next trip opens another shell. One that holds the host's lock stays open, unused. */
  async #replace(open: OpenShell): Promise<void> {
    if (this.#lock.isHeldBy(open)) open.shell.receive({ data: () => {}, end: () => this.#lock.forget(open) })
    else open.shell.close()
    for (const [key, opening] of [...this.#shells]) {
      if ((await opening.catch(() => undefined)) === open) this.#shells.delete(key)
    }
  }
}

function isHung({ code }: PlaybookError): boolean {
  return code === 'E_PROBE_TIMEOUT' || code === 'E_PROBE_OUTPUT'
}
