// How the engine reaches a host: a connection, long-lived shells on it, and a way for large files. Bytes only.

import type { Readable } from 'node:stream'
import type { UnreachableError } from '../model/errors/error.ts'
import type { ConnectionSettings } from '../model/host.ts'

/** Reaches hosts of one kind. */
export interface Transport {
  /**
   * Connects and logs in.
   *
   * @throws UnreachableError (stage `connect`) naming host, port, user and the reason
   */
  readonly connect: (settings: ConnectionSettings, options: ConnectOptions) => Promise<Connection>
}

export type ConnectOptions = {
  /** What the connection does, for -vvvv. */
  readonly log?: (message: string) => void
  /** Aborts the attempt. */
  readonly signal?: AbortSignal
}

/** A connection to a host. When it breaks, everything pending on it ends with an UnreachableError. */
export interface Connection {
  /** Who is logged in. */
  readonly user: string
  /**
   * A new shell: `sh` reading its commands from what is written to it. `as` names another user, who is become by
   * the host's method, or by the one it names (`su:root`); undefined or the login user's own name: no become.
   *
   * @throws PlaybookError E_BECOME (wrong password, not allowed, no password given), UnreachableError
   */
  readonly openShell: (as?: string) => Promise<Shell>
  /**
   * Sends bytes into a new file in a new folder (`…/FOLDER/FILE`), both owned by `as` and closed to everybody else. What
   * is not complete is removed.
   *
   * @throws PlaybookError E_UPLOAD with what the host said (disk full, no such folder), UnreachableError
   */
  readonly upload: (source: Readable | Uint8Array, path: string, as?: string) => Promise<void>
  /**
   * Reads the file `path`, as `as`, into the new file `target` on this machine, mode 0600, checked by its SHA-256. What
   * is not complete is removed.
   *
   * @throws PlaybookError E_DOWNLOAD_FILE with what the host or this machine said, UnreachableError
   */
  readonly download: (path: string, target: string, as?: string) => Promise<void>
  /** Called once when the connection breaks or is closed by the other side, not after `close`. */
  readonly onBroken: (listener: (error: UnreachableError) => void) => void
  /** Ends all shells and the connection. Never throws, and settles within a second. */
  readonly close: () => Promise<void>
}

/** A shell on a host: what is written is read as commands, what they say comes back as bytes. */
export interface Shell {
  /** Resolves when the bytes are on their way (flow control), not when they have been carried out. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** One receiver at a time; a new one takes the place of the last. */
  readonly receive: (receiver: ShellReceiver) => void
  /** Lets it go: closes the channel, without waiting. */
  readonly close: () => void
}

export type ShellReceiver = {
  readonly data: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
  /** The shell ended, or the connection broke: nothing more will come. */
  readonly end: (error: UnreachableError) => void
}
