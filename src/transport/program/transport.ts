// Interface by which the engine reaches hosts: connections, shells, file transfers.

import type { Readable } from 'node:stream'
import type { BecomeUser } from '../../model/become.ts'
import type { UnreachableError } from '../../model/errors/error.ts'
import type { ConnectionSettings } from '../../model/host.ts'

/** Reaches hosts of one kind. */
export interface Transport {
  /**
   * Connects and logs in.
   *
   * @throws UnreachableError (stage `connect`) naming host, port, user and the reason
   */
  readonly connect: (settings: ConnectionSettings, options: ConnectOptions) => Promise<Connection>
  /**
   * Gets the keys of those hosts that known_hosts does not list, and adds the ones that are confirmed. All are shown at
   * once; a second time come those of hosts behind a jump host whose own key was unknown. Hosts that cannot be reached
   * are left out. Returns what went wrong while adding.
   */
  readonly confirmHostKeys?: (
    hosts: readonly ConnectionSettings[],
    confirm: ConfirmHostKeys,
    options: ConnectOptions,
  ) => Promise<readonly string[]>
}

/** Returns the keys that are accepted. */
export type ConfirmHostKeys = (keys: readonly UnknownHostKey[]) => Promise<readonly UnknownHostKey[]>

/** The key of a host that known_hosts does not list. */
export type UnknownHostKey = {
  /** As known_hosts would list it: `was-01`, `[was-01]:2222`. */
  readonly name: string
  /** `ssh-ed25519` */
  readonly type: string
  /** `SHA256:…` */
  readonly fingerprint: string
  /** A command that prints it on the host itself. */
  readonly proof: string
  /** Whose key it is; none: that of a jump host. */
  readonly hosts: readonly ConnectionSettings[]
}

export type ConnectOptions = {
  /** Receives what the connection does, for -vvvv. */
  readonly log?: (message: string) => void
  /** Cancels the attempt. */
  readonly signal?: AbortSignal
}

/** A connection to a host. When it is lost, everything pending on it ends with an UnreachableError. */
export interface Connection {
  /** The login user. */
  readonly user: string
  /**
   * Opens a shell: `sh` reading its commands from what is written to it. `as` is the user to become, by the host's
   * method if it names none; undefined or the login user: no become.
   *
   * @throws PlaybookError E_BECOME (wrong password, not allowed, no password given), UnreachableError
   */
  readonly openShell: (as?: BecomeUser) => Promise<Shell>
  /**
   * Writes bytes into a new file in a new folder (`…/FOLDER/FILE`), both owned by `as` and closed to everybody else. An
   * incomplete file is removed. With `unsafePaths`, the folder may be below one of another user.
   *
   * @throws PlaybookError E_UPLOAD with the host's message (disk full, no such folder), UnreachableError
   */
  readonly upload: (
    source: Readable | Uint8Array,
    path: string,
    as?: BecomeUser,
    options?: { readonly unsafePaths?: boolean },
  ) => Promise<void>
  /**
   * Reads the file `path`, as `as`, into the new file `target` on this machine, mode 0600, checked by its SHA-256. An
   * incomplete file is removed.
   *
   * @throws PlaybookError E_DOWNLOAD_FILE with the message of the host or of this machine, UnreachableError
   */
  readonly download: (path: string, target: string, as?: BecomeUser) => Promise<void>
  /** Called once when the connection is lost or closed by the other side, not after `close`. */
  readonly onBroken: (listener: (error: UnreachableError) => void) => void
  /** Ends all shells and the connection. Never throws, and settles within a second. */
  readonly close: () => Promise<void>
}

/** A shell on a host: what is written is read as commands, their output comes back as bytes. */
export interface Shell {
  /** Resolves when the bytes are on their way (flow control), not when they have been carried out. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  /** One receiver at a time; a new one replaces the last. */
  readonly receive: (receiver: ShellReceiver) => void
  /** Closes it without waiting. */
  readonly close: () => void
}

type ShellReceiver = {
  readonly data: (stream: 'stdout' | 'stderr', bytes: Buffer) => void
  /** The shell ended or the connection was lost: nothing more will come. */
  readonly end: (error: UnreachableError) => void
}
