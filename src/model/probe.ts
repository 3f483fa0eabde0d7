// A probe says what to read on a host, as data, and how to parse what comes back.

import type { Command } from './command.ts'
import { PlaybookError } from './errors/error.ts'
import type { DigestAlgorithm, FileRequest, FileState } from './files/fileState.ts'

/** What a command said. The streams are bytes, because a character may be split between packets. */
export type Output = { readonly stdout: Buffer; readonly stderr: Buffer; readonly code: number }

/** Something to read on a host. The engine sends it, and calls `parse` when the task's turn comes. */
export type Probe<T> = CommandProbe<T> | FileProbe<T>

export type CommandProbe<T> = {
  readonly kind: 'command'
  readonly command: Command
  /** What the answer depends on, as `CommandProbeOptions` have it; undefined: on anything. */
  readonly reads: readonly string[] | undefined
  /** The state that the answer is. */
  readonly state: string | undefined
  readonly parse: (output: Output) => T
}

export type FileProbe<T> = {
  readonly kind: 'file'
  readonly request: FileRequest
  readonly parse: (state: FileState) => T
}

export type Probes = { readonly [name: string]: Probe<unknown> }

/** The parsed answers of a record of probes, by the same names. */
export type Observed<P extends Probes> = { readonly [K in keyof P]: P[K] extends Probe<infer T> ? T : never }

/** For check mode: what has to stay as it is for an answer to be true after the changes that are only planned. */
export type CommandProbeOptions = {
  /**
   * Paths, each with what lies below it, and names of states that no file holds, as the effects of changes have them:
   * `units/httpd.service`, `listening`. A planned change of one of them makes the answer unknown. Not given: any planned
   * change on the host does. `[]`: none does.
   */
  readonly reads?: readonly string[]
  /** The state that the parsed answer is: where a planned change foretells what it becomes, that is the answer. */
  readonly state?: string
}

/**
 * The parsed output of a command. `parse` gets it whatever the exit code was.
 *
 * @example output(sh`rpm -q vim`, ({ code }) => code === 0)
 */
export function output<T>(
  command: Command,
  parse: (output: Output) => T,
  { reads, state }: CommandProbeOptions = {},
): CommandProbe<T> {
  return { kind: 'command', command, reads, state, parse }
}

/** What a command prints, without the line end at its end. A non-zero exit code is an error. */
export function stdout(command: Command, options?: CommandProbeOptions): Probe<string> {
  return output(command, (result) => text(succeeded(command, result)).replace(/\n$/, ''), options)
}

/** The lines a command prints. A non-zero exit code is an error. */
export function lines(command: Command, options?: CommandProbeOptions): Probe<string[]> {
  return output(command, (result) => splitLines(text(succeeded(command, result))), options)
}

/** Whether a command ends with exit code 0. */
export function succeeds(command: Command, options?: CommandProbeOptions): Probe<boolean> {
  return output(command, ({ code }) => code === 0, options)
}

type FileOptions = {
  /** true (the default): of a symbolic link, its target. */
  readonly follow?: boolean
  /** true: the content too, up to 16 MiB; a number: up to that many bytes. Default: no content. */
  readonly content?: boolean | number
  readonly digest?: DigestAlgorithm
}

/** The largest file whose content is read where nothing else is said. */
export const contentLimitBytes = 16 * 1024 * 1024

/**
 * What stands at a path: its type, mode, owner, group, and on demand its content or digest. Files of all the tasks
 * of a trip are read together, so this costs next to nothing.
 *
 * @example file('/etc/hosts', { content: true })
 */
export function file(path: string, options: FileOptions = {}): Probe<FileState> {
  return fileAs(path, options, (state) => state)
}

/** Like `file`, parsed. */
export function fileAs<T>(path: string, options: FileOptions, parse: (state: FileState) => T): Probe<T> {
  const { follow = true, content = false, digest } = options
  const contentLimit = content === true ? contentLimitBytes : content === false ? 0 : content
  return { kind: 'file', request: { path, follow, contentLimit, ...(digest ? { digest } : {}) }, parse }
}

/** The output, when its exit code is 0; otherwise an error that shows the command and what it said. */
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

/** The last lines a command said, standard error first: what a person wants to see of a failure. */
export function lastLines(result: Output, count = 10): string[] {
  const said = splitLines(result.stderr.toString('utf8').trimEnd())
  const printed = splitLines(result.stdout.toString('utf8').trimEnd())
  return [...said.slice(-count), ...printed.slice(-Math.max(0, count - said.length))].filter(
    (line) => line !== '',
  )
}

function firstLine(script: string): string {
  const line = script.trim().split('\n')[0]!
  return line.length > 160 ? `${line.slice(0, 157)}…` : line
}
