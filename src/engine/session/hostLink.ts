// Connects to a host when that is first needed, and again after the connection was lost.

import type { ConnectionSettings } from '../../model/host.ts'
import type { RunEvent } from '../../model/run/event.ts'
import type { ReconnectOptions } from '../../model/step.ts'
import type { Connection } from '../../transport/program/transport.ts'
import { connectWithRetry } from './retry.ts'

export type Connect = (
  settings: ConnectionSettings,
  options: { log?: (message: string) => void; signal?: AbortSignal },
) => Promise<Connection>

export type LinkOptions = {
  readonly host: string
  readonly settings: ConnectionSettings
  readonly connect: Connect
  readonly emit: (event: RunEvent) => void
  readonly signal?: AbortSignal
}

export class HostLink {
  readonly #options: LinkOptions
  readonly #onLost: () => void
  #retrySeconds = 0
  #connection: Promise<Connection> | undefined
  #latest: Connection | undefined

  /** `onLost` is called when the connection breaks; the next call of `connection` makes another. */
  constructor(options: LinkOptions, onLost: () => void) {
    this.#options = options
    this.#onLost = onLost
  }

  /** For how many seconds the next connection is retried until it succeeds. */
  retryFor(seconds: number): void {
    this.#retrySeconds = seconds
  }

  /** The connection, made when it is first needed, and again after it broke or failed. */
  connection(): Promise<Connection> {
    this.#connection ??= this.#keep(this.#connect({ timeout: this.#retrySeconds }))
    return this.#connection
  }

  /** Makes a new connection in the place of the closed one. @throws UnreachableError of the last attempt */
  async reconnect({ timeout = 600, connectTimeout }: ReconnectOptions): Promise<void> {
    this.#connection = this.#keep(this.#connect({ timeout, connectTimeout }))
    await this.#connection
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined)
    await connection?.close()
  }

  /** Forgets a connection that failed: the next call tries again. */
  #keep(connecting: Promise<Connection>): Promise<Connection> {
    const kept = connecting.catch((thrown) => {
      if (this.#connection === kept) this.#connection = undefined
      throw thrown
    })
    return kept
  }

  async #connect({ timeout = 0, connectTimeout }: ReconnectOptions): Promise<Connection> {
    const { host, connect, signal, emit, settings } = this.#options
    const timed = connectTimeout === undefined ? settings : { ...settings, timeout: connectTimeout }
    const log = (message: string) => emit({ kind: 'connection', host, message })
    const connection = await connectWithRetry(() => connect(timed, { log, signal }), { timeout, signal })
    this.#latest = connection
    connection.onBroken(() => {
      if (this.#latest !== connection) return // it has been replaced already
      this.#connection = undefined
      this.#onLost()
    })
    return connection
  }
}
