// A step closes a difference on a host, as data; the engine carries it out.

import type { Command } from './command.ts'
import type { PlaybookError } from './errors/error.ts'
import type { Output } from './probe.ts'
import type { Secret } from './secrets/secret.ts'

export type Step = RunStep | WriteStep | UploadStep | StartStep | CallStep

/** Runs a command and waits for its end. */
export type RunStep = {
  readonly kind: 'run'
  readonly command: Command
  /** Given on standard input; without it there is none. The place for secrets. */
  readonly stdin?: string | Buffer | Secret
  /** Variables of the command's environment, secrets allowed. */
  readonly environment?: { readonly [name: string]: string | Secret }
  /** Exit codes that mean success; [0] if not given. */
  readonly okCodes?: readonly number[]
  /** Makes a clear error of what the command said, where the task knows better than "exit code 1". */
  readonly explain?: (output: Output) => PlaybookError | undefined
  /**
   * For check mode: a command that changes nothing, and ends with another exit code than 0 where the step is sure to
   * fail. What it says is then explained as the step's own words. Run only where the step would be.
   */
  readonly rehearse?: Command
}

/**
 * Writes a file whole and atomically: a temporary file beside it, brought to the disk, then a rename; after a loss of
 * power there is the old content or the new. An existing file keeps its owner, mode, SELinux context and ACL unless
 * told otherwise; a symbolic link stays, its target is written. Of a file with several hard links only this name gets
 * the new content.
 */
export type WriteStep = {
  readonly kind: 'write'
  readonly path: string
  readonly content: string | Buffer | Secret
  /** Permission bits; for a new file 0o644 if not given. */
  readonly mode?: number
  readonly owner?: string
  readonly group?: string
  /** Keeps what stood at `path` under this path, unless something stands there already: `server.xml_origin`. */
  readonly keep?: string
  /** A command that must succeed on the temporary file, whose path it is given, before it takes its place. */
  readonly validate?: (temporaryPath: string) => Command
}

/** Brings a file from the controller to the host, atomically, checked by its SHA-256 on arrival. */
export type UploadStep = {
  readonly kind: 'upload'
  readonly source: UploadSource
  readonly path: string
  readonly mode?: number
  readonly owner?: string
  readonly group?: string
  readonly keep?: string
  readonly validate?: (temporaryPath: string) => Command
}

/** A file on the controller, or one the controller fetches once (kept in its cache) and checks. */
export type UploadSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'fetch'; readonly urls: readonly string[]; readonly checksum: Checksum }

/** `sha512:7ab0…41` as parts; hex in lower case. */
export type Checksum = { readonly algorithm: 'sha256' | 'sha512'; readonly hex: string }

/** Starts something that stays: in a session of its own, its streams away from ours, not waited for. */
export type StartStep = {
  readonly kind: 'start'
  readonly command: Command
  readonly environment?: { readonly [name: string]: string | Secret }
}

/** The escape hatch: code on the controller that talks to the host by itself. */
export type CallStep = {
  readonly kind: 'call'
  readonly title: string
  readonly call: (connection: StepConnection) => Promise<void>
}

/** A shared file: where it is on the controller, and whether this very call made it. */
export type Artifact = { readonly path: string; readonly isOwn: boolean }

export type ReconnectOptions = {
  /** Seconds after which it is given up. Default 600. */
  readonly timeout?: number
  /** Seconds that an attempt may take; as the host's settings have it if not given. */
  readonly connectTimeout?: number
}

/** What a `call` step may use. */
export type StepConnection = {
  /** The host's name in the inventory. */
  readonly host: string
  /** Whether it is this machine itself, reached without a connection. */
  readonly isLocal: boolean
  /** Runs a command as the task's user. It resolves whatever the exit code is. */
  readonly run: (command: Command, options?: { stdin?: string | Buffer | Secret }) => Promise<Output>
  /**
   * Carries out other steps as if they stood in the change themselves: their lines are told while they run, the task's
   * `timeout` ends them, and a failure is explained by them. Also how to bring a file to the host:
   * `carryOut(upload({ source: { kind: 'local', path }, path: '/tmp/x' }))`.
   *
   * @throws PlaybookError of the first step that fails; those after it have not run
   */
  readonly carryOut: (...steps: readonly Step[]) => Promise<void>
  /**
   * Brings a file of the host, which the task's user can read, into a new file on the controller, checked by its SHA-256.
   *
   * @throws PlaybookError E_DOWNLOAD_FILE: it cannot be read there, or not be kept here
   */
  readonly download: (path: string, localPath: string) => Promise<void>
  /**
   * A file that is made once and shared: by the hosts of this run and, kept in the controller's cache with its SHA-256,
   * by later ones. Where another host is making the same, this one waits for it; where nobody has, `make` has to write
   * the file at the path (on the controller) that it is given. If a maker fails, the next host calls its own `make`.
   * `key` tells all that the content depends on; letters, digits, `.`, `_`, `-`.
   *
   * @example
   * const { path, isOwn } = await connection.artifact(key, async (to) => { await build(); await connection.download('/tmp/x', to) })
   */
  readonly artifact: (key: string, make: (localPath: string) => Promise<void>) => Promise<Artifact>
  /**
   * Lets the connection to the host go and makes it anew, again and again until it is there: for what breaks it on
   * purpose.
   *
   * @throws UnreachableError of the last attempt
   */
  readonly reconnect: (options?: ReconnectOptions) => Promise<void>
  /** Reports a line of progress. */
  readonly progress: (line: string) => void
  /**
   * The same on another host of the inventory, for what takes several of them: taking a server out of a balancer's
   * rotation. The task's user there is whom the task becomes on that host.
   *
   * @throws PlaybookError E_UNKNOWN_HOST; E_OTHER_HOST from `run`, where that host cannot be reached
   */
  readonly on: (host: string) => StepConnection
}

/** A command to run. @example run(sh`systemctl daemon-reload`) */
export function run(command: Command, options: Omit<RunStep, 'kind' | 'command'> = {}): RunStep {
  return { kind: 'run', command, ...options }
}

/** A file to write. @example write({ path: '/etc/motd', content: 'Hello\n' }) */
export function write(options: Omit<WriteStep, 'kind'>): WriteStep {
  return { kind: 'write', ...options }
}

/** A file to bring from the controller. */
export function upload(options: Omit<UploadStep, 'kind'>): UploadStep {
  return { kind: 'upload', ...options }
}

/** Something to start that stays. @example start(sh`/opt/app/bin/startup.sh`) */
export function start(command: Command, options: Omit<StartStep, 'kind' | 'command'> = {}): StartStep {
  return { kind: 'start', command, ...options }
}

/** Code on the controller. */
export function call(title: string, code: CallStep['call']): CallStep {
  return { kind: 'call', title, call: code }
}
