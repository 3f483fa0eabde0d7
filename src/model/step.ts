// A step: one action on a host, as data. The engine carries it out.

import type { PlaybookError } from './errors/error.ts'
import type { DigestAlgorithm } from './fileState.ts'
import type { BecomeSettings, ConnectionSettings } from './host.ts'
import type { Output } from './probe.ts'
import type { Secret } from './secrets/secret.ts'
import type { Command } from './shell/command.ts'

export type Step = RunStep | WriteStep | UploadStep | StartStep | CallStep

/** Runs a command and waits for its end. */
export type RunStep = {
  readonly kind: 'run'
  readonly command: Command
  /** The command's standard input; empty if not given. Secrets go here. */
  readonly stdin?: string | Buffer | Secret
  /** Environment variables of the command; they may be secrets. */
  readonly environment?: { readonly [name: string]: string | Secret }
  /** Exit codes that mean success. Default [0]. */
  readonly okCodes?: readonly number[]
  /** Seconds after which it is killed; the task's own `timeout` bounds it too. */
  readonly timeout?: number
  /**
   * Decides by the output whether the command failed, whatever its exit code is: the error, or undefined. The steps after
   * it are sent only once it has decided.
   */
  readonly failed?: (output: Output) => PlaybookError | undefined
  /** Whether it changed something, by its output; `false`: it never does. Its change is reported only if it did. */
  readonly changed?: false | ((output: Output) => boolean)
  /**
   * true or `reads`: it runs in check mode too, and its result is known there. It does not run after a planned change to
   * a path or state of `reads`, named as for probes; `true`: after any planned change.
   */
  readonly runsInCheckMode?: true | { readonly reads: readonly string[] }
  /** Turns the output of a failed command into a clear error, where the task knows more than "exit code 1". */
  readonly explain?: (output: Output) => PlaybookError | undefined
  /**
   * For check mode: a command that changes nothing, and whose exit code is not 0 if the step would fail. Its output is
   * explained like that of the step. It runs only where the step would run.
   */
  readonly rehearse?: Command | Rehearsal
  /**
   * Whether lines `rp_bytes DONE TOTAL` of its standard error say how far a transfer is (TOTAL may be missing): they are
   * shown as bytes, and are no part of its output.
   */
  readonly countsBytes?: true
  /** What it changes by the functions of `safePaths`: check mode says where they would refuse it. */
  readonly paths?: readonly StepPath[]
}

/**
 * A path that a step reaches by the functions of `safePaths`, and how: `entry`, the name in its folder; `target`, what a
 * link there leads to; `folder`, that and into it; `attributes`, to give it another owner or mode; `program`, a new owner
 * together with a setuid or setgid bit.
 */
export type StepPath = { readonly path: string; readonly as: PathUse }

export type PathUse = (typeof pathUses)[number]

/** What is refused for one use is refused for those after it. */
export const pathUses = ['entry', 'target', 'folder', 'attributes', 'program'] as const

/** A rehearsal of a step, and what its failure depends on. */
export type Rehearsal = {
  readonly command: Command
  /**
   * Paths and states, as for probes: where a planned change touches one of them, a failure is not sure. Not given: any
   * planned change makes it unsure.
   */
  readonly reads?: readonly string[]
}

/**
 * Writes a whole file atomically: to a temporary file beside it, which is synced to disk and renamed. After a power
 * loss, the file has the old or the new content. An existing file keeps its owner, mode, SELinux context and ACL unless
 * the step changes them. A symbolic link is kept and its target written. If the file has several hard links, only this
 * name gets the new content.
 */
export type WriteStep = {
  readonly kind: 'write'
  readonly path: string
  readonly content: string | Buffer | Secret
  /** Permission bits. Default: those of the existing file, or 0o644 for a new one. */
  readonly mode?: number
  readonly owner?: string
  readonly group?: string
  /** Keeps a copy of the original file at this path, unless something exists there: `server.xml_origin`. */
  readonly keep?: string
  /** true: also keeps the original beside it, as `NAME.PID.2026-01-31@23:59:59~`. Default false. */
  readonly backup?: boolean
  /** A command that must succeed on the temporary file before it replaces the original. It gets that file's path. */
  readonly validate?: (temporaryPath: string) => Command
  /** Whether to write the target of a symbolic link instead of replacing the link. Default true. */
  readonly follow?: boolean
  /** The SHA-256 of the content that the plan is based on, or `absent`. If there is something else now, nothing is written. */
  readonly replaces?: string
}

/** Uploads a file from the controller to the host atomically, and verifies its SHA-256 there. */
export type UploadStep = Omit<WriteStep, 'kind' | 'content'> & {
  readonly kind: 'upload'
  readonly source: UploadSource
}

/**
 * A file on the controller (only if it has the given SHA-256 while it is sent), one on the host itself (only if it has
 * that SHA-256), or one that the controller downloads once, verifies, and keeps in its cache.
 */
export type UploadSource =
  | { readonly kind: 'local'; readonly path: string; readonly sha256?: string }
  | { readonly kind: 'host'; readonly path: string; readonly sha256: string }
  | {
      readonly kind: 'fetch'
      readonly urls: readonly string[]
      readonly checksum: Checksum
      readonly timeout?: number
    }

/** The parts of `sha512:7ab0…41`; hex in lower case. */
export type Checksum = { readonly algorithm: DigestAlgorithm; readonly hex: string }

/** Starts a process that keeps running: in its own session, detached from our streams, without waiting for it. */
export type StartStep = {
  readonly kind: 'start'
  readonly command: Command
  readonly environment?: { readonly [name: string]: string | Secret }
}

/** A change without its steps, as a `call` step reports it. */
export type MadeChange = {
  readonly what: string
  readonly from: string
  readonly to: string
  readonly diff?: { readonly path: string; readonly before: string; readonly after: string }
}

/** The escape hatch: code on the controller that uses the connection itself. */
export type CallStep = {
  readonly kind: 'call'
  readonly title: string
  /** A list that it returns takes the place of its change: what it turned out to change; empty: nothing. */
  readonly call: (connection: StepConnection) => Promise<void> | Promise<readonly MadeChange[]>
  /** As for `run`. */
  readonly paths?: readonly StepPath[]
  /** true: it is called in check mode too, where it changes nothing and returns what it would change. Default false. */
  readonly predicts?: boolean
}

/** A shared file: its path on the controller, whether this call made it, and which host made it when (ISO 8601). */
export type Artifact = {
  readonly path: string
  readonly isOwn: boolean
  readonly maker: string
  readonly madeAt: string
}

export type ReconnectOptions = {
  /** Seconds until it gives up. Default 600. */
  readonly timeout?: number
  /** Seconds that one attempt may take. Default: the host's connection timeout. */
  readonly connectTimeout?: number
}

/** The connection that a `call` step gets. */
export type StepConnection = {
  /** The host's name in the inventory. */
  readonly host: string
  /** Whether the host is the controller itself, used without SSH. */
  readonly isLocal: boolean
  /** Whether this is a dry run: only for steps with `predicts`. */
  readonly isCheck: boolean
  /** How the host is reached, for programs that connect to it themselves. */
  readonly settings: ConnectionSettings
  /** How and whom the task becomes there; undefined: it runs as the login user. */
  readonly become: BecomeSettings | undefined
  /**
   * Aborts when the run is interrupted or the task's `timeout` has passed: what the step has started on the controller has
   * to end then.
   */
  readonly signal: AbortSignal | undefined
  /** Runs a command as the task's user, and resolves whatever its exit code is. */
  readonly run: (command: Command, options?: { stdin?: string | Buffer | Secret }) => Promise<Output>
  /**
   * Runs other steps as if they were part of the change: their output is shown while they run, the task's `timeout`
   * applies, and they explain their own failures. Use it to upload a file:
   * `carryOut(upload({ source: { kind: 'local', path }, path: '/tmp/x' }))`.
   *
   * @throws PlaybookError of the first step that fails; later steps do not run
   */
  readonly carryOut: (...steps: readonly Step[]) => Promise<void>
  /**
   * Downloads a file that the task's user can read into a new file on the controller, and verifies its SHA-256.
   *
   * @throws PlaybookError E_DOWNLOAD_FILE if it cannot be read there, or not be written here
   */
  readonly download: (path: string, localPath: string) => Promise<void>
  /**
   * A file that is made once and shared by the hosts of this run and of later runs (it stays in the controller's cache
   * with its SHA-256). If another host is making it, this one waits. Otherwise `make` has to write it to the given path
   * on the controller. If that fails, the next host calls its own `make`. `key` identifies everything that the content
   * depends on; it may have letters, digits, `.`, `_` and `-`.
   *
   * @example
   * const { path, isOwn } = await connection.artifact(key, async (to) => { await build(); await connection.download('/tmp/x', to) })
   */
  readonly artifact: (key: string, make: (localPath: string) => Promise<void>) => Promise<Artifact>
  /**
   * Closes the connection and connects again, retrying until the host answers: for steps that break it on purpose, such
   * as a reboot.
   *
   * @throws UnreachableError of the last attempt
   */
  readonly reconnect: (options?: ReconnectOptions) => Promise<void>
  /** Reports a line of progress. */
  readonly progress: (line: string) => void
  /**
   * The same for another inventory host, for work that involves several: to take a server out of a balancer's rotation.
   * Commands run as the user that the task becomes on that host.
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

/** A file to upload from the controller, or to copy on the host. */
export function upload(options: Omit<UploadStep, 'kind'>): UploadStep {
  return { kind: 'upload', ...options }
}

/** A process to start and leave running. @example start(sh`/opt/app/bin/startup.sh`) */
export function start(command: Command, options: Omit<StartStep, 'kind' | 'command'> = {}): StartStep {
  return { kind: 'start', command, ...options }
}

/** Code to run on the controller. */
export function call(
  title: string,
  code: CallStep['call'],
  options: Omit<CallStep, 'kind' | 'title' | 'call'> = {},
): CallStep {
  return { kind: 'call', title, call: code, ...options }
}
