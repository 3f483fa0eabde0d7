// A probe: what to read on a host, as data, and how to parse the output.

import { PlaybookError } from './errors/error.ts'
import type { DigestAlgorithm, FileRequest, FileState } from './fileState.ts'
import type { Secret } from './secrets/secret.ts'
import type { Command } from './shell/command.ts'

/** The output of a command. The streams are bytes, because a character may be split between packets. */
export type Output = { readonly stdout: Buffer; readonly stderr: Buffer; readonly code: number }

/** Something to read on a host. The engine sends it, and calls `parse` when the task is compared. */
export type Probe<T> = CommandProbe<T> | FileProbe<T>

export type CommandProbe<T> = {
  readonly kind: 'command'
  readonly command: Command
  /** See `CommandProbeOptions.stdin`. */
  readonly stdin?: ProbeInput | undefined
  /** See `CommandProbeOptions.reads`; undefined: the result depends on everything. */
  readonly reads: readonly string[] | undefined
  /** See `CommandProbeOptions.state`. */
  readonly state: string | undefined
  /** See `CommandProbeOptions.timeout`. */
  readonly timeout?: number
  /** See `CommandProbeOptions.attributesOnly`. */
  readonly attributesOnly?: boolean | undefined
  /** See `CommandProbeOptions.holds`; it gets a T. */
  readonly holds?: ((value: never, isPending: (path: string) => boolean) => boolean) | undefined
  /** See `CommandProbeOptions.noLog`. */
  readonly noLog?: boolean | undefined
  readonly parse: (output: Output) => T
}

export type FileProbe<T> = {
  readonly kind: 'file'
  readonly request: FileRequest
  readonly parse: (state: FileState) => T
}

export type Probes = { readonly [name: string]: Probe<unknown> }

/** The parsed results of a record of probes, by the same names. */
export type Observed<P extends Probes> = { readonly [K in keyof P]: P[K] extends Probe<infer T> ? T : never }

/** Texts that are joined; a large one that probes share is kept once. */
type ProbeInput = readonly (string | Secret)[]

/** For check mode: which planned changes make the result of a probe unknown. */
type CommandProbeOptions<T = never> = {
  /** The command's standard input, in parts; empty if not given. Secrets go here, or into the environment. */
  readonly stdin?: ProbeInput
  /**
   * Paths, including everything below them, and states that are not files, named as in `Effect`: `units/httpd.service`,
   * `listening`. A planned change of one of them makes the result unknown. Not given: any planned change on the host
   * does. `[]`: none does.
   */
  readonly reads?: readonly string[]
  /** The state that this probe reads. If a planned change says what that state becomes, that is the result. */
  readonly state?: string
  /** Seconds after which the probe is killed, and fails. The task's own `timeout` bounds it too. Default 300. */
  readonly timeout?: number
  /** true: it reads only owners, groups and modes, so a planned edit of an existing file does not matter. Default false. */
  readonly attributesOnly?: boolean
  /**
   * Whether what the host says now goes on being true, although planned changes touch some of what the probe reads: one
   * file that is surely wrong is enough to say so. `isPending` tells whether a change of a path is planned.
   */
  readonly holds?: (value: T, isPending: (path: string) => boolean) => boolean
  /** true: -vv shows neither the command nor its output, which holds a secret. Default false. */
  readonly noLog?: boolean
}

/**
 * The parsed output of a command. `parse` is called whatever the exit code is.
 *
 * @example output(sh`rpm -q vim`, ({ code }) => code === 0)
 */
export function output<T>(
  command: Command,
  parse: (output: Output) => T,
  { stdin, reads, state, timeout, attributesOnly, holds, noLog }: CommandProbeOptions<T> = {},
): CommandProbe<T> {
  return { kind: 'command', command, stdin, reads, state, timeout, attributesOnly, holds, noLog, parse }
}

/** The standard output of a command, without the final line end. A non-zero exit code is an error. */
export function stdout(command: Command, options?: CommandProbeOptions<string>): Probe<string> {
  return output(command, (result) => text(succeeded(command, result)).replace(/\n$/, ''), options)
}

/** The lines of a command's standard output. A non-zero exit code is an error. */
export function lines(command: Command, options?: CommandProbeOptions<string[]>): Probe<string[]> {
  return output(command, (result) => splitLines(text(succeeded(command, result))), options)
}

/** Whether a command's exit code is 0. */
export function succeeds(command: Command, options?: CommandProbeOptions<boolean>): Probe<boolean> {
  return output(command, ({ code }) => code === 0, options)
}

type FileOptions = {
  /** Whether to follow symbolic links. Default true. */
  readonly follow?: boolean
  /** true: reads the content, up to 16 MiB. A number: up to that many bytes. Default false. */
  readonly content?: boolean | number
  readonly digest?: DigestAlgorithm
}

/** The size up to which content is read by default. */
export const contentLimitBytes = 16 * 1024 * 1024

/**
 * The state of a path: type, mode, owner, group, and if requested its content or digest. The files of all tasks of a
 * trip are read together, so this costs next to nothing.
 *
 * @example file('/etc/hosts', { content: true })
 */
export function file(path: string, options: FileOptions = {}): Probe<FileState> {
  return fileAs(path, options, (state) => state)
}

/** Like `file`, with the state parsed by `parse`. */
export function fileAs<T>(path: string, options: FileOptions, parse: (state: FileState) => T): Probe<T> {
  const { follow = true, content = false, digest } = options
  const contentLimit = content === true ? contentLimitBytes : content === false ? 0 : content
  return { kind: 'file', request: { path, follow, contentLimit, digest }, parse }
}

/** Returns the result if its exit code is 0. @throws PlaybookError E_COMMAND with the command and its last lines */
export function succeeded(command: Command, result: Output): Output {
  if (result.code === 0) return result
  throw new PlaybookError('E_COMMAND', `Exit code ${result.code}: ${firstLine(command.script)}`, {
    details: lastLines(result),
  })
}

/** The standard output of a result as text. */
export function text(result: Output): string {
  return result.stdout.toString('utf8')
}

/** The lines of a text, without the empty one after the last line end. */
export function splitLines(value: string): string[] {
  const all = value.split('\n')
  if (all.at(-1) === '') all.pop()
  return all
}

/** The last lines of a command's output, standard error first, to show with a failure. */
export function lastLines(result: Output, count = 10): string[] {
  const errors = splitLines(result.stderr.toString('utf8').trimEnd())
  const printed = splitLines(result.stdout.toString('utf8').trimEnd())
  return [...errors.slice(-count), ...printed.slice(-Math.max(0, count - errors.length))].filter(
    (line) => line !== '',
  )
}

function firstLine(script: string): string {
  const line = script.trim().split('\n')[0]!
  return line.length > 160 ? `${line.slice(0, 157)}…` : line
}
