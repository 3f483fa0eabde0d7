// Describes as data what tasks and plays need of a host, for `run-playbook doctor`.

import type { Command } from '../shell/command.ts'

/**
 * What has to be so on a host before a task or play can work. All of it is checked on the host, as the user of the task,
 * and nothing is changed. A list in a list holds alternatives: one of them is enough.
 *
 * @example { tools: ['tar', ['curl', 'wget']], root: true, disk: { '/data2': 2 * 1024 ** 3 } }
 */
export type Needs = {
  /** All of it is needed only where this succeeds: `` sh`[ ! -e ${dest} ]` ``. It must not change anything. */
  readonly where?: Command
  /** Programs on the PATH. */
  readonly tools?: readonly (Tool | readonly Tool[])[]
  /** true: only root can do it. */
  readonly root?: boolean
  /** Free space in bytes, by path. Of a path that does not exist yet, the folder above it counts. */
  readonly disk?: { readonly [path: string]: number }
  /** Memory in bytes that programs can still use. */
  readonly memory?: number
  /** TCP ports that are free, or that only the named program listens on: `{ 8080: 'java' }`. */
  readonly ports?: { readonly [port: number]: string }
  /** Names that the host can resolve. */
  readonly names?: readonly string[]
  /** URLs that the host can fetch; it requests their headers only. */
  readonly urls?: readonly (string | readonly string[])[]
  /** `HOST:PORT` that the host can connect to. A refused connection is enough: no firewall is in between. */
  readonly reach?: readonly string[]
  /** IPv4 groups for which the host has a route by an interface that takes multicast: `['228.0.0.4']`. */
  readonly multicast?: readonly string[]
  /** What else has to be so. */
  readonly checks?: readonly NeedCheck[]
}

/** Needs, or several with conditions of their own. */
export type SomeNeeds = Needs | readonly Needs[]

/** A program by its name, or with the version that it has at least. */
export type Tool = string | VersionedTool

export type VersionedTool = {
  readonly tool: string
  /** `1.8`: this one or a later one. */
  readonly version?: string
  /** What prints the version. Default: the program with `--version`. */
  readonly versionCommand?: Command
  /** The package that has it, where it is not called like the program. */
  readonly package?: string
}

/** A condition of one's own. */
export type NeedCheck = {
  /** What has to be so: `/data2 is a file system of its own`. */
  readonly what: string
  /** Exit code 0: it is so. It must not change anything. */
  readonly command: Command
  /** What to do where it is not so. */
  readonly cure: string
}

/** What a task brings to a host, so that later tasks may need it. */
export type Provides = {
  /** Names of packages. */
  readonly packages?: readonly string[]
  /** TCP ports that it opens in the firewall. */
  readonly ports?: readonly number[]
}
